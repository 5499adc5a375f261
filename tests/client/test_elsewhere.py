"""What those are told who write as they did with requests, httpx or aiohttp."""

import asyncio
import copy

import pytest
import trio

import httpcore_client
from httpcore_client import Client, InvalidURL, ScriptedBackend, SyncClient, TrioClient


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
def test_a_subclass_may_keep_what_it_likes(kind):
    class Own(kind):
        def __init__(self, organisation):
            super().__init__()
            self.organisation = organisation

    assert "ours" == Own("ours").organisation


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
    assert (name, client) == (caught.value.name, caught.value.obj)


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
