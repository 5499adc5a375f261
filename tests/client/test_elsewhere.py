"""What those are told who give arguments as they did to requests, httpx, aiohttp or urllib3."""

import asyncio
import copy
import re
from functools import partial
from inspect import signature

import pytest

import httpcore_client
import httpcore_pool._elsewhere
from httpcore_client import (
    Client,
    InvalidURL,
    ScriptedBackend,
    SyncClient,
    TrioClient,
    _elsewhere,
)
from httpcore_client.retry import RetryPolicy
from httpcore_client.websocket import WebSocketOptions
from testkit.public_names import ASKING, MAKING, public


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("auth", "give auth= to the constructor, or make a variant with client.replace(auth=...)"),
        ("timeout", "give timeout= to the constructor, or make a variant with client.replace("),
        ("verify", "give ssl= to the constructor"),
        ("proxies", "give proxy= the one for all URLs, or a client routes={"),
        ("fingerprint", "give ssl=TLSConfig(pins=...)"),
        ("uds", "give network=Network(unix_socket=...), or Route(unix_socket=...) in routes="),
        (
            "routes",
            "give routes= to the constructor, or make a variant with client.replace(routes=",
        ),
        ("trust_env", "give trust_env= to the constructor, or make a variant"),
        ("http2", "give http2= to the constructor"),
        ("cert", "give ssl=TLSConfig(certificate=...)"),
    ],
)
def test_to_set_what_a_client_is_made_with_is_an_error(client, name, hint):
    with pytest.raises(AttributeError) as caught:
        setattr(client, name, None)
    assert str(caught.value).startswith(f"{name} can't be set on a client: {hint}")


@pytest.mark.parametrize("kind", [Client, TrioClient, SyncClient])
@pytest.mark.parametrize("name", ["organisation", "token", "fields", "cache"])
def test_a_subclass_may_keep_what_it_likes(kind, name):
    class Own(kind):
        def __init__(self, value):
            super().__init__()
            setattr(self, name, value)

    assert "ours" == getattr(Own("ours"), name)


NEW = "give a new client "  # where a request is made, and it is a client that should have been
PER_ORIGIN = "pool_limits=PoolLimits(max_per_origin=...)"


@pytest.mark.parametrize(
    ("name", "for_clients", "for_requests"),
    [
        ("middlewares", "give a client adapters=[...], each an AddedAdapter of", None),
        ("trace_configs", "give a client hooks=, or a request trace=", None),
        ("raise_for_status", "call response.raise_for_status(), or give a client hooks={", None),
        ("skip_auto_headers", "build a request, take the fields out of request.headers", None),
        ("fields", "give params= for the query, data= for a form, or files= for a", None),
        ("preload_content", "use client.stream(...), or give a request stream=True", None),
        ("decode_content", "use client.stream(...): response.raw() gives what came", None),
        ("auto_decompress", "use client.stream(...): response.raw() gives what came", None),
        ("chunked", "leave it out: content= that is an iterator is sent so", None),
        ("expect100", 'give headers={"Expect": "100-continue"}', None),
        ("cert_reqs", "give ssl=False to verify no certificates, which is CERT_NONE", None),
        ("assert_hostname", "give ssl=TLSConfig(verify_name=...)", None),
        ("assert_fingerprint", "give ssl=TLSConfig(pins=...)", None),
        ("pool_timeout", "give timeout=Timeout(pool=...)", None),
        ("num_pools", "leave it out: one pool holds all origins", None),
        ("maxsize", f"give {PER_ORIGIN}", NEW + PER_ORIGIN),
        ("limit_per_host", f"give {PER_ORIGIN}", NEW + PER_ORIGIN),
        ("block", f"give {PER_ORIGIN}: more", f"{NEW}{PER_ORIGIN}: more requests wait"),
        (
            "max_connections",
            "give pool_limits=PoolLimits(max_",
            f"{NEW}pool_limits=PoolLimits(max_",
        ),
        ("fallback_charset_resolver", "did you mean 'default_encoding'?", "'default_encoding' is"),
        (
            "body",
            "'content' is an option of requests: client.request(...",
            "did you mean 'content'",
        ),
    ],
)
def test_an_argument_of_another_client_says_what_to_give_here(
    client, name, for_clients, for_requests
):
    with pytest.raises(TypeError) as caught:
        SyncClient(**{name: None})
    assert str(caught.value).startswith(f"unknown argument {name!r}; {for_clients}")
    with pytest.raises(TypeError) as caught:
        client.get("http://a.test/", **{name: None})
    told = for_requests or for_clients
    assert str(caught.value).startswith(f"unknown option {name!r}; {told}")


@pytest.mark.parametrize("name", ["json", "compress", "files", "data"])
def test_an_option_of_requests_is_none_of_clients(name):
    with pytest.raises(TypeError, match=f"'{name}' is an option of requests: client.request"):
        SyncClient(**{name: None})


BUILT = 'client.map(client.build("%s", url%s) for url in urls)'
FRESH = "how long a response is fresh, its server says; a request takes an older one with headers="


@pytest.mark.parametrize(
    ("call", "name", "told"),
    [
        ("map", "concurency", "did you mean 'concurrency'?"),
        ("map", "max_workers", "did you mean 'concurrency'?"),
        ("map", "return_exceptions", 'give errors="return"'),
        (
            "map",
            "timeout",
            f"'timeout' is an option of requests: {BUILT % ('GET', ', timeout=...')}",
        ),
        ("map", "verify", f"'ssl' is an option of requests: {BUILT % ('GET', ', ssl=...')}"),
        ("map", "method", f"build those with another: {BUILT % ('POST', '')}"),
        ("map", "max_redirects", "'max_redirects' is an argument of clients: make one with it, or"),
        ("map", "nonsense", "known are concurrency, ordered, errors"),
        ("CacheAdapter", "ttl", FRESH),
        ("CacheAdapter", "expire_after", FRESH),
        ("CacheAdapter", "path", "give storage=SQLiteStorage(path)"),
        ("CacheAdapter", "storages", "did you mean 'storage'?"),
        ("CacheAdapter", "nonsense", "known are storage, shared, heuristic"),
        ("RetryAdapter", "max_retries", "give it RetryPolicy(attempts=...)"),
        ("RetryAdapter", "budgets", "did you mean 'budget'?"),
        ("RetryAdapter", "total", "give it RetryPolicy(attempts=...), or for seconds RetryPolicy("),
        ("RetryPolicy", "max_retries", "did you mean 'attempts'?"),
        ("RetryPolicy", "nonsense", "known are attempts, methods, statuses, errors, "),
        ("RetryAdapter", "nonsense", "known are policy, budget, on_retry"),
    ],
)
def test_an_argument_that_a_call_does_not_take_says_what_to_give(client, call, name, told):
    clients = [client, Client(backend=ScriptedBackend())]
    calls = [partial(each.map, []) for each in clients] if call == "map" else [public(call)]
    for each in calls:
        with pytest.raises(TypeError) as caught:
            each(**{name: None})
        assert str(caught.value).startswith(f"{call}() has no argument {name!r}; {told}")


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("PoolLimits", "max_keepalive_connections", "did you mean 'max_keepalive'?"),
        ("PoolLimits", "limit_per_host", "did you mean 'max_per_origin'?"),
        ("PoolLimits", "max_ages", "did you mean 'max_age'?"),
        ("TLSConfig", "cafile", "did you mean 'source'?"),
        ("TLSConfig", "verify", "give ssl=False in its place to verify nothing"),
        ("Network", "uds", "did you mean 'unix_socket'?"),
        ("Network", "dns_cache", "give resolver=CachingResolver(...)"),
    ],
)
def test_a_field_of_a_setting_says_what_it_is_called_here(kind, name, told):
    with pytest.raises(TypeError) as caught:
        public(kind)(**{name: None})
    assert f"{kind}() has no argument {name!r}; {told}" == str(caught.value)


# -- that all of it is true --


@pytest.mark.parametrize("known", [MAKING, ASKING], ids=["clients", "requests"])
def test_the_arguments_that_are_told_of_are_there(known):
    tables = (_elsewhere._OPTIONS, _elsewhere._FIELDS, _elsewhere._SENTENCES)
    for name in (*(name for table in tables for name in table), *_elsewhere._FOR_CLIENTS):
        text = _elsewhere.meant(name, tuple(known))
        assert "known are" not in text, name
        for kind, field in re.findall(r"([A-Z]\w+)\((?:url, )?(\w+)=", text):
            assert field in signature(public(kind)).parameters, text
        for argument in re.findall(r"(?<![\w(])(\w+)=", text.replace("(url, ", "(")):
            assert argument in MAKING | ASKING, text
        for kind in re.findall(r"\b([A-Z][a-z]+[A-Z]\w+)\b", text):
            assert public(kind), text


@pytest.mark.parametrize(
    ("call", "name", "told"),
    [
        ("download", "filename", "give path=..."),
        ("download", "workers", "did you mean 'connections'?"),
        ("download", "sha256", 'give checksum="sha256:..."'),
        ("events", "max_retries", "did you mean 'reconnect'?"),
        ("events", "last_id", "did you mean 'last_event_id'?"),
        ("websocket", "heartbeat", "did you mean 'ping_interval'?"),
        ("websocket", "origin", 'give headers={"Origin": ...}'),
        ("websocket", "follow_redirects", "leave it out: a WebSocketRefused says where"),
        ("websocket", "verify", "did you mean 'ssl'?"),
    ],
)
def test_an_option_of_a_method_says_what_it_is_called_here(client, call, name, told):
    async def asks():
        found = getattr(Client(backend=ScriptedBackend()), call)("http://a.test/", **{name: None})
        await found  # a download

    calls = [
        lambda: getattr(client, call)("http://a.test/", **{name: None}),
        lambda: asyncio.run(asks()),
    ]
    for each in calls:
        with pytest.raises(TypeError) as caught:
            each()
        assert str(caught.value).startswith(f"unknown option {name!r}; {told}")


def test_what_is_told_of_calls_is_there(client):
    own = {"websocket": {*WebSocketOptions.__annotations__}, "map": set()}
    for call, rows in _elsewhere._CALLS.items():
        method = getattr(client, call, None) if call.islower() else None
        known = {*signature(method or public(call)).parameters}
        if method is not None:
            known |= own.get(call, ASKING)
        for name, text in rows.items():
            assert name not in known
            if re.fullmatch(r"\w+", text):
                assert text in known or text in RetryPolicy._fields
            for kind, field in re.findall(r"([A-Z]\w+)\((?:path|(\w+)=)", text):
                assert (field or "path") in signature(public(kind)).parameters, text
            for argument in re.findall(r"(?<![\w(-])(\w+)=", text):
                assert argument in {*known, *ASKING}, text


def test_the_fields_that_are_told_of_are_there():
    for kind, rows in httpcore_pool._elsewhere._FIELDS.items():
        for name, text in rows.items():
            assert name not in public(kind)._fields
            if " " not in text:
                assert text in public(kind)._fields
            for argument in re.findall(r"(\w+)=", text):
                assert argument in {*public(kind)._fields, *MAKING}, text


def test_headers_can_be_set(client):
    client.headers = {"X-One": "1"}
    assert [("Host", "a.test"), ("X-One", "1")] == client.build(
        "GET", "http://a.test/"
    ).headers.multi_items()


def test_a_copy_of_a_client_is_a_client_of_its_own(client):
    assert client._client._pool is not copy.copy(client)._client._pool
    assert type(client) is type(copy.deepcopy(client))


@pytest.mark.parametrize("url", ["/users", ""])
def test_a_relative_url_needs_a_base(client, url):
    with pytest.raises(InvalidURL, match="it is relative; give the client a base_url for it"):
        client.get(url)
    with pytest.raises(InvalidURL):
        client.get("users")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"http1": 0}, "http1 must be True or False, not int"),
        ({"http2": "no"}, "http2 must be True or False, not str"),
        ({"backend": "trio"}, "backend must be a Backend, not str"),
        ({"pool_limits": 5}, "pool_limits must be a PoolLimits or None, not int"),
        (
            {"timeout": (3, 5)},
            "timeout must be a Timeout, such as Timeout(connect=3, read=5), a num",
        ),
    ],
)
def test_an_argument_of_a_wrong_type_names_the_right_one(settings, message):
    with pytest.raises(TypeError) as caught:
        SyncClient(**settings)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("params", [b"a=b", 5, ["ab", "cd"], [("a",)], {"a", "b"}])
def test_params_that_are_none_are_named(client, params):
    with pytest.raises(TypeError, match="query parameters must be a mapping, "):
        client.get("http://a.test/", params=params)


@pytest.mark.parametrize("data", [iter([b"a"]), open])
def test_data_that_is_no_form_says_what_takes_it(client, data, tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    with (
        (tmp_path / "file").open("rb") as file,
        pytest.raises(httpcore_client.InvalidRequest) as caught,
    ):
        client.post("http://a.test/", data=file if data is open else data)
    assert "give a file or iterator as content=" in str(caught.value)


@pytest.mark.parametrize("named", [{}, {"connect": 60.0}, {"read": 60.0}])
@pytest.mark.parametrize("limit", [10.0, None])
def test_a_lone_limit_could_mean_one_phase_or_each(limit, named):
    with pytest.raises(TypeError, match=r"could mean one phase or each: write Timeout\(connect="):
        httpcore_client.Timeout(limit, **named)


def test_proxies_by_scheme_are_for_the_environment(client):
    with pytest.raises(TypeError, match="one is for all URLs, and a client's routes= have one for"):
        client.get("http://a.test/", proxy={"http": "http://p.test"})
