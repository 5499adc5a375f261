"""Where a file goes and what it is called. A server chooses a name in a directory, never a place."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from .._siblings import headers

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["Place", "check_free", "find_place", "is_there", "name_for"]

_FALLBACK = "download"
# Of names that servers choose: with ".part.json" they are to stay below the 255 of most file systems.
_MOST_BYTES = 240


class Place(NamedTuple):
    """A directory, and the name of a file in it if the caller has given one."""

    directory: Path
    name: str | None


def find_place(path: str | os.PathLike[str] | None) -> Place:
    """Say what a caller's path means.

    Raises:
        TypeError: it is no path.
        FileNotFoundError: its directory does not exist.
    """
    if path is None:
        return Place(Path(), None)
    given: object = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(given, str):  # type checkers know, callers may not
        way = "; client.stream has the pieces for an open file" if hasattr(path, "write") else ""
        raise TypeError(f"path must be a str or a Path, not {type(path).__name__}{way}")
    where = Path(given)
    if where.is_dir():
        return Place(where, None)
    names_directory = given.endswith(("/", os.sep))
    directory = where if names_directory else where.parent
    if names_directory or not directory.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such directory", str(directory))
    return Place(directory, where.name)


def check_free(target: Path, *, overwrite: bool) -> None:
    """Refuse to write where something is.

    Raises:
        FileExistsError: there is a file, and it is not to be overwritten.
        OSError: there is something else than a file.
    """
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):  # to replace /dev/null would be a pity
        raise OSError(errno.EINVAL, "this is no regular file, and is not replaced", str(target))
    if not overwrite:
        raise is_there(target)


def is_there(target: Path) -> FileExistsError:
    """Return the error for a file that is not to be overwritten."""
    return FileExistsError(
        errno.EEXIST, "the file is there already; overwrite=True replaces it", str(target)
    )


def name_for(response: pool.Response) -> str:
    """Return the name that a server gives a file, made safe: of its own, or of the last URL's path."""
    name: str | None = None
    field = response.headers.get("Content-Disposition")
    if field is not None:
        disposition = headers.parse_content_disposition(field)
        name = None if disposition is None else disposition.filename
    if name is None:
        segment = response.url.path.rpartition("/")[2]
        name = headers.safe_filename(unquote_to_bytes(segment).decode("utf-8", "replace"))
    name = _short(name or _FALLBACK)
    if name.startswith("-"):
        name = f"_{name}"  # it is not to pass for an option, where somebody writes "rm *"
    if name.lower().endswith((".part", ".part.json")):
        name += "_"  # it is not to pass for what a download of another file has left behind
    return name


def _short(name: str) -> str:
    octets = name.encode("utf-8")
    if len(octets) <= _MOST_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    kept = dot + extension if stem and len(extension) <= 16 else ""
    room = _MOST_BYTES - len(kept.encode("utf-8"))
    return octets[:room].decode("utf-8", "ignore").rstrip(" .") + kept
