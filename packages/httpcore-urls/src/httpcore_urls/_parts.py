"""The parts of a URL, as every module here hands them on.

Decides: which parts there are, and what follows from the scheme alone. Reading them from text and
writing them as text may not live here.
"""

from typing import NamedTuple, TypeAlias

# Ours: well above what servers take (8 to 64 KiB), low enough that no text of it takes 100 ms.
MAX_URL_CHARACTERS = 262_144
# Below this, what is added to an escaped text (a host's Punycode, a slash) can't exceed that.
PLAIN_URL_CHARACTERS = MAX_URL_CHARACTERS - 1_024
# Of what is no URL an error shows so much.
SHOWN_CHARACTERS = 200

# WHATWG URL 4.2, special schemes. `file` is one too, but its drive letters are no business of HTTP.
DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}


class Parts(NamedTuple):
    """A URL taken apart, normalised and percent-encoded; `None` if even the delimiter is absent."""

    scheme: str
    username: str
    password: str
    host: str | None
    port: int | None
    path: str
    query: str | None
    fragment: str | None
    text: str | None = None  # the text they were read from, if it is written as they would be

    @property
    def special(self) -> bool:
        """Whether the rules of special schemes hold; a relative reference awaits such a base."""
        return not self.scheme or self.scheme in DEFAULT_PORTS

    @property
    def opaque(self) -> bool:
        """Whether the path has no segments, as in `mailto:` (WHATWG URL 4.1)."""
        return self.host is None and not self.special and not self.path.startswith("/")


# The same without names: what the quick road gives, for which names would cost a tenth of its time.
Fields: TypeAlias = tuple[
    str, str, str, str | None, int | None, str, str | None, str | None, str | None
]
