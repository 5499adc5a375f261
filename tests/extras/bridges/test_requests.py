"""Sessions of requests over our pool, used as their users use them."""

import io
import pickle
from pathlib import Path

import pytest
import requests
from urllib3 import Timeout

from httpcore_client.bridges.requests import PoolAdapter
from httpcore_pool import SyncConnectionPool
from testkit.internet import Internet
from testkit.raw_server import RawServer, Script


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


@pytest.mark.parametrize(
    "timeout", [0.05, (5, 0.05), Timeout(connect=5, read=0.05)], ids=["one", "two", "urllib3"]
)
def test_their_time_limits_hold(session, base, timeout):
    with pytest.raises(requests.exceptions.ReadTimeout) as raised:
        session.get(f"{base}/slow/10", timeout=timeout)
    assert "/slow/10" == raised.value.request.path_url
    with pytest.raises(requests.exceptions.ConnectionError, match="timed out"):
        session.get(f"{base}/stall", timeout=timeout)


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
    with pytest.warns(UserWarning, match="certificates are not verified"):
        assert 200 == session.get(origin.tls, verify=False).status_code


def test_a_body_that_is_cut_off_is_their_error(session):
    with RawServer() as server:
        server.play(Script(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then="close"))
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(server.url)


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


def test_a_session_pickles(session, origin):
    with pickle.loads(pickle.dumps(session)) as other:
        assert 200 == other.get(f"{origin.plain}/echo").status_code
