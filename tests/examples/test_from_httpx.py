"""`examples/from_httpx.py`: every snippet does what its original does, with real servers."""

import asyncio
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
import trio

from httpcore_client import Client
from testkit.origin import listening_socket
from testkit.peer import Peer, response
from testkit.snippets import check_snippets

EXAMPLE = Path(__file__).parents[2] / "examples" / "from_httpx.py"
ours = SimpleNamespace(**run_path(EXAMPLE))
HELPERS = (ours.Token, ours.Mock, ours.Counting)  # of other snippets


@pytest.fixture
def echo(origin):
    return f"{origin.plain}/echo"


def with_client(snippet, *args):
    """Run a snippet that is given a client."""

    async def inside():
        async with Client(timeout=10) as client:
            return await snippet(client, *args)

    return asyncio.run(inside())


def fields(echoed):
    return dict(echoed["headers"])


def test_every_snippet_is_tested_and_says_what_it_was():
    check_snippets(ours, HELPERS, __file__)


def test_a_base_url(origin):
    echoed = asyncio.run(ours.base_url(origin.plain))
    assert ("/echo", "demo") == (echoed["target"], fields(echoed)["x-app"])


def test_params_are_added_or_take_the_place_of_the_query(echo):
    assert ("a=1&key=k&b=2", "b=2") == asyncio.run(ours.params(echo))


def test_hooks_are_the_callers_own(origin):
    assert ["GET", "200"] == asyncio.run(ours.hooks(f"{origin.plain}/echo"))
    with pytest.raises(ours.HTTPStatusError):
        asyncio.run(ours.hooks(f"{origin.plain}/status/404"))


def test_a_download_goes_to_a_file(origin, tmp_path):
    target = tmp_path / "file"
    url = f"{origin.plain}/bytes/1000000"
    assert (1_000_000, 1_000_000) == with_client(ours.download, url, target)
    assert 1_000_000 == target.stat().st_size


def test_lines_come_one_by_one(origin):
    async def collected(client, url):
        return [line async for line in ours.lines(client, url)]

    text = "one\ntwo\r\nthr\u00e4e".encode().hex()
    url = f"{origin.plain}/say?cut=3&body={text}"
    assert ["one", "two", "thr\u00e4e"] == with_client(collected, url)


def test_an_auth_flow_sends_again():
    with Peer() as peer:
        refusal = response(b"", "401 Unauthorized", b"WWW-Authenticate: Bearer")
        peer.handlers = (peer.holding(refusal, response()),)
        assert 200 == asyncio.run(ours.auth(peer.url))
        assert b"Authorization: Bearer old" in peer.requests[0]
        assert b"Authorization: Bearer new" in peer.requests[1]


def test_limits(echo):
    assert 1 == asyncio.run(ours.limits(echo))


def test_a_timeout_says_what_took_too_long(echo):
    assert "in time" == with_client(ours.timeouts, echo)
    with Peer() as peer:
        peer.handlers = (peer.holding(),)
        assert "TotalTimeout while in phase read" == with_client(ours.timeouts, peer.url)


def test_redirects_are_followed_unless_told_otherwise(origin):
    url = f"{origin.plain}/redirect/2"
    assert ([302, 302], "/redirect/1") == with_client(ours.redirects, url)


def test_urls():
    assert ("/a/c", "https://example.org/other?x=1&y=2") == ours.urls()


def test_query_params():
    assert ("a=1&a=2&b=3", ["1", "2"]) == ours.query()


def test_several_files_of_one_name(echo, tmp_path):
    picture = tmp_path / "picture"
    picture.write_bytes(b"pixels")
    body = with_client(ours.upload, echo, picture)["body"]
    assert 'name="title"\r\n\r\ntwo\r\n' in body
    assert 2 == body.count('name="images"; filename=')
    assert 2 == body.count("Content-Type: image/png")


def test_a_built_request_is_sent(echo):
    late, body = with_client(ours.build_and_send, echo)
    assert "1" == late
    assert b'"length": 7' in body


def test_http2(origin):
    assert "HTTP/2" == asyncio.run(ours.http2(origin.tls, origin.authority.bundle))


def test_a_response_knows_its_connection(echo, origin):
    port = origin.plain.rpartition(":")[2]
    took, peer = with_client(ours.connection, echo)
    assert took
    assert peer.endswith(f":{port}")


def test_errors_are_told_apart(origin):
    url = f"{origin.plain}/status/404"
    assert "hello, world" == with_client(ours.errors, origin.plain)
    assert f"404 from {url}" == with_client(ours.errors, url)
    with listening_socket() as taken:
        free = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    assert f"ConnectError from {free}" == with_client(ours.errors, free)
    assert "more than 20 redirects" in with_client(ours.errors, f"{origin.plain}/redirect/21")


def test_a_mock_stands_where_the_pool_was():
    assert {"path": "/things"} == ours.mocked()


def test_a_layer_over_the_pool_sees_redirects(origin):
    assert 3 == asyncio.run(ours.transport(f"{origin.plain}/redirect/2"))


def test_an_encoding_for_who_says_none(origin):
    euro = "\u20ac".encode("iso-8859-15").hex()
    url = f"{origin.plain}/say?type=text/plain&body={euro}"
    assert "\u20ac" == asyncio.run(ours.default_encoding(url))


def test_cookies_of_a_response(origin):
    found = asyncio.run(ours.cookies(f"{origin.plain}/set-cookie?session=abc"))
    assert {"session": "abc"} == found


def test_a_netrc(origin, tmp_path):
    path = tmp_path / "netrc"
    path.write_text("machine localhost login user password pass\n")
    path.chmod(0o600)
    assert 200 == asyncio.run(ours.netrc(f"{origin.plain}/basic/user/pass", path))


def test_many_at_once(echo):
    assert [200] * 5 == with_client(ours.gather, [echo] * 5)
    assert [200] * 5 == trio.run(ours.nursery, [echo] * 5)
