"""Forms with files as multipart/form-data (RFC 7578), written as browsers write them.

Decides how a part's head is written, what a file is called and of which type it is. Names are UTF-8
in which only what would end or split them is escaped (WHATWG HTML 4.10.21.8). What is in memory becomes
bytes; with a file among the parts, the body is read as it is sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

from .._siblings import Headers, QueryParams, pool

if TYPE_CHECKING:
    from .._siblings import Backend

__all__ = ["FileTypes", "FilesTypes", "encode_multipart"]

_PartContent: TypeAlias = pool.Content | pool.RequestBody
FileTypes: TypeAlias = (
    IO[bytes]
    | pool.AsyncFile
    | bytes
    | str
    | tuple[str | None, _PartContent]
    | tuple[str | None, _PartContent, str | None]
    | tuple[str | None, _PartContent, str | None, pool.HeaderTypes]
)
"""One file: its content, or a tuple of its name, content, media type and further header fields.

A name of None makes it a plain field, so that fields and files can stand in any order.
"""
FilesTypes: TypeAlias = (
    Mapping[str, FileTypes | Sequence[FileTypes]] | Sequence[tuple[str, FileTypes]]
)

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_ENDINGS = re.compile(r"(?:\.[^./:]+){1,2}\Z")
_SHOWN = 60  # characters of a name, in a message
_UNKNOWN_TYPE = "application/octet-stream"  # RFC 7578 4.4
_CODED_TYPES = {"gzip": "application/gzip"}  # of files whose type is another one behind a coding


_Part: TypeAlias = tuple[bytes, pool.RequestBody]  # its head, its content


def encode_multipart(data: Any, files: Any) -> tuple[pool.RequestBody, str]:
    """Return the form as a body, and its media type, which names the boundary.

    Args:
        data: the fields, which come first: a mapping or pairs of names and values, a list of
            values being several fields of one name, or None. Values are text, numbers, booleans and
            None, as in other forms, or bytes.
        files: a mapping or pairs of names and `FileTypes`; in a mapping also lists of them.

    Raises:
        InvalidRequest: something of it is not of these kinds, or can't be written.
    """
    parts: list[_Part] = []
    where = ""
    try:
        for name, value in list(_pairs("data", data)):  # all, so that no part is blamed for another
            where = f"part {name[:_SHOWN]!r}: "
            parts.append(_field(name, value))
        where = ""
        for name, value in list(_pairs("files", files)):
            where = f"part {name[:_SHOWN]!r}: "
            parts.append(_file(name, value))
    except (TypeError, ValueError) as error:
        raise pool.InvalidRequest(f"the form can't be encoded: {where}{error}") from error
    boundary = _boundary(parts)
    return _assembled(parts, boundary), f"multipart/form-data; boundary={boundary}"


def _pairs(option: str, given: Any) -> Iterable[tuple[str, Any]]:
    """Yield pairs of names and single values."""
    pairs: object = given
    if isinstance(given, QueryParams):
        pairs = given.multi_items()
    elif isinstance(given, Mapping):
        pairs = cast("Mapping[object, object]", given).items()
    if pairs is None:
        return
    if not isinstance(pairs, Iterable) or isinstance(pairs, (str, bytes)):
        raise TypeError(f"{option}= must be a mapping or pairs, not {type(pairs).__name__}")
    for pair in cast("Iterable[object]", pairs):
        if not isinstance(pair, tuple):  # a text or a file could be taken apart, too
            raise TypeError(f"{option}= must have pairs: tuples of a name and a value")
        given = cast("tuple[object, ...]", pair)
        if len(given) != 2:
            about = ", as in (name, (filename, content))" if option == "files" else ""
            raise TypeError(f"{option}= must have pairs{about}, not a tuple of {len(given)}")
        name, value = given
        if not isinstance(name, str):
            raise TypeError(f"{option}= must have names that are str, not {type(name).__name__}")
        for each in cast("list[object]", value) if isinstance(value, list) else [value]:
            yield name, each


def _field(name: str, value: Any) -> _Part:
    if not isinstance(value, bytes):
        ((_, value),) = QueryParams([("", value)]).multi_items()
    return _head(name), _body(value)


def _file(name: str, value: Any) -> _Part:
    if not isinstance(value, tuple):
        return _head(name, _filename(value) or name), _body(value)
    given: list[Any] = list(cast("tuple[object, ...]", value))
    if not 2 <= len(given) <= 4:
        raise TypeError(
            "a file is its content, (filename, content), (filename, content, content_type) or "
            f"(filename, content, content_type, headers), not {len(given)} things"
        )
    filename, content, media_type, headers = (*given, None, None)[:4]
    if filename is not None and not isinstance(filename, str):
        raise TypeError(f"a filename must be str or None, not {type(filename).__name__}")
    return _head(name, filename, media_type, Headers(headers)), _body(content)


def _body(content: Any) -> pool.RequestBody:
    body = pool.make_body(content)
    if body is None:
        raise TypeError("there is no content; an empty file is b''")
    return body


def _filename(file: object) -> str | None:
    """The last segment of a file's path. What has no path has a number or `<stdin>` as its name."""
    path: object = getattr(file, "name", None)
    if not isinstance(path, str) or (path.startswith("<") and path.endswith(">")):
        return None
    return os.path.basename(path)  # noqa: PTH119 - a Path would read it in another way


def _media_type(filename: str) -> str:
    from mimetypes import guess_type  # reads the system's tables when it is asked first

    # By what may be its endings alone: the function takes names for URLs.
    media_type, coding = guess_type("file" + "".join(_ENDINGS.findall(filename)))
    if coding is not None:
        media_type = _CODED_TYPES.get(coding)
    return media_type or _UNKNOWN_TYPE


def _head(
    name: str,
    filename: str | None = None,
    media_type: str | None = None,
    own: Headers | None = None,
) -> bytes:
    """Write a part's head (RFC 7578 4.2, 4.4), with the empty line behind it.

    Characters other than what is escaped are checked as in any field: RFC 5322 4 lets nobody write
    further controls into a quoted string.
    """
    own = Headers() if own is None else own
    disposition = f'form-data; name="{name.translate(_ESCAPES)}"'
    if filename is not None:
        disposition += f'; filename="{filename.translate(_ESCAPES)}"'
        media_type = media_type or _media_type(filename)
    headers = Headers([("Content-Disposition", disposition.encode("utf-8"))])
    if media_type is not None and "Content-Type" not in own:
        headers.add("Content-Type", media_type)
    if "Content-Disposition" in own:
        raise ValueError("Content-Disposition is made of the names; it can't be given, too")
    fields = [*headers.raw, *own.raw]
    return b"".join([b"%b: %b\r\n" % field for field in fields]) + b"\r\n"


def _boundary(parts: list[_Part]) -> str:
    """Return a text that is in no part: 128 random bits, looked for where all is there to be seen."""
    known = [content.data for _, content in parts if isinstance(content, pool.BytesBody)]
    while True:
        boundary = os.urandom(16).hex()  # as secrets.token_hex, which is slow to import
        octets = boundary.encode("ascii")
        if not any(octets in data for data in known):
            return boundary


def _assembled(parts: list[_Part], boundary: str) -> pool.RequestBody:
    delimiter = b"--%b\r\n" % boundary.encode("ascii")
    bodies: list[pool.RequestBody] = []
    octets: list[bytes] = []  # that are known, since the last stream
    for head, content in parts:
        octets += [delimiter, head]
        if isinstance(content, pool.BytesBody):
            octets.append(content.data)
        else:
            bodies += [pool.BytesBody(b"".join(octets)), content]
            octets = []
        octets.append(b"\r\n")
    octets.append(b"--%b--\r\n" % boundary.encode("ascii"))
    last = pool.BytesBody(b"".join(octets))
    return _MultipartBody([*bodies, last]) if bodies else last


class _MultipartBody(pool.RequestBody):
    """Several bodies in a row."""

    def __init__(self, bodies: list[pool.RequestBody]) -> None:
        self._bodies = bodies
        lengths = [body.length for body in bodies]
        known = [length for length in lengths if length is not None]
        self.length = sum(known) if len(known) == len(lengths) else None
        self.replayable = all(body.replayable for body in bodies)
        self.needs_loop = any(body.needs_loop for body in bodies)

    def _open(self, backend: Backend | None) -> pool.BodyReader:
        return _MultipartReader(self._bodies, backend)

    def __str__(self) -> str:
        return "a form with files"


class _MultipartReader(pool.BodyReader):
    """Opens each body when the one before has ended."""

    __slots__ = ("_backend", "_reader", "_waiting")

    def __init__(self, bodies: list[pool.RequestBody], backend: Backend | None) -> None:
        self._waiting = iter(bodies)
        self._backend = backend
        self._reader: pool.BodyReader | None = None

    async def read_chunk(self) -> bytes:
        while True:
            if self._reader is not None:
                if data := await self._reader.read_chunk():
                    return data
                await self.close()
            body = next(self._waiting, None)
            if body is None:
                return b""
            self._reader = body.open(self._backend)

    async def close(self) -> None:
        if self._reader is not None:
            reader, self._reader = self._reader, None
            await reader.close()
