"""Where a redirect leads, and what goes along: the rule that the client follows (`policy/_redirects.py`).

- It gives a request to an http(s) URL, or raises InvalidRedirect, whose text is plain.
- What is sensitive stays with its origin (scheme, host, port), whatever the Location; so do credentials of
  the URL, and no userinfo of a server's is taken over. Host and Proxy-Authorization never go along.
- Methods and content change as RFC 9110 15.4 says. The target is what the standard makes of the reference.
"""

from httpcore_client._options import ClientOptions
from httpcore_client.policy._redirects import next_request
from httpcore_headers import Headers
from httpcore_pool import InvalidRedirect, Request, Response
from httpcore_urls import URL, InvalidURL

from ...urls import differential
from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *(each for each in differential.PIECES if len(each) > 1 or not each.isascii()),
    *("http://user:pw@example.org:8080/", "https://example.org", "//example.org", "user:pw@"),
    *("example.org:8080", "javascript:", "file:///", "data:", "\xc3\xa9", "hunter2"),
]  # fmt: skip
SEEDS = [
    bytes([base, status, 1]) + spell(location, PIECES)
    for base, status, location in (
        (0, 0, "/a"),
        (1, 1, "https://example.org/"),
        (2, 2, "//other.example/b?c#d"),
        (0, 3, "http://user:pw@example.org:8080/"),
        (1, 4, "javascript:alert(1)"),
    )
]
_BASES = ["http://ann:hunter2@example.org:8080/a/b?c#d", "https://example.org/", "http://[::1]/x"]
_STATUSES = [301, 302, 303, 307, 308]
_METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "post"]
_SENSITIVE = [
    "Authorization",
    "Cookie",
    "X-Api-Key",
    "authorization",
    "Proxy-Authorization",
    "X-Mine",
]


def check(data):
    source = Source(data)
    base, status, method = URL(source.pick(_BASES)), source.pick(_STATUSES), source.pick(_METHODS)
    content = b"secret" if method in ("POST", "PUT") else None
    headers = [(name, "hunter2") for name in _SENSITIVE] + [
        ("X-Open", "1"),
        ("Content-Type", "text/x"),
    ]
    request = Request(method, base, content, headers, options=ClientOptions())
    location = source.text(PIECES).encode("utf-8", "surrogatepass").strip(b" \t")
    if any((octet < 32 and octet != 9) or octet == 127 for octet in location):
        return  # no head may have such a field
    response = Response(status, Headers([("Location", location)]), b"", request=request)
    try:
        followed = next_request(request, response, sensitive=["x-mine"])
    except InvalidRedirect as error:
        plain_error(error, "hunter2") if b"hunter2" not in location else plain_error(error)
        return
    _went_right(request, followed, status, location)


def _went_right(request, followed, status, location):
    url, before = followed.url, request.url
    assert url.scheme in ("http", "https")
    assert url == URL(str(url))
    assert "Proxy-Authorization" not in followed.headers
    assert [url.host_header] == followed.headers.get_list("Host")
    same = (url.scheme, url.host, url.port) == (before.scheme, before.host, before.port)
    if same:
        assert (before.username, before.password) == (url.username, url.password)
        assert 2 == len(followed.headers.get_list("Authorization"))
    else:
        if b"hunter2" not in location.lower():
            assert "hunter2" not in f"{followed.headers.raw} {url}"
        assert "" == url.username == url.password
        assert followed.options.auth is None
        for name in _SENSITIVE:
            assert name not in followed.headers, name
    assert "1" == followed.headers["X-Open"]
    became_get = (status == 303 and request.method != "HEAD") or (
        status in (301, 302) and request.method == "POST"
    )
    assert ("GET" if became_get else request.method) == followed.method
    assert (followed.body is None) == (
        request.body is None or (became_get and request.method != "GET")
    )
    assert ("Content-Type" in followed.headers) == (not became_get or request.method == "GET")
    _as_the_standard_reads_it(before, url, location)


def _as_the_standard_reads_it(base, url, location):
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        expected = base.resolve_with(text)
    except InvalidURL as error:
        raise AssertionError(f"followed what is no URL: {text!r}") from error
    assert (expected.host, expected.port, expected.path, expected.query) == (
        url.host,
        url.port,
        url.path,
        url.query,
    )
