"""TLS over a stream: the handshake, records, the end, and what fails."""

import ssl

import pytest

from httpcore_pool import (
    CertificateError,
    ConnectError,
    ConnectTimeout,
    InvalidRequest,
    Options,
    ReadError,
    ReadTimeout,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    TLSConfig,
    TLSStream,
    WriteError,
    WriteTimeout,
    run_sync,
)
from httpcore_pool._config import Budget
from httpcore_pool._until import Until

NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)


# A scripted server that speaks TLS in memory.


class TLSPeer:
    """The server's half of TLS over a scripted stream, driven from its script."""

    def __init__(self, context):
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._seen = 0
        self.received = b""

    def step(self, act=None):
        def play(stream):
            self._in.write(stream.written[self._seen :])
            self._seen = len(stream.written)
            if act is not None:
                act(self)
            return self._out.read() or None

        return play

    def handshake(self):
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass

    def hands(self):
        """Enough steps for a handshake."""
        return [self.step(TLSPeer.handshake)] * 3

    def says(self, data):
        return self.step(lambda peer: peer.tls.write(data))

    def hears(self):
        def act(peer):
            peer.received += peer.tls.read(65536)

        return self.step(act)

    def leaves(self):
        def act(peer):
            try:
                peer.tls.unwrap()
            except ssl.SSLWantReadError:
                pass

        return self.step(act)


@pytest.fixture
def make(authority):
    """A client stream and its scripted peer: `make(lambda peer: steps)`."""

    def make_(steps, backend=None, name="localhost", tickets=2, **options):
        context = authority.server_context(**options)
        context.num_tickets = tickets
        peer = TLSPeer(context)
        stream = ScriptedStream(steps(peer))
        secure = TLSStream(
            stream, authority.bundle, name, backend or ScriptedBackend(), alpn=("h2", "http/1.1")
        )
        return secure, stream, peer

    return make_


def test_bytes_go_both_ways(run, make):
    async def scenario():
        secure, _, peer = make(
            lambda peer: [*peer.hands(), peer.hears(), peer.says(b"answer"), peer.leaves()]
        )
        await secure.handshake(NO_LIMIT)
        await secure.write(b"question")
        got = await secure.read(100, None)
        return got, peer.received, await secure.read(100, None), await secure.read(100, None)

    assert (b"answer", b"question", b"", b"") == run(scenario)


def test_the_dot_of_the_root_is_no_part_of_the_name_that_is_checked(run, make):
    async def scenario():
        secure, _, peer = make(
            lambda peer: [*peer.hands(), peer.says(b"answer")], name="localhost."
        )
        names = []
        peer.tls.context.sni_callback = lambda tls, name, context: names.append(name)
        await secure.handshake(NO_LIMIT)
        return names, await secure.read(100, None)

    assert (["localhost"], b"answer") == run(scenario)


def test_a_read_is_cut_at_its_limit_and_joins_records(make):
    secure, stream, _ = make(
        lambda peer: [
            *peer.hands(),
            peer.step(lambda p: [p.tls.write(b"abc"), p.tls.write(b"def")]),
        ]
    )

    async def scenario():
        assert secure.tls_info is None
        await secure.handshake(NO_LIMIT)
        assert secure.is_readable() is False
        first = await secure.read(4, None)
        readable = secure.is_readable()
        return first, readable, await secure.read(100, None), secure.peer, secure.alpn

    assert (b"abcd", True, b"ef", "scripted:0", "http/1.1") == run_sync(scenario())
    assert ("TLSv1.3", "http/1.1") == (secure.tls_info.version, secure.tls_info.alpn)
    assert "scripted:0" == secure.local


def test_a_record_is_not_held_back_for_the_one_that_is_on_its_way(make):
    def steps(peer):
        def all_but_the_end(stream):
            data = peer.step(lambda p: [p.tls.write(b"abc"), p.tls.write(b"def")])(stream)
            stream._steps.append(data[-5:])
            return data[:-5]

        return [*peer.hands(), all_but_the_end]

    secure, _, _ = make(steps)

    async def scenario():
        await secure.handshake(NO_LIMIT)
        return await secure.read(100, None), await secure.read(100, None)

    assert (b"abc", b"def") == run_sync(scenario())


@pytest.mark.parametrize("size", [16384, 2 * 16384, 40_000])
def test_the_records_of_a_large_answer_come_as_one(make, size):
    data = bytes(range(250)) * (size // 250) + bytes(size % 250)
    secure, _, _ = make(lambda peer: [*peer.hands(), peer.says(data), peer.says(b"more")])

    async def scenario():
        await secure.handshake(NO_LIMIT)
        return await secure.read(1_000_000, None), await secure.read(5, None)

    assert (data, b"more") == run_sync(scenario())


def test_a_large_write_leaves_in_pieces(make):
    data = bytes(range(250)) * 4000
    secure, stream, peer = make(lambda peer: peer.hands())
    sizes = []

    async def scenario():
        await secure.handshake(NO_LIMIT)
        write = stream.write

        async def counting(data, timeout=None):
            sizes.append(len(data))
            await write(data, timeout)

        stream.write = counting
        await secure.write(data)
        got = []

        def act(peer):
            try:
                while True:
                    got.append(peer.tls.read(16384))
            except ssl.SSLWantReadError:
                pass

        peer.step(act)(stream)
        return b"".join(got)

    assert data == run_sync(scenario())
    assert len(sizes) == 4
    assert max(sizes) < 300_000


@pytest.mark.parametrize("taken", [0, 10, None], ids=["nothing", "a part", "all"])
def test_a_write_that_ran_out_of_time_goes_on_where_it_was(run, make, taken):
    async def scenario():
        secure, stream, peer = make(lambda peer: peer.hands())
        await secure.handshake(NO_LIMIT)
        write = stream.write_some

        async def slow(data, timeout=None):
            stream.write_some = write
            error = WriteTimeout("too slow", timeout)
            error.taken = len(data) if taken is None else taken
            stream.written += bytes(data[: error.taken])
            raise error

        stream.write_some = slow
        with pytest.raises(WriteTimeout) as caught:
            await secure.write_some(b"first", 1)
        rest = b"first"[caught.value.taken :]
        sent = await secure.write_some(rest, 1) if rest else 0
        await secure.write_some(b" second", 1)
        peer.step(TLSPeer.hears)(stream)
        got = b""

        def act(peer):
            nonlocal got
            got += peer.tls.read(100)
            got += peer.tls.read(100)

        peer.step(act)(stream)
        return caught.value.taken + sent, got

    assert (5, b"first second") == run(scenario)


def test_it_is_writable_with_nothing_unsent_over_a_stream_that_is(make):
    async def scenario():
        secure, stream, _ = make(lambda peer: peer.hands())
        await secure.handshake(NO_LIMIT)
        found = [secure.is_writable()]
        stream.is_writable = lambda: False
        found.append(secure.is_writable())
        del stream.is_writable
        await secure._write_mutex.acquire(None)
        found.append(secure.is_writable())
        secure._write_mutex.release()

        async def narrow(data, timeout=None):
            return 1

        stream.write_some = narrow
        await secure.write_some(b"first")
        return [*found, secure.is_writable()]

    assert [True, False, False, False] == run_sync(scenario())


async def _again(secure):
    return await secure.write_some(b"first")


async def _more(secure):
    return await secure.write_some(b"first and second")


async def _whole(secure):
    await secure.write(b"first and second")


async def _behind_an_answer(secure):
    await secure._flush(None)  # as a read does that has to answer a key update: RFC 8446 4.6.3
    return await secure.write_some(b"first and second")


GOING_ON = {
    "the same": (_again, 5, b"first third"),
    "more": (_more, 16, b"first and second third"),
    "by a write": (_whole, None, b"first and second third"),
    "behind an answer of TLS": (_behind_an_answer, 16, b"first and second third"),
}


@pytest.mark.parametrize("way", GOING_ON)
def test_who_goes_on_behind_a_partial_write_sends_nothing_twice(run, make, way):
    """Records that were made can't be taken back, whoever writes next (RFC 8446 5.3: they are counted)."""
    go_on, size, expected = GOING_ON[way]

    async def scenario():
        secure, stream, peer = make(lambda peer: peer.hands())
        await secure.handshake(NO_LIMIT)
        room = [10, 0]

        async def narrow(data, timeout=None):
            taken = min(room.pop(0), len(data)) if room else len(data)
            stream.written += bytes(data[:taken])
            return taken

        stream.write_some = narrow
        taken = [await secure.write_some(b"first") for _ in range(2)]
        taken += [await go_on(secure), await secure.write_some(b" third")]
        peer.step(TLSPeer.hears)(stream)
        got = b""

        def act(peer):
            nonlocal got
            try:
                while True:
                    got += peer.tls.read(100)
            except ssl.SSLWantReadError:
                pass

        peer.step(act)(stream)
        return taken, got

    assert ([0, 0, size, 6], expected) == run(scenario)


@pytest.mark.parametrize("error", [WriteTimeout("took nothing", 1), KeyboardInterrupt()])
def test_a_read_that_can_not_answer_for_tls_ends_the_connection(run, make, error):
    """RFC 8446 4.6.3: the answer to a key update is a record, and where it stopped nothing can follow."""

    async def scenario():
        secure, stream, _ = make(lambda peer: [*peer.hands(), peer.says(b"more")])
        await secure.handshake(NO_LIMIT)
        secure._outgoing.write(b"an answer of TLS")
        write, stream.write = stream.write, failing
        with pytest.raises(type(error)):
            await secure.read(10, 1)
        stream.write = write
        with pytest.raises(WriteError):
            await secure.write(b"behind it", 1)
        return stream.closed, stream.written[-3:] != b"TLS"

    async def failing(data, timeout=None):
        raise error

    assert (True, True) == run(scenario)


def test_a_session_ticket_is_nothing_to_read(make):
    """RFC 8446 4.6.1: it may come at any time, and says nothing about the exchange."""
    secure, stream, _ = make(lambda peer: [*peer.hands(), peer.says(b"answer")])

    async def scenario():
        await secure.handshake(NO_LIMIT)
        tickets = stream._steps.popleft()(stream)
        stream._steps.appendleft(tickets)
        found = [stream.is_readable(), await secure.read_available(100), stream.is_readable()]
        return found, await secure.read(100, None)

    assert ([True, None, False], b"answer") == run_sync(scenario())


@pytest.mark.parametrize(
    "limit",
    [
        lambda now: 5,
        lambda now: Until(now() + 5, now),
        lambda now: Until(now() + 5, now, most=9),
        lambda now: Until(now() + 9, now, most=5),
    ],
    ids=["a wait", "a moment", "a moment and longer waits", "waits and a later moment"],
)
def test_records_without_data_do_not_put_off_a_limit(run, make, limit):
    """Tickets and key updates (RFC 8446 4.6) may come at any time, and without end."""

    async def scenario():
        backend = ScriptedBackend()
        secure, stream, _ = make(lambda peer: [*peer.hands()], backend, tickets=20)
        await secure.handshake(NO_LIMIT)
        tickets = stream._steps.popleft()(stream)
        stream._steps.extend(at_a_distance(backend, each) for each in records_of(tickets))
        with pytest.raises(ReadTimeout, match="the server sent nothing for 5 s") as caught:
            await secure.read(100, limit(backend.now))
        return caught.value.limit, backend.time

    def at_a_distance(backend, record):
        def play(stream):
            backend.time += 2
            return record

        return play

    assert (5, 6) == run(scenario)


def records_of(octets):
    """RFC 8446 5.1."""
    while octets:
        end = 5 + int.from_bytes(octets[3:5])
        yield octets[:end]
        octets = octets[end:]


def test_the_protocol_is_what_the_server_chose_or_nothing(make):
    for alpn, chosen in ((("h2",), "h2"), ((), None)):
        secure, _, _ = make(lambda peer: peer.hands(), alpn=alpn)
        run_sync(secure.handshake(NO_LIMIT))
        assert chosen == secure.alpn


@pytest.mark.parametrize(
    ("alpn", "offered"),
    [(None, b"\x02h2\x08http/1.1"), (("http/1.1", "h2"), b"\x08http/1.1\x02h2")],
)
def test_protocols_are_offered_in_their_order(alpn, offered):
    """RFC 7301 3.1: in descending order of preference."""
    config = TLSConfig(False, pins="sha256:" + "00" * 32, alpn=alpn)
    stream = ScriptedStream([])
    both = ("h2", "http/1.1")
    secure = TLSStream(stream, config, "localhost", ScriptedBackend(), alpn=both)
    with pytest.raises(ConnectTimeout):
        run_sync(secure.handshake(NO_LIMIT))
    assert b"\x00\x0c" + offered in stream.written


def test_a_name_that_openssl_can_not_take_is_an_invalid_request(authority):
    with pytest.raises(InvalidRequest, match="idna|leading dot|label empty"):
        TLSStream(ScriptedStream([]), authority.bundle, ".a.test", ScriptedBackend())


def test_data_split_at_every_byte_arrives_whole(make):
    def steps(peer):
        def dribble(stream):
            data = peer.says(b"answer")(stream)
            stream._steps.extendleft(reversed([data[i : i + 1] for i in range(len(data))]))

        return [*peer.hands(), dribble]

    secure, _, _ = make(steps)

    async def scenario():
        await secure.handshake(NO_LIMIT)
        return await secure.read(100, None)

    assert b"answer" == run_sync(scenario())


def test_the_end_without_close_notify_is_an_error_again_and_again(run, make):
    async def scenario():
        secure, _, _ = make(lambda peer: [*peer.hands(), peer.says(b"some"), b""])
        await secure.handshake(NO_LIMIT)
        got = await secure.read(100, None)
        for _ in range(2):
            with pytest.raises(ReadError, match="without TLS close_notify"):
                await secure.read(100, None)
        return got

    assert b"some" == run(scenario)


def test_bytes_that_came_with_the_end_are_read_before_it(make):
    def steps(peer):
        def both(p):
            p.tls.write(b"last")
            try:
                p.tls.unwrap()
            except ssl.SSLWantReadError:
                pass

        return [*peer.hands(), peer.step(both)]

    secure, _, _ = make(steps)

    async def scenario():
        await secure.handshake(NO_LIMIT)
        return await secure.read(100, None), await secure.read(100, None)

    assert (b"last", b"") == run_sync(scenario())


def test_after_both_have_said_goodbye_there_is_the_end(make):
    secure, _, _ = make(lambda peer: [*peer.hands(), peer.leaves()])

    async def scenario():
        await secure.handshake(NO_LIMIT)
        first = await secure.read(100, None)
        await secure.close()
        return first, await secure.read(100, None)

    assert (b"", b"") == run_sync(scenario())


def test_bytes_before_garbage_are_read_before_the_error(make):
    garbage = b"\x17\x03\x03\x00\x20" + b"x" * 32

    def steps(peer):
        says = peer.says(b"some")
        return [*peer.hands(), lambda stream: says(stream) + garbage]

    secure, _, _ = make(steps)

    async def scenario():
        await secure.handshake(NO_LIMIT)
        got = await secure.read(100, None)
        with pytest.raises(ReadError):
            await secure.read(100, None)
        return got

    assert b"some" == run_sync(scenario())


def test_garbage_is_an_error(make):
    secure, _, _ = make(lambda peer: [*peer.hands(), b"\x17\x03\x03\x00\x20" + b"x" * 32])

    async def scenario():
        await secure.handshake(NO_LIMIT)
        with pytest.raises(ReadError, match="TLS failed: "):
            await secure.read(100, None)

    run_sync(scenario())


def test_what_tls_has_to_answer_is_sent_while_reading(make):
    # TLS 1.3 key update (RFC 8446 4.6.3) needs an answer; Python can't ask for one, so it is noted.
    secure, stream, _ = make(lambda peer: [*peer.hands(), peer.says(b"a")])

    async def scenario():
        await secure.handshake(NO_LIMIT)
        secure._outgoing.write(b"an answer")
        await secure.read(100, None)
        return stream.written.endswith(b"an answer")

    assert run_sync(scenario())


def test_the_wrong_name_is_a_certificate_error_and_the_server_is_told(run, make):
    async def scenario():
        secure, stream, _ = make(lambda peer: peer.hands(), name="other.test")
        asked = []
        stream._steps.appendleft(lambda s: asked.append(len(s.written)))
        with pytest.raises(CertificateError, match="of 'other.test' is not trusted: it is for"):
            await secure.handshake(NO_LIMIT)
        return len(stream.written) > asked[0]  # an alert after the hello

    assert run(scenario)


def test_who_is_not_the_right_peer_is_told_no_more(run, authority, make):
    """In TLS 1.3 our certificate would be in the last that we say."""
    config = TLSConfig(authority.bundle, verify_name="other.test")

    async def scenario():
        _, stream, _ = make(lambda peer: peer.hands())
        secure = TLSStream(stream, config, "localhost", ScriptedBackend())
        with pytest.raises(CertificateError):
            await secure.handshake(NO_LIMIT)
        before = len(stream.written)
        await secure.close()
        return stream.closed, len(stream.written) - before < 64

    assert (True, True) == run(scenario)


def test_the_farewell_of_a_failed_handshake_may_fail(make):
    def steps(peer):
        def break_writes(stream):
            data = peer.step(TLSPeer.handshake)(stream)
            stream.write_error = WriteError("gone")
            return data

        return [break_writes]

    secure, _, _ = make(steps, name="other.test")
    with pytest.raises(CertificateError):
        run_sync(secure.handshake(NO_LIMIT))


def test_an_end_during_the_handshake_is_a_connect_error(make):
    secure, _, _ = make(lambda peer: [b""])
    with pytest.raises(ConnectError, match="TLS with 'localhost' failed: it closed the connection"):
        run_sync(secure.handshake(NO_LIMIT))


def test_a_server_without_tls_is_a_connect_error(make):
    secure, _, _ = make(lambda peer: [b"HTTP/1.1 400 Bad Request\r\n\r\n"])
    with pytest.raises(ConnectError, match="TLS with 'localhost' failed: wrong version number"):
        run_sync(secure.handshake(NO_LIMIT))


def test_a_silent_server_is_a_connect_timeout(make):
    secure, _, _ = make(lambda peer: [])
    with pytest.raises(ConnectTimeout, match="TLS with 'localhost' was not finished"):
        run_sync(secure.handshake(NO_LIMIT))


def test_close_sends_close_notify_and_closes_once(run, make):
    async def scenario():
        secure, stream, _ = make(lambda peer: peer.hands())
        await secure.handshake(NO_LIMIT)
        before = len(stream.written)
        await secure.close()
        after = len(stream.written)
        await secure.close()
        return after > before, stream.closed, after == len(stream.written)

    assert (True, True, True) == run(scenario)


def test_close_never_raises(make):
    secure, stream, _ = make(lambda peer: peer.hands())

    async def scenario():
        await secure.handshake(NO_LIMIT)
        stream.write_error = WriteError("gone")
        await secure.close()

    run_sync(scenario())
    assert stream.closed


def test_close_before_the_handshake_works(make):
    secure, stream, _ = make(lambda peer: [])
    run_sync(secure.close())
    assert stream.closed


def test_writing_after_close_is_an_error(make):
    secure, _, _ = make(lambda peer: peer.hands())

    async def scenario():
        await secure.handshake(NO_LIMIT)
        await secure.close()
        with pytest.raises(WriteError, match="TLS failed"):
            await secure.write(b"more")

    run_sync(scenario())


def test_a_write_that_has_to_wait_for_another_is_limited(make):
    secure, _, _ = make(lambda peer: peer.hands())

    async def scenario():
        await secure.handshake(NO_LIMIT)
        await secure._write_mutex.acquire(None)
        for waits in (secure.write(b"x", 0.5), secure._flush(0.5)):
            with pytest.raises(WriteTimeout, match="took nothing for 0.5 s"):
                await waits
        await secure._flush_farewell()

    run_sync(scenario())
