"""What is printed of requests and responses, and how bodies are shown.

On a terminal, or with --pretty, a body is text or a note: JSON is indented, other text comes as it arrives,
what is binary stays away. Otherwise it goes out byte for byte, decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._counted import counted
from .._siblings import masking, pool
from ._json import tokens
from ._text import Harmless, essence, harmless, is_binary, is_json, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._output import Output

__all__ = ["Printer"]

# More is shown as it came: to indent it takes long, and nobody reads it.
_JSON_CHARACTERS = 1024 * 1024
# Of brackets in brackets indentation makes a thousand times as much.
_INDENTED_CHARACTERS = 8 * _JSON_CHARACTERS


class Printer:
    """Prints parts of exchanges.

    Args:
        output: where.
        parts: the letters of --print.
        secrets: whether those of requests are shown.
    """

    def __init__(self, output: Output, parts: str, *, secrets: bool = False) -> None:
        self._output = output
        self._parts = parts
        self._secrets = secrets

    def request(self, request: pool.Request, protocol: str = "HTTP/1.1") -> None:
        """Print what is wanted of a request."""
        if "H" in self._parts:
            self._request_head(request, protocol)
        if "B" in self._parts and request.body is not None:
            self._request_body(request, request.body)

    def _request_head(self, request: pool.Request, protocol: str) -> None:
        target, fields = request.url.full_path, request.headers.multi_items()
        if not self._secrets:
            from ..tracing._secrets import masked_fields  # here: most print no requests

            target, fields = masking.masked_parameters(target), masked_fields(request.headers)
        method = self._output.painted(request.method, "method")
        self._output.write(f"{method} {one_line(target)} {protocol}\n")
        self._fields(fields)

    def response(self, response: pool.SyncResponse) -> None:
        """Print what is wanted of an exchange, and with all of it of the redirects before."""
        if "H" in self._parts:
            for before in response.history:
                self.request(before.request, before.protocol)
                if "h" in self._parts:
                    self.head(before)
        self.request(response.request, response.protocol)
        if "h" in self._parts:
            self.head(response)
        if "b" in self._parts:
            self._body(response)

    def head(self, response: pool.SyncResponse) -> None:
        """Print status line and fields."""
        status = f"{response.status_code} {one_line(response.reason_phrase)}".rstrip()
        status = self._output.painted(status, str(response.status_code)[0])
        self._output.write(f"{response.protocol} {status}\n")
        self._fields(response.headers.multi_items())

    def _fields(self, fields: Iterable[tuple[str, str]]) -> None:
        lines = [
            f"{self._output.painted(one_line(name), 'name')}: {one_line(value)}\n"
            for name, value in fields
        ]
        self._output.write("".join(lines) + "\n")

    def _request_body(self, request: pool.Request, body: pool.RequestBody) -> None:
        media_type = essence(request.headers)
        try:
            content = request.content
        except pool.StreamError:
            size = "" if body.length is None else f", {counted(body.length, 'byte')}"
            self._note(f"the body is streamed{size}")
            content = b""
        if not self._secrets:
            from ..tracing._secrets import masked_content  # here: most print no requests

            content = masked_content(content, request.headers.get("Content-Type", ""))
        text = content.decode("utf-8", "replace")
        if self._output.raw:
            self._output.write_bytes(content)
        elif is_binary(media_type, text):
            self._note(f"{one_line(media_type) or 'binary'}, {counted(len(content), 'byte')}")
        else:
            self._text(iter([text]), text_is_json=is_json(media_type))
        self._output.end_line()
        self._output.write("\n")

    def _body(self, response: pool.SyncResponse) -> None:
        if self._output.raw:
            for piece in response.stream():
                self._output.write_bytes(piece)
            return
        media_type = essence(response.headers)
        coded = response.codings_left
        pieces = response.stream_text()
        start = next(pieces, "")
        if coded or is_binary(media_type, start):
            what = media_type or "binary"
            if coded:
                what += f" in the coding {', '.join(coded)}, which is not known here"
            self._note(f"{one_line(what)}, {_size(response)}: not shown here, -o FILE saves it")
            response.close()
            return
        self._text(_again(start, pieces), text_is_json=is_json(media_type))

    def _text(self, pieces: Iterator[str], *, text_is_json: bool) -> None:
        """Write text as it comes, then the end of its last line; JSON when it is all there."""
        if text_is_json and self._output.pretty:
            pieces = self._indented(pieces)
        mask = Harmless()
        for piece in pieces:
            self._output.write(mask.piece(piece))
        self._output.write(mask.rest())
        self._output.end_line()

    def _indented(self, pieces: Iterator[str]) -> Iterator[str]:
        held: list[str] = []
        length = 0
        try:
            while length <= _JSON_CHARACTERS and (piece := next(pieces, "")):
                held.append(piece)
                length += len(piece)
        except BaseException:
            self._output.write(harmless("".join(held)))  # what came before it broke off
            raise
        text = "".join(held)
        if length > _JSON_CHARACTERS:
            yield text
            yield from pieces
            return
        try:
            shown = self._output.joined(_harmless_tokens(text))
        except ValueError:
            yield text
            return
        self._output.write(shown)

    def _note(self, text: str) -> None:
        self._output.write(self._output.painted(f"({text})", "note") + "\n")


def _harmless_tokens(text: str) -> Iterator[tuple[str, str]]:
    room = _INDENTED_CHARACTERS
    for kind, token in tokens(text):
        room -= len(token)
        if room < 0:
            raise ValueError("too many brackets in brackets")
        yield kind, harmless(token)


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _size(response: pool.SyncResponse) -> str:
    length = response.headers.get("Content-Length", "")
    known = length.isdecimal() and "Content-Encoding" not in response.headers
    return counted(int(length), "byte") if known else "of unknown size"
