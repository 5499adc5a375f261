"""Sessions: which are kept, for how long, and who may have them."""

import ssl
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from httpcore_pool import ScriptedBackend, ScriptedStream, SessionCache, TLSConfig, TLSStream
from httpcore_pool.tls import _sessions
from testkit.certificates import Issued

LOCK = nullcontext()
GOOD = Issued("localhost")


@pytest.fixture
def cache():
    return SessionCache(LOCK)


@pytest.fixture
def client():
    return TLSConfig(GOOD.pem).context(())


@pytest.fixture
def connected(meet, client, tmp_path):
    """Make the client's end of a connection that has read something."""
    server = GOOD.server_context(tmp_path)

    def connected(session=None, version=ssl.TLSVersion.TLSv1_3, reads=True):
        server.maximum_version = version
        ours, theirs = meet(client, server, session=session)
        if reads:
            with pytest.raises(ssl.SSLWantReadError):
                ours.read(1)
        return ours

    return connected


@pytest.fixture
def clock(monkeypatch):
    """The wall clock of the cache, which can be set forward."""
    ahead = SimpleNamespace(seconds=0)
    real = _sessions.time.time
    monkeypatch.setattr(_sessions.time, "time", lambda: real() + ahead.seconds)
    return ahead


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_given_once(cache, connected, version):
    """RFC 8446 C.4: who uses a ticket twice can be followed."""
    cache.keep("a", connected(version=version), LOCK)
    session = cache.take("a")
    assert connected(session, version=version).session_reused
    assert cache.take("a") is None


def test_where_copies_cost_memory_there_are_only_so_many(monkeypatch, connected):
    """CPython's gh-116810."""
    monkeypatch.setattr(_sessions, "_MOST_COPIES", 2)
    cache, ours = SessionCache(LOCK), connected()
    given = []
    for _ in range(4):
        cache.keep("a", ours, LOCK)
        given.append(cache.take("a") is not None)
    assert [True, True, False, False] == given


def test_the_last_connection_counts(cache, connected):
    first, last = connected(), connected()
    cache.keep("a", first, LOCK)
    cache.keep("a", last, LOCK)
    assert last.session == cache.take("a")


def test_without_a_ticket_there_is_nothing_to_resume(cache, connected):
    """In TLS 1.3 it comes after the handshake: RFC 8446 4.6.1."""
    for version, found in zip(VERSIONS, (True, False), strict=True):
        cache.keep("a", connected(version=version, reads=False), LOCK)
        assert found is (cache.take("a") is not None)


@pytest.mark.parametrize("version", VERSIONS)
def test_of_a_connection_that_was_closed_the_session_is_kept(cache, connected, version):
    ours = connected(version=version)
    cache.keep("a", ours, LOCK)
    with pytest.raises(ssl.SSLWantReadError):
        ours.unwrap()
    assert connected(cache.take("a"), version=version).session_reused


def test_of_a_connection_that_broke_nothing_is_resumed(cache, client, tmp_path):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = GOOD.server_context(tmp_path)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for end in (ours, theirs, ours, theirs):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            pass
    cache.keep("a", ours, LOCK)
    to_client.write(b"\x17\x03\x03\x00\x20" + bytes(32))
    with pytest.raises(ssl.SSLError, match="bad record mac|record layer failure"):
        ours.read(1)
    assert cache.take("a") is None


def test_who_verifies_nothing_resumes_too(cache, meet, tmp_path):
    context = TLSConfig(False, pins="sha256:" + "00" * 32).context(())
    ours, _ = meet(context, GOOD.server_context(tmp_path))
    with pytest.raises(ssl.SSLWantReadError):
        ours.read(1)
    cache.keep("a", ours, LOCK)
    assert cache.take("a") is not None


def test_each_place_has_its_own_and_the_oldest_are_forgotten(cache, connected):
    ours = connected()
    for key in range(_sessions._MOST + 2):
        cache.keep(key, ours, LOCK)
    found = [key for key in range(_sessions._MOST + 2) if cache.take(key) is not None]
    assert list(range(2, _sessions._MOST + 2)) == found


def test_a_session_ends_when_its_server_says(cache, connected, clock):
    ours = connected()
    for late, found in ((-1, True), (1, False)):
        clock.seconds = ours.session.timeout + late
        cache.keep("a", ours, LOCK)
        assert found is (cache.take("a") is not None)


def test_a_session_does_not_outlive_its_certificate(cache, meet, tmp_path, clock):
    issued = Issued("localhost", end=1 / 24)
    server = issued.server_context(tmp_path)
    ours, _ = meet(TLSConfig(issued.pem).context(()), server)
    with pytest.raises(ssl.SSLWantReadError):
        ours.read(1)
    assert ours.session.timeout > 3700
    left = ssl.cert_time_to_seconds(ours.getpeercert()["notAfter"]) - ours.session.time
    for late, found in ((-100, True), (100, False)):
        clock.seconds = left + late
        cache.keep("a", ours, LOCK)
        assert found is (cache.take("a") is not None)


def test_a_context_whose_owner_has_changed_it_resumes_nothing_from_before(cache, client):
    """CVE-2025-68121 and its kind."""
    client.check_hostname = False
    keys = []
    for mode in (ssl.CERT_NONE, ssl.CERT_REQUIRED):
        client.verify_mode = mode
        stream = TLSStream(ScriptedStream([]), client, "a", ScriptedBackend(), sessions=cache)
        keys.append(stream._session_key)
    assert keys[0] != keys[1]


def test_what_the_system_verifies_is_never_resumed(cache):
    """It is shown what a server has sent, after the handshake: in a resumed one that is nothing."""
    stream = TLSStream(ScriptedStream([]), "system", "a", ScriptedBackend(), sessions=cache)
    assert stream._session_key is None
