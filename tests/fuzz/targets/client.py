"""A whole client: redirects, cookies, credentials, a cache, retries; and servers that say anything.

- What is secret reaches the origin that it is for, and no other: what a call brings along, the one that it
  asks; a client's password, those of its caller; a cookie, hosts that its server may set it for (RFC 6265bis
  5.7), and a `Secure` one https alone.
- An answer is of the resource that its call ends at, and of the same credentials.
- Servers decide how many requests a call becomes, within bounds. One that is not idempotent comes again only
  where they have asked for that.
- Only errors of the tree come out; their texts are plain, and nothing that is shown has a secret.
"""

import base64
import gzip
import re
from itertools import pairwise
from zlib import crc32

from httpcore_client import BasicAuth, CookieJar, DigestAuth, HTTPError, SyncClient
from httpcore_client.cache import CacheAdapter
from httpcore_client.retry import RetryAdapter, RetryPolicy
from httpcore_client.testing import Answer, ManualClock, MockAdapter

from ..judges import plain_error
from ..shapes import Source

# A secret tells the number of the origin that it is for.
ORIGINS = [
    *("https://a.test", "http://a.test", "https://a.test:8443", "https://www.a.test"),
    *("https://ba.test", "http://ba.test"),
]
_FOREIGN = "hunter2-9"  # which no server may be sent
_PATHS = ["/", "/x", "/x/y", "/z?q=1"]
_METHODS = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE"]
_STATUSES = [
    *(200, 200, 200, 301, 302, 303, 307, 308, 401, 401, 304, 204, 206, 300, 404, 407, 408, 410),
    *(413, 421, 425, 429, 500, 502, 503, 504),
]
_LOCATIONS = [
    *(f"{origin}{path}" for origin in ORIGINS for path in ("/", "/x", "/z?q=1#f")),
    *("/", "x", "?q=2", "", "#f", "//ba.test/x", "\\\\ba.test\\x", f"//eve:{_FOREIGN}@ba.test/"),
    *(f"https://eve:{_FOREIGN}@a.test/x", "HTTPS://A.TEST:443/x", "https://a.test@ba.test/"),
    *("https://a.test.ba.test/x", "https://a.test./", "javascript:x", "ftp://a.test/", "http://[::1"),
    *("https:///x", "https:x", "http:/x", "\xff", "https://ba.test\\@a.test/", "/x\t", "//"),
]  # fmt: skip
_CHALLENGES = [
    *('Basic realm="r"', "Basic realm=r, Digest realm=r, nonce=n, qop=auth", "Bearer", "Basic", "x"),
    *('Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256', "Digest realm=r, nonce=m"),
    *('Digest realm="r", nonce="o", qop="auth", stale=true', 'Digest realm="s", nonce=n, userhash=true'),
    *('Digest realm="r", nonce="n", domain="https://ba.test/ /"', 'Negotiate, Basic realm="s"'),
]  # fmt: skip
_CACHING = [
    *("max-age=60", "no-store", "no-cache", "private, max-age=60", "public, max-age=60", "max-age=0"),
    *("s-maxage=9, must-revalidate", "max-age=1, stale-while-revalidate=99, stale-if-error=99"),
    *("immutable, max-age=99999999999", "max-age=x", 'no-cache="set-cookie"', 'private="x"'),
]  # fmt: skip
_FIELDS = [
    *[("Vary", value) for value in ("*", "Accept", "Cookie", "Authorization, X-Api-Key")],
    *[("ETag", value) for value in ('"1"', 'W/"1"', "1")],
    ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
    *[("Retry-After", value) for value in ("0", "1", "99999999", "Wed, 21 Oct 2015 07:28:00 GMT", "x")],
    *[("Content-Encoding", value) for value in ("gzip", "x", "identity")],
    ("Content-Location", "https://ba.test/x"),
    ("Link", "<https://ba.test/>; rel=next"),
    ("Refresh", "0; url=https://ba.test/"),
    ("Clear-Site-Data", '"cookies"'),
    ("Alt-Svc", 'h2="ba.test:443"'),
    ("Age", "30"),
    ("Content-Range", "bytes 0-1/2"),
]  # fmt: skip
_DOMAINS = ["", "; Domain=a.test", "; Domain=.a.test", "; Domain=www.a.test", "; Domain=test"]
_DOMAINS += ["; Domain=ba.test", "; Domain=A.TEST", "; Domain=", "; Domain=a.test; Domain=ba.test"]
_ENDS = ["", "; Path=/", "; Path=/x", "; Max-Age=0", "; Max-Age=9", "; HttpOnly", "; SameSite=None"]
_PREFIXES = ["", "", "", "__Host-", "__Secure-"]

_MAX_REDIRECTS, _ATTEMPTS, _STEPS = 3, 2, 4
_MOST_CALLS = 5
_SECRET = re.compile(r"(?:hunter2|user)-(\d)")
_COOKIE = re.compile(r"(?:__Host-|__Secure-)?kept=(\d)(\w*)")
SEEDS = [
    bytes([settings, *call, *answers])
    for settings in (0, 6, 13, 31)
    for call, answers in (
        ([0, 0, 0, 0], [0, 12, 0, 0, 0, 3]),
        ([4, 0, 1, 7], [3, 1, 5, 6, 4, 3, 0, 0, 0]),
        ([0, 0, 0, 1], [8, 2, 0, 0, 0, 8, 2, 5, 0, 0]),
        ([5, 4, 2, 3], [22, 16, 8, 0, 0, 0, 0, 2, 0]),
    )
]


def check(data):
    source = Source(data)
    play = _Play(source)
    with play.client() as client:
        for _ in range(_MOST_CALLS):
            if not source:
                break
            play.call(client)
            assert "hunter2" not in repr([client, client.cookies, play.mock.calls])


class _Play:
    """Some calls of one client, and the servers, which say what the source has."""

    def __init__(self, source):
        self._source = source
        self._clock = ManualClock(1_800_000_000)
        self.mock = MockAdapter(self._clock)
        self.mock.route().call(self._serve)
        self._begun_at = 0  # the origin that the call asks
        self._heard = []  # pairs of a request and its answer, since the call began

    def client(self):
        settings = self._source.octet()
        auth = DigestAuth if settings & 1 else BasicAuth
        options = {}
        if settings & 2:
            options["auth"] = {ORIGINS[0]: auth("user-0", "hunter2-0")}
        elif settings & 32:
            options["auth"] = auth("caller", "hunter2")
        adapters = []
        if settings & 4:
            adapters.append(CacheAdapter(clock=self._clock, shared=bool(settings & 16)))
        if settings & 8:
            policy = RetryPolicy(attempts=_ATTEMPTS)
            adapters.append(RetryAdapter(policy, clock=self._clock, random=lambda: 0.5))
        jar = CookieJar(clock=self._clock.time)
        if settings & 64:
            jar.set("own", "caller")
        return SyncClient(
            cookies=jar,
            trust_env=False,
            sensitive_headers=["X-Mine"],
            max_redirects=_MAX_REDIRECTS,
            adapters=[*adapters, self.mock],  # the innermost last
            **options,
        )

    def call(self, client):
        source = self._source
        method, number, path, how = (
            source.pick(_METHODS),
            source.octet() % len(ORIGINS),
            source.pick(_PATHS),
            source.octet(),
        )
        who = f"{number}{how & 64}"  # one of two of its users
        own, user = f"hunter2-{who}", f"user-{who}"
        url, options = f"{ORIGINS[number]}{path}", {}
        headers = {"X-Mine": own, "X-Api-Key": own} if how & 1 else {}
        if how & 2:
            options["cookies"] = {"own": own}
        if how & 4:
            options["auth"] = (DigestAuth if how & 8 else BasicAuth)(user, own)
        elif how & 8:
            headers["Authorization"] = f"Bearer {own}"
        elif how & 16:
            url = url.replace("//", f"//{user}:{own}@")
        if how & 32:
            headers["Cookie"] = f"mine={own}"
        if method in ("POST", "PUT"):
            options["content"] = b"paid"
        if how & 128:
            self._clock.advance(source.octet())
        self._begun_at = number
        self._heard.clear()
        try:
            answer = client.request(method, url, headers=headers, **options)
        except HTTPError as error:
            plain_error(error, "hunter2")
        else:
            self._look_at(answer)
        most = (_MAX_REDIRECTS + 1) * _ATTEMPTS * _STEPS
        assert len(self._heard) <= most, len(self._heard)
        self._look_at_repetitions()

    # The servers.

    def _serve(self, request):
        number = _number_of(request.url)
        self._look_at_secrets(request, number)
        answer = self._answer(request, number)
        self._heard.append((request, answer))
        return answer

    def _look_at_secrets(self, request, number):
        shown, host = _shown(request), request.url.host
        for owner in map(int, _SECRET.findall(shown)):
            assert owner == number, (owner, request.url, shown)
        assert "caller" not in shown or number == self._begun_at, (request.url, shown)
        for setter, ends in _COOKIE.findall(request.headers.get("Cookie", "")):
            theirs = _host(int(setter))
            if "d" in ends:
                site = theirs.removeprefix("www.")
                assert host == site or host.endswith(f".{site}"), (theirs, host)
            else:
                assert theirs == host
            assert "s" not in ends or request.url.is_ssl, request.url

    def _answer(self, request, number):
        source = self._source
        status, kinds = source.pick(_STATUSES), source.octet()
        fields = []
        if 300 <= status <= 399 or kinds & 1:
            fields.append(("Location", source.pick(_LOCATIONS).encode("latin-1")))
        if status == 401 or kinds & 2:
            fields.append(("WWW-Authenticate", source.pick(_CHALLENGES)))
        if kinds & 4:
            fields.append(("Set-Cookie", self._cookie(number)))
        if kinds & 8:
            fields.append(("Cache-Control", source.pick(_CACHING)))
        fields += [source.pick(_FIELDS) for _ in range(kinds >> 4 & 3)]
        said = _said(number, request).encode()
        if ["gzip"] == [
            value for name, value in fields if name == "Content-Encoding"
        ] and kinds & 64:
            said = gzip.compress(said, mtime=0)
        return Answer(status, headers=fields, content=b"" if status in (204, 304) else said)

    def _cookie(self, number):
        source = self._source
        name, domain, how = source.pick(_PREFIXES) + "kept", source.pick(_DOMAINS), source.octet()
        secure = "; Secure" if how & 1 else ""
        ends = ("d" if domain else "h") + ("s" if secure else "")
        return f"{name}={number}{ends}{domain}{secure}{_ENDS[how // 2 % len(_ENDS)]}"

    # What came of it.

    def _look_at(self, answer):
        assert "hunter2" not in repr([answer, answer.request, answer.history])
        assert len(answer.history) <= _MAX_REDIRECTS
        for before in answer.history:
            assert before.is_redirect, before
        if answer.content:
            *of_what, whom = answer.text.split("|")
            *asked, who = _said(_number_of(answer.url), answer.request).split("|")
            assert asked == of_what
            control = answer.headers.get("Cache-Control", "")
            if "public" not in control and "s-maxage" not in control:
                assert who == whom, (who, whom, control)

    def _look_at_repetitions(self):
        for (request, answer), (again, _) in pairwise(self._heard):
            if again.method == request.method == "POST":
                assert answer.status_code in (307, 308, 401), answer


def _number_of(url):
    """The number of the origin of a URL, None for another."""
    origin = f"{url.scheme}://{url.host}{'' if url.port in (80, 443) else f':{url.port}'}"
    return ORIGINS.index(origin) if origin in ORIGINS else None


def _host(number):
    return ORIGINS[number].split("/")[2].split(":")[0]


def _shown(request):
    """All that a server is told, Basic's base64 decoded."""
    said = [str(request.url)]
    for value in request.headers.values():
        scheme, _, token = value.partition(" ")
        said.append(base64.b64decode(token).decode() if scheme == "Basic" else value)
    return "\n".join(said)


def _said(number, request):
    """What a server says: of what, and to whom."""
    shown = [(name, request.headers.get_list(name)) for name in ("Cookie", "X-Api-Key", "X-Mine")]
    credentials = request.headers.get("Authorization", "")
    shown.append("Digest" if credentials.startswith("Digest") else credentials)  # once each
    return f"{number}|{request.url.full_path}|{crc32(repr(shown).encode())}"
