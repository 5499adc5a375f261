"""`Hashed`: values that are in the key of each request that brings its own, so that they are hashed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ._setting import Setting

__all__ = ["Hashed"]


class Hashed(Setting):
    """A value that keeps its hash, beside its fields."""

    if TYPE_CHECKING:  # it has no fields itself, but those that come of it

        def __init__(self, /, *positional: Any, **named: Any) -> None: ...

    def __hash__(self) -> int:
        values = vars(self)
        if (known := values.get("_hash")) is None:
            known = values["_hash"] = hash(self._values())
        return cast("int", known)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._fields}  # a hash is one process's
