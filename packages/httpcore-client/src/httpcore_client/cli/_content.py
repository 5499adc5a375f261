"""What a request is built with, of its items, `--data` and standard input: files are opened here."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import click

from ._items import Item, ItemError, parse_item
from ._nested import put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from ._options import Given

__all__ = ["Asked", "gather"]

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "CONNECT")
_FRAMING = ("host", "content-length", "transfer-encoding")
_FORM = "application/x-www-form-urlencoded"
_PEEK_BYTES = 1024


class Asked(NamedTuple):
    """What the request is to be.

    Attributes:
        method: as it was written, or as it follows.
        options: the keyword arguments to build it with.
        removed: names of fields that it is to go without.
    """

    method: str
    options: dict[str, Any]
    removed: tuple[str, ...]


def gather(given: Given, words: Sequence[str], method: str | None, stack: ExitStack) -> Asked:
    """Read the items, and open the files that they name.

    Args:
        given: the options.
        words: the items.
        method: as it was written, or None.
        stack: closes the files.

    Raises:
        click.UsageError: an item or a file is wrong.
    """
    try:
        items = [parse_item(word) for word in words]
        return _Gathering(given, method, stack).read(items)
    except ItemError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}") from error


class _Gathering:
    def __init__(self, given: Given, method: str | None, stack: ExitStack) -> None:
        self._given = given
        self._method = method
        self._stack = stack
        self._headers: list[tuple[str, str]] = []
        self._removed: list[str] = []
        self._params: list[tuple[str, str]] = []
        self._data: list[Item] = []  # in the order in which they stand

    def read(self, items: list[Item]) -> Asked:
        for item in items:
            self._sort(item)
        options = self._body()
        if self._headers:  # octet for octet as they were written
            options["headers"] = [
                (os.fsencode(name), os.fsencode(value)) for name, value in self._headers
            ]
        if self._params:
            options["params"] = self._params
        has_body = not options.keys().isdisjoint(("json", "data", "files", "content"))
        method = self._method or ("POST" if has_body else "GET")
        return Asked(method, options, tuple(self._removed))

    def _sort(self, item: Item) -> None:
        match item.separator:
            case ":" if item.value == "":
                if item.name.lower() in _FRAMING:
                    raise ItemError(f"{item.word!r}: no request can go without {item.name}")
                self._removed.append(item.name)
            case ":" | ";":
                self._headers.append((item.name, item.value.strip()))
            case ":@":
                self._headers.append((item.name, self._text(item).strip()))
            case "==":
                self._params.append((item.name, item.value))
            case "==@":
                self._params.append((item.name, self._text(item).rstrip("\r\n")))
            case _:
                self._data.append(item)

    def _body(self) -> dict[str, Any]:
        given, data = self._given, self._data
        alone = [item.word for item in data if not item.name]
        if alone and len(data) > 1:
            raise ItemError(f"{alone[0]!r} is the whole body, and can't stand beside other data")
        if given.data is not None:
            if data:
                raise ItemError(f"--data and the item {data[0].word!r} exclude each other")
            return self._given_body(given.data)
        if alone:
            return self._raw(self._open(data[0].value), data[0].media_type, data[0].value)
        if data and (given.form == "multipart" or any(item.separator == "@" for item in data)):
            return {"files": [self._part(item) for item in data]}
        if data and given.form == "form":
            return {"data": [(item.name, self._form_text(item)) for item in data]}
        if data:
            return {"json": self._object()}
        if self._method not in (None, *_WITHOUT_BODY) and _is_piped(sys.stdin):
            return self._raw(sys.stdin.buffer, None, "")
        return {}

    def _given_body(self, data: str) -> dict[str, Any]:
        if data == "@-":
            return self._raw(sys.stdin.buffer, None, "")
        if data.startswith("@"):
            return self._raw(self._open(data[1:]), None, data[1:])
        return self._typed(os.fsencode(data), None, data.lstrip()[:1])

    def _raw(self, file: IO[bytes], media_type: str | None, path: str) -> dict[str, Any]:
        if media_type is None and path:
            from mimetypes import guess_type  # here: it is slow to import

            media_type = guess_type(path)[0]
        peek = getattr(file, "peek", None)
        start = "" if media_type or peek is None else peek(_PEEK_BYTES).decode("latin-1")
        return self._typed(file, media_type, start.lstrip()[:1])

    def _typed(self, content: Any, media_type: str | None, first: str) -> dict[str, Any]:
        """Say what a body is that comes as it is, unless an item does."""
        if self._given.form == "form":
            media_type = _FORM
        elif media_type is None and first in ("{", "["):
            media_type = "application/json"
        known = {name.lower() for name, _ in self._headers} | {
            name.lower() for name in self._removed
        }
        if media_type is not None and "content-type" not in known:
            self._headers.append(("Content-Type", media_type))
        return {"content": content}

    def _form_text(self, item: Item) -> str:
        if item.separator.startswith(":="):
            raise ItemError(f"{item.word!r} is JSON, and this is a form: write name=value")
        return self._text(item)

    def _part(self, item: Item) -> tuple[str, tuple[str | None, Any, str | None]]:
        if item.separator != "@":
            return item.name, (None, self._form_text(item), None)
        name = os.path.basename(item.value)  # noqa: PTH119
        return item.name, (name, self._open(item.value), item.media_type)

    def _object(self) -> dict[str, Any]:
        target: dict[str, Any] = {}
        for item in self._data:
            text = self._text(item)
            value: Any = text
            if item.separator.startswith(":="):
                try:
                    value = json.loads(text)
                except ValueError as error:
                    raise ItemError(
                        f"{item.word!r} has no JSON behind ':=' ({error}); name=value is for text"
                    ) from error
            put(target, item.name, value)
        return target

    def _text(self, item: Item) -> str:
        if not item.separator.endswith("@"):
            return item.value
        try:
            return self._open(item.value).read().decode()
        except UnicodeDecodeError as error:
            raise ItemError(f"{item.word!r}: {item.value} is no text in UTF-8") from error

    def _open(self, path: str) -> IO[bytes]:
        return self._stack.enter_context(open(os.path.expanduser(path), "rb"))  # noqa: PTH111, PTH123


def _is_piped(stdin: IO[str]) -> bool:
    """Whether standard input was given for the command: not a terminal, nor nothing at all."""
    try:
        mode = os.fstat(stdin.fileno()).st_mode
    except (OSError, ValueError):  # closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
