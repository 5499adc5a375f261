"""What a response tells of its connection and its time: to the second, over a scripted network."""

import gc
import pickle
import weakref
from datetime import timedelta

import h2.settings
import pytest

from httpcore_pool import (
    ConnectionInfo,
    ConnectionPool,
    HTTP11Connection,
    HTTPConnection,
    Network,
    NetworkStream,
    Options,
    PoolLimits,
    Proxy,
    ReadError,
    Request,
    Response,
    ScriptedBackend,
    ScriptedStream,
    SyncResponse,
    Timeout,
    Timings,
    TLSInfo,
    run_sync,
)
from httpcore_pool._connection_info import Dial

HERE = "http://example.org/"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
OK = HEAD + b"hello"
PATIENT = Timeout.of(None)


class SlowStream(ScriptedStream):
    """A stream whose writes take a while."""

    def __init__(self, script, peer, backend):
        super().__init__(script, peer)
        self._backend = backend

    async def write(self, data, timeout=None):
        await super().write(data, timeout)
        self._backend.time += self._backend.write_seconds


class SlowNetwork(ScriptedBackend):
    """Connecting takes 10 seconds, each write 3; a script's `after` says how long a read takes."""

    def __init__(self, *scripts):
        super().__init__(*scripts)
        self.time = 1000.0
        self.write_seconds = 3.0

    async def connect_tcp(self, addresses, timeout, how=None):
        self.time += 10
        stream = await super().connect_tcp(addresses, timeout, how)
        self.streams[-1] = SlowStream(stream._steps, stream.peer, self)
        return self.streams[-1]

    def after(self, seconds, data):
        """A step that gives data, or raises, later."""

        def play(stream):
            self.time += seconds
            if isinstance(data, BaseException):
                raise data
            return data

        return play

    def play(self, *scripts):
        """Take scripts, of pairs (seconds, data)."""
        self._scripts += [[self.after(*step) for step in script] for script in scripts]
        return self


def get(url=HERE, content=None, headers=None, **options):
    return Request("GET", url, content, headers=headers, options=Options(**options))


async def send(adapter, request=None):
    response = await adapter.send(request or get())
    await response.read()
    return response


def facts(response):
    """Its timings in short, and the seconds to its head."""
    timings = response.connection.timings
    return {
        **{name: getattr(timings, name) for name in timings._fields if getattr(timings, name)},
        "elapsed": response.elapsed.total_seconds(),
    }


def test_each_phase_has_its_time_and_together_they_are_the_total(run):
    async def scenario():
        backend = SlowNetwork().play([(5, HEAD), (7, b"hello")])
        async with ConnectionPool(backend) as pool:
            return await send(pool)

    response = run(scenario)
    assert response.connection.number > 0
    assert response.connection.copy_with(number=0) == ConnectionInfo(
        peer="example.org:80",
        local="scripted:0",
        protocol="HTTP/1.1",
        timings=Timings(dns=0.0, connect=10.0, send=3.0, wait=5.0, receive=7.0, total=25.0),
    )
    assert response.connection.reused is False
    assert timedelta(seconds=18) == response.elapsed


def test_a_look_up_has_its_time_where_there_was_one(run):
    async def scenario(url):
        backend = SlowNetwork().play([(5, OK)])

        async def slow(host):
            backend.time += 2
            return ["192.0.2.1"]

        async with ConnectionPool(backend, network=Network(resolver=slow)) as pool:
            return (await send(pool, get(url))).connection.timings

    assert (2, 10) == ((timings := run(lambda: scenario(HERE))).dns, timings.connect)
    for address in ("http://192.0.2.1/", "http://[2001:db8::1]/"):
        assert (None, 10) == ((timings := run(lambda a=address: scenario(a))).dns, timings.connect)


def test_the_end_has_no_time_before_the_body_ends(run):
    async def scenario():
        backend = SlowNetwork().play([(5, HEAD), (7, b"hello")])
        async with ConnectionPool(backend) as pool:
            response = await pool.send(get())
            before = response.connection
            await response.read()
            return before.timings, response.connection.timings

    open_, ended = run(scenario)
    assert (None, None, 5.0) == (open_.receive, open_.total, open_.wait)
    assert (7.0, 25.0, 5.0) == (ended.receive, ended.total, ended.wait)


@pytest.mark.parametrize("end", ["close", "break"])
def test_a_body_that_is_closed_or_breaks_ends_then(run, end):
    async def scenario():
        backend = SlowNetwork().play([(5, HEAD), (7, ReadError("reset"))])
        async with ConnectionPool(backend) as pool:
            response = await pool.send(get())
            if end == "close":
                backend.time += 2
                await response.close()
            else:
                with pytest.raises(ReadError):
                    await response.read()
            return response.connection.timings

    timings = run(scenario)
    assert ((2.0, 20.0) if end == "close" else (7.0, 25.0)) == (timings.receive, timings.total)


def test_a_kept_connection_is_reused_and_was_not_dialled_again(run):
    async def scenario():
        backend = SlowNetwork().play([(5, OK), (6, OK), (7, OK)])
        async with ConnectionPool(backend) as pool:
            return [await send(pool) for _ in range(3)]

    responses = run(scenario)
    assert [0, 1, 2] == [each.connection.requests_before for each in responses]
    assert [False, True, True] == [each.connection.reused for each in responses]
    assert [
        {"connect": 10, "send": 3, "wait": 5, "total": 18, "elapsed": 18},
        {"send": 3, "wait": 6, "total": 9, "elapsed": 9},
        {"send": 3, "wait": 7, "total": 10, "elapsed": 10},
    ] == [facts(each) for each in responses]


def test_a_connection_opened_ahead_is_not_reused_and_was_not_dialled_for_the_request(run):
    async def scenario():
        backend = SlowNetwork().play([(5, OK)])
        async with ConnectionPool(backend) as pool:
            await pool.warm(HERE)
            return await send(pool)

    response = run(scenario)
    assert response.connection.reused is False
    assert {"send": 3, "wait": 5, "total": 8, "elapsed": 8} == facts(response)


def test_phases_are_those_of_the_last_attempt_and_the_total_of_all(run):
    async def scenario():
        backend = SlowNetwork().play([(5, OK), (20, ReadError("reset"))], [(6, OK)])
        async with ConnectionPool(backend) as pool:
            return [await send(pool) for _ in range(2)]

    last = run(scenario)[1]
    assert {"connect": 10, "send": 3, "wait": 6, "total": 42, "elapsed": 42} == facts(last)


def test_an_attempt_over_a_connection_at_hand_was_not_dialled(run):
    async def scenario():
        breaks = [(5, HEAD), (0, b"hello"), (20, ReadError("reset"))]
        backend = SlowNetwork().play(breaks, [(6, OK)] * 2)
        async with ConnectionPool(backend, limits=PoolLimits(keepalive_expiry=None)) as pool:
            first = await pool.send(get())
            await send(pool)
            await first.read()
            return await send(pool)

    last = run(scenario)
    assert {"send": 3, "wait": 6, "total": 32, "elapsed": 32} == facts(last)
    assert 1 == last.connection.requests_before


def test_informational_responses_are_waited_through(run):
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"

    async def scenario():
        async with ConnectionPool(SlowNetwork().play([(5, early), (7, OK)])) as pool:
            return await send(pool)

    assert {"connect": 10, "send": 3, "wait": 12, "total": 25, "elapsed": 25} == facts(
        run(scenario)
    )


def test_the_wait_for_a_go_ahead_is_part_of_sending(run):
    go_ahead = b"HTTP/1.1 100 Continue\r\n\r\n"
    request = get(content=b"body", headers={"Expect": "100-continue"})

    async def scenario():
        async with ConnectionPool(SlowNetwork().play([(5, go_ahead), (7, OK)])) as pool:
            return await send(pool, request)

    assert {"connect": 10, "send": 11, "wait": 7, "total": 28, "elapsed": 28} == facts(
        run(scenario)
    )


def test_a_response_that_comes_before_all_was_sent_ends_the_sending(run):
    request = get(content=b"body", headers={"Expect": "100-continue"})
    no = b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"

    async def scenario():
        async with ConnectionPool(SlowNetwork().play([(5, no)])) as pool:
            return await send(pool, request)

    assert {"connect": 10, "send": 8, "total": 18, "elapsed": 18} == facts(run(scenario))


def test_a_tunnel_has_a_phase_of_its_own_and_its_proxy_no_password(run):
    connected = b"HTTP/1.1 200 Connected\r\n\r\n"

    async def scenario():
        backend = SlowNetwork().play([(4, connected), (5, ReadError("no TLS today"))])
        proxy = Proxy("http://user:secret@proxy.test:3128")
        connection = HTTPConnection("https://example.org/", backend, proxy=proxy)
        dial = Dial()
        with pytest.raises(Exception, match="no TLS today"):
            await connection.connect(get("https://example.org/", timeout=PATIENT), dial)
        return dial.phases

    assert {"dns": 0, "connect": 10, "proxy": 7, "tls": 8} == run(scenario)  # what fails takes time


def test_a_forwarding_proxy_is_told_without_its_password(run):
    async def scenario():
        proxy = Proxy("http://user:secret@proxy.test:3128")
        async with ConnectionPool(SlowNetwork().play([(5, OK)]), proxy=proxy) as pool:
            return await send(pool)

    connection = run(scenario).connection
    assert ("proxy.test:3128", "http://user:[secure]@proxy.test:3128/") == (
        connection.peer,
        connection.proxy,
    )
    assert None is connection.timings.proxy


def test_connections_tell_the_same_without_a_pool(run):
    async def scenario():
        backend = SlowNetwork().play([(5, OK), (6, OK)])
        connection = HTTPConnection(HERE, backend)
        first, second = await send(connection), await send(connection)
        stream = SlowStream([backend.after(7, OK)], "a.test:80", backend)
        third = await send(HTTP11Connection(stream, backend))
        await connection.close()
        return [facts(each) for each in (first, second, third)]

    assert [
        {"connect": 10, "send": 3, "wait": 5, "total": 18, "elapsed": 18},
        {"send": 3, "wait": 6, "total": 9, "elapsed": 9},
        {"send": 3, "wait": 7, "total": 10, "elapsed": 10},
    ] == run(scenario)


def test_http_2_tells_the_same(run, h2_peer):
    async def scenario():
        backend, peer = SlowNetwork(), h2_peer()

        def step(seconds, act):
            def play(stream):
                backend.time += seconds
                return peer.step(act)(stream)

            return play

        script = [
            step(5, lambda peer: peer.head(1)),
            step(7, lambda peer: peer.h2.send_data(1, b"hello", end_stream=True)),
            step(6, lambda peer: peer.answer(3, b"hello")),
        ]
        backend._scripts.append(script)
        async with ConnectionPool(backend, http1=False) as pool:
            return [await send(pool), await send(pool)]

    first, second = run(scenario)
    assert ("HTTP/2", 0, 1) == (
        first.connection.protocol,
        first.connection.requests_before,
        second.connection.requests_before,
    )
    kept = {"send": 3, "wait": 6, "total": 9, "elapsed": 9}
    assert kept == facts(second)
    shown = facts(first)
    # While it waits it acknowledges the server's SETTINGS, which is a write, too.
    assert (10, 5 + 3, 7) == (shown["connect"], shown["wait"], shown["receive"])
    assert shown["total"] == sum(shown[each] for each in ("connect", "send", "wait", "receive"))


def test_the_wait_for_a_stream_of_http_2_is_one_for_a_connection(run, h2_peer):
    async def scenario():
        backend = SlowNetwork()
        peer = h2_peer({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1})
        backend.write_seconds = 0

        def step(seconds, act):
            play = peer.step(act)
            return lambda stream: setattr(backend, "time", backend.time + seconds) or play(stream)

        connection = peer.connect(step(1, lambda peer: peer.head(1)), backend=backend)
        first = await connection.send(get())
        ends = step(4, lambda peer: peer.h2.send_data(1, b"one", end_stream=True))
        peer.stream._steps += [ends, step(6, lambda peer: peer.answer(3, b"two"))]
        second = await send(connection)
        await first.read()
        return second

    second = run(scenario)
    assert {"pool": 4, "wait": 6, "total": 10, "elapsed": 10} == facts(second)
    assert 1 == second.connection.requests_before


def test_a_response_to_half_an_upload_over_http_2_ends_the_sending(run, h2_peer):
    async def scenario():
        backend, peer = SlowNetwork(), h2_peer()
        backend.write_seconds = 0
        play = peer.step(lambda peer: peer.answer(1, b"", 413))

        def refuse(stream):
            backend.time += 5
            return play(stream)

        connection = peer.connect(refuse, backend=backend)
        response = await send(connection, get(content=b"x" * 100_000))
        await connection.close()
        return response

    response = run(scenario)
    assert (413, {"send": 5, "total": 5, "elapsed": 5}) == (response.status_code, facts(response))


@pytest.mark.parametrize("leaves", [False, True])
def test_who_is_asked_by_a_forwarding_proxy_is_told_of_the_attempt_that_passed(run, leaves):
    asks = (
        b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\nProxy-Authenticate: Digest realm=r, nonce=n\r\n"
    )

    class Twice:
        def proxy_flow(self, proxy, method, target):
            yield ()
            yield (("Proxy-Authorization", "I"),)

    async def scenario():
        question = asks + (b"Connection: close\r\n\r\n" if leaves else b"\r\n")
        backend = SlowNetwork()
        backend.play(*([[(5, question)], [(6, OK)]] if leaves else [[(5, question), (6, OK)]]))
        proxy = Proxy("http://proxy.test:3128", auth=Twice())
        async with ConnectionPool(backend, proxy=proxy) as pool:
            return await send(pool)

    response = run(scenario)
    assert (0 if leaves else 1) == response.connection.requests_before
    total = 10 + 3 + 5 + (10 if leaves else 0) + 3 + 6
    shown = {"connect": 10, "send": 3, "wait": 6, "total": total, "elapsed": total}
    assert shown == facts(response)


@pytest.mark.parametrize("tls", [False, True])
def test_an_https_proxy_has_tls_of_its_own(
    world, pool_of, origin, peer, proxy_server, handlers, authority, tls
):
    forwards = handlers.replies(OK)
    proxy = peer(proxy_server() if tls else forwards, context=authority.server_context())

    async def scenario():
        async with pool_of(world, proxy=proxy.url, http2=False) as pool:
            return await send(pool, get(origin.tls if tls else HERE))

    connection = world.run(scenario).connection
    assert connection.proxy_tls.certificate
    assert tls is (connection.tls is not None)
    if tls:
        assert connection.tls.certificate != connection.proxy_tls.certificate
    assert ("http/1.1", True) == (connection.proxy_tls.alpn, connection.timings.proxy > 0)


def test_raw_streams_tell_what_is_known_of_the_one_below(run, h2_peer):
    switched = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
    fields = {"Connection": "Upgrade", "Upgrade": "echo"}

    async def scenario():
        backend = SlowNetwork().play([(5, switched)])
        async with ConnectionPool(backend) as pool:
            response = await pool.send(get(headers=fields))
            raw = response.network_stream
            backend.time += 7
            await raw.close()
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda peer: peer.head(1)))
        tunnel = (await connection.send(Request("CONNECT", HERE))).network_stream
        await tunnel.close()
        await connection.close()
        told = [(each.local, each.tls_info) for each in (raw, tunnel)]
        return told, response.connection.timings.receive

    assert ([("scripted:0", None)] * 2, 7.0) == run(scenario)


def test_a_stream_need_not_know_its_own_address():
    class Bare(ScriptedStream):
        local = NetworkStream.local

    assert ("", None) == (Bare().local, Bare().tls_info)


def test_what_no_network_gave_has_no_connection_and_took_no_time():
    response = Response(200, request=get())
    assert (None, timedelta(0)) == (response.connection, response.elapsed)


def test_the_twin_for_threads_tells_the_same():
    async def scenario():
        async with ConnectionPool(SlowNetwork().play([(5, HEAD), (7, b"hello")])) as pool:
            response = await pool.send(get())
            twin = SyncResponse(response)
            await response.read()
            return response, twin

    response, twin = run_sync(scenario())
    assert (response.connection, response.elapsed) == (twin.connection, twin.elapsed)
    assert 25.0 == twin.connection.timings.total


def test_a_record_pickles_and_outlives_its_connection():
    async def scenario():
        backend = SlowNetwork().play([(5, OK)])
        async with ConnectionPool(backend) as pool:
            response = await send(pool)
        return response, weakref.ref(backend.streams.pop())

    response, stream = run_sync(scenario())
    gc.collect()
    assert None is stream()
    assert response.connection == pickle.loads(pickle.dumps(response.connection))


def test_a_certificate_is_shown_by_its_size():
    shown = repr(TLSInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", "h2", b"x" * 1000))
    assert shown == (
        "TLSInfo(version='TLSv1.3', cipher='TLS_AES_128_GCM_SHA256', alpn='h2', "
        "certificate=<1000 bytes>, resumed=False)"
    )
    assert "<0 bytes>" in repr(TLSInfo("TLSv1.2", "AECDH-NULL-SHA"))
