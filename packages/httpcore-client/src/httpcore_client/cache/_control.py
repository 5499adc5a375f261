"""`CacheControl`: the directives of Cache-Control (RFC 9111 5.2). What they mean is decided elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .._siblings import headers

if TYPE_CHECKING:
    from .._siblings import Headers

__all__ = ["NOTHING_SAID", "CacheControl"]

# RFC 9111 1.2.2: what is larger than can be held counts as this.
_MOST_SECONDS = 2_147_483_647
_MOST_REMEMBERED = 500  # characters: what a server says must not fill our memory
_NAME = frozenset({b"cache-control"})
_WITH_FIELDS = ("no-cache", "private")  # directives that may be about some fields only


class CacheControl(dict[str, "str | None"]):
    """Directives by their names in lower case, with their arguments.

    Of several the first counts; of those about some fields only, all do.
    """

    @classmethod
    def of(cls, fields: Headers) -> CacheControl:
        """Read them off the fields of a message. Never raises. What is returned must not be changed."""
        if fields.isdisjoint(_NAME):
            return NOTHING_SAID
        lines = tuple(fields.get_list("Cache-Control"))
        if sum(map(len, lines)) > _MOST_REMEMBERED:
            return _parsed.__wrapped__(lines)
        return _parsed(lines)

    def seconds(self, name: str) -> int | None:
        """Return the argument of a directive: None if it is not there, 0 if it is no number.

        RFC 9111 4.2.1: a response whose freshness is not valid is best taken for stale.
        """
        if name not in self:
            return None
        value = self[name] or ""
        if not (value.isascii() and value.isdigit()):
            return 0
        return min(int(value[:19]), _MOST_SECONDS)

    def forbids(self, name: str) -> bool:
        """Whether a directive that may be about some fields only (no-cache, private) is about all."""
        return name in self and self[name] is None

    def __str__(self) -> str:
        shown = (name if value is None else f'{name}="{value}"' for name, value in self.items())
        return ", ".join(shown)


NOTHING_SAID = CacheControl()


@lru_cache(maxsize=256)  # servers say the same again and again
def _parsed(lines: tuple[str, ...]) -> CacheControl:
    found = CacheControl()
    about: dict[str, list[str]] = {}
    for element in _elements(lines):
        name, equals, value = element.partition("=")
        name = name.lower()
        if value[:1] == '"' == value[-1:] and len(value) > 1:
            value = value[1:-1].replace("\\", "")
        found.setdefault(name, value if equals else None)
        if name in _WITH_FIELDS:
            about.setdefault(name, []).append(value.strip(" \t,"))
    for name, lists in about.items():
        # What is about all fields is more than what is about some; so is one that names none.
        found[name] = ", ".join(lists) if all(lists) else None
    return found


def _elements(lines: tuple[str, ...]) -> list[str]:
    if any(line.count('"') % 2 for line in lines):
        # A quote that does not end must not hide what follows it, such as no-store.
        return [element.strip() for line in lines for element in line.split(",")]
    return [element for line in lines for element in headers.split_list(line)]
