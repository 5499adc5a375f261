"""What is sent for what was written."""

import json
import os
import sys

import pytest

from testkit.peer import Peer, response

JSON = "application/json"


@pytest.fixture
def sent(command, origin):
    """Run the command against /echo and return what the server saw: method, target, fields, body."""

    def sent(*arguments, method=None, query=""):
        first = [] if method is None else [method]
        status, out, err = command(*first, origin.plain + "/echo" + query, *arguments)
        assert (0, "") == (status, err)
        seen = json.loads(out)
        return seen["method"], seen["target"], dict(seen["headers"]), seen["body"]

    return sent


def test_without_data_it_is_a_get(sent):
    method, target, headers, body = sent()
    assert ("GET", "/echo", "") == (method, target, body)
    assert "content-type" not in headers


def test_any_verb_is_sent(sent):
    assert ["PURGE", "DELETE"] == [sent(method=verb)[0] for verb in ("PURGE", "delete")]


def test_data_is_json_and_posted(sent, tmp_path):
    text, data = tmp_path / "a.txt", tmp_path / "a.json"
    text.write_text("ż")
    data.write_text("[1]")
    items = ["a=1", "b:=2", "c[d][]=x", f"t=@{text}", f"j:=@{data}"]
    method, _, headers, body = sent(*items)
    assert ("POST", JSON) == (method, headers["content-type"])
    expected = {"a": "1", "b": 2, "c": {"d": ["x"]}, "t": "ż", "j": [1]}
    assert expected == json.loads(body.encode("latin-1"))


def test_queries_and_headers(sent):
    method, target, headers, _ = sent("q==a b", "X-A:1", "X-B: 2 ", "X-C;", "Accept:", query="?p=1")
    assert ("GET", "/echo?p=1&q=a+b") == (method, target.replace("%20", "+"))
    assert ["1", "2", ""] == [headers[name] for name in ("x-a", "x-b", "x-c")]
    assert "accept" not in headers


def test_headers_and_queries_come_from_files(sent, tmp_path):
    path = tmp_path / "a"
    path.write_text("t\u017c 1\n")
    _, target, headers, _ = sent(f"X-A:@{path}", f"q==@{path}")
    assert ("t\u017c 1", "/echo?q=t%C5%BC+1") == (
        headers["x-a"].encode("latin-1").decode(),
        target.replace("%20", "+"),
    )


def test_words_are_sent_octet_for_octet(sent):
    _, _, headers, body = sent("X-A:ż", "--data", "ż\udcff")
    assert ("ż", "ż".encode() + b"\xff") == (
        headers["x-a"].encode("latin-1").decode(),
        body.encode("latin-1"),
    )


def test_a_field_of_the_body_can_be_left_out(sent):
    assert "content-type" not in sent("a=1", "Content-Type:")[2]


def test_a_form(sent):
    method, _, headers, body = sent("--form", "a=1", "a=ż")
    assert ("POST", "application/x-www-form-urlencoded") == (method, headers["content-type"])
    assert "a=1&a=%C5%BC" == body


def test_files_make_a_form_in_parts(sent, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("hi")
    _, _, headers, body = sent("title=x", f"f@{path};type=text/csv", f"g@{path}")
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    assert 'name="title"\r\n\r\nx\r\n' in body
    assert 'name="f"; filename="a.txt"\r\nContent-Type: text/csv\r\n\r\nhi' in body
    assert 'name="g"; filename="a.txt"\r\nContent-Type: text/plain' in body


def test_multipart_needs_no_file(sent):
    assert 'name="a"\r\n\r\n1\r\n' in sent("--multipart", "a=1")[3]


def test_a_file_may_be_the_whole_body(sent, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2")
    for arguments in (f"@{path}", f"--data=@{path}"):
        method, _, headers, body = sent(arguments)
        assert ("POST", "text/csv", "3", "1,2") == (
            *(method, headers["content-type"]),
            *(headers["content-length"], body),
        )
    assert "text/plain" == sent(f"@{path};type=text/plain")[2]["content-type"]


@pytest.mark.parametrize(
    ("data", "options", "media_type"),
    [
        (' {"a": 1}', [], JSON),
        ("[1]", [], JSON),
        ("a=1", ["-f"], "application/x-www-form-urlencoded"),
        ("text", [], None),
        ("[1]", ["content-type:text/x"], "text/x"),
    ],
)
def test_data_as_it_is(sent, stdin, data, options, media_type):
    method, _, headers, body = sent("--data", data, *options)
    assert ("POST", data, media_type) == (method, body, headers.get("content-type"))
    stdin(data.encode())
    assert (data, media_type) == (
        sent("--data=@-", *options)[3],
        headers.get("content-type"),
    )


def test_what_is_piped_is_the_body_of_a_verb_that_has_one(sent, stdin):
    stdin(b'{"a": 1}')
    _, _, headers, body = sent(method="PUT")
    assert (JSON, '{"a": 1}') == (headers["content-type"], body)


@pytest.mark.parametrize(("method", "items"), [(None, ()), ("GET", ()), ("POST", ("a=1",))])
def test_otherwise_what_is_piped_is_left_alone(sent, stdin, method, items):
    stdin(b"for others")
    sent(*items, method=method)
    assert "for others" == sys.stdin.read()


def test_what_is_no_pipe_is_no_body(sent, monkeypatch):
    with open(os.devnull) as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert "" == sent(method="POST")[3]
    assert "" == sent(method="POST")[3]  # closed


# -- credentials and cookies --


def test_basic_is_sent(command, origin):
    status, out, _ = command("-a", "me:se:cret", origin.plain + "/basic/me/se:cret")
    assert (0, b'{"user": "me"}') == (status, out)


def test_a_bearer_token_is_sent(sent):
    headers = sent("--auth", "t0ken", "--auth-type", "bearer")[2]
    assert "Bearer t0ken" == headers["authorization"]


def test_digest_answers_a_challenge(command):
    challenge = b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    answers = [response(b"", "401 Unauthorized", challenge), response(b"in")]
    with Peer(lambda connection: digesting.answering(*answers)(connection)) as digesting:
        status, out, _ = command("-A", "digest", "-a", "me:secret", digesting.url)
    assert (0, b"in") == (status, out)
    assert b'Authorization: Digest username="me"' in digesting.requests[1]


def test_netrc_is_used_unless_it_is_ignored(sent, tmp_path, monkeypatch):
    path = tmp_path / "netrc"
    path.write_text("machine localhost login me password secret")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    assert "authorization" in sent()[2]
    for option in ("--ignore-netrc", "--ignore-env"):
        assert "authorization" not in sent(option)[2]


def test_cookies_live_in_a_file(command, sent, origin, tmp_path):
    path = str(tmp_path / "jar.json")
    command("--cookies", path, origin.plain + "/set-cookie?a=1")
    assert "a=1" == sent("--cookies", path)[2]["cookie"]
    command("--cookies", path, origin.plain + "/set-cookie?b=2")
    assert "a=1; b=2" == sent("--cookies", path)[2]["cookie"]


def test_a_cookies_txt_stays_one(command, origin, tmp_path):
    path = tmp_path / "cookies"
    path.write_text("# Netscape HTTP Cookie File\nlocalhost\tFALSE\t/\tFALSE\t0\ta\t1\n")
    command("--cookies", str(path), origin.plain + "/set-cookie?b=2")
    assert path.read_text().startswith("# Netscape")
    assert path.read_text().endswith("\tb\t2\n")


# -- the way --


def test_http2_where_it_is_offered(command, origin):
    trust = ["--cacert", origin.authority.bundle]
    for option, line in (("--http2", b"HTTP/2 200"), ("--no-http2", b"HTTP/1.1 200")):
        status, out, _ = command(*trust, option, "--headers", origin.tls)
        assert (0, True) == (status, out.startswith(line))


def test_http2_by_prior_knowledge(command, origin):
    _, out, _ = command("--http2-prior-knowledge", "-p", "h", origin.plain)
    assert out.startswith(b"HTTP/2 200 OK\n")


def test_nobody_needs_to_be_trusted(command, origin):
    assert (0, b"hello, world", "") == command("--no-verify", origin.tls)


def test_names_can_be_given_addresses(command, origin):
    port = origin.plain.rpartition(":")[2]
    url = f"http://a.test:{port}/"
    for place in ("a.test:127.0.0.1", f"a.test:{port}:127.0.0.1"):
        assert (0, b"hello, world", "") == command("--resolve", place, url)


def test_a_proxy_is_gone_through_unless_there_is_none(command, peer, monkeypatch):
    through = peer(lambda started: started.answering(response(b"by proxy")))
    assert (0, b"by proxy", "") == command("--proxy", through.url, "http://a.test/")
    assert through.requests[0].startswith(b"GET http://a.test/ HTTP/1.1")
    monkeypatch.setenv("http_proxy", through.url)
    direct = peer(lambda started: started.answering(response(b"direct"))).url
    assert (0, b"direct", "") == command("--proxy", "none", direct.replace("localhost", "127.1"))


def test_redirects_are_followed_unless_not(command, origin):
    url = origin.plain + "/redirect/2"
    assert b'"target": "/echo"' in command(url)[1]
    assert (0, b"on and on", "") == command("--no-follow", url)


def test_a_client_certificate_is_shown(command, authority):
    import ssl

    key, chain = authority.issue("me@example.org")
    context = authority.server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.bundle)
    peer = Peer(
        lambda connection: peer.answering(response(b"hello you"))(connection), context=context
    )
    with peer:
        own = ["--cert", chain, "--cert-key", key]
        found = command("--cacert", authority.bundle, *own, peer.url)
    assert (0, b"hello you", "") == found
