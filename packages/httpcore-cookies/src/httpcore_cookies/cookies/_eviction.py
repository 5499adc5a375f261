"""Which cookies go when there are too many (RFC 6265bis, section 5.7).

Decides on cookies that have not expired: the expired went before. How many there may be stands in
`_store`: it may not live here.
"""

from collections import Counter

from ._cookie import Entry

__all__ = ["first_to_go"]


def first_to_go(entries: list[Entry], excess: int, *, crowd: int, spare: bool) -> list[Entry]:
    """Return the entries to remove so that `excess` fewer are left.

    First go those that are not secure, of domains that have more than `crowd` cookies; then any
    of such domains; then any. Within each, those go first whose last access is longest ago. So
    no server can push out what is secure as long as it fills its own domain with what is not.

    With `spare` a tenth of what is left of the last one's kind goes along, so that who asks has
    to ask once in many times only.
    """
    sizes = Counter(entry.cookie.domain for entry in entries)
    left = sorted(entries, key=_last_access)
    going: list[Entry] = []
    for least_secure, least_size in ((False, crowd), (True, crowd), (True, 0)):
        if excess <= 0:
            break
        kind = [
            entry
            for entry in left
            if (least_secure or not entry.cookie.secure) and sizes[entry.cookie.domain] > least_size
        ]
        count = excess + (len(kind[excess:]) // 10 if spare else 0)
        gone: set[Entry] = set()
        for entry in kind:
            # A domain that is down to the size is no crowd any more.
            if len(gone) < count and sizes[entry.cookie.domain] > least_size:
                sizes[entry.cookie.domain] -= 1
                gone.add(entry)
                going.append(entry)
        left = [entry for entry in left if entry not in gone]
        excess -= len(gone)
    return going


def _last_access(entry: Entry) -> tuple[int, float]:
    return entry.accessed, entry.cookie.created
