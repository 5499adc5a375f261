"""Recordings and HTTP Archives: files that somebody edited, and what is written of real traffic.

- A file is read, or a RecordingError says which exchange and field is wrong, and shows no value; nothing else
  is raised. What was read is written as what reads the same, and can be replayed.
- What is recorded is replayed. No secret of a request or a response is written, wherever it stood, nor shown
  by the error for a request that was not recorded. The same holds of an archive, which is always JSON.
"""

import gzip
import json
import tempfile
from copy import deepcopy
from pathlib import Path
from urllib.parse import quote

from httpcore_client.testing import Recorder, RecordingError, Replayer, UnmatchedRequest
from httpcore_client.testing._recording import load, save
from httpcore_client.tracing.har import HarRecorder
from httpcore_headers import Headers, InvalidHeader
from httpcore_pool import (
    Adapter,
    BytesSource,
    HTTPError,
    InvalidRequest,
    Request,
    Response,
    ScriptedBackend,
    UnsupportedScheme,
    run_sync,
)
from httpcore_urls import InvalidURL

from ..judges import plain_error
from ..shapes import Source, spell

_EXCHANGE = {
    "request": {
        "method": "POST",
        "url": "https://h/",
        "headers": [["A", "hunter2"]],
        "body": {"text": "a"},
    },
    "response": {
        "status_code": 200,
        "reason_phrase": "OK",
        "protocol": "HTTP/2",
        "headers": [["Content-Type", "text/plain"]],
        "body": {"base64": "YQ=="},
        "trailers": [["B", "c"]],
    },
}
_FAILED = {
    "request": {"method": "GET", "url": "https://h/?a=b", "headers": []},
    "error": {"class": "ReadTimeout", "message": "it took too long"},
}
PIECES = [
    *('{"format": "httpcore recording", "version": 1, "exchanges": [', json.dumps(_EXCHANGE)),
    *(json.dumps(_FAILED), "]}", "{", "}", "[", "]", '"', ":", ",", ", ", "null", "true", "1e400"),
    *("NaN", "9" * 5000, "\\", "\\ud800", "\\n", "\\u001b", "\x00", "\xff", "\xc3\xa9", "\n", " "),
    *('"request": ', '"response": ', '"error": ', '"method": ', '"url": ', '"headers": '),
    *('"body": ', '"text": ', '"base64": ', '"status_code": ', '"reason_phrase": ', '"trailers": '),
    *('"protocol": ', '"class": ', '"message": ', '"ReadError"', '"RedirectError"', '"__class__"'),
    *('"hunter2"', '["A", "hunter2"]', '"GET"', '"https://user:hunter2@h/"', "200", "99", "-1"),
    *("&", "=", "?", "%", "%26", ";", "#", "--boundary", "\r\n", "token", "+", "<", "@", "//"),
]  # fmt: skip
_SECRET = "hunter2"
_WHOLE = json.dumps(
    {"format": "httpcore recording", "version": 1, "exchanges": [_EXCHANGE, _FAILED]}
)
SEEDS = [
    *(b"\x00" + spell(each, PIECES) for each in (_WHOLE, "[" * 30, '{"format": 1}')),
    *(bytes([1, where, odd]) for where in range(15) for odd in range(0, 12, 5)),
    *(
        bytes([2, sent, name, came]) + spell("a", PIECES)
        for sent in range(8)
        for name, came in ((sent, sent), (sent + 4, sent + 3))
    ),
]
_PLACES = [
    *[(name,) for name in ("request", "response", "error")],
    *[("request", name) for name in ("method", "url", "headers", "body")],
    *[
        ("response", name)
        for name in ("status_code", "reason_phrase", "protocol", "headers", "body", "trailers")
    ],
    *[("error", name) for name in ("class", "message")],
]
_ODD = [
    None,
    True,
    0,
    200.0,
    10**30,
    "",
    [],
    {},
    [[_SECRET, 1]],
    {"Authorization": _SECRET},
    [["Authorization\n", _SECRET]],
    {"text": [_SECRET]},
    {"base64": _SECRET},
]
_NAMES = [
    *("token", "password", "user[password]", "X-Amz-Signature", "client_secret", "API-Key"),
    *("refresh_token", "jsessionid"),
]
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-recordings-")
_PATH = Path(_FOLDER.name) / "recording.json"
_URL = "https://example.org/a"


def check(data):
    source = Source(data)
    kind = source.octet() % 3
    if kind == 2:
        _traffic(source)
        return
    octets = source.text(PIECES).encode("latin-1") if kind == 0 else _edited(source)
    _PATH.write_bytes(octets)
    try:
        exchanges = load(_PATH)
    except RecordingError as error:
        plain_error(error, *([_SECRET] if kind == 1 else []))  # else it may be a URL, or a name
        return
    save(_PATH, exchanges)
    again = load(_PATH)
    assert [each.to_json() for each in exchanges] == [each.to_json() for each in again]
    _is_replayed(exchanges)


def _edited(source):
    """Change some members of a recording."""
    exchange = deepcopy(_EXCHANGE | {"error": _FAILED["error"]})
    while source:
        *where, name = source.pick(_PLACES)
        at = exchange.get(where[0]) if where else exchange
        if not isinstance(at, dict):
            continue
        odd = source.octet()
        if odd == 255:
            at.pop(name, None)
        elif odd == 254 and name == "url":
            at[name] = f"https://user:{_SECRET}@h h/"
        else:
            at[name] = (
                deepcopy(_ODD[odd]) if odd < len(_ODD) else source.text(PIECES).replace(_SECRET, "")
            )
    written = {"format": "httpcore recording", "version": 1, "exchanges": [exchange]}
    return json.dumps(written).encode()


def _is_replayed(exchanges):
    replayer = Replayer(_PATH).over(_Server(None), ScriptedBackend())
    for exchange in exchanges:
        try:
            request = Request(exchange.method, exchange.url, exchange.body, exchange.headers)
        except (InvalidRequest, InvalidURL, UnsupportedScheme):
            continue
        try:
            response = run_sync(replayer.send(request))
            run_sync(response.read())
        except HTTPError:  # as it is written there
            continue
        except UnmatchedRequest:  # it has secrets, or was edited: a live one would be without these
            continue
        assert (exchange.status_code, exchange.protocol) == (
            response.status_code,
            response.protocol,
        )


class _Server(Adapter):
    def __init__(self, answer):
        self._answer = answer

    async def send(self, request):
        return self._answer(request)

    async def close(self):
        pass


def _traffic(source):
    sent, name, came = source.octet() % 8, source.pick(_NAMES), source.octet() % 8
    around = source.text(PIECES).replace(_SECRET, "")
    try:
        request = _request(sent, name, around)
    except (InvalidHeader, InvalidURL):
        return
    fields, body = _content(came, name, around)
    har = HarRecorder()
    recorder = Recorder(_PATH)
    whole = har.over(
        recorder.over(_Server(lambda request: _response(request, fields, body)), ScriptedBackend()),
        ScriptedBackend(),
    )
    _ask(whole, request)
    run_sync(whole.close())
    assert _SECRET not in json.dumps(har.to_dict()), har.to_dict()
    har.save(_PATH.with_suffix(".har"))
    json.loads(_PATH.with_suffix(".har").read_bytes())
    assert _SECRET not in _PATH.read_text("utf-8"), _PATH.read_text("utf-8")
    (exchange,) = load(_PATH)
    for content in (exchange.body, exchange.response_body):
        assert _SECRET.encode() not in _plain(content), content
    replayer = Replayer(_PATH).over(_Server(None), ScriptedBackend())
    content = _ask(replayer, request)
    assert came > 2 or body == content, (body, content)
    assert _SECRET not in _refusal(replayer, request)


def _ask(adapter, request):
    return run_sync(run_sync(adapter.send(request)).read())


def _refusal(replayer, request):
    try:
        _ask(replayer, request)
    except UnmatchedRequest as error:
        return str(error)
    raise AssertionError("it was replayed twice")


def _response(request, fields, body):
    headers = Headers(fields)
    status_code = 302 if "Location" in headers else 200
    source = BytesSource(_coded(fields, body))
    source.trailers = Headers({"X-Api-Key": _SECRET, "X-A": "b"})
    return Response(status_code, headers, source, request=request)


def _coded(fields, content):
    is_coded = ("Content-Encoding", "gzip") in fields
    return gzip.compress(content, mtime=0) if is_coded else content


def _plain(content):
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _request(sent, name, around):
    """Make a request with a secret somewhere."""
    safe = quote(around, safe="")
    url, fields, content = f"{_URL}?a={safe}", [("X-A", "b")], None
    match sent:
        case 0:
            url = f"https://user:{_SECRET}@example.org/{safe}"
        case 1:
            url += f"&{quote(name)}={_SECRET}#{safe}"
        case 2:
            fields = [("Authorization", f"Bearer {_SECRET}"), ("X-B", around)]
        case 3:
            fields = [("Cookie", f"a={_SECRET}; b=c"), ("X-Api-Key", _SECRET)]
        case _:
            more, content = _content(sent, name, around)
            fields, content = fields + more, _coded(more, content)
    return Request("POST", url, content, fields)


def _content(kind, name, around):
    """Make fields and content; from 3 on there is a secret in it."""
    octets = around.encode("latin-1")
    match kind:
        case 0:
            return [("Content-Type", "text/plain; charset=utf-8")], octets
        case 1:
            return [("Content-Type", "image/png")], octets
        case 2:
            return [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], octets
        case 3:
            location = f"/?a={quote(around)}&{name}={_SECRET}"
            return [("Set-Cookie", f"a={_SECRET}; Path=/"), ("Location", location)], octets
        case 4:
            form = f"{quote(around)}={quote(around)}&{quote(name)}={_SECRET}"
            return [("Content-Type", "application/x-www-form-urlencoded")], form.encode()
        case 5:
            head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
            inner = around.replace("--", "")  # which would begin a part, or end them all
            parts = f"{head.format('a')}{inner}\r\n{head.format(name)}{_SECRET}\r\n--x--"
            return [("Content-Type", "multipart/form-data; boundary=x")], parts.encode()
        case _:
            written = json.dumps({"a": around, "b": [{name: _SECRET, around: 1}], "c": around})
            fields = [("Content-Type", "application/json")]
            if kind == 7:
                fields += [("Content-Encoding", "gzip")]
            return fields, written.encode()
