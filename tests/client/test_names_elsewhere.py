"""What those are told who look for names of other clients, or take one thing of ours for another."""

import asyncio
import re
from importlib import import_module

import pytest
import trio

import httpcore_client
import httpcore_pool._elsewhere
from httpcore_client import (
    Client,
    Request,
    Response,
    ScriptedBackend,
    SyncResponse,
    TrioClient,
    _names_elsewhere,
)
from httpcore_client.websocket import SyncWebSocket, WebSocket
from testkit.public_names import ASKING, MAKING, public


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
        ("ReadTimeoutError", "ReadTimeout"),
        ("ChunkedEncodingError", "RemoteProtocolError, or ReadError"),
        ("InvalidSchema", "UnsupportedScheme"),
        ("ClientSession", "Client"),
        ("PreparedRequest", "Request"),
        ("query", 'request("QUERY", url)'),
        ("exceptions", "this module itself: errors are names of it"),
        ("HTTPHeaderDict", "Headers"),
        ("DigestAuthMiddleware", "DigestAuth"),
    ],
)
def test_a_name_of_another_client_says_what_it_is_here(name, here):
    with pytest.raises(AttributeError) as caught:
        getattr(httpcore_client, name)
    expected = f"module 'httpcore_client' has no attribute {name!r}; here it is {here}"
    assert expected == str(caught.value)


def test_python_looks_for_a_near_name_unless_another_is_known():
    with pytest.raises(AttributeError) as unknown:
        httpcore_client.SyncClint  # noqa: B018
    with pytest.raises(AttributeError, match="here it is SyncClient") as known:
        httpcore_client.PoolManager  # noqa: B018
    assert (httpcore_client, None) == (unknown.value.obj, known.value.obj)


def test_the_names_that_are_told_of_are_there():
    for name, text in _names_elsewhere._NAMES.items():
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
    rows = [(client, *row) for row in _names_elsewhere._ATTRIBUTES.items()]
    rows += [(answer, *row) for row in httpcore_pool._elsewhere._HERE.items()]
    for holder, name, text in rows:
        assert not hasattr(holder, name)
        if text.startswith("the argument "):
            assert MAKING >= {*text.removeprefix("the argument ").split(", or ")}
            continue
        for attribute in re.split(r", or (?:not )?", text):
            first = re.match(r"\w+", attribute)[0]
            assert first in dir(holder), text


@pytest.mark.parametrize("kind", [WebSocket, SyncWebSocket])
@pytest.mark.parametrize("name", [*_names_elsewhere._OF_WEBSOCKETS, "nonsense"])
def test_an_attribute_that_a_websocket_does_not_have(kind, name):
    socket = object.__new__(kind)
    with pytest.raises(AttributeError) as caught:
        getattr(socket, name)
    here = _names_elsewhere._OF_WEBSOCKETS.get(name)
    assert here is None or here in dir(kind)
    hint = f"; here it is {here}" if here else ""
    assert f"{kind.__name__!r} object has no attribute {name!r}{hint}" == str(caught.value)
    assert (None if here else socket) is caught.value.obj


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("build_request", "; here it is build"),
        ("query", '; here it is request("QUERY", url)'),
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


BLOCKS = {
    "stream": ("GET", "http://a.test/"),
    "websocket": ("ws://a.test/",),
}


GIVES = {
    "stream": "not a response: {} client.stream(...) as response: response",
    "websocket": "not a WebSocket: {} client.websocket(...) as ws: ws",
}


@pytest.mark.parametrize("call", BLOCKS)
def test_a_block_is_not_what_it_has(client, call):
    for made, way in ((client, "with"), (Client(backend=ScriptedBackend()), "async with")):
        block = getattr(made, call)(*BLOCKS[call])
        with pytest.raises(AttributeError) as caught:
            _ = block.status_code
        expected = f"{call}() gives a block, {GIVES[call].format(way)}.status_code"
        assert expected == str(caught.value)


@pytest.mark.parametrize("call", BLOCKS)
def test_a_block_of_the_wrong_kind_of_client_is_named(client, call):
    block = getattr(Client(backend=ScriptedBackend()), call)(*BLOCKS[call])
    told = f"{call}() gives a block, {GIVES[call].format('async with')}"

    async def awaits():
        await block

    with pytest.raises(TypeError, match=re.escape(f"the client is async: {told}")), block:
        pass
    with pytest.raises(TypeError, match=re.escape(f"there is nothing to await yet: {told}")):
        asyncio.run(awaits())

    async def enters():
        async with getattr(client, call)(*BLOCKS[call]):
            pass

    told = f"the client is for threads: {call}() gives a block, {GIVES[call].format('with')}"
    with pytest.raises(TypeError, match=re.escape(told)):
        asyncio.run(enters())


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
        ("closed", "is_closed"),
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


def test_only_the_public_names_are_listed():
    assert set() == {n for n in dir(httpcore_client) if n[:2] != "__"} - {*httpcore_client.__all__}
