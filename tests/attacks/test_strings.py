"""No string that a caller passes leaves its place: it is refused where it enters, or escaped."""

import inspect
import re
import warnings
from importlib import import_module

import hpack
import pytest

import httpcore_client as httpcore
import httpcore_headers
from httpcore_client import BasicAuth, BearerAuth, DigestAuth, Headers, Proxy, SyncClient, TLSConfig
from httpcore_client._options import RequestOptions
from testkit.h2_server import CONTINUATION, HEADERS, PREFACE, frame, settings
from testkit.h2_server import response as h2_response
from testkit.peer import response
from testkit.websocket import Script

# A line end; parts of one; what loses its upper octets where text is narrowed without a look; and others.
TEXTS = [
    *("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"),
    *("a\0b", "a\x7fb", "a\x0bb", "a\x85X-Evil: 1", "a\u2028X-Evil: 1"),
    *("a\u010d\u010aX-Evil: 1", "a\u560d\u560aX-Evil: 1", "\ud800", "a\udc0d\udc0aX-Evil: 1"),
]
HERE = "http://a.test/"
# RFC 9112 3 and 5, RFC 9113 8.2.1: as they may stand on the wire.
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
LINE = re.compile(TOKEN + rb" [\x21-\x7e]+ HTTP/1\.1")
FIELD = re.compile(rb"(" + TOKEN + rb"): ?([\t\x20-\x7e\x80-\xff]*)")
PSEUDO = re.compile(rb":(?:method|scheme|authority|path)")
CLEAN = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
CHALLENGE = b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=%s'


def file(**changes):
    name, content, kind, headers = ("n", b"x", None, None)
    given = {"name": name, "content": content, "kind": kind, "headers": headers, **changes}
    return {"f": tuple(given.values())}


def jar(**parts):
    made = httpcore.CookieJar()
    made.set(**{"name": "n", "value": "v", "domain": "a.test", **parts})
    return made


def url(**parts):
    return httpcore.URL(HERE).copy_with(**parts)


# What is done with a text, by where it stands: a function of a client and of the text.
REQUESTS = {
    "method": lambda client, text: client.request(text, HERE),
    "method, long": lambda client, text: client.request(f"GET {text}", HERE),
    "url": lambda client, text: client.get(text),
    "url, host": lambda client, text: client.get(f"http://{text}.test/"),
    "url, user": lambda client, text: client.get(f"http://{text}:{text}@a.test/"),
    "url, path": lambda client, text: client.get(f"{HERE}{text}"),
    "url, query": lambda client, text: client.get(f"{HERE}?{text}"),
    "url, fragment": lambda client, text: client.get(f"{HERE}#{text}"),
    "url, port": lambda client, text: client.get(f"http://a.test:{text}/"),
    "URL.copy_with": lambda client, text: client.get(url(path=f"/{text}", query=text)),
    "URL.copy_with host": lambda client, text: client.get(url(host=text)),
    "URL.copy_with user": lambda client, text: client.get(url(username=text, password=text)),
    "URL.copy_with authority": lambda client, text: client.get(url(authority=text)),
    "URL.template": lambda client, text: client.get(
        httpcore.URL.template(HERE + "{a}/{+b}{?c}{#d}", dict.fromkeys("abcd", text))
    ),
    "URL.resolve_with": lambda client, text: client.get(httpcore.URL(HERE).resolve_with(text)),
    "params": lambda client, text: client.get(HERE, params={text: text}),
    "params, text": lambda client, text: client.get(HERE, params=text),
    "headers, value": lambda client, text: client.get(HERE, headers={"X": text}),
    "headers, name": lambda client, text: client.get(HERE, headers={text: "x"}),
    "headers, octets": lambda client, text: client.get(
        HERE, headers={b"X": text.encode("utf-8", "surrogatepass")}
    ),
    "headers, host": lambda client, text: client.get(HERE, headers={"Host": text}),
    "headers, user agent": lambda client, text: client.get(HERE, headers={"User-Agent": text}),
    "headers, framing": lambda client, text: client.post(HERE, headers={"Content-Length": text}),
    "headers, type": lambda client, text: client.post(HERE, headers={"Content-Type": text}),
    "headers, ranges": lambda client, text: client.get(HERE, headers={"Range": f"bytes={text}"}),
    "headers, raw": lambda client, text: client.get(
        HERE, headers=Headers.from_raw([(b"X", text.encode("utf-8", "surrogatepass"))])
    ),
    "client, headers": lambda client, text: client.replace(headers={"X": text}).get(HERE),
    "client, cookies": lambda client, text: client.replace(cookies={text: text}).get(HERE),
    "client, base_url": lambda client, text: client.replace(base_url=HERE + text).get("x"),
    "client, params": lambda client, text: client.replace(params={text: text}).get(HERE),
    "client, sensitive": lambda client, text: client.replace(sensitive_headers=[text]).get(HERE),
    "cookies, value": lambda client, text: client.get(HERE, cookies={"a": text}),
    "cookies, name": lambda client, text: client.get(HERE, cookies={text: "a"}),
    "cookies, jar": lambda client, text: client.get(HERE, cookies=jar(value=text)),
    "cookies, domain": lambda client, text: client.get(HERE, cookies=jar(domain=text)),
    "cookies, path": lambda client, text: client.get(HERE, cookies=jar(path=f"/{text}")),
    "auth, pair": lambda client, text: client.get(HERE, auth=(text, text)),
    "auth, Basic user": lambda client, text: client.get(HERE, auth=BasicAuth(text, "p")),
    "auth, Basic password": lambda client, text: client.get(HERE, auth=BasicAuth("u", text)),
    "auth, Bearer": lambda client, text: client.get(HERE, auth=BearerAuth(text)),
    "auth, Digest user": lambda client, text: client.get(HERE, auth=DigestAuth(text, "p")),
    "auth, Digest password": lambda client, text: client.get(HERE, auth=DigestAuth("u", text)),
    "auth, function": lambda client, text: client.get(
        HERE, auth=lambda request: request.headers.set("X", text)
    ),
    "data": lambda client, text: client.post(HERE, data={text: text}),
    "data, text": lambda client, text: client.post(HERE, content=text),
    "json": lambda client, text: client.post(HERE, json={text: text}),
    "files, field": lambda client, text: client.post(HERE, files={text: b"x"}),
    "files, name": lambda client, text: client.post(HERE, files=file(name=text)),
    "files, type": lambda client, text: client.post(HERE, files=file(kind=text)),
    "files, field name": lambda client, text: client.post(HERE, files=file(headers={text: "x"})),
    "files, field value": lambda client, text: client.post(HERE, files=file(headers={"X": text})),
    "files, data": lambda client, text: client.post(HERE, data={text: "x"}, files=file()),
    "proxy": lambda client, text: client.get(HERE, proxy=f"http://{text}/"),
    "proxy, user": lambda client, text: client.get(HERE, proxy=f"http://{text}:{text}@p.test/"),
    "proxy, auth": lambda client, text: client.get(
        HERE, proxy=Proxy("http://p.test/", auth=(text, text))
    ),
    "proxy, field": lambda client, text: client.get(
        HERE, proxy=Proxy("http://p.test/", headers={"X": text})
    ),
    "proxy, name": lambda client, text: client.get(
        HERE, proxy=Proxy("http://p.test/", headers={text: "x"})
    ),
    "target": lambda client, text: client.send(client.build("GET", HERE, target=f"/{text}")),
    "ssl, server_name": lambda client, text: client.get(HERE, ssl=TLSConfig(server_name=text)),
    "ssl, verify_name": lambda client, text: client.get(HERE, ssl=TLSConfig(verify_name=text)),
    "default_encoding": lambda client, text: client.get(HERE, default_encoding=text).text,
    "events, last_event_id": lambda client, text: opened(
        client.events(HERE, last_event_id=text, reconnect=False)
    ),
    "websocket, subprotocol": lambda client, text: opened(
        client.websocket(HERE, subprotocols=[text])
    ),
    "download, checksum": lambda client, text: client.download(HERE, "x", checksum=text),
    "Request.copy_with": lambda client, text: client.send(
        httpcore.Request("GET", HERE).copy_with(method=text)
    ),
    "Request.headers": lambda client, text: client.send(spoilt(text)),
    "hook": lambda client, text: client.replace(
        on_request=lambda request: request.headers.add("X", text)
    ).get(HERE),
}

# Options of a request that hold no text, or none that is sent.
NO_TEXT = {
    *(
        "timeout",
        "allow_redirects",
        "stream",
        "trace",
        "body_limits",
        "network",
        "on_informational",
    ),
    *(
        "on_retry",
        "address_policy",
        "upgrade",
        "upload_progress",
        "compress",
        "replace_params",
        "proxy_ssl",
    ),
    *("connect_protocol", "content"),
}


def opened(block):
    with block as stream:
        next(iter(stream), None)


def spoilt(text):
    request = httpcore.Request("GET", HERE)
    request.headers["X-Later"] = text
    return request


def http1(stream):
    status = "401 No" if b"Authorization" not in stream.written else "200 OK"
    return response(b"", status, CHALLENGE % b"SHA-256")


def http2(stream):
    streams = [one for one, _ in heads_of(stream.written)]
    fields = [("www-authenticate", (CHALLENGE % b"SHA-256").partition(b": ")[2].decode())]
    return settings() + frame(4, 1, 0) + h2_response(streams[-1], b"", 401, *fields)


def check_http1(written, place):
    while written:
        head, _, rest = written.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        assert LINE.fullmatch(line), line
        pairs = [FIELD.fullmatch(field).groups() for field in fields]
        lengths = [int(value) for name, value in pairs if name.lower() == b"content-length"]
        names = [name.lower() for name, _ in pairs]
        assert b"x-evil" not in names
        assert 1 == names.count(b"host")
        content, written = rest[: sum(lengths)], rest[sum(lengths) :]
        if place != "data, text":  # which is content as it is
            assert not re.search(rb"^X-Evil", content, re.MULTILINE | re.IGNORECASE)


def heads_of(written):
    """The streams that were opened, with their fields."""
    decoder = hpack.Decoder()
    at = len(PREFACE)
    while at < len(written):
        size = int.from_bytes(written[at : at + 3], "big")
        assert CONTINUATION != written[at + 3]
        if HEADERS == written[at + 3]:
            stream = int.from_bytes(written[at + 5 : at + 9], "big")
            yield stream, decoder.decode(written[at + 9 : at + 9 + size], raw=True)
        at += 9 + size


def check_http2(written, place):
    for _, fields in heads_of(written):
        for name, value in fields:
            assert PSEUDO.fullmatch(name) or re.fullmatch(TOKEN.replace(b"A-Z", b""), name), name
            assert CLEAN.fullmatch(value), (name, value)
            assert b"x-evil" != name


PROTOCOLS = {
    "HTTP/1.1": (http1, check_http1, {}),
    "HTTP/2": (http2, check_http2, {"http1": False}),
}


def sent(do, text, answer, options):
    """Return what was written of a request with a text in it, and the error if it was refused."""
    backend = httpcore.ScriptedBackend(*[[answer] * 4 for _ in range(3)])
    with SyncClient(backend=backend, trust_env=False, **options) as client:
        try:
            do(client, text)
            error = None
        except (httpcore.HTTPError, ValueError, TypeError) as raised:
            error = raised
    return [stream.written for stream in backend.streams if stream.written], error


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_string_of_the_callers_reaches_the_wire_as_a_line_of_its_own(protocol):
    answer, check, options = PROTOCOLS[protocol]
    seen = {}
    for place, do in REQUESTS.items():
        if protocol == "HTTP/2" and place.startswith("proxy"):
            continue  # to a proxy it is HTTP/1.1
        for text in TEXTS:
            written, error = sent(do, text, answer, options)
            for octets in written:
                check(octets, place)
            seen.setdefault(place, []).append(bool(written))
            assert written or error, (place, text)
            # An error of Python's own, without a word of what was wrong.
            assert type(error) not in (UnicodeEncodeError, KeyError, AssertionError), (place, text)
    assert {place for place, sents in seen.items() if any(sents)} >= {"params", "data", "json"}


def test_every_option_of_a_request_is_tried():
    tried = {place.partition(",")[0] for place in REQUESTS}
    assert set(RequestOptions.__annotations__) <= tried | NO_TEXT


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_websocket_takes_no_string_as_another(text):
    with pytest.raises((httpcore.HTTPError, ValueError)), Script(subprotocols=[text]):
        pass


def public():
    """Public functions and classes that write or read text without a connection."""
    for package in ("httpcore_urls", "httpcore_headers", "httpcore_cookies"):
        module = import_module(package)
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value) or (inspect.isclass(value) and not is_error(value)):
                yield f"{package}.{name}", value


def is_error(value):
    return issubclass(value, BaseException)


def texts_of(call):
    """The parameters of a callable that take text, alone or in a collection."""
    try:
        parameters = inspect.signature(call).parameters
    except ValueError:
        return  # something built in, by another name
    for name, parameter in parameters.items():
        annotation = str(parameter.annotation)
        if not re.search(r"Callable|tuple\[tuple", annotation) and re.search(
            r"\bstr\b", annotation
        ):
            yield name, annotation


def given(annotation, text):
    if re.search(r"dict|Mapping", annotation):
        return {text: text}
    return (text,) if re.search(r"tuple|Iterable|frozenset|Collection", annotation) else text


def required(call, but):
    """Plain arguments for all else that is needed."""
    samples = {"int": 1, "float": 1.0, "bool": False, "bytes": b"x"}
    for name, parameter in inspect.signature(call).parameters.items():
        needed = parameter.default is parameter.empty and parameter.kind not in (2, 4)
        if needed and name != but:
            annotation = re.sub(r"<class '(\w+)'>", r"\1", str(parameter.annotation))
            yield name, samples.get(annotation, given(annotation, "a"))


# What a caller may make of anything: the parser makes no such thing, and no field takes it.
NOT_WRITTEN = {"httpcore_headers.MediaType"}


def made(call, parameter, value):
    """What a callable returns, or the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is left out
        try:
            return call(**dict(required(call, parameter)), **{parameter: value})
        except (ValueError, TypeError, OSError) as error:
            return error


def test_no_helper_writes_what_ends_a_line():
    """`str()` of what a public callable returns is what goes into a field, a URL or a form."""
    tried, written, unnamed = 0, set(), set()
    for name, call in public():
        for parameter, annotation in texts_of(call):
            for text in TEXTS:
                tried += 1
                result = made(call, parameter, given(annotation, text))
                if type(result) is UnicodeEncodeError:
                    unnamed.add((name, parameter))
                elif not isinstance(result, Exception) and re.search(r"[\r\n\0]", str(result)):
                    written.add((name, parameter))
    assert tried > 300
    assert set() == unnamed
    assert NOT_WRITTEN == {name for name, _ in written}


def test_what_a_helper_wrote_so_is_taken_by_no_field():
    with pytest.raises(ValueError, match="Content-Type"):
        Headers({"Content-Type": str(httpcore_headers.MediaType("a\r\nX-Evil: 1", "b"))})
