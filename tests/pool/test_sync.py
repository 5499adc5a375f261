"""`SyncConnectionPool`: each method drives the async one."""

import pytest

from httpcore_pool import (
    ClosedError,
    Network,
    PoolLimits,
    Request,
    ScriptedBackend,
    SyncBackend,
    SyncConnectionPool,
    SyncResponse,
    Timeout,
    TLSConfig,
)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_it_sends_over_blocking_sockets_by_default():
    with SyncConnectionPool() as pool:
        assert isinstance(pool.backend, SyncBackend)


def test_it_sends_and_returns_a_response_for_threads():
    backend = ScriptedBackend([ANSWER])
    with SyncConnectionPool(backend, limits=PoolLimits(1), timeout=Timeout(connect=1)) as pool:
        response = pool.send(Request("GET", "http://example.org/"))
        assert (SyncResponse, b"hello", 1, backend) == (
            type(response),
            response.read(),
            pool.connections_opened,
            pool.backend,
        )


def test_it_says_what_it_does_with_requests_that_say_nothing():
    network = Network(unix_socket="/a")
    with SyncConnectionPool(ScriptedBackend(), ssl=False, network=network) as pool:
        assert (TLSConfig(False), network) == (pool.ssl, pool.network)


def test_leaving_the_block_closes_the_pool():
    with SyncConnectionPool(ScriptedBackend([ANSWER])) as pool:
        pass
    with pytest.raises(ClosedError, match="the pool is closed"):
        pool.send(Request("GET", "http://example.org/"))


def test_repr_tells_the_state():
    pool = SyncConnectionPool(ScriptedBackend())
    assert "<SyncConnectionPool on scripted, 0 open, 0 idle, 0 waiting>" == repr(pool)
    pool.close()
    assert "<SyncConnectionPool on scripted, closed>" == repr(pool)


def test_it_opens_connections_ahead_and_counts():
    with SyncConnectionPool(ScriptedBackend([], [lambda stream: ANSWER])) as pool:
        assert 2 == pool.warm("http://example.org/", count=2)
        pool.send(Request("GET", "http://example.org/")).read()
        now = pool.stats()
        assert (2, 1, 1) == (now.idle, now.requests, now.reused)


def test_it_works_over_real_sockets(origin):
    with SyncConnectionPool(ssl=origin.authority.bundle) as pool:
        for url in (origin.plain, origin.tls):
            assert b"hello, world" == pool.send(Request("GET", url)).read()
