"""Text out of bytes, by the piece and by the line: the same text and lines however the bytes are cut.

Which charset it is in, `_charset` decides. What can't be decoded becomes U+FFFD; a byte order mark is
not part of the text.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

from ._charset import may_be_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

__all__ = ["Lines", "TextPieces", "decode"]

_MARK = "\ufeff"


def decode(content: bytes, encoding: str) -> str:
    """Return a whole text."""
    return content.decode(_ordered(encoding, content), "replace").removeprefix(_MARK)


def _ordered(encoding: str, start: bytes) -> str:
    """Return the encoding with its byte order: that of the mark, else little-endian.

    So WHATWG Encoding 4.2 says, whatever the machine; Python's decoder would refuse pieces without a mark.
    """
    name = codecs.lookup(encoding).name
    if name == "utf-8-sig":
        return "utf-8"  # which leaves the mark to us, as all do then
    if name == "utf-16":
        return "utf-16-be" if start.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
    if name == "utf-32":
        return "utf-32-be" if start.startswith(codecs.BOM_UTF32_BE) else "utf-32-le"
    return encoding


def _decoder(encoding: str) -> Callable[[bytes, bool], str]:
    """Return what decodes piece after piece; it is told which is the last."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    if not codecs.lookup(encoding).name.startswith("iso2022"):
        return decoder.decode

    # These raise where more than eight octets at once could still become an escape sequence. By the
    # octet they do so at the same place however the octets are cut, and little is lost.
    def step(octet: bytes, *, last: bool) -> str:
        try:
            return decoder.decode(octet, last)
        except UnicodeError:
            decoder.reset()
            return "\ufffd"

    def decode_by_octet(data: bytes, last: bool) -> str:  # noqa: FBT001
        octets = [data[at : at + 1] for at in range(len(data))]
        return "".join([step(octet, last=False) for octet in octets]) + step(b"", last=last)

    return decode_by_octet


class TextPieces:
    """Draws text from bytes, as soon as there is any.

    Args:
        next_: returns the next bytes, b"" at the end.
        choose: is given the first bytes, and returns the name of a codec.
    """

    __slots__ = ("_at_start", "_choose", "_decode_piece", "_next", "_start")

    def __init__(
        self, next_: Callable[[], Coroutine[Any, Any, bytes]], choose: Callable[[bytes], str]
    ) -> None:
        self._next = next_
        self._choose = choose
        self._decode_piece: Callable[[bytes, bool], str] | None = None
        self._start = b""
        self._at_start = True

    async def next_piece(self) -> str | None:
        """Return what can be decoded next, never empty; None at the end."""
        while True:
            data = await self._next()
            if text := self._decode(data):
                return text
            if not data:
                return None

    def _decode(self, data: bytes) -> str:
        last = not data
        if self._decode_piece is None:
            self._start = data = self._start + data
            if not last and may_be_mark(data):
                return ""
            self._decode_piece = _decoder(_ordered(self._choose(data), data))
        text = self._decode_piece(data, last)
        if text and self._at_start:
            self._at_start = False
            text = text.removeprefix(_MARK)
        return text


class Lines:
    """Draws lines from text, without their ends. Only CR, LF and CRLF end a line.

    What stands behind the last end is a line too, unless it is empty.

    Args:
        next_: returns the next text, None at the end.
    """

    __slots__ = ("_after_cr", "_begun", "_lines", "_next")

    def __init__(self, next_: Callable[[], Coroutine[Any, Any, str | None]]) -> None:
        self._next = next_
        self._lines: Iterator[str] = iter(())
        self._begun: list[str] = []  # pieces of the line that has no end yet
        self._after_cr = False  # an LF that comes now belongs to the end of the line before

    async def next_line(self) -> str | None:
        """Return the next line; None at the end."""
        while True:
            for line in self._lines:
                return line
            text = await self._next()
            if text is None:
                return self._take("") if self._begun else None
            self._lines = iter(self._ended_by(text))

    def _ended_by(self, text: str) -> list[str]:
        """Return the lines that end in this text, and keep the rest."""
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        rest = lines.pop()
        if lines and self._begun:
            lines[0] = self._take(lines[0])
        if rest:
            self._begun.append(rest)
        return lines

    def _take(self, end: str) -> str:
        line = "".join([*self._begun, end])
        self._begun.clear()
        return line
