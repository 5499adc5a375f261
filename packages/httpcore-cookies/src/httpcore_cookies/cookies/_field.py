"""The text of a Cookie field: its order and its length (RFC 6265bis, section 5.8.3).

Decides on entries of the store that may all be sent. Which may may not live here.
"""

from operator import attrgetter

from ._cookie import Entry

__all__ = ["cookie_field", "in_order"]

_NAME_OCTETS = len("Cookie: ")
_SEPARATOR = "; "

_place = attrgetter("place")


def in_order(entries: list[Entry]) -> list[Entry]:
    """Return them as they are sent: longer paths first, then older cookies."""
    return sorted(entries, key=_place) if len(entries) > 1 else entries


def cookie_field(entries: list[Entry], max_octets: int) -> tuple[str, list[Entry]]:
    """Return the field's value, and those of the entries that the field line has room for.

    One that has no room is skipped, and shorter ones after it go. What only the host itself can
    have set has room before what a neighbour can have set for the domain of both: so no neighbour
    can make the field longer than the server takes, nor push the host's own cookies out. What the
    caller has set for no domain goes in any case.
    """
    field = _joined(entries)
    if _NAME_OCTETS + len(field) <= max_octets:
        return field, entries
    room = max_octets - _NAME_OCTETS + len(_SEPARATOR)
    kept: set[Entry] = set()
    for entry in sorted(entries, key=_rank):
        octets = len(_joined([entry])) + len(_SEPARATOR)
        if octets <= room or not entry.cookie.domain:
            kept.add(entry)
            room -= octets
    sent = [entry for entry in entries if entry in kept]
    return _joined(sent), sent


def _joined(entries: list[Entry]) -> str:
    cookies = [entry.cookie for entry in entries]
    return _SEPARATOR.join([f"{c.name}={c.value}" if c.name else c.value for c in cookies])


def _rank(entry: Entry) -> tuple[bool, bool]:
    # the caller's, then the host's own, then what neighbours can have set
    return bool(entry.cookie.domain), not entry.cookie.host_only
