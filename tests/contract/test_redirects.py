"""Redirects on the wire, in each world: through a proxy that is a whole internet, and with a real server."""

import json
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import pytest

from httpcore_client import (
    URL,
    BodyNotReplayable,
    DigestAuth,
    Headers,
    InvalidRedirect,
    InvalidURL,
    RedirectError,
    TooManyRedirects,
)
from testkit.internet import Internet
from testkit.worlds import WORLDS

# What stands above the exchange asks for one in each protocol.
pytestmark = pytest.mark.transports("http1-plain", "http2-tls")

DATA = Path(__file__).parents[1] / "conformance" / "data" / "own" / "redirects.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]
SECRETS = {
    "Authorization": "s1",
    "Cookie": "s=2",
    "Proxy-Authorization": "s3",
    "X-API-Key": "s4",
    "Private-Token": "s5",
    "X-Marked": "s6",
}


@pytest.fixture
def internet(authority):
    """Start a whole internet that answers from a list."""
    started = []

    def internet(*answers):
        started.append(Internet(authority, *answers))
        return started[0].__enter__()

    yield internet
    for each in started:
        each.__exit__(None, None, None)


def answer(status, *fields, length=0, body=b""):
    lines = [f"HTTP/1.1 {status} Go", *fields, f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode() + body


def answers(case):
    for status, location, *extra in case["responses"]:
        more = extra[0] if extra else {}
        locations = [location] if isinstance(location, str) else location or []
        name = "WWW-Authenticate" if status == 401 else "Location"
        fields = [f"{name}: {text}" for text in locations]
        if "set_cookie" in more:
            fields.append(f"Set-Cookie: {more['set_cookie']}")
        yield answer(
            status, *fields, length=more.get("content_length", 0), body=b"x" * more.get("send", 0)
        )


def check(want, visit):
    assert want["url"].partition("#")[0] == visit.url
    assert want.get("method", visit.method) == visit.method
    if "body" in want:
        assert (want["body"] or "").encode() == visit.body
    if "cookie" in want:
        assert want["cookie"] == visit.cookie
    assert set() == visit.fields.keys() & set(want.get("headers_absent", []))
    assert set() == set(want.get("headers_present", [])) - visit.fields.keys()
    assert [URL(visit.url).host_header] == visit.fields["host"]


# What a redirect means no world decides: they take turns.
@pytest.mark.parametrize(
    ("world", "case"),
    [pytest.param(world, case, id=case["id"]) for world, case in zip(cycle(WORLDS), CASES)],
)
def test_redirects_of_the_project_through_a_proxy(run_client, internet, case):
    wide = internet(*answers(case))
    asked = case["request"]

    async def scenario(client):
        content = asked["body"]
        return await client.request(
            asked["method"],
            asked["url"],
            headers=[tuple(pair) for pair in asked["headers"]],
            content=iter([b"once"]) if content == {"stream": "once"} else content,
            allow_redirects=case.get("follow", True),
        )

    options = {"proxy": wide.url}
    if "auth" in case:
        options["auth"] = DigestAuth(*case["auth"][:2])
    if case["want"] == "error":
        with pytest.raises((RedirectError, InvalidURL, BodyNotReplayable)):
            run_client(scenario, **options)
        return
    final = run_client(scenario, **options)
    assert len(case["want"]) == len(wide.visits) - 1
    for want, visit in zip(case["want"], wide.visits[1:], strict=True):
        check(want, visit)
    if case["want"]:
        url = final.url.copy_with(username="", password="")
        assert case["want"][-1]["url"] == str(url)


# -- what may go along, over each transport --


def leading(base, *urls, status=302):
    """A URL that leads to the last of these by all of the others."""
    *before, last = urls
    for url in reversed(before):
        last = f"{url}/to?status={status}&url={quote(last, safe='')}"
    return f"{base}/to?status={status}&url={quote(last, safe='')}"


@pytest.fixture
def run(run_at_guard):
    return run_at_guard


def secrets(seen):
    return {name for name in SECRETS if name.lower() in seen.fields}


def test_no_secret_goes_to_another_origin_nor_comes_back(run, guard):
    copies = [*SECRETS.items(), *((name.lower(), value) for name, value in SECRETS.items())]

    async def scenario(client, base):
        url = leading(base, base, guard.other, base)
        await client.get(url, headers=Headers([*copies, ("X-Own", "1")], sensitive=["X-Marked"]))

    run(scenario)
    here = {*SECRETS} - {"Proxy-Authorization"}  # which is for no next request (RFC 9110 15.4)
    assert [{*SECRETS}, here, set(), set()] == [secrets(seen) for seen in guard.seen]
    assert all(["1"] == seen.fields["x-own"] for seen in guard.seen)


def test_what_the_client_marks_stays_with_the_origin(run, guard):
    async def scenario(client, base):
        await client.get(leading(base, base, guard.other))
        assert "s6" not in repr(client.headers)

    run(scenario, headers={"X-Marked": "s6", "X-Own": "1"}, sensitive_headers=["x-marked"])
    marked = [seen.fields.get("x-marked") for seen in guard.seen]
    assert [["s6"], ["s6"], None] == marked
    assert all(["1"] == seen.fields["x-own"] for seen in guard.seen)


@pytest.mark.parametrize("by_hand", [False, True])
def test_by_hand_no_more_goes_along_than_otherwise(run, guard, by_hand):
    async def scenario(client, base):
        url = leading(base, guard.other, base)
        response = await client.get(url, headers=SECRETS, allow_redirects=not by_hand)
        while response.next_request is not None and by_hand:
            response = await response.next()
            await response.read()
        assert response.status_code == 200

    run(scenario)
    sent = SECRETS.keys() - {"X-Marked"}
    assert [sent, set(), set()] == [secrets(seen) & sent for seen in guard.seen]


def test_b026_a_303_after_an_upload_is_a_get_without_content(run, guard):
    content_fields = {"Content-Type": "text/plain", "Content-Language": "en", "Digest": "x"}

    async def scenario(client, base):
        url = leading(base, base, status=303)
        await client.post(url, content=iter([b"a", b"b"]), headers=content_fields)

    run(scenario)
    first, second = guard.seen
    assert ("POST", b"ab") == (first.method, first.body)
    assert ("GET", b"") == (second.method, second.body)
    gone = {*map(str.lower, content_fields), "content-length", "transfer-encoding"}
    assert set() == second.fields.keys() & gone


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_b030_other_methods_keep_method_and_content(run, guard, status, method):
    async def scenario(client, base):
        await client.request(method, leading(base, base, status=status), content=b"body")

    run(scenario)
    assert [(method, b"body")] * 2 == [(seen.method, seen.body) for seen in guard.seen]


@pytest.mark.parametrize("status", [307, 308])
def test_b027_a_one_shot_body_is_never_sent_again_empty(run, guard, status):
    async def scenario(client, base):
        url = leading(base, base, status=status)
        with pytest.raises(BodyNotReplayable, match=f"^PUT {base}/?: the request body"):
            await client.put(url, content=iter([b"once"]))
        response = await client.put(url, content=iter([b"once"]), allow_redirects=False)
        with pytest.raises(BodyNotReplayable):
            await response.next()
        assert (await client.get(base)).status_code == 200

    run(scenario)
    assert [b"once", b"once", b""] == [seen.body for seen in guard.seen]


def test_connections_are_kept_along_a_chain(run, guard):
    async def scenario(client, base):
        response = await client.get(leading(base, base, base, base, base))
        assert 4 == len(response.history)
        assert 1 == client.connections_opened

    run(scenario)


# -- limits and refusals, through the proxy --


def to(location, status=302):
    return answer(status, f"Location: {location}")


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_b032_the_limit_counts_hops_and_its_error_has_them(run_client, internet, limit):
    world = internet(*[to("/again")] * 9)

    async def scenario(client):
        with pytest.raises(TooManyRedirects) as caught:
            await client.get("http://a.test/0")
        return caught.value.history

    history = run_client(scenario, proxy=world.url, max_redirects=limit)
    assert limit + 1 == len(history) == len(world.visits)
    assert all(response not in response.history for response in history)


@pytest.mark.parametrize(
    "location", ["http://[bad/", "http://a b.test/", "ftp://a.test/", "https:///"]
)
def test_b029_a_location_that_is_not_followed_is_no_error(run_client, internet, location):
    world = internet(to(location), to(location))

    async def scenario(client):
        response = await client.get("http://a.test/", allow_redirects=False)
        assert (302, None) == (response.status_code, response.next_request)
        with pytest.raises(RedirectError):
            await response.next()
        with pytest.raises(InvalidRedirect):
            await client.get("http://a.test/")

    run_client(scenario, proxy=world.url)
    assert 2 == len(world.visits)


def test_x12_an_empty_location_is_no_loop(run_client, internet):
    world = internet(*[to("")] * 9)

    async def scenario(client):
        with pytest.raises(InvalidRedirect, match="empty Location"):
            await client.get("http://a.test/")

    run_client(scenario, proxy=world.url)
    assert 2 == len(world.visits)


def test_a_downgrade_takes_no_secret_along_and_can_be_refused(run_client, internet):
    world = internet(to("http://a.test/2"), answer(200), to("http://a.test/2"))

    async def scenario(client):
        await client.get("https://a.test/1", headers=SECRETS, cookies={"own": "1"})

    run_client(scenario, proxy=world.url)
    assert ["https://a.test/1", "http://a.test/2"] == world.urls()
    first = {*SECRETS} - {"X-Marked", "Proxy-Authorization"}  # which a tunnel's origin never sees
    assert first == secrets(world.visits[0]) - {"X-Marked"}
    assert set() == secrets(world.visits[1]) - {"X-Marked"}
    with pytest.raises(InvalidRedirect, match="from https to 'http://a.test/2'"):
        run_client(scenario, proxy=world.url, allow_downgrade=False)
    assert 3 == len(world.visits)
