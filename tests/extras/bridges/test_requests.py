"""Sessions of requests over our pool, used as their users use them."""

import gzip
import io
import pickle
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from urllib3 import Timeout

import httpcore_client
from httpcore_client.bridges import requests as bridge
from httpcore_client.bridges.requests import PoolAdapter
from httpcore_pool import SyncConnectionPool
from testkit.certificates import forget_contexts
from testkit.internet import Internet
from testkit.peer import Peer, response
from testkit.raw_server import OTHER, RawServer, Script


@pytest.fixture
def session(authority):
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(authority.bundle)
        session.mount("http://", PoolAdapter())
        session.mount("https://", PoolAdapter())
        yield session


@pytest.fixture(params=["plain", "tls"])
def base(request, origin):
    return getattr(origin, request.param)


def test_a_request_arrives_as_they_have_built_it(session, base):
    response = session.post(f"{base}/echo", params={"a": "1"}, data={"b": "2"}, headers={"X": "y"})
    echoed = response.json()
    assert ("POST", "/echo?a=1", "b=2") == (echoed["method"], echoed["target"], echoed["body"])
    fields = dict(echoed["headers"])
    assert "application/x-www-form-urlencoded" == fields["content-type"]
    assert "y" == fields["x"]
    version = (20, "HTTP/2") if base.startswith("https") else (11, "HTTP/1.1")
    assert version == (response.raw.version, response.raw.version_string)
    assert (200, f"{base}/echo?a=1") == (response.status_code, response.url)


def test_redirects_cookies_credentials_and_codings_stay_their_business(session, base):
    session.get(f"{base}/set-cookie?a=1")
    response = session.get(f"{base}/redirect/2")
    assert ("/echo", 2) == (response.json()["target"], len(response.history))
    assert "a=1" == dict(response.json()["headers"])["cookie"]
    assert {"user": "me"} == session.get(f"{base}/basic/me/s", auth=("me", "s")).json()
    assert "coded " * 1000 == session.get(f"{base}/gzip").text
    assert b"" == session.head(f"{base}/bytes/100").content


@pytest.mark.parametrize(
    "content", [b"one two", "one two", io.BytesIO(b"one two"), iter([b"one ", b"two"])],
    ids=["bytes", "text", "file", "iterator"],
)  # fmt: skip
def test_every_kind_of_body_is_sent(session, origin, content):
    assert "one two" == session.put(f"{origin.plain}/echo", data=content).json()["body"]


def test_a_response_can_be_streamed(session, base):
    with session.get(f"{base}/stream/300000", stream=True) as response:
        assert 1000 == len(response.raw.read(1000))
        assert 299_000 == sum(map(len, response.iter_content(7000)))
    with session.get(f"{base}/stream/300000", stream=True) as response:
        assert 300_000 == len(response.raw.read())
    with session.get(f"{base}/stream/300000", stream=True) as response:
        assert 300_000 == len(response.raw._fp.read())
    with session.get(f"{base}/stream/300000", stream=True) as response:
        assert 10 == len(next(response.iter_content(10)))  # and is left early


@pytest.fixture
def answering():
    """Start a peer that gives these answers to its requests, one after the other."""
    with ExitStack() as stack:

        def answering(*answers):
            peer = Peer(lambda connection: peer.answering(*answers)(connection))
            return stack.enter_context(peer)

        yield answering


@pytest.mark.parametrize("target", ["/?q='x'", "/a%2F..%2Fb?q=%27", "/%7C'"])
def test_a_target_is_what_they_have_made_of_the_url(session, answering, target):
    """It may be signed, or part of the answer of Digest, and we would write it in another way."""
    peer = answering(response(b""), response(b""))
    session.get(peer.url + target)
    session.get("http://a.test" + target, proxies={"http": peer.url})
    lines = [head.partition(b"\r\n")[0].decode() for head in peer.requests]
    assert [f"GET {target} HTTP/1.1", f"GET http://a.test{target} HTTP/1.1"] == lines


def test_fields_that_come_twice_are_one_and_cookies_are_two(session, answering):
    twice = (b"X-A: 1", b"X-A: 2", b"Set-Cookie: a=1", b"Set-Cookie: b=2; Expires=Fri, 01 Jan 2100")
    found = session.get(answering(response(b"", "200 OK", *twice)).url)
    assert ("1, 2", {"a": "1", "b": "2"}) == (found.headers["X-A"], dict(found.cookies))
    assert {"a": "1", "b": "2"} == dict(session.cookies)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_what_has_no_body_has_ended(session, answering, status):
    found = session.get(answering(f"HTTP/1.1 {status}\r\nX: y\r\n\r\n".encode()).url)
    assert (int(status[:3]), b"", True) == (found.status_code, found.content, found.raw.closed)


def test_a_body_is_sent_again_from_where_it_began(session, answering):
    answers = [b"HTTP/1.1 307 Again\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", response(b"")]
    bodies = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            bodies.append(self.tell())
            return super().read(size)

    file = Counted(b"0123456789")
    file.seek(4)
    found = session.put(answering(*answers).url, data=file)
    assert (200, 2) == (found.status_code, bodies.count(4))


def test_raw_is_read_like_a_file(session, answering):
    body = gzip.compress("wörld\n".encode() * 2)

    def raw():
        url = answering(response(body, "200 OK", b"Content-Encoding: gzip")).url
        return session.get(url, stream=True).raw

    copied = io.BytesIO()
    shutil.copyfileobj(raw(), copied)
    assert body == copied.getvalue()
    assert body == raw().read1()
    assert body[:3] == raw().read1(3)
    assert "wö".encode() == raw().read(3, decode_content=True)
    text = raw()
    text.decode_content, text.auto_close = True, False
    assert ["wörld\n", "wörld\n"] == list(io.TextIOWrapper(text, "utf-8"))


@pytest.mark.parametrize(
    "timeout",
    [0.05, (5, 0.05), Timeout(connect=5, read=0.05), Timeout(total=0.05)],
    ids=["one", "two", "urllib3", "total"],
)
def test_their_time_limits_hold(session, base, timeout):
    with pytest.raises(requests.exceptions.ReadTimeout) as raised:
        session.get(f"{base}/slow/10", timeout=timeout)
    assert "/slow/10" == raised.value.request.path_url
    with pytest.raises(requests.exceptions.ConnectionError, match="timed out"):
        session.get(f"{base}/stall", timeout=timeout)


def test_another_tuple_is_no_time_limit(session):
    with pytest.raises(ValueError, match=r"seconds, or \(connect, read\), not \(1, 2, 3\)"):
        session.get("http://a.test/", timeout=(1, 2, 3))


# Each error of ours that has a name of its own at theirs; others are what the nearest above them is.
NAMED = {
    **{name: name for name in ("ConnectTimeout", "ReadTimeout", "ProxyError", "InvalidHeader")},
    "CertificateError": "SSLError",
    "ClosedError": "ConnectionError",
    "HTTPError": "RequestException",
    "InvalidURL": "InvalidURL",
    "RequestTimeout": "Timeout",
    "TransportError": "ConnectionError",
    "UnsupportedScheme": "InvalidSchema",
}


def test_each_error_of_ours_is_the_nearest_of_theirs():
    def walk(kind):
        return [kind, *(each for sub in kind.__subclasses__() for each in walk(sub))]

    kinds = [*walk(httpcore_client.HTTPError), httpcore_client.InvalidHeader]
    assert len(kinds) > 30
    for kind in [*kinds, httpcore_client.InvalidURL]:
        expected = next(NAMED[each.__name__] for each in kind.__mro__ if each.__name__ in NAMED)
        error = kind("no")
        told = bridge._theirs(error, None)
        assert (expected, str(error)) == (type(told).__name__, str(told))


def test_which_of_the_two_has_refused_is_told(session, origin):
    nobody = "http://127.0.0.1:1"
    with pytest.raises(requests.exceptions.ProxyError):
        session.get("http://a.test/", proxies={"http": nobody})
    with pytest.raises(requests.exceptions.SSLError):
        session.get(origin.plain.replace("http:", "https:"))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/", requests.exceptions.ConnectionError),
        ("http://0x1.2.3.4.5/", requests.exceptions.InvalidURL),
    ],
)
def test_what_fails_raises_the_error_that_their_own_adapter_would(session, url, error):
    with pytest.raises(error) as raised:
        session.get(url)
    assert url == raised.value.request.url


def test_a_certificate_that_nobody_trusts_is_an_ssl_error(session, origin):
    with pytest.raises(requests.exceptions.SSLError):
        session.get(origin.tls, verify=True)
    forget_contexts()  # it is said once in a process
    with pytest.warns(UserWarning, match="certificates are not verified"):
        assert 200 == session.get(origin.tls, verify=False).status_code


def test_a_body_that_is_cut_off_is_their_error(session):
    with RawServer() as server:
        server.play(Script(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then="close"))
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(server.url)


@pytest.mark.parametrize(
    "broken",
    [
        b"Content-Length: 10\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\nx\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
    ],
    ids=["cut off", "chunks", "coding"],
)
def test_a_redirect_whose_body_is_broken_is_followed_as_by_their_own_adapter(session, broken):
    with RawServer() as server:
        head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nConnection: close\r\n"
        server.play(Script(head + broken, then="close"))
        found = session.get(server.url)
    assert (f"{server.url}/next", OTHER) == (found.url, found.content)


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_proxies_of_a_request_hold(session, authority, scheme):
    with Internet(authority) as internet:
        proxies = {"http": internet.url.replace("http://", scheme), "https": None}
        response = session.get("http://far.test/", proxies=proxies)
    assert 200 == response.status_code


def test_a_certificate_of_ones_own_is_shown(session, authority, origin, tmp_path):
    assert 200 == session.get(origin.tls, cert=(authority.chain, authority.key)).status_code
    both = tmp_path / "both.pem"
    both.write_bytes(Path(authority.key).read_bytes() + Path(authority.chain).read_bytes())
    assert 200 == session.get(origin.tls, cert=str(both)).status_code
    with pytest.raises(OSError, match=r"nowhere\.pem"):
        session.get(origin.tls, cert="nowhere.pem")


def test_a_pool_of_the_callers_is_shared_and_stays_open(origin):
    with SyncConnectionPool() as shared:
        for _ in range(2):
            with requests.Session() as session:
                session.mount("http://", PoolAdapter(shared))
                assert 200 == session.get(f"{origin.plain}/echo").status_code
        assert 1 == shared.connections_opened
        assert "<PoolAdapter over <SyncConnectionPool on threads, 1 open" in repr(
            PoolAdapter(shared)
        )
        with pytest.raises(TypeError, match="a pool of the caller's can't be pickled"):
            pickle.dumps(PoolAdapter(shared))


class Named(PoolAdapter):
    def __init__(self, name, **settings):
        super().__init__(**settings)
        self.name = name


def test_a_session_pickles_with_adapters_of_ones_own(session, origin):
    session.mount("http://", Named("mine", http2=False))
    with pickle.loads(pickle.dumps(session)) as other:
        assert 200 == other.get(f"{origin.plain}/echo").status_code
        adapter = other.get_adapter("http://a.test")
        assert (Named, "mine") == (type(adapter), adapter.name)


def test_a_session_goes_on_after_it_was_closed(session, origin):
    for _ in range(2):
        with session:
            assert 200 == session.get(f"{origin.plain}/echo").status_code
        assert "0 open" in repr(session.get_adapter(origin.plain))


def test_what_is_no_pool_and_no_setting_is_refused_by_name():
    with pytest.raises(TypeError, match=r"over must be a SyncConnectionPool or None, not int"):
        PoolAdapter(3)
    with pytest.raises(TypeError, match="unknown argument 'max_retries'; "):
        PoolAdapter(max_retries=3)
