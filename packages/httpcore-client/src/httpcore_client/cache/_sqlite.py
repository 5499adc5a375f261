"""`SQLiteStorage`: responses in a file, which several threads and processes may use at once.

SQLite's own locks keep it whole (in WAL mode readers and a writer don't wait for each other). A file that is
not such a cache is refused when the storage is made, and never changed; one of an older version is emptied.
What goes wrong later is raised to the adapter, which goes on without a cache.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from .._siblings import pool
from ._memory import checked_limit
from ._storage import MOST_VARIANTS, Storage, StoredResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["CacheFileError", "SQLiteStorage"]

_MIB = 1024 * 1024
_APPLICATION_ID = 0x48634361  # "HcCa": marks the file as ours
_VERSION = 1  # another one whenever the table or what stands in it changes
_BUSY_SECONDS = 1.0  # a file that is locked for longer counts as broken
_REST_SECONDS = 5.0  # and is not written to for so long: not each request shall wait for it
_TOUCH_SECONDS = 60.0  # the time of the last use is no finer: a hit need not write
_EVICTED_AT_ONCE = 16
_SETTINGS = ("journal_mode = WAL", "synchronous = NORMAL")
_TABLE = """
CREATE TABLE IF NOT EXISTS responses (
    key BLOB NOT NULL,
    variant BLOB NOT NULL,
    head BLOB NOT NULL,
    received REAL NOT NULL,
    used REAL NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (key, variant)
)"""
# With its head: another process may have put another response in its place.
_SELECT = "SELECT body, used FROM responses WHERE key = ? AND variant = ? AND head = ?"
_TOUCH = "UPDATE responses SET used = ? WHERE key = ? AND variant = ? AND head = ?"
_REPLACE = "UPDATE responses SET head = ?, received = ? WHERE key = ? AND variant = ? AND head = ?"
_INDEX = "CREATE INDEX IF NOT EXISTS responses_used ON responses (used)"


class CacheFileError(ValueError):
    """A file that was given as a cache is none, or can't be opened."""


class SQLiteStorage(Storage):
    """Keeps responses in a SQLite file, of which the least recently used go first.

    The file is made readable for its owner only. URLs and credentials do not stand in it; responses do.

    Args:
        path: the file. It is made if it is missing; its folder is not.
        max_bytes: most bytes that the file holds; a log of about 4 MiB may come on top.
        max_body_bytes: larger bodies are not kept.
        time: tells the seconds by which the least recently used are found.

    Raises:
        CacheFileError: the file is no cache of this kind, or can't be opened.
        TypeError, ValueError: a limit is no int, or less than 1.
    """

    blocks: ClassVar[bool] = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_bytes: int = 512 * _MIB,
        max_body_bytes: int = 8 * _MIB,
        *,
        time: Callable[[], float] = time.time,
    ) -> None:
        if str(path) == ":memory:":  # SQLite's name for none
            raise CacheFileError(
                "':memory:' is no file: to keep responses there, use MemoryStorage()"
            )
        self.path: Path = Path(path).absolute()  # it is opened again, perhaps from another folder
        self.max_bytes: int = checked_limit("max_bytes", max_bytes)
        self.max_body_bytes: int = checked_limit("max_body_bytes", max_body_bytes)
        self._time = time
        self._lock = pool.SyncBackend().lock()
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()  # whose connection it is
        self._rests_until = 0.0
        try:
            with self._open():
                pass
        except (sqlite3.Error, OSError, ValueError) as error:  # the last for a NUL
            raise CacheFileError(f"can't use {str(self.path)!r} as a cache: {error}") from error

    def find(self, key: bytes) -> list[StoredResponse]:
        """Return the heads of what is kept under a key, the ones that came last first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT head, variant FROM responses WHERE key = ? ORDER BY received DESC", (key,)
            ).fetchall()
        return [StoredResponse.from_bytes(head, variant) for head, variant in rows]

    def body(self, key: bytes, stored: StoredResponse) -> bytes | None:
        """Return the body of one of them, which counts as used now; None if it has gone since."""
        now = self._time()
        one = (key, stored.variant, stored.to_bytes())
        with self._open() as connection:
            row = connection.execute(_SELECT, one).fetchone()
            if row is None:
                return None
            if abs(now - row[1]) >= _TOUCH_SECONDS:
                with suppress(sqlite3.Error), self._writing(connection):
                    connection.execute(_TOUCH, (now, *one))
        return bytes(row[0])

    def put(self, key: bytes, stored: StoredResponse, body: bytes) -> None:
        """Keep a response, and drop the least recently used ones that leave no room for it."""
        values = (key, stored.variant, stored.to_bytes(), stored.received, self._time(), body)
        with self._open() as connection, self._writing(connection):
            connection.execute("INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?, ?, ?)", values)
            connection.execute(
                "DELETE FROM responses WHERE key = ? AND variant IN (SELECT variant FROM responses"
                " WHERE key = ? ORDER BY received DESC LIMIT -1 OFFSET ?)",
                (key, key, MOST_VARIANTS),
            )
            self._make_room(connection)

    def update(self, key: bytes, stored: StoredResponse, new: StoredResponse) -> None:
        """Put a new head of the same variant in place of one that `find` gave, if that is still there."""
        one = (key, stored.variant, stored.to_bytes())
        with self._open() as connection, self._writing(connection):
            connection.execute(_REPLACE, (new.to_bytes(), new.received, *one))

    def remove(self, key: bytes, variant: bytes | None = None) -> None:
        """Forget one variant, or all, of what is kept under a key."""
        with self._open() as connection, self._writing(connection):
            if variant is None:
                connection.execute("DELETE FROM responses WHERE key = ?", (key,))
            else:
                connection.execute(
                    "DELETE FROM responses WHERE key = ? AND variant = ?", (key, variant)
                )

    def clear(self) -> None:
        """Forget everything. The file keeps its size, and uses its room again.

        Raises:
            sqlite3.Error, OSError: the file can't be used, or is locked for too long.
        """
        with self._open() as connection, self._writing(connection):
            connection.execute("DELETE FROM responses")

    def close(self) -> None:
        """Close the file. It is opened again when the storage is used again."""
        self._meet_fork()
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Drop responses, the least recently used first, until the file holds no more than it may."""
        while _size(connection) > self.max_bytes:
            gone = connection.execute(
                "DELETE FROM responses WHERE rowid IN"
                " (SELECT rowid FROM responses ORDER BY used, rowid LIMIT ?)",
                (_EVICTED_AT_ONCE,),
            )
            if not gone.rowcount:
                break

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection, None, None]:
        """Give the connection, to one thread at a time.

        Raises:
            sqlite3.Error, OSError: the file can't be used.
        """
        self._meet_fork()
        with self._lock:
            self._connection = self._connection or _connect(self.path)
            yield self._connection

    def _meet_fork(self) -> None:
        """Leave to the parent what is the parent's: its connection, and a lock that it may have held."""
        if self._process != os.getpid():
            self._lock, self._connection = pool.SyncBackend().lock(), None
            self._process = os.getpid()

    @contextmanager
    def _writing(self, connection: sqlite3.Connection) -> Generator[None, None, None]:
        """Do what is inside as a whole, or nothing of it.

        Raises:
            sqlite3.Error: the file can't be written to, or was locked for too long a moment ago.
        """
        if time.monotonic() < self._rests_until:
            raise sqlite3.OperationalError(
                f"database is locked, and left alone for {_REST_SECONDS:g} s"
            )
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")
        except BaseException as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                self._rests_until = time.monotonic() + _REST_SECONDS
            if connection.in_transaction:
                connection.rollback()
            raise

    def __reduce__(self) -> tuple[Callable[..., SQLiteStorage], tuple[Path, int, int]]:
        limits = (self.max_bytes, self.max_body_bytes)
        return partial(type(self), time=self._time), (self.path, *limits)

    def __repr__(self) -> str:
        return f"<SQLiteStorage {str(self.path)!r}>"


def _size(connection: sqlite3.Connection) -> int:
    """Return the bytes of the file that are in use."""
    (size,) = connection.execute(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    ).fetchone()
    return int(size)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, and make the table in it if it is new.

    Raises:
        sqlite3.Error, OSError: it can't be opened, or is no cache of this kind.
    """
    # SQLite would make it by the umask; its log takes over the permissions of the file.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    with closing(connection.cursor()) as cursor:
        if _marks(cursor) != (_APPLICATION_ID, _VERSION):  # else nobody who writes is waited for
            cursor.execute("BEGIN IMMEDIATE")
            _make_table(cursor)
            cursor.execute("COMMIT")
        for setting in _SETTINGS:
            cursor.execute(f"PRAGMA {setting}")


def _marks(cursor: sqlite3.Cursor) -> tuple[int, int]:
    (mark,) = cursor.execute("PRAGMA application_id").fetchone()
    (version,) = cursor.execute("PRAGMA user_version").fetchone()
    return mark, version


def _make_table(cursor: sqlite3.Cursor) -> None:
    mark, version = _marks(cursor)
    (tables,) = cursor.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and mark != _APPLICATION_ID:
        raise sqlite3.DatabaseError("it is a database of another kind")
    if version > _VERSION:
        raise sqlite3.DatabaseError("it was made by a newer version of this library")
    if tables and version < _VERSION:
        cursor.execute("DROP TABLE IF EXISTS responses")
    cursor.execute(_TABLE)
    cursor.execute(_INDEX)
    cursor.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    cursor.execute(f"PRAGMA user_version = {_VERSION}")
