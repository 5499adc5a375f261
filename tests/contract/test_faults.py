"""A server or a network that fails: the right error of the tree, the connection dropped, and the pool
usable afterwards."""

import socket
import threading

import pytest

import httpcore_client as httpcore
from testkit.origin import listening_socket
from testkit.peer import Peer, response

OK = response()


@pytest.fixture
def against(world):
    """Run a scenario against a scripted peer with a pool of one connection."""

    def against(peer, scenario, **options):
        async def inside():
            options.setdefault("pool_limits", httpcore.PoolLimits(max_connections=1))
            async with world.client(**options) as client:
                await scenario(client)

        with peer:
            world.run(inside)

    return against


def free_port():
    with listening_socket() as sock:
        return sock.getsockname()[1]


def test_a_refused_connection_is_a_connect_error(world):
    port = free_port()

    async def scenario():
        async with world.client() as client:
            with pytest.raises(httpcore.ConnectError) as caught:
                await client.get(f"http://127.0.0.1:{port}/")
            assert caught.value.phase == "connect"
            assert caught.value.method == "GET"
            assert f"GET http://127.0.0.1:{port}/: can't connect" in str(caught.value)

    world.run(scenario)


def test_a_name_that_does_not_resolve_is_a_connect_error(world):
    async def scenario():
        async with world.client() as client:
            with pytest.raises(httpcore.ConnectError, match="can't resolve 'no-such-host.invalid'"):
                await client.get("http://no-such-host.invalid/")

    world.run(scenario)


def cases():
    """Each: how the peer misbehaves on its first connection, and the error that it must give."""
    half = response(b"x" * 100)[:-50]
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    remote, read = httpcore.RemoteProtocolError, httpcore.ReadError
    return {
        "closes at once": (lambda p: p.answering(b""), remote),
        "resets at once": (lambda p: p.resetting(), remote),
        "half a head": (lambda p: p.answering(b"HTTP/1.1 200 OK\r\nContent-Le"), remote),
        "half a body": (lambda p: p.answering(half), remote),
        "half a body and a reset": (lambda p: p.resetting(half), (remote, read)),
        "no last chunk": (lambda p: p.answering(chunked), remote),
        "a chunk cut short": (lambda p: p.answering(chunked[:-4]), remote),
        "garbage": (lambda p: p.answering(b"\x16\x03\x01 what is this\r\n\r\n"), remote),
        "a length that is none": (
            lambda p: p.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\na"),
            remote,
        ),
        "two lengths": (
            lambda p: p.answering(
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
            ),
            remote,
        ),
        "gzip that is none": (
            lambda p: p.holding(response(b"not gzip", "200 OK", b"Content-Encoding: gzip")),
            httpcore.DecodingError,
        ),
        "gzip cut short": (
            lambda p: p.answering(
                response(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "200 OK", b"Content-Encoding: gzip")
            ),
            httpcore.DecodingError,
        ),
        "endless interim responses": (
            lambda p: p.answering(b"HTTP/1.1 102 Processing\r\n\r\n" * 50),
            remote,
        ),
        "a switch that nobody asked for": (
            lambda p: p.answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            remote,
        ),
    }


@pytest.mark.parametrize("name", cases())
def test_after_a_broken_exchange_the_next_one_works(against, name):
    make, error = cases()[name]
    peer = Peer()
    peer.handlers = (make(peer), peer.holding(OK, OK))

    async def scenario(client):
        with pytest.raises(error) as caught:
            await client.get(peer.url + "/?page=1&key=1")
        assert caught.value.method == "GET"
        assert caught.value.url == peer.url + "/?page=1&key=[secure]"
        assert (await client.get(peer.url)).text == "hello"
        assert (await client.get(peer.url)).text == "hello"
        assert peer.accepted == 2

    against(peer, scenario)


STALLS = {
    "before the head": b"",
    "within the head": b"HTTP/1.1 200 OK\r\nContent-",
    "within the body": response(b"x" * 100)[:-50],
}


@pytest.mark.parametrize("where", STALLS)
def test_a_stalled_server_is_a_read_timeout(against, where):
    peer = Peer()
    peer.handlers = (peer.holding(STALLS[where]), peer.holding(OK))

    async def scenario(client):
        with pytest.raises(httpcore.ReadTimeout, match="sent nothing for 0.2 s") as caught:
            await client.get(peer.url, timeout=httpcore.Timeout(read=0.2))
        assert caught.value.limit == 0.2
        assert caught.value.phase == "read"
        assert caught.value.elapsed >= 0.2
        assert isinstance(caught.value, TimeoutError)
        assert (await client.get(peer.url)).text == "hello"

    against(peer, scenario)


def test_a_server_that_stops_reading_is_a_write_timeout(against):
    peer = Peer()
    given_up = threading.Event()

    def deaf(connection):
        given_up.wait(10)

    peer.handlers = (deaf, peer.holding(OK))

    async def scenario(client):
        with pytest.raises(httpcore.WriteTimeout, match="took nothing for 0.3 s"):
            await client.post(
                peer.url, content=b"x" * 50_000_000, timeout=httpcore.Timeout(write=0.3)
            )
        given_up.set()
        assert (await client.get(peer.url)).text == "hello"

    against(peer, scenario)


@pytest.mark.transports("http1-plain", "http2-plain")
def test_b086_a_drip_ends_with_the_total(run):
    async def scenario(client, base):
        with pytest.raises(httpcore.TotalTimeout, match="longer than its total of 0.3 s") as caught:
            await client.get(base + "/drip", timeout=httpcore.Timeout(total=0.3))
        assert caught.value.phase == "read"
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario)


@pytest.mark.transports("http1-plain", "http2-plain")
def test_the_total_covers_redirects_and_a_streamed_body(run):
    async def scenario(client, base):
        timeout = httpcore.Timeout(total=0.15)
        with pytest.raises(httpcore.TotalTimeout):
            await client.get(base + "/redirect-to?url=/slow/5", timeout=timeout)
        with pytest.raises(httpcore.TotalTimeout):
            async with client.stream("GET", base + "/drip", timeout=timeout) as response:
                async for _ in response.stream():
                    pass

    run(scenario)


def test_a_wait_for_a_connection_ends_with_a_pool_timeout(run, transport):
    async def scenario(client, base):
        async with client.stream("GET", base + "/stall"):
            if transport.protocol == "HTTP/1.1":
                with pytest.raises(
                    httpcore.PoolTimeout, match="no connection became free"
                ) as caught:
                    await client.get(base + "/", timeout=httpcore.Timeout(pool=0.1))
                assert caught.value.phase == "pool"
            else:
                assert (await client.get(base + "/")).text == "hello, world"
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


def test_a_black_hole_is_a_connect_timeout(world):
    # A listener whose backlog is full answers no further SYN.
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(0)
    address = sock.getsockname()
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(address)
        fillers.append(filler)

    async def scenario():
        async with world.client() as client:
            with pytest.raises(httpcore.ConnectTimeout, match="within 0.3 s") as caught:
                await client.get(
                    f"http://127.0.0.1:{address[1]}/", timeout=httpcore.Timeout(connect=0.3)
                )
            assert caught.value.sent is False

    try:
        world.run(scenario)
    finally:
        for filler in fillers:
            filler.close()
        sock.close()


def test_a_stalled_handshake_is_a_connect_timeout(against):
    peer = Peer()
    peer.handlers = (peer.holding(b""),)

    async def scenario(client):
        with pytest.raises(httpcore.ConnectTimeout, match="TLS with 'localhost' was not finished"):
            await client.get(
                f"https://localhost:{peer.port}/", timeout=httpcore.Timeout(connect=0.2)
            )

    against(peer, scenario)


def test_plain_http_on_a_tls_port_is_a_connect_error(against):
    peer = Peer()

    def plain(connection):
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    peer.handlers = (plain,)

    async def scenario(client):
        with pytest.raises(httpcore.ConnectError, match="TLS with 'localhost' failed"):
            await client.get(f"https://localhost:{peer.port}/")

    against(peer, scenario)


CERTIFICATES = {
    "unknown authority": (("localhost",), {"ssl": None}, "unable to get local issuer"),
    "another name": (("elsewhere.test",), {}, "(?i)hostname mismatch"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_wrong_certificate_is_refused_before_anything_is_sent(against, authority, name):
    names, options, message = CERTIFICATES[name]
    peer = Peer(context=authority.server_context(names=names))
    peer.handlers = (peer.answering(OK),)

    async def scenario(client):
        with pytest.raises(httpcore.CertificateError, match=message) as caught:
            await client.get(peer.url, headers={"Authorization": "Bearer secret"})
        assert "secret" not in str(caught.value)
        assert peer.requests == []

    against(peer, scenario, **{"ssl": authority.bundle, **options})


def test_a_certificate_is_not_checked_when_told_so_with_a_warning(against, authority):
    from testkit.certificates import forget_contexts

    forget_contexts()
    peer = Peer(context=authority.server_context(names=("elsewhere.test",)))
    peer.handlers = (peer.holding(OK),)

    async def scenario(client):
        with pytest.warns(UserWarning, match="certificates are not verified"):
            assert (await client.get(peer.url)).text == "hello"

    against(peer, scenario, ssl=False)


def test_x14_a_context_of_the_callers_own_is_used_and_not_changed(run, authority, transport):
    import ssl

    context = ssl.create_default_context(cafile=authority.bundle)
    before = (context.options, context.verify_mode, context.check_hostname)

    async def scenario(client, base):
        response = await client.get(base + "/")
        if base.startswith("https") and "http1" not in transport.options:
            assert response.protocol == "HTTP/1.1"  # its owner offered no h2

    run(scenario, ssl=context)
    assert (context.options, context.verify_mode, context.check_hostname) == before


def test_bytes_that_nobody_asked_for_never_answer_the_next_request(against):
    peer = Peer()
    peer.handlers = (peer.holding(OK + response(b"EVIL")), peer.holding(response(b"SECOND")))

    async def scenario(client):
        assert (await client.get(peer.url)).text == "hello"
        assert (await client.get(peer.url)).text == "SECOND"

    against(peer, scenario)


def test_b062_a_dead_kept_alive_connection_is_replaced_for_a_get(against):
    peer = Peer()
    # The second request on the first connection is read, and answered by a close.
    peer.handlers = (peer.answering(OK, b""), peer.holding(response(b"again")))

    async def scenario(client):
        assert (await client.get(peer.url)).text == "hello"
        assert (await client.get(peer.url)).text == "again"
        assert peer.accepted == 2

    against(peer, scenario)


def test_b062_a_post_whose_bytes_went_out_is_never_sent_again(against):
    peer = Peer()
    peer.handlers = (peer.answering(OK, b""), peer.holding(response(b"again")))

    async def scenario(client):
        assert (await client.get(peer.url)).text == "hello"
        with pytest.raises(httpcore.RemoteProtocolError, match="without a response"):
            await client.post(peer.url, content=b"pay")
        assert peer.accepted == 1

    against(peer, scenario)


def test_an_early_answer_is_returned_although_the_upload_broke(against):
    peer = Peer()
    refusal = response(b"too large", "413 Content Too Large", b"Connection: close")

    def early(connection):
        connection.recv(1000)
        connection.sendall(refusal)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    peer.handlers = (early, peer.holding(OK))

    async def scenario(client):
        pieces = (b"x" * 100_000 for _ in range(20))
        answer = await client.post(peer.url, content=pieces)
        assert answer.status_code == 413
        assert (await client.get(peer.url)).text == "hello"

    against(peer, scenario)


def test_a_truncated_tls_stream_is_no_end_of_a_body(against, authority):
    peer = Peer(context=authority.server_context())

    def cut(connection):
        peer.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart of it")
        # Close the TCP connection below TLS, without close_notify.
        socket.socket(fileno=connection.detach()).close()

    peer.handlers = (cut,)

    async def scenario(client):
        with pytest.raises(httpcore.ReadError, match="close_notify"):
            await client.get(peer.url)

    against(peer, scenario, ssl=authority.bundle, http2=False)
