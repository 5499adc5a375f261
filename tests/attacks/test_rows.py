"""Attacks of docs/explanation/attacks.md that no other folder shows: over sockets, in all worlds."""

import gzip
import random
import tomllib
import tracemalloc
from itertools import chain
from pathlib import Path

import pytest

import httpcore_client as httpcore
from httpcore_client import ScriptedBackend, SyncClient
from httpcore_client.content import encode_multipart
from httpcore_client.websocket import WebSocketClosed, WebSocketRefused
from httpcore_cookies import parse_set_cookie
from httpcore_urls import URL
from testkit.certificates import Issued
from testkit.linear import assert_linear
from testkit.peer import Peer, response
from testkit.websocket import CLOSE, TEXT, Script, frame

MiB = 2**20
PYPROJECTS = Path(__file__).parents[2].glob("packages/*/pyproject.toml")
HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"
FOUND = "302 Found"
BOMB = gzip.compress(bytes(50 * MiB))  # some 50 KiB: small enough to be read to keep a connection

# Where the dependencies have mended what the table names, or came to bound what they do.
FLOORS = {
    "h11": "0.16",  # CVE-2025-43859
    "h2": "4.3",  # CVE-2025-57804
    "hpack": "4.1",
    "idna": "3.15",  # CVE-2024-3651, CVE-2026-45409
    "certifi": "2024.7.4",  # CVE-2023-37920, CVE-2024-39689
    "brotli": "1.2",  # output limits: CVE-2025-6176
}


def test_12_no_field_but_authorization_says_what_a_url_says_of_its_user(visit):
    async def scenario(client, url):
        await client.get(url.replace("://", "://me:s3cret@") + "/a?token=s3cret")

    heads = visit(scenario, response(b"", FOUND, b"Location: /b"), response())
    assert 2 == len(heads)
    for head in heads:
        assert b"referer" not in head.lower()
        assert b"me:" not in head
    assert b"s3cret" not in heads[1]


def test_13_cookies_belong_to_the_url_whatever_host_is_said(visit):
    async def scenario(client, url):
        await client.get(url, headers={"Host": "victim.test"})
        assert ["localhost"] == [cookie.domain for cookie in client.cookies.cookies()]
        await client.get(url, headers={"Host": "victim.test"})
        await client.get(url.replace("localhost", "127.0.0.1"), headers={"Host": "localhost"})

    heads = visit(scenario, response(b"", "200 OK", b"Set-Cookie: a=1"), response(), response())
    assert [False, True, False] == [b"\r\nCookie: a=1" in head for head in heads]


def test_15_nothing_of_an_upload_is_left_for_the_next_request(visit):
    async def scenario(client, url):
        await client.put(url, content=b"first")
        await client.post(url)
        await client.get(url)

    heads = visit(scenario, *[response()] * 3)
    assert [b"Content-Length: 5", b"Content-Length: 0", None] == [
        next((line for line in head.split(b"\r\n") if line.startswith(b"Content-")), None)
        for head in heads
    ]


def test_16_what_the_client_says_of_redirects_holds_for_every_call(visit):
    async def scenario(client, url):
        for method in ("GET", "POST", "DELETE"):
            assert 302 == (await client.request(method, url)).status_code
        assert 302 == (await client.send(client.build("GET", url))).status_code
        limited = client.replace(allow_redirects=True, max_redirects=0)
        with pytest.raises(httpcore.TooManyRedirects):
            await limited.get(url)
        await limited.close()

    leads = response(b"", FOUND, b"Location: /b")
    assert 5 == len(visit(scenario, *[leads] * 5, allow_redirects=False))


def test_22_a_server_that_sets_many_cookies_can_still_be_asked(visit):
    """As many as a head holds, several times over: the field that goes out has a limit."""

    async def scenario(client, url):
        for _ in range(4):
            await client.get(url)
        assert 100 < len(client.cookies) <= 180

    floods = [
        response(
            b"", "200 OK", *[b"Set-Cookie: %d-%d=" % (turn, n) + b"v" * 90 for n in range(800)]
        )
        for turn in range(3)
    ]
    *_, last = visit(scenario, *floods, response())
    (field,) = (line for line in last.split(b"\r\n") if line.startswith(b"Cookie:"))
    assert 4_000 < len(field) <= 8_190


@pytest.mark.parametrize("unit", ['\\"', '"', ";", "=;", "a=b;", ";domain=a"])
def test_27_a_cookie_of_any_length_is_read_in_linear_time(unit):
    assert_linear(lambda text: parse_set_cookie('x="' + text), unit, 25_000)


def boundary():
    return encode_multipart({"a": "1"}, None)[1].partition("boundary=")[2]


def test_33_a_thousand_boundaries_are_a_thousand_of_128_bits():
    made = {boundary() for _ in range(1000)}
    assert {1000, 32} == {len(made), *map(len, made)}
    assert set("0123456789abcdef") == set("".join(made))


def test_33_who_knows_the_state_of_python_s_generator_knows_no_boundary():
    state = random.getstate()
    try:
        made = set()
        for _ in range(2):
            random.seed(33)
            made.add(boundary())
    finally:
        random.setstate(state)
    assert 2 == len(made)


def test_37_the_body_of_a_redirect_is_read_as_it_came_or_not_at_all(visit):
    peaks = []

    async def scenario(client, url):
        tracemalloc.start()
        try:
            assert b"hello" == (await client.get(url)).content
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    coded = [b"Location: /b", b"Content-Encoding: gzip"]
    assert 2 == len(visit(scenario, response(BOMB, FOUND, *coded), response()))
    assert peaks[0] < 4 * MiB  # decoded it would be fifty


@pytest.mark.parametrize("length", [b"1000000000000", b"9" * 18])
def test_45_memory_is_taken_for_what_comes_and_not_for_what_is_promised(visit, length):
    peaks = []

    async def scenario(client, url):
        tracemalloc.start()
        try:
            with pytest.raises(httpcore.ReadTimeout):
                await client.get(url)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    visit(scenario, HUGE % length + b"x" * 1000, timeout=0.1)
    assert peaks[0] < 4 * MiB


@pytest.mark.parametrize("length", [b"9" * 21, b"1" * 5_000, b"0" * 5_000 + b"5"])
def test_46_a_length_that_is_too_long_for_a_number_is_a_protocol_error(visit, length):
    async def scenario(client, url):
        with pytest.raises(httpcore.RemoteProtocolError) as caught:
            await client.get(url)
        assert len(str(caught.value)) < 1_000

    visit(scenario, HUGE % length + b"hello")


def test_63_who_names_a_bundle_trusts_nobody_else(world, authority, trust_by_default):
    trust_by_default(authority.bundle)  # in the place of certifi's
    peer = Peer(context=authority.server_context())
    peer.handlers = (peer.answering(response()),)

    async def scenario(client):
        assert 200 == (await client.get(peer.url)).status_code
        with pytest.raises(httpcore.CertificateError, match="not trusted"):
            await client.get(peer.url, ssl=Issued(common_name="another").pem)

    with peer:
        world.run_client(scenario, trust_env=False)


def test_67_no_older_dependency_is_allowed_than_has_mended_what_is_known():
    found = {}
    for path in PYPROJECTS:
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        extras = project.get("optional-dependencies", {}).values()
        for needed in chain(project.get("dependencies", ()), *extras):
            name, _, floor = needed.partition(";")[0].partition(">=")
            if name in FLOORS:
                found[name] = floor.partition(",")[0]
    assert FLOORS == found


@pytest.mark.parametrize("unit", ["@", "%", "\xa0", ", ", "\u0660", "\u30fb", "xn--", "a\u0301"])
def test_69_a_host_of_any_length_is_refused_in_linear_time(unit):
    assert_linear(lambda text: URL(f"http://{text}/"), unit, 5_000)
    assert_linear(lambda text: URL(f"http://{text}.test/"), unit, 5_000)


def assert_harmless(error):
    told = str(error) + repr(error)
    assert told.isprintable()  # no escapes, no line ends, nothing that turns around what follows
    assert len(told) < 4_000


def test_78_what_a_peer_writes_moves_no_terminal(visit):
    """An escape sequence is refused where it may not stand, and shown as text where it is told of."""

    async def scenario(client, url):
        for path in ("/reason", "/c1", "/value", "/location", "/body"):
            with pytest.raises(httpcore.HTTPError) as caught:
                (await client.get(url + path)).raise_for_status()
            assert_harmless(caught.value)

    visit(
        scenario,
        response(b"", "404 \x1b[2J"),
        response(b"", "404 \x9b2J"),
        response(b"", "404 No", b"X: \x1b[2J"),
        response(b"", FOUND, b"Location: http://a\x1b[2J.test/"),
        response("\x1b[2J\u202eevil".encode() * 1_000, "404 No", b"Content-Type: text/plain"),
    )


EVIL = "\x1b[2J\x9b2J\r\n\u202e"


@pytest.mark.parametrize(
    "said",
    [
        frame(CLOSE, (1000).to_bytes(2, "big") + EVIL.encode()),
        frame(CLOSE, (4999).to_bytes(2, "big") + b"\xff\x1b"),  # no UTF-8
        frame(TEXT, b"\xff\x1b[2J"),
        frame(0x3, EVIL.encode()),
    ],
)
def test_78_what_is_said_over_a_websocket_moves_no_terminal(said):
    with Script(said) as ws:
        with pytest.raises(WebSocketClosed) as caught:
            ws.receive()
        assert_harmless(caught.value)


def test_78_a_refusal_of_a_websocket_moves_no_terminal():
    fields = b"Location: http://a/\x9b2J\r\nContent-Length: 0"
    refusal = b"HTTP/1.1 302 \x9b2J\r\n" + fields + b"\r\n\r\n"
    with (
        SyncClient(backend=ScriptedBackend([lambda stream: refusal]), trust_env=False) as client,
        pytest.raises(WebSocketRefused) as caught,
        client.websocket("ws://example.org/"),
    ):
        raise AssertionError
    assert_harmless(caught.value)


def test_80_two_locations_that_differ_lead_nowhere(visit):
    async def scenario(client, url):
        with pytest.raises(httpcore.InvalidRedirect, match="several Location fields"):
            await client.get(url)

    fields = [b"Location: /a", b"Location: http://evil.test/"]
    assert 1 == len(visit(scenario, response(b"", FOUND, *fields)))
