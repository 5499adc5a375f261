"""Whatever a caller passes as method, URL, target, fields and content: what goes out over HTTP/1.1.

- h11's server reads it as one request, with exactly the method, target, fields and content that were meant,
  and nothing behind it. What can't be sent is refused before an octet has left, with a documented error.
- The same request over HTTP/2 is one that h2's server takes, with the same method, path and fields.
- No error shows a value that was passed, but the start of one that frames the content.
"""

import h2.config
import h2.connection
import h2.events
import h11

from httpcore_headers import InvalidHeader
from httpcore_pool import (
    HTTP2Connection,
    HTTP11Connection,
    HTTPError,
    InvalidRequest,
    LocalProtocolError,
    Options,
    Request,
    ScriptedBackend,
    ScriptedStream,
    UnsupportedScheme,
    run_sync,
)
from httpcore_urls import InvalidURL

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("\r\n", "\r", "\n", "\x00", "\x0b", "\x7f", "\x85", "\xa0", "\xe9", "\u010d\u010a"),
    *("\u2028", "\ud800", "💩", " ", "\t", ": ", ":", ",", ";", "/", "//", "/../", "?", "#", "@"),
    *("\\", "%0d%0a", "%", "[", "]", "http://h", "https://h/", "http://", "ws://h/"),
    *("http://user:pw@h:8080/a?b=c#d", "http://[::1]/", "*", "GET", "get", "POST", "PUT"),
    *("CONNECT", "HEAD", "PRI", "QUERY", "gEt", "Host", "host: h", "Content-Length"),
    *("content-length", "Transfer-Encoding", "chunked", "Connection", "close", "keep-alive, X-A"),
    *("Upgrade", "h2c", "Expect", "100-continue", "Cookie", "TE", "trailers", "X-A", "HTTP/1.1"),
    *("GET / HTTP/1.1\r\nHost: evil\r\n\r\n", "0\r\n\r\n", "0", "5", "00", "+5", "5, 5", ":path"),
    *("hunter2", "Content-Type", "Proxy-Connection", "\xc4\x8d"),
]  # fmt: skip
_SECRET = "hunter2"
_SHOWN = ("content-length", "transfer-encoding")
_REFUSALS = (InvalidHeader, InvalidRequest, InvalidURL, UnsupportedScheme, LocalProtocolError)
_HOP_BY_HOP = {
    b"connection",
    b"host",
    b"keep-alive",
    b"proxy-connection",
    b"transfer-encoding",
    b"upgrade",
}


def _seed(method, url, target, content, *fields):
    texts = [method, url, target, *(text for field in fields for text in field)]
    spelt = b"\xfe".join(spell(text, PIECES) for text in texts)
    return bytes([len(fields), content]) + spelt


SEEDS = [
    _seed("GET", "http://h/", "", 0, ("X-A", "b")),
    _seed("POST", "https://h/?q=1", "", 1, ("Content-Length", "5"), ("Cookie", "a=b")),
    _seed("PUT", "http://[::1]/", "", 2, ("Transfer-Encoding", "chunked")),
    _seed("QUERY", "http://user:pw@h:8080/a?b=c#d", "*", 1, ("Host", "evil"), ("TE", "trailers")),
]


def check(data):
    source = Source(data)
    count = source.octet() % 5
    content = source.pick([None, b"hello", [b"he", b"", b"llo"], b"", [b"x" * 70_000]])
    method, url, target = (source.text(PIECES) for _ in range(3))
    fields = [(source.text(PIECES), source.text(PIECES)) for _ in range(count)]
    try:
        options = Options(target=target or None)
        request = Request(method, url, content, fields, options=options)
    except _REFUSALS as error:
        if not isinstance(error, (InvalidURL, UnsupportedScheme)):  # these show the URL
            shown = [
                method,
                *(n for n, _ in fields),
                *(v for n, v in fields if n.lower() in _SHOWN),
            ]
            plain_error(error, *([_SECRET] if _SECRET not in "".join(shown) else []))
        return
    _over_http11(request, content)
    _over_http2(request, content)


def _joined(content):
    return b"".join(content) if isinstance(content, list) else content or b""


def _sent(kind, request, script):
    stream = ScriptedStream(script)
    try:
        response = run_sync(kind(stream, ScriptedBackend()).send(request))
        run_sync(response.close())
    except LocalProtocolError as error:
        plain_error(error)
        return None, stream.written
    except HTTPError:  # the answer is none of this target's business
        pass
    return True, stream.written


def _over_http11(request, content):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    sent, written = _sent(HTTP11Connection, request, [lambda _: answer])
    if sent is None:
        assert b"" == written or b"\r\n\r\n" in written, written
        return
    server = h11.Connection(h11.SERVER)
    server.receive_data(written)
    read = server.next_event()
    assert isinstance(read, h11.Request), (read, written)
    wanted = request.headers.raw
    assert request.method.encode() == read.method
    assert (request.options.target or _target(request)).encode() == read.target
    assert sorted(wanted) == sorted((n, v) for n, v in read.headers.raw_items()), (wanted, written)
    came = b""
    while isinstance(event := server.next_event(), h11.Data):
        came += event.data
    assert isinstance(event, h11.EndOfMessage), (event, written)
    assert _joined(content) == came
    assert (b"", False) == server.trailing_data, written


def _target(request):
    if request.method == "CONNECT":
        url = request.url
        host = f"[{url.host}]" if ":" in url.host else url.host
        return f"{host}:{url.port}"
    return request.url.full_path


def _over_http2(request, content):
    settings = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    sent, written = _sent(HTTP2Connection, request, [settings])
    server = h2.connection.H2Connection(
        h2.config.H2Configuration(client_side=False, header_encoding=None)
    )
    server.initiate_connection()
    server.decoder.max_header_list_size = 2**20
    events = server.receive_data(written)
    requests = [event for event in events if isinstance(event, h2.events.RequestReceived)]
    if sent is None:
        return
    (read,) = requests
    pseudo = {name: value for name, value in read.headers if name.startswith(b":")}
    assert request.method.encode() == pseudo[b":method"]
    if request.method != "CONNECT":
        assert (request.options.target or request.url.full_path).encode() == pseudo[b":path"]
    known = {name.lower() for name, _ in request.headers.raw}
    for name, value in read.headers:
        assert b"\n" not in value
        assert name.startswith(b":") or (name in known and name not in _HOP_BY_HOP), (name, value)
