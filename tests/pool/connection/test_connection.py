"""`HTTPConnection`: dialling once, learning the protocol, and what fails on the way."""

import asyncio
import ssl

import pytest

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    ConnectError,
    ConnectTimeout,
    HTTPConnection,
    InvalidRequest,
    Options,
    ReadTimeout,
    Request,
    ScriptedBackend,
    Timeout,
    TLSConfig,
    TotalTimeout,
    run_sync,
)
from httpcore_pool.connection._dial import Dialler
from httpcore_urls import URL, Origin

HERE = "http://example.org/"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def asked(data=OK):
    return lambda stream: data


async def raised_by(awaitable):
    with pytest.raises(BaseException) as caught:
        await awaitable
    return caught.value


async def body_of(connection, url=HERE, **options):
    request = Request("GET", url, options=Options(**options))
    return await (await connection.send(request)).read()


@pytest.mark.parametrize("origin", [HERE, URL(HERE + "path"), Origin(HERE)])
def test_the_origin_may_be_text_a_url_or_one(origin):
    assert Origin(HERE) == HTTPConnection(origin, ScriptedBackend()).origin


def test_one_protocol_must_be_allowed():
    with pytest.raises(ValueError, match="can't both be False"):
        HTTPConnection(HERE, ScriptedBackend(), http1=False, http2=False)


def test_it_is_dialled_by_the_first_request(run):
    async def scenario():
        backend = ScriptedBackend([asked(), asked()])
        connection = HTTPConnection(HERE, backend)
        facts = [
            (connection.is_connected, connection.is_closed, connection.capacity),
            (connection.protocol, connection.exchanges, await connection.is_stale()),
            repr(connection),
        ]
        bodies = await body_of(connection), await body_of(connection)
        facts += [
            (connection.is_connected, connection.is_closed, connection.capacity),
            (connection.protocol, connection.exchanges, await connection.is_stale()),
            repr(connection),
        ]
        return facts, bodies, backend.dialled

    assert (
        [
            (False, False, 1),
            (None, 0, False),
            "<HTTPConnection http://example.org, not dialled>",
            (True, False, 1),
            ("HTTP/1.1", 2, False),
            "<HTTPConnection http://example.org, "
            "<HTTP11Connection to example.org:80, idle, 2 requests>>",
        ],
        (b"hello", b"hello"),
        [("example.org", 80)],
    ) == run(scenario)


def test_connect_again_is_the_same_connection(run):
    async def scenario():
        connection = HTTPConnection(HERE, ScriptedBackend([]))
        request = Request("GET", HERE)
        return await connection.connect(request) is await connection.connect(request)

    assert run(scenario)


def test_who_comes_during_the_dial_shares_it(world, origin, authority):
    async def scenario():
        connection = HTTPConnection(
            origin.tls, world.Backend(), ssl=TLSConfig(authority.bundle), timeout=Timeout(connect=5)
        )

        async def one():
            return await body_of(connection, origin.tls)

        bodies = await world.gather(*[one] * 5)
        protocol = connection.protocol
        await connection.close()
        return bodies, protocol

    assert ([b"hello, world"] * 5, "HTTP/2") == world.run(scenario)


def test_waiting_for_anothers_dial_is_part_of_connecting():
    connection = HTTPConnection(HERE, ScriptedBackend([asked()]), timeout=Timeout(connect=2))
    run_sync(connection._dialling.acquire(None))
    error = run_sync(raised_by(body_of(connection)))
    assert (ConnectTimeout, 2) == (type(error), error.limit)


def test_a_dial_without_a_limit_that_never_ends_is_told():
    connection = HTTPConnection(HERE, ScriptedBackend([asked()]), timeout=Timeout.of(None))
    run_sync(connection._dialling.acquire(None))
    assert "within its limit" in str(run_sync(raised_by(body_of(connection))))


def test_a_failed_dial_is_tried_again_by_the_next_request(run):
    async def scenario():
        backend = ScriptedBackend(ConnectError("refused"), [asked()])
        connection = HTTPConnection(HERE, backend)
        error = await raised_by(body_of(connection))
        return str(error), await body_of(connection)

    assert ("GET http://example.org/: refused, after 0.00 s", b"hello") == run(scenario)


def test_an_interrupted_dial_passes_and_can_be_tried_again():
    connection = HTTPConnection(HERE, ScriptedBackend(KeyboardInterrupt(), [asked()]))
    assert KeyboardInterrupt is type(run_sync(raised_by(body_of(connection))))
    assert b"hello" == run_sync(body_of(connection))


def test_a_dial_that_ends_after_the_deadline_is_a_total_timeout():
    backend = ScriptedBackend()

    async def late(addresses, timeout, how):
        backend.time = 5.0
        raise ConnectTimeout("slow", timeout)

    backend.connect_tcp = late
    connection = HTTPConnection(HERE, backend, timeout=Timeout(connect=9, total=4))
    error = run_sync(raised_by(body_of(connection)))
    assert (TotalTimeout, 4, "connect", False) == (
        type(error),
        error.limit,
        error.phase,
        error.sent,
    )


def test_no_descriptor_left_for_what_is_imported_late_is_a_connect_error(monkeypatch):
    async def dial(self, request, budget, dial):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(Dialler, "dial", dial)
    error = run_sync(raised_by(body_of(HTTPConnection(HERE, ScriptedBackend()))))
    assert ConnectError is type(error)
    assert error.message.endswith("could not be made: Too many open files")


def test_the_limit_of_connecting_covers_its_steps_together(run):
    async def scenario():
        class Slow(ScriptedBackend):
            async def connect_tcp(self, addresses, timeout, how=None):
                self.time += 3.0
                return await super().connect_tcp(addresses, timeout, how)

        limits = []

        class Noting(Slow):
            async def connect_tcp(self, addresses, timeout, how=None):
                stream = await super().connect_tcp(addresses, timeout, how)

                async def read(max_bytes, timeout=None):
                    limits.append(timeout)
                    raise ReadTimeout("silent", timeout)

                stream.read = read
                return stream

        connection = HTTPConnection(
            "https://example.org", Noting([]), timeout=Timeout(connect=5), ssl=context
        )
        error = await raised_by(body_of(connection, "https://example.org/"))
        return limits, type(error), error.limit

    context = TLSConfig(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert ([2.0], ConnectTimeout, 5) == run(scenario)


def test_a_closed_connection_refuses_before_and_after_it_was_dialled(run):
    async def scenario():
        backend = ScriptedBackend([asked()])
        before, after = HTTPConnection(HERE, backend), HTTPConnection(HERE, backend)
        await before.close()
        await body_of(after)
        await after.close()
        errors = [type(await raised_by(body_of(each))) for each in (before, after)]
        return errors, repr(before), before.is_closed, after.is_closed, await after.is_stale()

    shown = "<HTTPConnection http://example.org, closed>"
    assert ([ClosedError, ClosedError], shown, True, True, True) == run(scenario)


def test_a_connection_that_is_closed_while_another_dials_refuses():
    async def scenario():
        connection = HTTPConnection(HERE, AsyncioBackend())
        await connection._dialling.acquire(None)
        waiting = asyncio.ensure_future(raised_by(body_of(connection)))
        await asyncio.sleep(0)
        await connection.close()
        connection._dialling.release()
        return type(await waiting)

    assert ClosedError is asyncio.run(scenario())


def test_who_waited_for_the_dial_finds_it_done():
    async def scenario():
        connection = HTTPConnection(HERE, AsyncioBackend())
        await connection._dialling.acquire(None)
        waiting = asyncio.ensure_future(connection.connect(Request("GET", HERE)))
        await asyncio.sleep(0)
        connection._inner = found = object()
        connection._dialling.release()
        return await waiting is found

    assert asyncio.run(scenario())


# Which protocol.


def test_prior_knowledge_speaks_http_2_in_cleartext(world, origin):
    async def scenario():
        connection = HTTPConnection(origin.plain, world.Backend(), http1=False)
        body = await body_of(connection, origin.plain)
        protocol = connection.protocol
        await connection.close()
        return body, protocol

    assert (b"hello, world", "HTTP/2") == world.run(scenario)


@pytest.mark.parametrize(
    ("http1", "http2", "alpn", "protocol"),
    [
        (True, True, ("h2", "http/1.1"), "HTTP/2"),
        (True, True, ("http/1.1",), "HTTP/1.1"),
        (True, True, (), "HTTP/1.1"),
        (True, False, ("h2", "http/1.1"), "HTTP/1.1"),
        (False, True, ("h2",), "HTTP/2"),
        (False, True, (), "HTTP/2"),
    ],
)
def test_alpn_decides_over_tls(world, peer, handlers, authority, http1, http2, alpn, protocol):
    server = peer(handlers.drain, context=authority.server_context(alpn=alpn))

    async def scenario():
        connection = HTTPConnection(
            server.url,
            world.Backend(),
            ssl=TLSConfig(authority.bundle),
            http1=http1,
            http2=http2,
        )
        await connection.connect(Request("GET", server.url))
        found = connection.protocol
        await connection.close()
        return found

    assert protocol == world.run(scenario)


@pytest.mark.parametrize(
    ("chosen", "spoken", "hint"),
    [
        ("h2", {"http2": False}, "but http2=False: {}, or give http2=True"),
        ("http/1.1", {"http1": False}, "but http1=False: {}, or give http1=True"),
        ("acme-tls/1", {}, "but nothing here speaks it: {}"),
    ],
)
def test_a_protocol_that_was_not_offered_is_refused(
    peer, handlers, authority, chosen, spoken, hint
):
    # A caller's own context offers what its owner has set, whatever http2= says.
    context = ssl.create_default_context(cafile=authority.bundle)
    context.set_alpn_protocols([chosen])
    server = peer(handlers.drain, context=authority.server_context(alpn=(chosen,)))

    async def scenario():
        connection = HTTPConnection(server.url, AsyncioBackend(), ssl=TLSConfig(context), **spoken)
        return await raised_by(body_of(connection, server.url))

    error = asyncio.run(scenario())
    assert ConnectError is type(error)
    told = hint.format("leave it out of the context's set_alpn_protocols()")
    assert f"the server chose {chosen!r}, which the ssl.SSLContext offers, {told}" in str(error)


def test_a_trust_that_can_not_be_loaded_closes_the_stream(tmp_path):
    path = tmp_path / "not.pem"
    path.write_text("hello")
    backend = ScriptedBackend([])
    connection = HTTPConnection("https://example.org", backend, ssl=TLSConfig(str(path)))
    assert InvalidRequest is type(run_sync(raised_by(body_of(connection, "https://example.org/"))))
    assert backend.streams[0].closed
