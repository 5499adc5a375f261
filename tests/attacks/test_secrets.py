"""One secret in every place that takes one, over failures of each kind: no text that people read shows it."""

import base64
import io
import json
import logging
import pickle
import re
import traceback
import warnings
import zlib
from urllib.parse import quote

import pytest

import httpcore_client as httpcore
from httpcore_client import BasicAuth, BearerAuth, DigestAuth, Headers, Proxy, SyncClient
from httpcore_client.testing import Recorder
from httpcore_client.tracing.curl import curl_command
from httpcore_client.tracing.har import HarRecorder
from httpcore_client.tracing.log import LogAdapter
from testkit.peer import Peer, response
from testkit.sockets import closed_port

SECRET = "c4n+ry~Hunter2"
PAIR = base64.b64encode(f"me:{SECRET}".encode()).decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NESTED = quote(f"https://b.test/?token={SECRET}&x=1", safe="")

# A secret in each place: the options of a request, where a URL stands for itself as "url".
PLACES = {
    "userinfo": {"url": f"//me:{quote(SECRET, safe='')}@"},
    "query": {"params": {"token": SECRET, "page": "1"}},
    "query, full-width": {"url": f"?{quote('ｔｏｋｅｎ')}={SECRET}"},
    "query, twice encoded": {"url": f"?%2574oken={SECRET}"},
    "query, nested": {"url": f"?next={NESTED}"},
    "query, nested twice": {"url": f"?next={quote(NESTED, safe='')}"},
    "query, many": {"url": f"?tokens={SECRET}&cvv={SECRET}&passwords[]={SECRET}"},
    "fragment": {"url": f"#access_token={SECRET}"},
    "auth": {"auth": ("me", SECRET)},
    "auth, Basic": {"auth": BasicAuth("me", SECRET)},
    "auth, Bearer": {"auth": BearerAuth(SECRET)},
    "auth, Digest": {"auth": DigestAuth("me", SECRET)},
    "auth, function": {
        "auth": lambda request: request.headers.set("Authorization", f"Own {SECRET}")
    },
    "field": {"headers": {"Authorization": f"Bearer {SECRET}"}},
    "field, key": {"headers": {"X-API-Key": SECRET}},
    "field, own": {"headers": Headers({"X-Own": SECRET}, sensitive=["X-Own"])},
    "field, proxy": {"headers": {"Proxy-Authorization": f"Basic {PAIR}"}},
    "field, URL": {
        "headers": {"Referer": f"https://me:{quote(SECRET, safe='')}@b.test/?sig={SECRET}"}
    },
    "cookie": {"cookies": {"session": SECRET}},
    "cookie, field": {"headers": {"Cookie": f"session={SECRET}"}},
    "form": {"data": {"password": SECRET, "name": "Ada"}},
    "form, text": {"content": f"a=1&client_secret={quote(SECRET)}", "headers": FORM},
    "json": {"json": {"user": {"password": SECRET, "tokens": [SECRET], "cvv": SECRET}}},
    "multipart": {"data": {"password": SECRET}, "files": {"f": ("a.txt", b"x")}},
    "multipart, name in a name": {"data": {"token": SECRET}, "files": {"f": ("name=x", b"x")}},
    "multipart, file": {"files": {"private_key": ("k.pem", SECRET.encode())}},
    "multipart, JSON": {
        "files": {"meta": ("m.json", json.dumps({"token": SECRET}).encode(), "application/json")}
    },
}
COOKIES = [b"Set-Cookie: session=" + SECRET.encode()]


def echo(request):
    return response(request, "500 No", b"Content-Type: text/plain", *COOKIES)


def echo_content(request):
    return response(request.partition(b"\r\n\r\n")[2], "422 No", b"Content-Type: text/plain")


def echo_in_json(request):
    """Escaped, and what is sent last first: an error shows the beginning."""
    told = json.dumps(request.decode("latin-1").split("\r\n")[::-1]).encode()
    return response(told, "422 No", b"Content-Type: application/json")


ECHOES = (echo, echo_content, echo_in_json)


CODED = [b"Content-Encoding: gzip"]
ERRORS = (httpcore.HTTPError, httpcore.InvalidURL, ValueError)

# What comes of a request: an answer, or how it fails.
OUTCOMES = {
    "answered": response(b"fine", "200 OK", *COOKIES),
    "refused with what it was sent": echo,
    "refused with its content": echo_content,
    "refused with what it was sent, in JSON": echo_in_json,
    "redirected for ever": response(b"", "302 Found", b"Location: ?token=" + SECRET.encode()),
    "redirected to nowhere": response(
        b"", "302 Found", b"Location: http://u:" + SECRET.encode() + b"@:0/"
    ),
    "cut": response(b"fine")[:-2],
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "broken coding": response(b"fine", "200 OK", *CODED),
    "cut in a coding": response(
        zlib.compress(b"x" * 100)[:-3], "200 OK", b"Content-Encoding: deflate"
    ),
    "silent": b"",
    "not there": None,
}


# However it is quoted, this part of it stays; and as Basic has it.
LEAK = re.compile(f"Hunter2|{PAIR}")


class Shown:
    """All that is said of a client's requests by what may be asked to say something."""

    def __init__(self, tmp_path):
        self.texts = {}
        tmp_path.mkdir(exist_ok=True)
        self.file = tmp_path / "recording.json"
        self.har = HarRecorder()
        self.lines = io.StringIO()
        self.handler = logging.StreamHandler(self.lines)
        self.logger = logging.Logger("attacks", logging.DEBUG)
        self.logger.addHandler(self.handler)
        self.adapters = [self.har, LogAdapter(self.logger), Recorder(self.file)]

    def add(self, kind, value):
        self.texts.setdefault(kind, []).append(value if isinstance(value, str) else repr(value))

    def error(self, error):
        self.add("error", str(error))
        self.add("error", error)
        self.add("traceback", "".join(traceback.format_exception(error)))
        self.add("pickled error", repr(pickle.loads(pickle.dumps(error))))
        self.add("attributes", repr(vars(error)))

    def request(self, request):
        self.add("request", request)
        self.add("request", request.headers)
        self.add("request", request.url)
        self.add("request", request.options)
        self.add("curl", curl_command(request))

    def response(self, answer):
        for each in (answer, *answer.history):
            self.add("response", each)
            self.add("response", each.headers)
            self.add("response", each.connection)

    def client(self, client, waterfall):
        self.add("client", client)
        self.add("cookies", client.cookies)
        self.add("waterfall", waterfall.to_text() + waterfall.to_svg())

    def visit(self, url, place, **options):
        """Make a request with a secret in a place, and have all of it told."""
        given = dict(PLACES[place])
        change = given.pop("url", "")
        url = url.replace("//", change) if change.startswith("//") else url + change
        method = "GET" if given.keys() <= {"params", "headers", "auth", "cookies"} else "POST"
        options |= {"trust_env": False, "max_redirects": 2, "adapters": self.adapters}
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with SyncClient(**options) as client, client.waterfall() as waterfall:
                try:
                    self.request(client.build(method, url, **given))
                    answer = client.request(method, url, **given)
                    self.response(answer)
                    answer.raise_for_status()
                except ERRORS as error:
                    self.error(error)
                self.client(client, waterfall)
        self.add("warnings", repr([str(each.message) for each in warned]))

    def leaks(self):
        self.add("HAR", json.dumps(self.har.to_dict(), ensure_ascii=False))
        self.add("log", self.lines.getvalue())
        if self.file.exists():
            self.add("recording", self.file.read_text("utf-8"))
        return {kind for kind, texts in self.texts.items() if any(map(LEAK.search, texts))}


# What shows bodies as they came, where their type does not say what is in them.
OF_BODIES = {"HAR", "recording"}
# Which secrets there are in the URL of another field nobody knows (docs/explanation/security.md).
OF_TEXT = ("error", "traceback", "pickled error")
FEW = ("userinfo", "query", "auth, Digest", "field, key", "cookie", "form")


def answering(peer, answer):
    def handler(connection):
        while request := peer.read_request(connection):
            connection.sendall(answer(request) if callable(answer) else answer)

    return handler


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_secret_is_shown_nowhere(outcome, tmp_path):
    answer, leaks = OUTCOMES[outcome], {}
    echoes = answer in ECHOES
    places = PLACES if echoes or outcome == "answered" else FEW
    with Peer() as peer:
        peer.handlers = (answering(peer, answer) if answer else peer.holding(),)
        url = peer.url + "/" if answer is not None else f"http://127.0.0.1:{closed_port()}/"
        for number, place in enumerate(places):
            shown = Shown(tmp_path / str(number))
            shown.visit(url, place, timeout=0.05 if outcome in ("silent", "cut") else 5)
            found = shown.leaks() - (OF_BODIES if echoes else set())
            if place == "field, URL":
                found -= {"request", *(OF_TEXT if echoes else ())}
            if found:
                leaks[place] = found
    assert {} == leaks


def test_a_proxy_s_password_is_shown_nowhere(tmp_path):
    shown = Shown(tmp_path)
    answers = [response(b"", "407 No"), response(b"", "403 No"), b"nonsense\r\n\r\n"]
    for number, answer in enumerate(answers):
        with Peer() as peer:
            peer.handlers = (peer.answering(answer),)
            proxies = [
                peer.url.replace("://", f"://me:{quote(SECRET, safe='')}@"),
                Proxy(peer.url, auth=("me", SECRET)),
                Proxy(peer.url, headers={"Proxy-Authorization": f"Basic {PAIR}"}),
            ]
            proxy = proxies[number]
            shown.add("proxy", proxy if number else Proxy.of(proxy))
            with SyncClient(proxy=proxy, trust_env=False, adapters=shown.adapters) as client:
                shown.add("client", client)
                with client.waterfall() as waterfall, pytest.raises(httpcore.ProxyError) as caught:
                    client.get("https://a.test/")
                shown.error(caught.value)
                shown.client(client, waterfall)
    assert set() == shown.leaks()


@pytest.mark.parametrize(
    "text",
    [
        *("http://me:{}@a b/", "http:\\\\me:{}@a\\", "http://me:{}\uff20a.test:99999/"),
        *("http://me:{}\uff20a.test/", "http://me:{}@[::1/", "//me:{}@a.test/", "http:/me:{}@a b/"),
    ],
    ids=ascii,
)
def test_a_url_that_is_refused_shows_no_password(text):
    with pytest.raises(ValueError) as caught:
        httpcore.URL(text.format(SECRET))
    assert SECRET not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize("said", ["http://me:{}@a.test", "https://a.test/?token={}&page=1"])
@pytest.mark.parametrize(
    "misplaced",
    [
        lambda url: SyncClient(routes={url: None}),
        lambda url: SyncClient(network=httpcore.Network(hosts={url: "127.0.0.1"})),
        lambda url: SyncClient(ssl=url),
        lambda url: SyncClient(proxy=f"{url}/path"),
        lambda url: SyncClient(base_url=f"{url}#fragment"),
        lambda url: SyncClient(auth={f"{url}#fragment": None}),
    ],
)
def test_a_url_where_none_can_be_shows_no_secret(said, misplaced):
    with pytest.raises(ValueError) as caught:
        misplaced(said.format(SECRET))
    assert "a.test" in str(caught.value)
    assert SECRET not in str(caught.value) + repr(caught.value)
