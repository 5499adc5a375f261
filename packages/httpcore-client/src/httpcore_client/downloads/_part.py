"""`PartFile`: an unfinished file on the disk, and what is known of it. Blocks; is called in threads.

Beside the target stand its octets, `<name>.part`, and what of them is there, `<name>.part.json` (`State`).
The latter is locked as long as a download works on them, so that two never write to the same file. The
state is saved after the octets that it tells of have reached the disk.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, cast

from ._errors import DownloadInUse
from ._naming import check_free, is_there
from ._ranges import Ranges
from ._representation import Representation
from ._state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import FileIO
    from pathlib import Path

    from ._checksum import Checksum

__all__ = ["PartFile"]

_SAVE_SECONDS = 2.0  # most that is lost when the process is killed
_MOST_STATE_BYTES = 2**20  # a state of ours has some for each connection
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)  # Windows has none


class PartFile:
    """The file that will be `target`, opened and locked.

    Args:
        target: where it is to be.
        key: of the URL, see `State`.
        resume: whether to go on with what is there.
        now: a clock, in seconds. Not Trio's own, which can't be read in a thread.

    Attributes:
        representation: what the octets that are there are of.
        done: which are there.

    Raises:
        DownloadInUse: another download works on it.
        FileExistsError: there is such a file, and no download has left it.
        OSError: it can't be opened.
    """

    def __init__(
        self, target: Path, key: str, *, resume: bool, now: Callable[[], float] = monotonic
    ) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._sidecar = target.with_name(f"{target.name}.part.json")
        self._key = key
        self._now = now
        self.representation = Representation()
        self.done = Ranges()
        self._lock = _locked(self._sidecar)
        try:
            self._file = self._open(resume=resume)
        except BaseException:
            self._lock.close()
            raise
        self._is = os.fstat(self._file.fileno())
        self._saved_at = now()

    def _open(self, *, resume: bool) -> FileIO:
        data = self._lock.read(_MOST_STATE_BYTES)
        state = State.from_json(data)
        try:
            file = _opened(self.path, "xb+", 0o666)
        except FileExistsError:
            file = _opened(self.path, "rb+", 0o666)
            if os.fstat(file.fileno()).st_nlink > 1:
                # It is in its place, too, where the process was killed just then: that one stays.
                file.close()
                self.path.unlink()
                file = _opened(self.path, "xb+", 0o666)
        size = os.fstat(file.fileno()).st_size
        if size and not data:
            file.close()
            with suppress(OSError):
                self._sidecar.unlink()
            raise FileExistsError(
                errno.EEXIST,
                "there is such a file, and no download has left it: remove it, or download elsewhere",
                str(self.path),
            )
        if resume and state is not None and state.key == self._key:
            done = Ranges(state.done)
            if 0 < done.end <= size:
                self.representation, self.done = state.representation, done
        return file

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._file.closed

    def begin(self, representation: Representation) -> None:
        """Begin anew, with this."""
        self.representation, self.done = representation, Ranges()
        self._save()
        self._file.truncate(0)

    def expect_last(self) -> None:
        """Ask for the last octet again of what an earlier attempt has left whole, to hear that it holds."""
        self.done = Ranges([(0, self.done.end - 1)])

    def write(self, at: int, pieces: Iterable[bytes]) -> None:
        """Put octets in their place.

        Raises:
            OSError: the disk does not take them.
            ValueError: the file was closed.
        """
        data = memoryview(b"".join(pieces))
        end = at + len(data)
        self._file.seek(at)
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:  # which says what is wrong, but not with which file
            raise type(error)(error.errno, error.strerror, str(self.path)) from error
        self.done.add(at, end)
        if self.representation.validator and self._now() - self._saved_at >= _SAVE_SECONDS:
            os.fsync(self._file.fileno())
            self._save()
            self._saved_at = self._now()

    def _save(self) -> None:
        state = State(self._key, self.representation, self.done.as_list())
        self._lock.seek(0)
        self._lock.write(state.to_json())
        self._lock.truncate()

    def finish(self, length: int, checksums: Iterable[Checksum], *, overwrite: bool) -> None:
        """Check the file and put it in its place, as a whole.

        Raises:
            ChecksumMismatch: it is not what was promised.
            FileExistsError: something is there by now.
            OSError: the disk does not take it.
        """
        self._file.truncate(length)  # what an earlier attempt may have left behind
        os.fsync(self._file.fileno())
        for checksum in checksums:
            checksum.check(self._file)
        self._save()
        if not self._is_there():
            raise FileNotFoundError(errno.ENOENT, "the file was removed meanwhile", str(self.path))
        self._file.close()  # Windows moves no open file
        check_free(self.target, overwrite=overwrite)
        if overwrite:
            self.path.replace(self.target)
        else:
            self._put_where_nothing_is()
        self._let_go()
        with suppress(OSError):  # where directories can't be synced
            _sync_directory(self.target.parent)

    def _put_where_nothing_is(self) -> None:
        try:
            os.link(self.path, self.target)  # fails if somebody was faster, as no renaming does
        except FileExistsError:
            raise is_there(self.target) from None
        except OSError:  # the file system has no links
            self.path.replace(self.target)
        else:
            self.path.unlink()

    def _is_there(self) -> bool:
        """Whether the file that was written is the one of its name."""
        try:
            return os.path.samestat(self._is, self.path.lstat())
        except OSError:
            return False

    def suspend(self) -> bool:
        """Keep what is there for a later attempt, and say whether that could go on from it."""
        keep = (
            self.representation.validator is not None and self.done.total > 0 and self._is_there()
        )
        if keep and not self._file.closed:
            with suppress(OSError):  # the disk may be full: what was saved last stays
                os.fsync(self._file.fileno())
                self._save()
        self._file.close()
        if keep:
            self._lock.close()
        else:
            self.discard()
        return keep

    def discard(self) -> None:
        """Remove what is there."""
        self._file.close()
        if self._is_there():
            with suppress(OSError):
                self.path.unlink()
        self._let_go()

    def _let_go(self) -> None:
        with suppress(OSError):  # Windows removes no open file; it harms nobody
            self._sidecar.unlink()
        self._lock.close()


def _opened(path: Path, mode: str, permissions: int) -> FileIO:
    """Open a regular file, and none that a link leads to."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | _NO_FOLLOW, permissions)

    file = cast("FileIO", open(path, mode, buffering=0, opener=opener))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "this is no regular file", str(path))
    return file


def _locked(path: Path) -> FileIO:
    """Open and lock the file with the state; nobody else reads it."""
    while True:
        try:
            file = _opened(path, "xb+", 0o600)
        except FileExistsError:
            try:
                file = _opened(path, "rb+", 0o600)
            except FileNotFoundError:  # it went just now
                continue
        try:
            _lock(file.fileno())
            is_there = os.path.samestat(os.fstat(file.fileno()), path.stat())
        except (BlockingIOError, PermissionError):
            file.close()
            raise DownloadInUse(f"another download writes to {path.with_suffix('')}") from None
        except FileNotFoundError:
            is_there = False
        except BaseException:  # not every file system has locks
            file.close()
            raise
        if is_there:
            return file
        file.close()  # another was finished meanwhile, and a further one may have begun


def _lock(descriptor: int) -> None:
    """Lock a file until it is closed.

    Raises:
        BlockingIOError, PermissionError: another process, or part of this one, has locked it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        msvcrt = import_module("msvcrt")
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
