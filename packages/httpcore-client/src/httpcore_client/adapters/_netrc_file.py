"""`NetrcFile`: a netrc, read when a request first could need it, and again when the file has changed."""

from __future__ import annotations

import os
import stat
import warnings
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .._siblings import Netrc

__all__ = ["NetrcFile"]

_LOOK_SECONDS = 1.0  # so long what was read counts without a look at the file
_NEVER = (0.0, 0.0)
_OWN = ("~/.netrc", "~/_netrc")

_Stamp: TypeAlias = tuple[object, ...]


class NetrcFile:
    """The file, and what it held when it was looked at last.

    Attributes:
        quiet: from when on and until when, by the clock of requests, there is nothing in it for anybody.
    """

    def __init__(self) -> None:
        self.quiet: tuple[float, float] = _NEVER
        self._looked: float | None = None
        self._path: str | None = None
        self._stamp: _Stamp | None = None
        self._netrc: Netrc | None = None

    def read(self, path: str, now: float | None) -> Netrc | None:
        """Return what the file holds, None if that is nothing.

        Args:
            path: where it is; "" for the user's own.
            now: the time of the request; None to look at the file in any case.
        """
        looked = self._looked
        recent = now is not None and looked is not None and 0 <= now - looked < _LOOK_SECONDS
        if not recent or path != self._path:  # a clock that goes back is another one
            self._looked, self._path = now, path
            stamp = _stamp(path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._load(path)
            silent = self._netrc is None
            self.quiet = (now, now + _LOOK_SECONDS) if silent and now is not None else _NEVER
        return self._netrc

    def _load(self, path: str) -> None:
        from .._siblings import Netrc  # here, as it has no use before the first request

        try:
            netrc = Netrc.load(path or None)
        except (OSError, ValueError) as error:
            # Who has no use for the file must not be stopped by it.
            self._netrc = None
            warnings.warn(f"netrc is ignored: {error}", stacklevel=2)
        else:
            self._netrc = netrc if netrc.entries or netrc.default else None


def _stamp(path: str) -> _Stamp:
    """Tell one state of the files that may be meant from another."""
    return (path, *map(_state, [path] if path else _OWN))


def _state(path: str) -> _Stamp | None:
    # os.path: to import pathlib takes longer than all this module does.
    try:
        found = os.stat(os.path.expanduser(path))  # noqa: PTH111, PTH116
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return ()  # what a pipe gives can be read once only
    return found.st_ino, found.st_size, found.st_mtime_ns
