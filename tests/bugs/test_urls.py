"""URLs as they go out: what they mean alone is tested in tests/urls/test_bug_reports.py."""

import logging
import pickle
import traceback

import pytest

from httpcore_client import (
    URL,
    ConnectError,
    HTTPError,
    HTTPStatusError,
    InvalidRedirect,
    InvalidURL,
    Request,
    ScriptedBackend,
)
from testkit.peer import response
from testkit.sockets import closed_port

OK = response()
PROXY = "http://proxy.test:3128"


def redirect(location, status="302 Found"):
    return response(b"", status, b"Location: " + location.encode())


def get(*urls, **options):
    async def scenario(client):
        return [await client.get(url, **options) for url in urls]

    return scenario


# Ports (RFC 3986 3.2.3).


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_b002_port_0_is_tried_and_fails_and_no_other_port_is(run_client, scheme):
    """u3#5071, #5101."""
    backend = ScriptedBackend(ConnectError("refused"))

    async def scripted(client):
        with pytest.raises(ConnectError):
            await client.get(f"{scheme}://a.test:0/")

    async def real(client):
        with pytest.raises(ConnectError, match="127.0.0.1:0"):
            await client.get(f"{scheme}://127.0.0.1:0/")

    run_client(scripted, backend=backend)
    run_client(real)
    assert [("a.test", 0)] == backend.dialled


def test_b002_port_0_is_told_to_servers_and_proxies(send):
    (direct,) = send(get("http://a.test:0/x"), OK)
    assert ["a.test:0"] == direct.fields["host"]
    (forwarded,) = send(get("http://a.test:0/x"), OK, proxy=PROXY)
    assert ("http://a.test:0/x", ["a.test:0"]) == (forwarded.target, forwarded.fields["host"])
    refusal = response(b"", "403 No")

    async def tunnel(client):
        with pytest.raises(HTTPError):
            await client.get("https://a.test:0/")

    (connect,) = send(tunnel, refusal, proxy=PROXY)
    assert ("CONNECT", "a.test:0") == (connect.method, connect.target)


# Fragments (RFC 3986 3.5, RFC 9112 3.2).


@pytest.mark.parametrize("proxy", [None, PROXY])
def test_b003_a_fragment_is_never_sent_and_stays_on_the_url(send, proxy):
    """u3#1732, #5079."""
    urls = [
        "http://a.test/x?y=1#top",
        "http://a.test#top",
        "http://a.test/#a?b#c",
        "http://a.test/?#",
    ]
    seen = []

    async def scenario(client):
        for url in urls:
            seen.append(str((await client.get(url)).url))

    base = "http://a.test" if proxy else ""
    answers = [response(b"hello", "200 OK", b"Connection: close")] * len(urls)
    sent = send(scenario, *answers, proxy=proxy)
    assert [base + target for target in ("/x?y=1", "/", "/", "/?")] == [one.target for one in sent]
    assert ["#top", "#top", "#a?b#c"] == ["#" + url.partition("#")[2] for url in seen[:3]]


def test_b003_a_fragment_goes_along_with_redirects_and_not_out(send):
    """RFC 9110 10.2.2: it is inherited, unless the Location has its own."""
    seen = []

    async def scenario(client):
        for start in ("http://a.test/1#old", "http://a.test/3#old"):
            seen.append(str((await client.get(start)).url))

    close = [b"Connection: close"]
    sent = send(
        scenario,
        response(b"", "302 Found", b"Location: /2", *close),
        response(b"", "200 OK", *close),
        response(b"", "302 Found", b"Location: /4#new", *close),
        response(b"", "200 OK", *close),
    )
    assert ["/1", "/2", "/3", "/4"] == [one.target for one in sent]
    assert ["http://a.test/2#old", "http://a.test/4#new"] == seen


# Paths (RFC 3986 3.3).

PATHS = ["//a//b", "//evil.test/x", "//", "/a//", "/%2F%2f/~%7e;=$&'()*+,!@:", "/a%20b/%C3%A9"]


@pytest.mark.parametrize("path", PATHS)
def test_b005_a_path_goes_out_byte_for_byte_and_is_no_authority(send, path):
    """rq#7315."""
    for url in (f"http://a.test{path}", f"http://a.test{path}?sig=%7E//x"):
        target = url.removeprefix("http://a.test")
        (sent,) = send(get(url), OK)
        assert (target, ["a.test"]) == (sent.target, sent.fields["host"])
        (sent,) = send(get(url), OK, proxy=PROXY)
        assert (url, ["a.test"]) == (sent.target, sent.fields["host"])
        first, second = send(
            get("http://b.test/"), redirect(url), OK
        )  # and as where a redirect leads
        assert (target, ["a.test"]) == (second.target, second.fields["host"])


# Queries.


def test_b006_params_are_added_behind_the_query_and_replace_it_only_when_asked(send):
    """hx#652, #3433, #3550."""
    url = "http://a.test/?a=1&b=%7e&a=2"
    cases = [
        ({"params": {"a": 3}}, "/?a=1&b=%7e&a=2&a=3"),
        ({"params": [("c", "x y"), ("c", "")]}, "/?a=1&b=%7e&a=2&c=x+y&c="),
        ({"params": {}}, "/?a=1&b=%7e&a=2"),
        ({"params": []}, "/?a=1&b=%7e&a=2"),
        ({"params": None}, "/?a=1&b=%7e&a=2"),
        ({"replace_params": {"a": 3}}, "/?a=3"),
        ({}, "/?a=1&b=%7e&a=2"),
    ]
    for options, expected in cases:
        (sent,) = send(get(url, **options), OK)
        assert expected == sent.target, options
    (sent,) = send(get(url, params={"a": 3}), OK, params={"k": "v"})
    assert "/?a=1&b=%7e&a=2&k=v&a=3" == sent.target


def test_b012_a_base_with_a_path_and_a_query_is_one_rule(send):
    """hx#1130, #1532: the path is kept, and its query is behind the whole path."""
    cases = [
        ("http://a.test/api?k=1", "users", "/api/users?k=1"),
        ("http://a.test/api/?k=1", "/users", "/api/users?k=1"),
        ("http://a.test/api?k=1", "users?l=2", "/api/users?k=1&l=2"),
        ("http://a.test/api", "users/", "/api/users/"),
        ("http://a.test/api?k=1", "http://a.test/x", "/x"),
    ]
    for base, url, expected in cases:
        (sent,) = send(get(url), OK, base_url=base)
        assert expected == sent.target, (base, url)


# Authorities.


def test_b008_the_last_at_sign_ends_the_userinfo(run_client):
    """hx#2986; WHATWG URL, authority state."""
    backend = ScriptedBackend([lambda _: OK], [lambda _: OK])

    async def scenario(client):
        await client.get("http://user:p@ss@a.test/")
        await client.get("http://user@evil.test:p@b.test/x@c.test")

    run_client(scenario, backend=backend)
    assert [("a.test", 80), ("b.test", 80)] == backend.dialled
    first, second = (stream.written for stream in backend.streams)
    assert b"Authorization: Basic dXNlcjpwQHNz\r\n" in first  # user:p@ss
    assert b"Host: b.test\r\n" in second
    assert second.startswith(b"GET /x@c.test HTTP/1.1\r\n")


def test_b009_a_host_with_underscores_is_asked_as_it_is(run_client):
    """rq#3683."""
    hosts = ["a_b.test", "_dmarc.a.test", "x--y_z.test", "-a.test"]
    backend = ScriptedBackend(*[[lambda _: OK]] * len(hosts))
    run_client(get(*[f"http://{host}/" for host in hosts]), backend=backend)
    assert [(host, 80) for host in hosts] == backend.dialled


def test_b011_a_host_goes_out_in_ascii_whichever_way_it_is_written(send):
    """h2x#1018; RFC 5891 4."""
    ascii_host = "xn--bcher-kva.xn--mnchen-3ya.xn--p1ai"
    for host in ("bücher.münchen.рф", "BÜCHER.xn--mnchen-3ya.РФ", ascii_host):
        (sent,) = send(get(f"http://{host}/"), OK)
        assert [ascii_host] == sent.fields["host"]


BACKSLASHES = ["http://a.test\\@evil.test/", "http://a.test\\.evil.test/", "http:/\\evil.test/"]


@pytest.mark.parametrize("url", BACKSLASHES)
def test_x08_a_backslash_leads_nowhere(send, url):
    async def asked(client):
        with pytest.raises(InvalidURL, match="backslash"):
            await client.get(url)

    async def led(client):
        with pytest.raises(InvalidRedirect, match="backslash"):
            await client.get("http://a.test/")

    assert [] == send(asked)
    assert 1 == len(send(led, redirect(url)))


# Passwords.


def test_x17_a_password_of_the_url_is_shown_nowhere(run_client, caplog):
    """hx#2760: neither in a repr, nor in an error's text, a log or a traceback."""
    caplog.set_level(logging.DEBUG)
    port = closed_port()
    login = "://user:hunter2@"
    backend = ScriptedBackend(
        [lambda _: response(b"", "404 No")],
        [lambda _: redirect(f"http{login}[bad/")],
        [lambda _: b"garbage\r\n\r\n"],
    )
    shown = []

    async def scenario(client):
        answer = await client.get(f"http{login}a.test/")
        shown.append(f"{answer!r} {answer.request!r} {answer.url!r} {answer.headers!r}")
        shown.append(f"{answer.request.headers!r} {answer.request.options!r} {client!r}")
        with pytest.raises(HTTPStatusError) as caught:
            answer.raise_for_status()
        note(caught.value)
        for host, kind in (
            ("b.test", InvalidRedirect),
            ("c.test", HTTPError),
            ("d.test", HTTPError),
        ):
            with pytest.raises(kind) as caught:
                await client.get(f"http{login}{host}/")
            note(caught.value)
        for wrong in (f"http{login}h:x/", f"ftp{login}h/", f"http{login}h /"):
            with pytest.raises((InvalidURL, HTTPError)) as caught:
                await client.get(wrong)
            note(caught.value)

    async def refused(client):
        with pytest.raises(ConnectError) as caught:
            await client.get(f"http{login}127.0.0.1:{port}/")
        note(caught.value)

    def note(error):
        shown.append("".join(traceback.format_exception_only(error)))
        shown.append(f"{error!r} {error} {vars(error)!r} {pickle.loads(pickle.dumps(error))!r}")

    run_client(scenario, backend=backend)
    run_client(refused)
    request = Request("GET", f"http{login}h/")
    logging.getLogger(__name__).warning("%r %r %s", request, URL(f"http{login}h/"), [request])
    assert "hunter2" not in "\n".join([*shown, caplog.text])
    assert 15 < len(shown)
