"""The command before servers that want its terminal: heads, bodies in any charset, redirects, names, errors.

- A terminal gets no control character (C0 but line feed and tab, DEL, C1) and nothing that turns the text's
  direction, but the colours that the command writes itself, and those only where they are wanted. An error is
  a line.
- What is piped is the body, octet for octet, behind heads that are as harmless.
- JSON that is laid out is the same JSON; text with nothing harmful in it is shown as it is.
- The exit status is one of the documented, never that of a command that can't be understood: this one can.
- Credentials on the command line are in nothing that is printed. A file is the body, and has a harmless name.
"""

import gzip
import io
import json
import os
import re
import tempfile
from base64 import b64encode
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from httpcore_client import SyncClient
from httpcore_client.adapters import Clock
from httpcore_client.cli import _main
from httpcore_pool import Network, ReadError, ScriptedStream

from ..shapes import Source, text

_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
PIECES = [
    *("\x1b[2J", "\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\x1b", "\x7f", "\x08", "\0", "\r", "\x85"),
    *("\u202e", "\u202a", "\u2066", "\u2069", "\u200f", "\u2028", "\ufeff", "\U000e0041", "\xad", "\xa0"),
    *("é", "漢", "😀", "\\u001b", "\\u009b[2J", "\\u202e", "\\ud800", "\\u0000", "\\u00e9", "+ABsAWwAySg-"),
    *("{", "}", "[", "]", '"', '"a":', ",", "1.50", "1e400", "true", "NaN", "\n", "\r\n", "\t", "\\x1b"),
    *('["\\u009b[2J\\u202e"]', '{"\x7f": "\u202e"}', "plain"),
    *('{"a": [1.0, {}, "x"], "a": null}', "a" * 70, "http://b.test/", "..", "/", "=?utf-8?q?=1b?="),
]  # fmt: skip
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOUR = re.compile(r"\x1b\[(?:0|1|[39][1-7])m")
_DRAWN = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\r")  # a bar of progress
_SECRET = "hunter2"
_SECRETS = [_SECRET, b64encode(f"user:{_SECRET}".encode()).decode()]
_STATUSES = {0, 1, 6, 7, 8, 9, 10}
_TYPES = [
    *("application/json", "text/plain", "text/plain; charset=utf-8", "text/html; charset=latin-1"),
    *("text/plain; charset=utf-16", "text/plain; charset=utf-7", "text/plain; charset=unicode_escape"),
    *("text/plain; charset=iso-2022-jp", "application/octet-stream", "image/png", "text/event-stream"),
    *("application/x+json; charset=utf-16", "text/plain; charset=cp437", "text/x; charset=idna", None),
]  # fmt: skip
_NAMES = [
    *("Location", "Content-Disposition", "Set-Cookie", "WWW-Authenticate", "X-Evil", "Retry-After"),
    *("ETag", "Link", "Server", "Alt-Svc", "Proxy-Authenticate", "Last-Modified"),
]
_LINES = [200] * 8 + [302, 302, 307, 401, 404, 407, 500, 206, 204, 304, 999, 600, 101]
_OPTIONS = [
    *([], ["-v"], ["--headers"], ["-b"], ["-p", "HBhb"], ["--pretty"], ["-v", "--pretty"]),
    *(["--no-pretty"], ["-D"], ["-o", "file"], ["-o", "-"], ["-D", "--trace"], ["--trace"], ["-q"]),
    *(["--no-follow", "-v"], ["--check-status"], ["--har", "har"], ["-v", "--no-pretty"]),
]
_CREDENTIALS = [
    *([], ["-a", f"user:{_SECRET}"], ["-A", "digest", "-a", f"user:{_SECRET}"]),
    *(["-A", "bearer", "-a", _SECRET], [f"Authorization:Bearer {_SECRET}"], [f"Cookie:a={_SECRET}"]),
    *([f"X-Api-Key:{_SECRET}"], [f"token=={_SECRET}"], ["POST", f"password={_SECRET}"]),
    *(["-f", f"password={_SECRET}"], [f"Referer:http://a.test/?token={_SECRET}"]),
    *(["--multipart", f"password={_SECRET}"], ["--proxy", f"http://user:{_SECRET}@p.test:1"]),
    ["-d", f'{{"password": "{_SECRET}"}}'],
]  # fmt: skip
_ATHERIS = re.compile(rb"INFO: Instrumenting [\w.]+\n")  # says the fuzzer where we import by need
_ENDS = dict.fromkeys(b"\r\n")
_CONTROLS = dict.fromkeys([*range(9), *range(10, 32), 127])
_MOST_CONNECTIONS = 60  # of a download that comes a little further each time
SEEDS = [
    bytes([how, where, 0, *answer])
    for how in (0, 1, 5, 8)
    for where in (0, 1, 3)
    for answer in (
        [0, 0, 0, 2, 168, 0],
        [0, 3, 0, 2, 128, 130, 4, 0, 2, 137, 147, 2, 5, 134, 138, 97, 9, 0],
        [8, 2, 0, 0, 2, *b"/x", 1, 0, 0, 0, 2, 151, 152],
    )
]


def check(data):
    source = Source(data)
    options, where = source.pick(_OPTIONS), source.octet()
    credentials = source.pick(_CREDENTIALS)
    if {"-D", "-o"} & set(options) and _has_body(credentials):
        credentials = []  # a download is a GET
    out = _Stream(where & 1, ["utf-8", "latin-1", "ascii"][where // 2 % 3])
    err = _Stream(where % 8 == 7, "utf-8")
    play = _Play(source)
    plain = {"TERM": "dumb"} if where & 32 else {"NO_COLOR": "1"} if where & 16 else {}
    environment = {"TERM": "xterm", "COLUMNS": "80", "PATH": ""} | plain
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=_FOLDER))
        stack.enter_context(chdir(folder))
        stack.enter_context(patch.dict(os.environ, environment, clear=True))
        stack.enter_context(patch.object(_main, "SyncClient", play.client))
        stack.enter_context(patch.object(Clock, "sleep", _sleep))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        status = _main.run(
            [*options, "--ignore-env", "--max-redirects", "2", *_ordered(credentials)]
        )
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    _Judge(options, out, err, play, not plain).judge(status, files)


async def _sleep(self, seconds, until=None):
    """Downloads wait before they try again."""


def _has_body(credentials):
    return bool({"POST", "-f", "--multipart", "-d"} & set(credentials))


def _ordered(credentials):
    """The URL goes before the items, behind the method."""
    before = [word for word in credentials if word == "POST"]
    at = next((n for n, word in enumerate(credentials) if _is_item(credentials, n)), None)
    options = [] if before else credentials[:at]
    items = credentials[1:] if before else [] if at is None else credentials[at:]
    return [*options, *before, "http://a.test/x", *items]


def _is_item(words, n):
    return not words[n].startswith("-") and (n == 0 or words[n - 1] in ("-f", "--multipart"))


class _Stream(io.TextIOWrapper):
    """A standard stream: a terminal, or a pipe."""

    def __init__(self, is_terminal, encoding):
        super().__init__(io.BytesIO(), encoding=encoding, errors="backslashreplace", newline="")
        self.is_terminal = bool(is_terminal)

    def isatty(self):
        return self.is_terminal

    def octets(self):
        self.flush()
        return self.buffer.getvalue()


class _Play:
    """The servers, each of which answers once.

    Attributes:
        spoken: all that they have said.
        body: the last body, None if none can be told.
        kind: its media type.
    """

    def __init__(self, source):
        self._source = source
        self._connections = 0
        self.spoken, self.body, self.kind, self.is_whole = b"", None, None, True

    def client(self, **made):
        return SyncClient(**made, network=Network(connect=self._connect))

    async def _connect(self, host, port, timeout):
        self._connections += 1
        assert self._connections <= _MOST_CONNECTIONS
        said = self._response()
        self.spoken += said
        end = ReadError("it breaks") if self._source.octet() & 1 else b""
        return ScriptedStream([lambda _: said, end])

    def _response(self):
        source = self._source
        status, how = source.pick(_LINES), source.octet()
        reason = self._line() if how & 1 else b"OK"
        head = [b"HTTP/1.1 %d %s" % (status, reason), b"Connection: close"]
        for _ in range(how // 2 % 4):
            name = source.pick(_NAMES)
            value = self._line()
            if name == "Content-Disposition":
                value = [b"attachment; filename=", b"attachment; filename*=utf-8''"][
                    how & 1
                ] + value
            head.append(name.encode() + b": " + value)
        kind = source.pick(_TYPES)
        if kind is not None:
            head.append(b"Content-Type: " + kind.encode())
        if how >= 192:
            body = source.octets(source.octet())
        else:
            charset = ["utf-8", "utf-8", "latin-1", "utf-16"][how // 64 + how % 2]
            said = self._text(40)
            if kind == _TYPES[0] and source.octet() & 1:
                said = json.dumps({said: [1, said]}, ensure_ascii=False)
            body = said.encode(charset, "replace")
        sent, self.kind, self.body = body, kind, body
        if how & 32:
            coding = source.octet()
            if coding & 1:
                head.append(b"Content-Encoding: gzip")
                sent = gzip.compress(body, mtime=0)
            else:
                head.append(b"Content-Encoding: " + self._line())
                self.body = None
        length = len(sent)
        if how & 16:
            length = max(0, length + source.octet() % 8 - 4)
            if length < len(sent):
                self.body = None if sent is not body else body[:length]
        self.is_whole = length <= len(sent)
        if status in (204, 304):
            self.body = b""
        head.append(b"Content-Length: %d" % length)
        return b"\r\n".join(head) + b"\r\n\r\n" + sent

    def _text(self, most):
        return text(self._source.octets(self._source.octet() % most), PIECES)[:3000]

    def _line(self):
        """Mostly one that is not refused for its control characters."""
        dropped = _ENDS if self._source.octet() > 224 else _CONTROLS
        return self._text(12)[:300].translate(dropped).encode("utf-8", "replace")


class _Judge:
    def __init__(self, options, out, err, play, colours):
        self._options, self._play = options, play
        self._is_terminal, self._err_is_terminal = out.is_terminal, err.is_terminal
        self._colours = colours
        self._encoding = out.encoding
        self._out, self._err = out.octets(), _ATHERIS.sub(b"", err.octets())

    def judge(self, status, files):
        options = self._options
        documented = _STATUSES | (
            {3, 4, 5} if {"--check-status", "-D", "-o"} & set(options) else set()
        )
        assert status in documented, (status, self._err)
        self._look_at_secrets(files)
        self._look_at_errors(status)
        if self._is_terminal or "--pretty" in options:
            shown = self._out.decode(self._encoding)
            if self._colours and "--no-pretty" not in options:
                shown = _COLOUR.sub("", shown)
            assert not _HARMFUL.search(shown), shown
            if not self._is_terminal or "-b" in options:
                self._look_at_shown(shown, status)
        elif "--trace" not in options:
            self._look_at_piped(status)
        if status == 0 and self._saves():
            self._look_at_file(files)

    def _saves(self):
        return "-D" in self._options or self._options == ["-o", "file"]

    def _look_at_secrets(self, files):
        said = self._play.spoken
        for secret in _SECRETS:
            octets = secret.encode()
            if octets not in said:
                assert octets not in self._out, self._out
                assert octets not in self._err
                assert octets not in files.get("har", b"")

    def _look_at_errors(self, status):
        told = self._err.decode()
        if self._err_is_terminal and self._saves():
            told = _DRAWN.sub("", told)
        else:
            assert told.count("\n") == (status in (1, 6, 7, 8, 9, 10) or bool(told)), told
            assert told == "" or status == 0 or told.startswith("httpcore: "), told
        assert not _HARMFUL.search(told), told
        assert len(told) < 4000, told

    def _look_at_shown(self, shown, status):
        """What is harmless is shown as it is; JSON stays the same."""
        body, kind = self._play.body, self._play.kind
        if (
            status
            or not body
            or not self._play.is_whole
            or self._options not in (["-b"], ["--pretty"])
        ):
            return
        said = body.decode("latin-1")
        if _ODD.search(said):
            return
        _, _, rest = ("", "", shown) if "-b" in self._options else shown.partition("\n\n")
        if kind == "application/json":
            try:
                told = json.loads(said, **_EXACT)
            except (ValueError, RecursionError):
                return
            if "\\u" not in said:
                assert told == json.loads(rest, **_EXACT)
        elif kind in ("text/plain", "text/plain; charset=utf-8"):
            assert rest.removesuffix("\n") == said.removesuffix("\n")

    def _look_at_piped(self, status):
        body, options = self._play.body, self._options
        prints_body = not {"-q", "-D", "--headers"} & set(options) and options != ["-o", "file"]
        if body is None or not prints_body:
            body = b""
            if prints_body:
                return
        if self._play.is_whole and status in (0, 3, 4, 5):
            assert self._out.endswith(body)
            head = self._out[: len(self._out) - len(body)]
            assert options in _WITH_HEADS or head == b"", head
            head = head.replace(b"\r\n", b"\n")  # of a form that is sent
            assert not _HARMFUL.search(head.decode(self._encoding)), head
        elif options not in _WITH_HEADS:
            assert body.startswith(self._out)

    def _look_at_file(self, files):
        files.pop("har", None)
        assert len(files) == 1, (files, self._err)
        ((name, content),) = files.items()
        assert name.isprintable()
        assert "\ufffd" not in repr(name)
        assert len(name.encode()) <= 255
        if self._play.body is not None:
            assert self._play.body == content


_ODD = re.compile("[^\x20-\x7e\n\t]")
_EXACT = {
    **dict.fromkeys(("parse_int", "parse_float", "parse_constant"), str),
    "object_pairs_hook": lambda pairs: pairs,
}
_WITH_HEADS = [options for options in _OPTIONS if {"-v", "--headers", "HBhb"} & set(options)]
