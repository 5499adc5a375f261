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
        # When it was looked at, which path that was, how the file was then, and what it held: in one, so that
        # no thread takes what another is just about to read for what there is.
        self._known: tuple[float | None, str | None, _Stamp | None, Netrc | None]
        self._known = (None, None, None, None)

    def read(self, path: str, now: float | None) -> Netrc | None:
        """Return what the file holds, None if that is nothing.

        Args:
            path: where it is; "" for the user's own.
            now: the time of the request; None to look at the file in any case.
        """
        looked, known_path, known_stamp, netrc = self._known
        recent = now is not None and looked is not None and 0 <= now - looked < _LOOK_SECONDS
        if not recent or path != known_path:  # a clock that goes back is another one
            stamp = _stamp(path)
            if stamp != known_stamp:
                netrc = self._load(path)
            self._known = (now, path, stamp, netrc)
            silent = netrc is None
            self.quiet = (now, now + _LOOK_SECONDS) if silent and now is not None else _NEVER
        return netrc

    @staticmethod
    def _load(path: str) -> Netrc | None:
        from .._siblings import Netrc  # here, as it has no use before the first request

        try:
            netrc = Netrc.load(path or None)
        except (OSError, ValueError) as error:
            # Who has no use for the file must not be stopped by it.
            warnings.warn(f"netrc is ignored: {error}", stacklevel=2)
            return None
        return netrc if netrc.entries or netrc.default else None


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
