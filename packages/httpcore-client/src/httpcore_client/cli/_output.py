"""Where output goes: a terminal, which gets harmless text, or whatever reads bytes as they are."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

import click

from ._text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Output", "abandon", "colours_wanted", "columns", "open_missing", "say", "tell"]

# Colours of the terminal's own palette, which go with its background.
_COLOURS = {
    "key": "cyan",
    "string": "green",
    "number": "magenta",
    "word": "yellow",
    "name": "cyan",
    "note": "yellow",
    "bar": "cyan",
}
# Of methods and, by its first digit, of a status.
_BOLD = {"method": None, "1": "cyan", "2": "green", "3": "cyan", "4": "yellow", "5": "red"}


def colours_wanted() -> bool:
    """Whether the environment has nothing against colours: see no-color.org."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """Return how wide the terminal is."""
    from shutil import get_terminal_size  # here: it is slow to import

    return get_terminal_size().columns


def open_missing() -> None:
    """Give a process that was started without a standard stream one that is empty, or takes all.

    Nothing else may get its number: what is printed then would go to a file or a server.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def abandon(stream: IO[str]) -> None:
    """Let what a stream holds yet go nowhere: it is flushed at exit, and must not fail there again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def tell(text: str) -> None:
    """Tell the user something beside the output, in one line."""
    try:
        print(one_line(text), file=sys.stderr)
    except OSError:  # nobody can be told
        abandon(sys.stderr)


def say(text: str) -> None:
    """Tell the user what is wrong."""
    tell(f"httpcore: {text}")


class Output:
    """Standard output.

    Args:
        pretty: whether to colour and indent; None for what suits it.

    Attributes:
        pretty: the same, settled.
        raw: whether bodies go out byte for byte.
        colours: whether text is coloured.
    """

    def __init__(self, *, pretty: bool | None = None) -> None:
        is_terminal = sys.stdout.isatty()
        self.pretty: bool = is_terminal if pretty is None else pretty
        self.raw: bool = not is_terminal and not self.pretty
        self.colours: bool = self.pretty and colours_wanted()
        self._encoding = sys.stdout.encoding or "utf-8"
        self._last = b"\n"

    def shows(self, text: str) -> bool:
        """Whether the terminal's charset has all characters of a text."""
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def write(self, text: str) -> None:
        """Write text; what the terminal's charset lacks is escaped."""
        self.write_bytes(text.encode(self._encoding, "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Write bytes, at once: who reads may wait for them."""
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        self._last = data[-1:] or self._last

    def end_line(self) -> None:
        """End the line, if it was begun."""
        if self._last != b"\n":
            self.write("\n")

    def painted(self, text: str, kind: str) -> str:
        """Return text in the colour of its kind."""
        if not self.colours:
            return text
        if kind in _BOLD:
            return click.style(text, fg=_BOLD[kind], bold=True)
        return click.style(text, fg=_COLOURS[kind]) if kind in _COLOURS else text

    def joined(self, tokens: Iterable[tuple[str, str]]) -> str:
        """Return the text of tokens, each in the colour of its kind."""
        return "".join([self.painted(text, kind) for kind, text in tokens])
