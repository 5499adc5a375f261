"""`examples/reverse_proxy.py` on hypercorn, before an origin, and before upstreams that fail."""

import asyncio
import contextlib
import json
import threading
from pathlib import Path
from runpy import run_path

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from httpcore_client import Client, RemoteProtocolError, Timeout
from testkit.app import pattern
from testkit.origin import listening_socket
from testkit.peer import Peer, response

EXAMPLE = Path(__file__).parents[2] / "examples" / "reverse_proxy.py"
ReverseProxy = run_path(EXAMPLE)["ReverseProxy"]
LARGE = 4 << 20


@contextlib.asynccontextmanager
async def proxy_to(upstream, **options):
    """Give the port of a proxy, for as long as the block lasts."""
    listener = listening_socket()
    port, config, stop = listener.getsockname()[1], Config(), asyncio.Event()
    config.bind, config.errorlog, config.accesslog = [f"fd://{listener.detach()}"], None, None
    config.include_date_header = config.include_server_header = False
    config.graceful_timeout = 1
    server = asyncio.create_task(
        serve(ReverseProxy(upstream, **options), config, shutdown_trigger=stop.wait)
    )
    try:
        yield port
    finally:
        stop.set()
        await server


def through(upstream, scenario, **options):
    """Run `async def scenario(client)`, whose client asks by way of the proxy."""

    async def main():
        async with (
            proxy_to(upstream, **options) as port,
            Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client,
        ):
            return await scenario(client)

    return asyncio.run(main())


def raw(upstream, request):
    """Return what is answered to these octets, up to the end of the connection."""

    async def main():
        async with proxy_to(upstream) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    return asyncio.run(main())


class Waiting:
    """A handler for a `Peer` that says something and waits until the other side leaves."""

    def __init__(self, said=b""):
        self.said = said
        self.asked, self.left = threading.Event(), threading.Event()

    def __call__(self, connection):
        assert connection.recv(65536)
        self.asked.set()
        connection.sendall(self.said)
        with contextlib.suppress(ConnectionError):
            while connection.recv(65536):
                pass
        self.left.set()


async def until(event):
    assert await asyncio.to_thread(event.wait, 10)


def test_the_request_arrives_as_it_was_made(origin):
    async def scenario(client):
        answer = await client.put("/echo/a%2Fb//c?q=%2f&q=1", content=b"content")
        return answer.json()

    found = through(origin.plain, scenario)
    assert ("PUT", "/echo/a%2Fb//c?q=%2f&q=1") == (found["method"], found["target"])
    assert ("content", 7) == (found["body"], found["length"])


def test_fields_about_one_connection_and_what_clients_claim_stay_behind(origin):
    lines = [
        *("GET /echo HTTP/1.1", "Host: public.example", "Connection: close, X-Mine", "X-Mine: 1"),
        *("Keep-Alive: timeout=5", "TE: trailers", "Proxy-Connection: close", "X-Yours: 2"),
        *("Forwarded: for=10.0.0.1", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Host: a", "", ""),
    ]
    answer = raw(origin.plain, "\r\n".join(lines).encode())
    found = json.loads(answer.partition(b"\r\n\r\n")[2])["headers"]
    expected = {
        "host": origin.plain.removeprefix("http://"),
        "x-yours": "2",
        "forwarded": 'for=127.0.0.1;host="public.example";proto=http',
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": "public.example",
        "x-forwarded-proto": "http",
        "via": "1.1 proxy",
    }
    assert sorted(expected.items()) == sorted(map(tuple, found))


def test_responses_pass_as_they_are(origin):
    async def scenario(client):
        cookies = await client.get("/set-cookie?a=1&b=2")
        head = await client.head("/bytes/1000")
        moved = await client.get("/redirect/1", allow_redirects=False)
        async with client.stream("GET", "/gzip") as packed:
            coded = b"".join([piece async for piece in packed.raw()])
        statuses = [(await client.get(f"/status/{code}")).status_code for code in (204, 304, 404)]
        fields = [cookies.headers.get_list(name) for name in ("Set-Cookie", "Date", "Connection")]
        return fields, head.headers["Content-Length"], moved, coded, statuses

    (set_cookie, date, connection), length, moved, coded, statuses = through(origin.plain, scenario)
    assert (["a=1; Path=/", "b=2; Path=/"], 1, []) == (set_cookie, len(date), connection)
    assert ("1000", 302, "/echo") == (length, moved.status_code, moved.headers["Location"])
    assert b"\x1f\x8b" == coded[:2]
    assert [204, 304, 404] == statuses


def test_large_contents_go_both_ways_many_at_once(origin):
    async def pieces():
        for _ in range(16):
            yield bytes(LARGE // 16)

    async def scenario(client):
        async def one(number):
            if number % 2:
                return (
                    await client.get(f"/{'stream' if number % 4 == 1 else 'bytes'}/{LARGE}")
                ).content
            content = pieces() if number % 4 else bytes(LARGE)
            return (await client.post("/echo", content=content)).json()["length"]

        return await asyncio.gather(*[one(number) for number in range(12)])

    found = through(origin.plain, scenario)
    assert [LARGE] * 6 == found[::2]
    assert [pattern(LARGE)] * 6 == found[1::2]


def test_an_upstream_that_speaks_http_2_over_tls(origin, trust_by_default):
    trust_by_default(origin.authority.bundle)

    async def scenario(client):
        return (await client.post("/echo", content=bytes(LARGE))).json()

    found = through(origin.tls, scenario)
    assert ("2", LARGE) == (found["http_version"], found["length"])


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        pytest.param(lambda connection: None, 502, id="hangs-up"),
        pytest.param(
            lambda connection: connection.sendall(b"nonsense\r\n\r\n"), 502, id="nonsense"
        ),
        pytest.param(Waiting(), 504, id="silent"),
        pytest.param(Waiting(b"HTTP/1.1 200 OK\r\nX"), 504, id="silent-in-its-head"),
    ],
)
def test_an_upstream_that_fails_is_a_502_and_a_slow_one_a_504(handler, status):
    async def scenario(client):
        return [(await client.get("/")).status_code, (await client.post("/")).status_code]

    with Peer(handler) as peer:
        assert [status] * 2 == through(peer.url, scenario, timeout=Timeout(read=0.05))


def test_an_upstream_that_is_not_there_is_a_502():
    listener = listening_socket()
    port = listener.getsockname()[1]
    listener.close()

    async def scenario(client):
        return (await client.post("/", content=bytes(LARGE))).status_code

    assert 502 == through(f"http://127.0.0.1:{port}", scenario)


def test_a_response_that_breaks_off_is_not_taken_for_a_whole_one():
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    counted = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"

    async def scenario(client):
        for _ in range(2):
            with pytest.raises(RemoteProtocolError):
                await client.get("/")

    with Peer(
        *[
            lambda connection, said=said: (connection.recv(9999), connection.sendall(said))
            for said in (chunked, counted)
        ]
    ) as peer:
        through(peer.url, scenario)


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"


def test_a_client_that_leaves_in_the_content_takes_the_upstream_along():
    waiting = Waiting(HEAD)

    async def scenario(client):
        async with client.stream("GET", "/") as answer:
            assert b"hello" == await anext(answer.stream())
        await until(waiting.left)

    with Peer(waiting) as peer:
        through(peer.url, scenario)


async def unending():
    yield b"begin"
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("method", "content"), [("GET", lambda: None), ("POST", unending)], ids=["waiting", "uploading"]
)
def test_a_client_that_leaves_before_the_answer_takes_the_upstream_along(method, content):
    waiting = Waiting()

    async def scenario(client):
        asking = asyncio.create_task(client.request(method, "/", content=content()))
        await until(waiting.asked)
        asking.cancel()
        await asyncio.wait([asking])
        await until(waiting.left)

    with Peer(waiting) as peer:
        through(peer.url, scenario)


def test_an_answer_that_comes_during_the_upload_is_given_at_once():
    def refuse(connection):
        connection.recv(1000)
        connection.sendall(response(b"too much", "413 Content Too Large", b"Connection: close"))
        with contextlib.suppress(ConnectionError):
            while connection.recv(65536):
                pass

    async def content():
        while True:
            yield bytes(65536)

    async def scenario(client):
        answer = await client.post("/", content=content())
        return answer.status_code, answer.content

    with Peer(refuse) as peer:
        assert (413, b"too much") == through(peer.url, scenario)


@pytest.mark.parametrize("target", ["@127.0.0.1:9/", "*", "nowhere"])
def test_what_is_no_path_is_refused(target):
    with Peer() as peer:
        request = f"OPTIONS {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        answer = raw(peer.url, request.encode())
        assert b"HTTP/1.1 400" == answer[:12]
        assert 0 == peer.accepted
