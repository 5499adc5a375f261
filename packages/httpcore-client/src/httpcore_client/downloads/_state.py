"""`State`: what is kept beside an unfinished download, as one line of JSON. No secrets: the URL is hashed."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ._ranges import Ranges
from ._representation import Representation

if TYPE_CHECKING:
    from .._siblings import URL

__all__ = ["State", "key_of"]

_FORMAT = "httpcore-download"
_VERSION = 1


def key_of(url: URL) -> str:
    """Return what tells the URL of a download from others: its hash, without userinfo and fragment."""
    plain = url.copy_with(username="", password="", fragment="")
    return hashlib.sha256(str(plain).encode("utf-8")).hexdigest()


class State(NamedTuple):
    """What has come so far.

    Attributes:
        key: of the URL that the caller asked for; redirects may lead to another one each time.
        representation: what the octets are of.
        done: which there are, in pairs of the first and the end.
    """

    key: str
    representation: Representation
    done: list[tuple[int, int]]

    def to_json(self) -> bytes:
        """Write it as one line."""
        fields = {"format": _FORMAT, "version": _VERSION, "url_sha256": self.key}
        about = {**fields, **self.representation._asdict(), "done": self.done}
        return json.dumps(about).encode("ascii") + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> State | None:
        """Read what `to_json` wrote; None for anything else."""
        try:
            found: Any = json.loads(data.partition(b"\n")[0])
            if (found["format"], found["version"]) != (_FORMAT, _VERSION):
                return None
            about = Representation(found["etag"], found["last_modified"], found["length"])
            done = [(int(first), int(end)) for first, end in found["done"]]
            well_formed = about.is_sound and all(
                before <= first <= end for (_, before), (first, end) in pairwise([(0, 0), *done])
            )
            if not well_formed or (about.length is not None and Ranges(done).end > about.length):
                return None
            return cls(found["url_sha256"], about, done)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            return None
