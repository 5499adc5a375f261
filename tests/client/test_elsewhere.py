"""What those are told who write as they did with requests, httpx, aiohttp or urllib3."""

import asyncio
import copy
import re
from importlib import import_module
from inspect import signature

import pytest
import trio

import httpcore_client
import httpcore_pool._elsewhere
from httpcore_client import (
    Client,
    ClientSettings,
    InvalidURL,
    Request,
    RequestOptions,
    Response,
    ScriptedBackend,
    SyncClient,
    SyncResponse,
    TrioClient,
    _elsewhere,
)


@pytest.fixture
def client():
    with SyncClient(backend=ScriptedBackend(), trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("Session", "SyncClient"),
        ("AsyncClient", "Client"),
        ("Limits", "PoolLimits"),
        ("RequestException", "HTTPError"),
        ("ConnectionError", "NetworkError"),
        ("TimeoutException", "RequestTimeout"),
        ("PoolManager", "SyncClient"),
        ("ClientResponseError", "HTTPStatusError"),
        ("ServerTimeoutError", "RequestTimeout"),
        ("NewConnectionError", "ConnectError"),
        ("HTTPHeaderDict", "Headers"),
        ("DigestAuthMiddleware", "DigestAuth"),
    ],
)
def test_a_name_of_another_client_says_what_it_is_here(name, here):
    with pytest.raises(AttributeError) as caught:
        getattr(httpcore_client, name)
    expected = f"module 'httpcore_client' has no attribute {name!r}; here it is {here}"
    assert expected == str(caught.value)
    assert here in httpcore_client.__all__


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


def test_python_looks_for_a_near_name_unless_another_is_known():
    with pytest.raises(AttributeError) as unknown:
        httpcore_client.SyncClint  # noqa: B018
    with pytest.raises(AttributeError, match="here it is SyncClient") as known:
        httpcore_client.PoolManager  # noqa: B018
    assert (httpcore_client, None) == (unknown.value.obj, known.value.obj)


MAKING = {"ssl", "timeout", "pool_limits", "max_redirects", *ClientSettings.__annotations__}
ASKING = {*RequestOptions.__annotations__}
MODULES = ["", ".bulk", ".cache", ".limits", ".retry", ".testing", ".websocket"]
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


# -- that all of it is true --


def public(name):
    """The object of a public name, of the client or of what stands beside the path."""
    modules = [import_module(f"httpcore_client{module}") for module in MODULES]
    return next(getattr(module, name) for module in modules if name in module.__all__)


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


def test_the_names_that_are_told_of_are_there():
    for name, text in _elsewhere._NAMES.items():
        assert name not in httpcore_client.__all__
        ours = text.replace("http.HTTPStatus of", "")
        for kind in re.findall(r"\b(?:HTTP|URL|[A-Z][a-z]+)(?:[A-Z]\w+)?\b", ours):
            assert public(kind), text
        for module in re.findall(r"httpcore_client\.\w+", text):
            assert import_module(module), text
        for argument in re.findall(r"\w+", text.partition("argument")[2].removeprefix("s")):
            assert argument in MAKING | ASKING | {"of", "and", "clients", "requests"}, text


def test_the_attributes_that_are_told_of_are_there(client):
    answer = SyncResponse(Response(200, request=Request("GET", "http://a.test/")))
    rows = [(client, *row) for row in _elsewhere._ATTRIBUTES.items()]
    rows += [(answer, *row) for row in httpcore_pool._elsewhere._HERE.items()]
    for holder, name, text in rows:
        assert not hasattr(holder, name)
        if text.startswith("the argument "):
            assert MAKING >= {*text.removeprefix("the argument ").split(", or ")}
            continue
        for attribute in re.split(r", or (?:not )?", text):
            first = re.match(r"\w+", attribute)[0]
            assert first in dir(holder), text


def test_headers_can_be_set(client):
    client.headers = {"X-One": "1"}
    assert [("Host", "a.test"), ("X-One", "1")] == client.build(
        "GET", "http://a.test/"
    ).headers.multi_items()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("build_request", "; here it is build"),
        ("mount", "; here it is the argument routes, or adapters"),
        ("auth", "; what a client is made with stays as it is: client.replace makes a variant"),
        ("nonsense", ""),
    ],
)
def test_an_attribute_that_a_client_does_not_have(client, name, hint):
    with pytest.raises(AttributeError) as caught:
        getattr(client, name)
    assert f"'SyncClient' object has no attribute {name!r}{hint}" == str(caught.value)
    # With the object Python would name one that is near, behind the hint.
    assert (name, None if hint else client) == (caught.value.name, caught.value.obj)


def test_a_copy_of_a_client_is_a_client_of_its_own(client):
    assert client._client._pool is not copy.copy(client)._client._pool
    assert type(client) is type(copy.deepcopy(client))


def test_the_wrong_kind_of_block_is_named(client):
    with pytest.raises(TypeError, match="a Client is async: use it with `async with`"), Client():
        pass

    async def scenario():
        async with client:
            pass

    with pytest.raises(TypeError, match="a SyncClient is for threads: use it with `with`"):
        asyncio.run(scenario())


def test_the_wrong_world_is_named():
    async def scenario(kind):
        async with kind(trust_env=False) as client:
            await client.get("http://127.0.0.1:1/")

    with pytest.raises(RuntimeError, match="no asyncio event loop is running here: under Trio use"):
        trio.run(scenario, Client)
    with pytest.raises(RuntimeError, match="Trio is not running here: under asyncio use Client"):
        asyncio.run(scenario(TrioClient))


def test_a_stream_block_is_no_response(client):
    expected = (
        r"stream\(\) gives a block, not a response: {}with client.stream\(...\) as response: "
    )
    with pytest.raises(AttributeError, match=expected.format("") + "response.status_code"):
        _ = client.stream("GET", "http://a.test/").status_code
    block = Client(backend=ScriptedBackend()).stream("GET", "http://a.test/")
    with pytest.raises(AttributeError, match=expected.format("async ") + "response.text"):
        _ = block.text


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


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("ok", "is_success, or not is_error"),
        ("reason", "reason_phrase"),
        ("iter_lines", "stream_lines()"),
        ("iter_content", "stream()"),
        ("http_version", "protocol"),
        ("data", "content"),
        ("geturl", "url"),
        ("getheader", "headers.get"),
        ("release_conn", "close()"),
        ("drain_conn", "close()"),
        ("method", "request.method"),
        ("request_info", "request"),
        ("get_encoding", "encoding"),
    ],
)
def test_an_attribute_of_another_client_s_response_says_what_it_is_here(name, here):
    answer = httpcore_client.Response(200, request=httpcore_client.Request("GET", "http://a.test/"))
    with pytest.raises(AttributeError) as caught:
        getattr(answer, name)
    assert f"'Response' object has no attribute {name!r}; here it is {here}" == str(caught.value)
    assert not hasattr(httpcore_client.SyncResponse(answer), "nonsense")


def test_a_lone_limit_could_mean_one_phase_or_each():
    for limit in (10.0, None):
        with pytest.raises(
            TypeError, match=r"could mean one phase or each: write Timeout\(connect="
        ):
            httpcore_client.Timeout(limit)


def test_proxies_by_scheme_are_for_the_environment(client):
    with pytest.raises(TypeError, match="one is for all URLs, and a client's routes= have one for"):
        client.get("http://a.test/", proxy={"http": "http://p.test"})


def test_only_the_public_names_are_listed():
    assert set() == {n for n in dir(httpcore_client) if n[:2] != "__"} - {*httpcore_client.__all__}
