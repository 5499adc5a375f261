"""JSON for people: indented, token by token, so that every value stays as it was written.

Pure. Numbers keep their digits, objects their order and repeated keys, which a way through Python's values
would lose. Only escapes of characters that can be shown are undone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["tokens"]

_INDENT = "    "
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>[A-Za-z]+)|(?P<mark>[\[\]{},:])'
)
_CLOSING = {"[": "]", "{": "}"}


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each token and of the space between them.

    The kinds are "key", "string", "number", "word" (true, false, null), "mark" and "space".

    Raises:
        ValueError: the text is no JSON.
    """
    try:
        # Nobody needs the values; the digits of a number are not counted then.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too many brackets") from error
    return _laid_out([(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(text)])


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _laid_out(found: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    depth = 0
    marks = [*(text if kind == "mark" else "" for kind, text in found), ""]
    for at, (kind, text) in enumerate(found):
        following = marks[at + 1]
        if text in _CLOSING:  # never a string, which begins with a quote
            yield kind, text
            if following != _CLOSING[text]:
                depth += 1
                yield "space", "\n" + _INDENT * depth
            continue
        if text in ("]", "}") and marks[at - 1] not in _CLOSING:
            depth -= 1
            yield "space", "\n" + _INDENT * depth
        if kind == "string":
            yield "key" if following == ":" else kind, _readable(text)
        else:
            yield kind, text
        if text == ",":
            yield "space", "\n" + _INDENT * depth
        elif text == ":":
            yield "space", " "


def _readable(string: str) -> str:
    r"""Undo `\uXXXX`; what must be escaped is so again."""
    if "\\u" not in string:
        return string
    return json.dumps(json.loads(string), ensure_ascii=False)
