"""`examples/from_requests.py`: every snippet does what its original does, with real servers."""

from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from httpcore_client import SyncClient
from testkit.certificates import forget_contexts
from testkit.peer import Peer, response
from testkit.snippets import check_snippets

EXAMPLE = Path(__file__).parents[2] / "examples" / "from_requests.py"
ours = SimpleNamespace(**run_path(EXAMPLE))
HELPERS = (ours.sign,)  # of other snippets


@pytest.fixture
def client():
    with SyncClient(timeout=10) as client:
        yield client


@pytest.fixture
def echo(origin):
    return f"{origin.plain}/echo"


def fields(echoed):
    return dict(echoed["headers"])


def test_every_snippet_is_tested_and_says_what_it_was():
    check_snippets(ours, HELPERS, __file__)


def test_params_with_several_values(echo):
    assert "/echo?q=tea&page=1&page=2" == ours.get_json(echo)["target"]


def test_json(client, echo):
    assert 200 == ours.post_json(client, echo)


def test_a_form(client, echo):
    echoed = ours.post_form(client, echo)
    assert "name=Ada&tag=one&tag=two" == echoed["body"]
    assert "application/x-www-form-urlencoded" == fields(echoed)["content-type"]


def test_octets(client, echo):
    echoed = ours.post_octets(client, echo)
    assert ("<a/>", "application/xml") == (echoed["body"], fields(echoed)["content-type"])


def test_files_with_names_and_types(client, echo, tmp_path):
    report = tmp_path / "report"
    report.write_bytes(b"a,b\n")
    echoed = ours.upload_files(client, echo, report)
    assert 'name="year"\r\n\r\n2024\r\n' in echoed["body"]
    assert 'name="note"\r\n\r\nno file\r\n' in echoed["body"]
    assert (
        'name="report"; filename="r.csv"\r\nContent-Type: text/csv\r\n\r\na,b\n' in echoed["body"]
    )


def test_a_generator_is_sent_in_chunks(client, echo):
    echoed = ours.upload_lines(client, echo, ["one\n", "two\n"])
    assert ("one\ntwo\n", "chunked") == (echoed["body"], fields(echoed)["transfer-encoding"])


def test_what_a_session_sends_with_each_request(echo):
    echoed = ours.session(echo)
    assert "/echo?key=k" == echoed["target"]
    assert ("demo", "1", "lang=en") == tuple(
        fields(echoed)[name] for name in ("x-app", "x-later", "cookie")
    )


def test_basic_and_digest(client, origin):
    with Peer() as peer:
        challenge = b'WWW-Authenticate: Digest realm="here", nonce="n", qop="auth"'
        peer.handlers = (peer.holding(response(b"", "401 Unauthorized", challenge), response()),)
        assert [True, True] == ours.basic_and_digest(
            client, f"{origin.plain}/basic/user/pass", peer.url
        )
        client.close()
        assert b'Authorization: Digest username="user"' in peer.requests[1]


def test_a_token(client, echo):
    assert "Bearer token" == fields(ours.bearer(client, echo))["authorization"]


def test_auth_by_a_function(client, echo):
    assert "GET /echo" == fields(ours.custom_auth(client, echo))["x-signature"]


def test_timeouts_have_an_error_for_each_phase(client, echo):
    assert "in time" == ours.timeouts(client, echo)
    with Peer() as peer:
        peer.handlers = (peer.holding(),)
        assert "too slow" == ours.timeouts(client, peer.url)
        client.close()


def test_errors_are_told_apart(client, origin):
    assert "hello, world" == ours.errors(client, origin.plain)
    assert "404: as you wish" == ours.errors(client, f"{origin.plain}/status/404")
    assert "nobody there" == ours.errors(client, "http://127.0.0.1:1/")
    assert "no URL: the scheme is missing" == ours.errors(client, "example.org").partition(" (")[0]
    with Peer() as peer:
        peer.handlers = (peer.answering(b"nonsense\r\n\r\n"),)
        assert ours.errors(client, peer.url).startswith(f"failed: GET {peer.url}/: ")


def test_a_download_goes_to_a_file(client, origin, tmp_path):
    target = tmp_path / "file"
    assert 1_000_000 == ours.download(client, f"{origin.plain}/bytes/1000000", target)
    assert 1_000_000 == target.stat().st_size


def test_lines_come_one_by_one(client, origin):
    text = "one\ntwo\r\nthr\u00e4e".encode().hex()
    assert ["one", "two", "thr\u00e4e"] == [
        *ours.lines(client, f"{origin.plain}/say?cut=3&body={text}")
    ]


def test_redirects_and_their_history(client, origin):
    assert [302, 302] == ours.redirects(client, f"{origin.plain}/redirect/2")
    assert ("/echo", 200) == ours.one_hop(client, f"{origin.plain}/redirect/1")


def test_a_proxy_is_asked_and_the_environment_is_not(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Peer() as proxy:
        proxy.handlers = (proxy.answering(response(b"from the proxy")),)
        assert b"from the proxy" == ours.proxies("http://unknown.test/", proxy.url)
        assert proxy.requests[0].startswith(b"GET http://unknown.test/ HTTP/1.1\r\n")


def test_no_trust_at_all_is_warned_of(origin):
    forget_contexts()  # the warning comes with the first connection of the process
    with pytest.warns(UserWarning, match="certificates are not verified"):
        assert [200, 200] == ours.trust(origin.tls, origin.authority.bundle)


def test_a_prepared_request_is_sent_as_it_stands(client, echo):
    echoed = ours.prepared(client, echo)
    assert ("POST", "x") == (echoed["method"], echoed["body"])
    assert "user-agent" not in fields(echoed)


def test_hooks_are_told_of_each_response(origin):
    assert [302, 200] == ours.hooks(f"{origin.plain}/redirect/1")


def test_cookies_are_saved_and_loaded(origin, tmp_path):
    path = tmp_path / "cookies.json"
    assert "abc" == ours.saved_cookies(f"{origin.plain}/set-cookie?session=abc", path)


def test_the_encoding_can_be_set(client, origin):
    euro = "\u20ac".encode("iso-8859-15").hex()
    assert "\u20ac" == ours.encoding(client, f"{origin.plain}/say?type=text/plain&body={euro}")


def test_links_lead_from_page_to_page(client):
    with Peer() as peer:
        first = response(b"1", "200 OK", b'Link: </2>; rel="next"')
        peer.handlers = (peer.holding(first, response(b"2")),)
        took = ours.pages(client, peer.url)
        client.close()
    assert 2 == len(took)
    assert min(took) > 0
    assert peer.requests[1].startswith(b"GET /2 ")


def test_a_status_has_names():
    with Peer() as peer, SyncClient() as client:
        peer.handlers = (peer.holding(response(b"", "404 Nothing Here"), response()),)
        assert "False True Nothing Here" == ours.status(client, peer.url)
        assert "True False OK" == ours.status(client, peer.url)


def test_one_client_serves_many_threads(client, origin):
    assert [200] * 8 == ours.threads(client, [f"{origin.plain}/echo"] * 8)
    assert 1 <= client.connections_opened <= 4


def test_an_adapter_sends_again_when_the_server_is_busy():
    busy = response(b"later", "503 Service Unavailable")
    with Peer() as peer:
        peer.handlers = (peer.holding(busy, busy, response()),)
        assert 200 == ours.adapters(peer.url)
        assert 3 == len(peer.requests)
    with Peer() as peer:
        peer.handlers = (peer.holding(busy, busy, busy, response()),)
        assert 503 == ours.adapters(peer.url)


def test_a_response_knows_where_its_time_went(client, echo):
    assert ours.stopwatch(client, echo)
