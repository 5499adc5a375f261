"""`MemoryStorage`: responses in memory, of which the least recently used go first."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, ClassVar

from .._counted import counted
from .._siblings import pool
from ._storage import MOST_VARIANTS, Storage

if TYPE_CHECKING:
    from ._storage import StoredResponse

__all__ = ["MemoryStorage", "checked_limit"]

_MIB = 1024 * 1024
_OVERHEAD_BYTES = 1024  # of the objects that an entry is made of, about
_FIELD_BYTES = 250  # of those that each of its fields is made of


def checked_limit(name: str, value: object) -> int:
    """Return a limit.

    Raises:
        TypeError: it is no int.
        ValueError: it is less than 1.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value


class MemoryStorage(Storage):
    """Keeps responses in memory until there are too many, or too many bytes of them.

    Args:
        max_entries: most responses that are kept.
        max_bytes: most bytes that they take, heads included, about.
        max_body_bytes: larger bodies are not kept; by default an eighth of `max_bytes`.

    Raises:
        TypeError, ValueError: a limit is no int, or less than 1.
    """

    blocks: ClassVar[bool] = False

    def __init__(
        self,
        max_entries: int = 1000,
        max_bytes: int = 64 * _MIB,
        max_body_bytes: int | None = None,
    ) -> None:
        self.max_entries: int = checked_limit("max_entries", max_entries)
        self.max_bytes: int = checked_limit("max_bytes", max_bytes)
        most = max(1, max_bytes // 8) if max_body_bytes is None else max_body_bytes
        self.max_body_bytes: int = checked_limit("max_body_bytes", most)
        self._lock = pool.SyncBackend().lock()  # one client may be used in several threads
        # By key the variants, those that came last at the end; by both, in the order of their use, sizes.
        self._entries: dict[bytes, dict[bytes, tuple[StoredResponse, bytes]]] = {}
        self._used: OrderedDict[tuple[bytes, bytes], int] = OrderedDict()
        self._bytes = 0

    def find(self, key: bytes) -> list[StoredResponse]:
        """Return the heads of what is kept under a key, the ones that came last first."""
        with self._lock:
            return [stored for stored, _ in reversed(self._entries.get(key, {}).values())]

    def body(self, key: bytes, stored: StoredResponse) -> bytes | None:
        """Return the body of one of them, which counts as used now; None if it has gone since."""
        with self._lock:
            found = self._entries.get(key, {}).get(stored.variant)
            if found is None or found[0] is not stored:
                return None
            self._used.move_to_end((key, stored.variant))
            return found[1]

    def put(self, key: bytes, stored: StoredResponse, body: bytes) -> None:
        """Keep a response, and drop the least recently used ones that leave no room for it."""
        with self._lock:
            self._put(key, stored, body)

    def update(self, key: bytes, stored: StoredResponse, new: StoredResponse) -> None:
        """Put a new head of the same variant in place of one that `find` gave, if that is still there."""
        with self._lock:
            found = self._entries.get(key, {}).get(stored.variant)
            if found is not None and found[0] is stored:
                self._put(key, new, found[1])

    def remove(self, key: bytes, variant: bytes | None = None) -> None:
        """Forget one variant, or all, of what is kept under a key."""
        with self._lock:
            for each in list(self._entries.get(key, {})) if variant is None else [variant]:
                self._drop(key, each)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._used.clear()
            self._bytes = 0

    def _put(self, key: bytes, stored: StoredResponse, body: bytes) -> None:
        self._drop(key, stored.variant)
        variants = self._entries.setdefault(key, {})
        variants[stored.variant] = (stored, body)
        size = _size(stored, body)
        self._used[key, stored.variant] = size
        self._bytes += size
        if len(variants) > MOST_VARIANTS:
            self._drop(key, next(iter(variants)))
        while len(self._used) > self.max_entries or self._bytes > self.max_bytes:
            self._drop(*next(iter(self._used)))

    def _drop(self, key: bytes, variant: bytes) -> None:
        size = self._used.pop((key, variant), None)
        if size is not None:
            self._bytes -= size
            variants = self._entries[key]
            del variants[variant]
            if not variants:
                del self._entries[key]

    def __reduce__(self) -> tuple[type[MemoryStorage], tuple[int, int, int]]:
        return type(self), (self.max_entries, self.max_bytes, self.max_body_bytes)  # travels empty

    def __repr__(self) -> str:
        return f"<MemoryStorage {counted(len(self._used), 'response')}, {counted(self._bytes, 'byte')}>"


def _size(stored: StoredResponse, body: bytes) -> int:
    head = sum(len(name) + len(value) + _FIELD_BYTES for name, value in stored.headers.raw)
    return len(body) + head + _OVERHEAD_BYTES
