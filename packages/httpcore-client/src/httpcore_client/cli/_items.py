r"""The short form of what goes into a request: `name=value`, `Name:value`, `name==value`, `name@file` ...

Pure: words in, parts out. Files that items name are read in `_content`. The form is that of HTTPie. The first
separator of a word counts, the longest of those that begin there; a backslash before `:`, `=`, `@`, `;` or
a backslash, and in front of the separator only, takes its meaning away.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ._words import METHODS

__all__ = ["Item", "ItemError", "parse_item"]

# In the order in which they are tried at one place.
SEPARATORS = (":=@", "==@", "=@", ":@", ":=", "==", "=", "@", ":", ";")
_SECOND_URL = re.compile(r"https?://", re.IGNORECASE)
_TYPE = ";type="


class ItemError(ValueError):
    """A word that is no item."""


class Item(NamedTuple):
    """One item.

    Attributes:
        name: in front of the separator; "" only before "@", for the whole body.
        separator: one of `SEPARATORS`.
        value: behind it: text, JSON, or a path.
        media_type: of a file, where it was said.
        word: the item as it was written.
    """

    name: str
    separator: str
    value: str
    word: str
    media_type: str | None = None


def parse_item(word: str) -> Item:
    """Read one word.

    Raises:
        ItemError: it is no item; the message says how it is written.
    """
    if _SECOND_URL.match(word):
        raise ItemError(f"{word!r} is a second URL; the command takes one")
    if word.upper() in METHODS:
        raise ItemError(f"{word!r} is a method, which stands before the URL")
    name, separator, value = _split(word)
    if not separator:
        raise ItemError(
            f"{word!r} is no item: write name=value (data), name:=json, name==value (query), "
            "Name:value (header) or name@file; items come after the URL"
        )
    if not name and separator != "@":
        raise ItemError(
            f"the name is missing in {word!r}: a {separator!r} that belongs to a name is written "
            f"'\\{separator[0]}'"
        )
    if separator == ";" and value:
        raise ItemError(
            f"{word!r} is no item: 'Name;' is a header without a value, and has nothing behind it"
        )
    if separator == "@":
        path, found, media_type = value.rpartition(_TYPE)
        if found:
            return Item(name, separator, path, word, media_type)
    return Item(name, separator, value, word)


def _split(word: str) -> tuple[str, str, str]:
    """Return what stands in front of the first separator, the separator, and what stands behind it."""
    name = ""
    at = 0
    while at < len(word):
        if word[at] == "\\" and word[at + 1 : at + 2] in (*":=@;\\",):
            name += word[at + 1]
            at += 2
            continue
        for separator in SEPARATORS:
            if word.startswith(separator, at):
                return name, separator, word[at + len(separator) :]
        name += word[at]
        at += 1
    return name, "", ""
