"""Redirects (RFC 9110 15.4). Those that lead over real servers are in tests/contract/test_redirects.py."""

import gc
import io
import weakref

import pytest

from httpcore_client import BodyNotReplayable, InvalidRedirect, Timeout, TooManyRedirects
from testkit.peer import response

OK = response()


def to(location, status=302):
    return response(b"", f"{status} Go", b"Location: " + location.encode())


SECRET = ["Authorization", "authorization", "COOKIE", "Cookie", "Proxy-Authorization", "cookie"]


def test_b024_every_instance_of_a_credential_stays_with_its_origin(visit):
    """ah#13180; RFC 9110 15.4: whatever the status, the way and the body."""
    others = ["http://b.test/", "https://a.test/", "http://a.test:81/", "http://sub.a.test/"]

    async def scenario(client):
        for _ in others:
            fields = [(name, f"s3cret{number}") for number, name in enumerate(SECRET)]
            await client.get("http://a.test/", headers=[*fields, ("X-Own", "1"), ("X-Own", "2")])

    answers = [each for url in others for each in (to(url, 307), OK)]
    visits = visit(scenario, *answers)
    for first, second in zip(visits[::2], visits[1::2], strict=True):
        assert 2 == len(first.fields["authorization"])
        assert not {"authorization", "cookie", "proxy-authorization"} & second.fields.keys()
        assert ["1", "2"] == second.fields["x-own"]


BODIES = {
    "iterator": lambda path: {"content": iter([b"a", b"b"])},
    "bytes": lambda path: {"content": b"ab"},
    "file": lambda path: {"content": path.open("rb")},
    "form": lambda path: {"data": {"a": "b"}},
    "files": lambda path: {"files": {"a": path.open("rb")}},
    "json": lambda path: {"json": {"a": "b"}},
    "compressed": lambda path: {"content": b"ab" * 999, "compress": "gzip"},
}
CONTENT_FIELDS = {
    "Content-Language": "en",
    "Content-Location": "/there",
    "Content-Disposition": "inline",
    "Digest": "x",
    "Expect": "100-continue",
    "Trailer": "X-Sum",
}


@pytest.mark.parametrize("kind", BODIES)
def test_b026_a_get_after_an_upload_has_nothing_of_the_content(visit, tmp_path, kind):
    """u3#5161: nor of how it was framed, read or described; and the next upload is a new one."""
    path = tmp_path / "file"
    path.write_bytes(b"in a file")

    async def scenario(client):
        for _ in range(2):
            options = BODIES[kind](path)
            await client.put("http://a.test/", headers={**CONTENT_FIELDS, "X-Own": "1"}, **options)
            for opened in (options.get("content"), options.get("files", {}).get("a")):
                if hasattr(opened, "close"):
                    opened.close()

    answers = [to("/there", 303), to("/2", 302), OK] * 2
    visits = visit(scenario, *answers, timeout=Timeout(expect=0.01))
    assert ["PUT", "GET", "GET"] * 2 == [one.method for one in visits]
    assert (
        visits[0].body == visits[3].body != b"" or kind == "files"
    )  # of which each has its boundary
    for one in (*visits[1:3], *visits[4:]):
        assert b"" == one.body
        described = [name for name in one.fields if name.startswith(("content-", "transfer-"))]
        assert [] == described
        assert not {"digest", "expect", "trailer"} & one.fields.keys()
        assert ["1"] == one.fields["x-own"]


def test_b026_a_post_that_became_a_get_by_301_or_302_is_one_too(visit):
    async def scenario(client):
        for _ in (301, 302):
            await client.post("http://a.test/", content=iter([b"a"]), headers=CONTENT_FIELDS)

    answers = to("/", 301), OK, to("/", 302), OK
    visits = visit(scenario, *answers, timeout=Timeout(expect=0.01))
    assert ["POST", "GET"] * 2 == [one.method for one in visits]
    for one in visits[1::2]:
        assert not [name for name in one.fields if name.startswith(("content-", "transfer-"))]


class Unseekable(io.BytesIO):
    """As a pipe is: to be read once."""

    def seekable(self):
        return False

    def seek(self, *args):
        raise io.UnsupportedOperation("seek")

    def tell(self):
        raise io.UnsupportedOperation("tell")


ONCE = {
    "iterator": lambda: {"content": iter([b"once"])},
    "generator": lambda: {"content": (piece for piece in [b"on", b"ce"])},
    "pipe": lambda: {"content": Unseekable(b"once")},
    "part of a form": lambda: {"files": {"a": ("f", iter([b"once"]))}},
}


@pytest.mark.parametrize("kind", ONCE)
def test_b027_what_can_be_read_once_is_never_sent_again_empty_or_half(visit, kind):
    """ah#12195: wherever the method stays, and the error says what could not be read again."""
    ways = [("POST", 307), ("POST", 308), ("PUT", 301), ("PATCH", 302)]

    async def scenario(client):
        for method, _ in ways:
            with pytest.raises(BodyNotReplayable, match="body"):
                await client.request(method, "http://a.test/", **ONCE[kind]())
        assert b"hello" == (await client.get("http://a.test/")).content

    visits = visit(scenario, *[to("/again", status) for _, status in ways], OK)
    assert [*(method for method, _ in ways), "GET"] == [one.method for one in visits]
    assert all(b"once" in one.body for one in visits[:-1])


def test_b030_after_301_and_302_only_post_becomes_get(visit):
    """ah#11270; RFC 9110 15.4.2, 15.4.3: all others keep method and content."""
    methods = ["PUT", "PATCH", "DELETE", "PROPFIND", "QUERY", "GET", "HEAD", "post"]

    async def scenario(client):
        for method in methods:
            for _ in (301, 302):
                content = None if method in ("GET", "HEAD") else b"body"
                await client.request(method, "http://a.test/", content=content)

    empty = response(b"")
    answers = [each for _ in methods for each in (to("/2", 301), empty, to("/2", 302), empty)]
    visits = visit(scenario, *answers)
    for first, second in zip(visits[::2], visits[1::2], strict=True):
        if first.method == "POST":
            assert ("GET", b"") == (second.method, second.body)
        else:
            assert (first.method, first.body) == (second.method, second.body)
    assert {"POST", *methods[:-1]} == {one.method for one in visits}


WRONG = [
    *(
        "http://[bad/",
        "http://[::1",
        "http://a b.test/",
        "http:///",
        "https://",
        "http://a.test:x/",
    ),
    *("http://a.test:99999/", "http://%00/", "javascript:alert(1)", "file:///etc/passwd", "//"),
]


def test_b029_a_malformed_location_is_a_response_or_one_kind_of_error(visit):
    """h2x#1064: never the error of a resolver, of a parser or of an encoding."""

    async def scenario(client):
        for location in WRONG:
            seen = await client.get("http://a.test/", allow_redirects=False)
            assert (302, None) == (seen.status_code, seen.next_request), location
            assert location == seen.headers["Location"]
            with pytest.raises(InvalidRedirect):
                await client.get("http://a.test/")

    visits = visit(scenario, *[to(location) for location in WRONG for _ in range(2)])
    assert 2 * len(WRONG) == len(visits)


def test_b032_a_limit_of_0_follows_none_and_1_follows_one(visit):
    """u3#3649, ah#13658: by hand there is no limit, as each hop is asked for."""

    async def none(client):
        with pytest.raises(TooManyRedirects) as caught:
            await client.get("http://a.test/")
        assert [302] == [one.status_code for one in caught.value.history]
        answer = await client.get("http://a.test/", allow_redirects=False)
        while answer.next_request is not None:
            answer = await answer.next()
        assert (200, 3) == (answer.status_code, len(answer.history))

    async def one(client):
        assert b"hello" == (await client.get("http://a.test/")).content
        with pytest.raises(TooManyRedirects) as caught:
            await client.get("http://a.test/")
        assert [302, 302] == [one.status_code for one in caught.value.history]

    hop = to("/again")
    assert 5 == len(visit(none, hop, hop, hop, hop, OK, max_redirects=0))
    assert 4 == len(visit(one, hop, OK, hop, hop, OK, max_redirects=1))


def test_b033_history_has_earlier_responses_only_and_no_cycle(visit):
    """rq#7328: what was followed goes as soon as nobody holds the last one."""
    kept = []

    async def scenario(client):
        last = await client.get("http://a.test/0")
        assert [302, 301, 307] == [one.status_code for one in last.history]
        for number, earlier in enumerate(last.history):
            assert last is not earlier
            assert all(earlier is not one for one in earlier.history)
            assert number == len(earlier.history)
        # A response can not be referred to weakly; what it alone holds can.
        kept.extend(weakref.ref(one.request.options) for one in (last, *last.history))

    was = gc.isenabled()
    gc.disable()
    try:
        visit(scenario, to("/1", 302), to("/2", 301), to("/3", 307), OK)
        assert [None] * 4 == [reference() for reference in kept]
    finally:
        if was:
            gc.enable()


def test_x12_an_empty_location_is_followed_once_at_most(visit):
    """RFC 3986 5.2.2: it asks for the same again."""

    async def scenario(client):
        with pytest.raises(InvalidRedirect, match="empty Location"):
            await client.get("http://a.test/x?y=1")
        answer = await client.get("http://a.test/x?y=1", allow_redirects=False)
        assert (302, "http://a.test/x?y=1") == (answer.status_code, str(answer.next_request.url))

    urls = [one.url for one in visit(scenario, *[to("")] * 9)]
    assert ["http://a.test/x?y=1"] * 3 == urls
