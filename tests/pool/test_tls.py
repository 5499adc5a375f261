"""Whom we trust, and TLS over a stream: the handshake, records, the end, and what fails."""

import ssl
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from httpcore_pool import (
    CertificateError,
    ConnectError,
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
from httpcore_pool import _tls as tls
from httpcore_pool._config import Budget

NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)


@pytest.fixture(autouse=True)
def _no_cached_contexts():
    tls.shared_context.cache_clear()
    yield
    tls.shared_context.cache_clear()


# What ssl= may be.


@pytest.mark.parametrize("wrong", [1, b"path", object(), (), (1,), ["path"]])
def test_the_source_has_one_of_few_types(wrong):
    with pytest.raises(TypeError, match="ssl must be a path"):
        TLSConfig(wrong)


def test_a_path_must_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        TLSConfig(str(tmp_path / "none.pem"))
    with pytest.raises(FileNotFoundError, match=r"none\.pem"):
        TLSConfig((str(tmp_path), str(tmp_path / "none.pem")))


def test_a_config_is_taken_as_it_is_and_a_path_as_text(authority, tmp_path):
    config = TLSConfig(authority.bundle)
    assert config is TLSConfig.of(config)
    assert str(tmp_path) == TLSConfig.of(tmp_path).source
    assert config == TLSConfig.of(authority.bundle)


def test_contexts_are_made_once_for_each_trust_and_alpn(authority):
    config = TLSConfig(authority.bundle)
    first = config.context(("h2",))
    assert first is TLSConfig(authority.bundle).context(("h2",))
    assert first is not config.context(("http/1.1",))


def test_a_context_is_used_as_given():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    before = context.minimum_version
    assert context is TLSConfig(context).context(("h2",))
    assert before == context.minimum_version


@pytest.mark.parametrize("source", [None, True])
def test_by_default_the_certifi_bundle_is_trusted(source):
    context = TLSConfig(source).context(("h2",))
    assert context.cert_store_stats()["x509_ca"] > 50
    assert (ssl.CERT_REQUIRED, True, ssl.TLSVersion.TLSv1_2) == (
        context.verify_mode,
        context.check_hostname,
        context.minimum_version,
    )


def test_a_file_and_a_folder_are_the_whole_trust(authority, tmp_path):
    assert 1 == TLSConfig(authority.bundle).context(()).cert_store_stats()["x509_ca"]
    assert 0 == TLSConfig(str(tmp_path)).context(()).cert_store_stats()["x509_ca"]


def authorities(source):
    return TLSConfig(source).context(()).cert_store_stats()["x509_ca"]


def test_several_paths_are_the_whole_trust_together(authority, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    assert 2 == authorities((authority.bundle, str(other)))
    assert 2 == authorities((authority.bundle, str(tmp_path)))
    assert 1 == authorities((str(other),))


def test_of_a_plain_folder_all_files_with_certificates_are_trusted(tmp_path):
    for name in ("a.pem", "b.CRT", "c.cer", "d.txt", "0123abcd.0.bak"):
        trustme.CA().cert_pem.write_to_path(tmp_path / name)
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
    (tmp_path / "der.crt").write_bytes(b"\x30\x82")
    assert 3 == authorities(str(tmp_path))


def test_a_folder_with_hashed_names_is_left_to_openssl(tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "0123abcd.0")
    trustme.CA().cert_pem.write_to_path(tmp_path / "a.pem")
    assert 0 == authorities(str(tmp_path))  # it looks when it needs one


# The key log.


def test_who_wants_a_key_log_has_contexts_of_their_own(authority, tmp_path):
    path = str(tmp_path / "keys")
    plain = TLSConfig(authority.bundle)
    logging = TLSConfig(authority.bundle, keylog=path)
    assert plain != logging
    assert path == logging.context(("h2",)).keylog_filename
    assert logging.context(("h2",)) is TLSConfig(authority.bundle, path).context(("h2",))
    assert plain.context(("h2",)).keylog_filename is None
    assert Path(path).read_text().startswith("#")


def test_a_context_of_the_callers_gets_no_key_log(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ValueError, match="keylog can't be given for an ssl.SSLContext"):
        TLSConfig(context, str(tmp_path / "keys"))
    assert context.keylog_filename is None


def test_a_key_log_that_can_not_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"none"):
        TLSConfig(keylog=str(tmp_path / "none" / "keys")).context(())


def test_a_file_of_something_else_is_named(tmp_path):
    path = tmp_path / "not.pem"
    path.write_text("hello")
    with pytest.raises(ValueError, match="not a file of CA certificates in PEM"):
        TLSConfig(str(path)).context(())


def test_no_verification_warns():
    with pytest.warns(UserWarning, match="certificates are not verified"):
        context = TLSConfig(False).context(())
    assert (ssl.CERT_NONE, False) == (context.verify_mode, context.check_hostname)


def test_system_means_truststore(monkeypatch):
    # A stand-in: the extra need not be installed.
    class SystemContext(ssl.SSLContext):
        pass

    monkeypatch.setitem(sys.modules, "truststore", SimpleNamespace(SSLContext=SystemContext))
    context = TLSConfig("system").context(("h2",))
    assert (SystemContext, ssl.TLSVersion.TLSv1_2) == (type(context), context.minimum_version)


def test_system_without_truststore_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "truststore", None)
    with pytest.raises(ImportError, match=r"install httpcore-pool\[truststore\]"):
        TLSConfig("system").context(())


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

    def make_(steps, backend=None, name="localhost", **options):
        context = authority.server_context(**options)
        peer = TLSPeer(context)
        stream = ScriptedStream(steps(peer))
        client = TLSConfig(authority.bundle).context(("h2", "http/1.1"))
        return TLSStream(stream, client, name, backend or ScriptedBackend()), stream, peer

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


def test_what_a_partial_write_left_is_sent_first(run, make):
    """Records that were made can't be taken back, whoever writes next (RFC 8446 5.3: they are counted)."""

    async def scenario():
        secure, stream, peer = make(lambda peer: peer.hands())
        await secure.handshake(NO_LIMIT)
        room = [10, 0, 10]

        async def narrow(data, timeout=None):
            taken = min(room.pop(0), len(data)) if room else len(data)
            stream.written += bytes(data[:taken])
            return taken

        stream.write_some = narrow
        some = [await secure.write_some(b"first") for _ in range(2)]
        await secure.write(b" second")
        some += [await secure.write_some(b" third") for _ in range(2)]
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
        return some, got

    assert ([0, 0, 0, 6], b"first second third") == run(scenario)


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


def test_the_protocol_is_what_the_server_chose_or_nothing(make):
    for alpn, chosen in ((("h2",), "h2"), ((), None)):
        secure, _, _ = make(lambda peer: peer.hands(), alpn=alpn)
        run_sync(secure.handshake(NO_LIMIT))
        assert chosen == secure.alpn


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
        with pytest.raises(CertificateError, match="of 'other.test' is not trusted: Host"):
            await secure.handshake(NO_LIMIT)
        return len(stream.written) > asked[0]  # an alert after the hello

    assert run(scenario)


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
    with pytest.raises(ConnectError, match="closed the connection during TLS"):
        run_sync(secure.handshake(NO_LIMIT))


def test_a_server_without_tls_is_a_connect_error(make):
    secure, _, _ = make(lambda peer: [b"HTTP/1.1 400 Bad Request\r\n\r\n"])
    with pytest.raises(ConnectError, match="TLS with 'localhost' failed: wrong version number"):
        run_sync(secure.handshake(NO_LIMIT))


def test_a_silent_server_is_a_read_timeout(make):
    secure, _, _ = make(lambda peer: [])
    with pytest.raises(ReadTimeout):
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


def test_contexts_are_made_without_warnings(authority):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TLSConfig(authority.bundle).context(("h2", "http/1.1"))
