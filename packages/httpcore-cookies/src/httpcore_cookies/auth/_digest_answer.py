"""What a Digest challenge says, and what its answer consists of (RFC 7616, sections 3.3 and 3.4).

Decides how a challenge is read and how a response is computed, for one request. Which challenge is
answered, and when, stands in `_digest`: it may not live here.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Self

from .._siblings import Challenge, Value, encode_extended

__all__ = ["ALGORITHMS", "Answers", "Terms"]

# RFC 7616 6.1, the strongest first, and what Python calls them.
_HASHES = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "MD5": "md5"}
ALGORITHMS = tuple(_HASHES)

_MOST_OCTETS = 4096  # of a challenge: an answer repeats most of it, and servers take 8190 in a line
_SESSION = "-SESS"
_ESCAPED = re.compile(r'(["\\])')


class Terms(Value):
    """What one challenge asks for: only challenges that can be answered have any.

    `name` is the algorithm as the server wrote it, None if it did not; `algorithm` is one of
    `ALGORITHMS`; `qops` is empty where the server knows none (RFC 2617); `space` is the domain
    parameter, URIs separated by spaces.
    """

    realm: str
    nonce: str
    name: str | None
    algorithm: str
    opaque: str | None = None
    is_session: bool = False
    qops: frozenset[str] = frozenset()
    is_stale: bool = False
    is_utf8: bool = False
    hides_user: bool = False
    space: str = ""

    @classmethod
    def of(cls, challenge: Challenge) -> Self | None:
        """Read a challenge; None if it is of another scheme, broken, or beyond us (RFC 7616, 3.3)."""
        said = challenge.parameters
        realm, nonce, name = said.get("realm"), said.get("nonce"), said.get("algorithm")
        if challenge.scheme != "digest" or realm is None or not nonce:
            return None
        if sum(map(len, said.values())) > _MOST_OCTETS:
            return None
        # Letters of ASCII alone: some others have such as their capitals.
        algorithm = "MD5" if name is None else name.upper() if name.isascii() else name
        is_session = algorithm.endswith(_SESSION)
        algorithm = algorithm.removesuffix(_SESSION)
        if not is_supported(algorithm):
            return None
        listed = said.get("qop", "").replace(",", " ").lower().split()
        qops = frozenset(listed) & {"auth", "auth-int"}
        if listed and not qops:
            return None
        return cls(
            realm=realm,
            nonce=nonce,
            name=name,
            algorithm=algorithm,
            opaque=said.get("opaque"),
            is_session=is_session,
            qops=qops,
            is_stale=said.get("stale", "").lower() == "true",
            is_utf8=said.get("charset", "").lower() == "utf-8",
            hides_user=said.get("userhash", "").lower() == "true",
            space=said.get("domain", ""),
        )

    def qop(self, content: bytes | None) -> str | None:
        """Return the quality of protection for a content: "" for none, None if it can't be given.

        Of the two the one that needs nothing but the head is chosen.
        """
        if not self.qops:
            return ""
        if "auth" in self.qops:
            return "auth"
        return None if content is None else "auth-int"


class Answers:
    """Answers to one challenge: one for each request, numbered (RFC 7616, section 3.4).

    Takes the terms, user and password, the client's nonce, and what gives the numbers of each nonce
    of the server's. Threads may share them. After `renew` the server's next nonce is used.
    """

    __slots__ = ("_cnonce", "_numbers_of", "_secret", "_user", "_uses", "terms")

    terms: Terms

    def __init__(
        self,
        terms: Terms,
        username: str,
        password: str,
        *,
        cnonce: str,
        numbers_of: Callable[[str], Iterator[int]],
    ) -> None:
        self.terms = terms
        self._cnonce = cnonce
        self._numbers_of = numbers_of
        realm = _octets(terms.realm)
        user = username.encode()
        self._user = self._named(username)
        secret = self._hash(user, realm, password.encode())
        if terms.is_session:  # 3.4.2: of the challenge's nonce, whichever is used later
            secret = self._hash(secret, _octets(terms.nonce), _octets(cnonce))
        self._secret = secret
        self.renew(terms.nonce)

    @property
    def nonce(self) -> str:
        """The server's nonce that the next answer is for."""
        return self._uses[0]

    def renew(self, nonce: str) -> None:
        """Take the server's next nonce (RFC 7616, section 3.5)."""
        self._uses = nonce, self._numbers_of(nonce)

    def field(self, method: str, target: str, content: bytes | None) -> str:
        """Return the value of the field for a request; the content must suit the terms' qop."""
        terms, (nonce, numbers) = self.terms, self._uses
        qop = terms.qop(content)
        asked = [method.encode(), _octets(target)]
        if qop == "auth-int":
            asked.append(self._hash(content or b""))
        about = [_octets(nonce)]
        parts = [
            *self._user,
            f"realm={_quoted(terms.realm)}",
            f"nonce={_quoted(nonce)}",
            f"uri={_quoted(target)}",
        ]
        if terms.name is not None:
            parts.append(f"algorithm={terms.name}")
        if terms.opaque is not None:
            parts.append(f"opaque={_quoted(terms.opaque)}")
        if qop:
            number = f"{next(numbers):08x}"
            about += [number.encode(), _octets(self._cnonce), qop.encode()]
            parts += [f"qop={qop}", f"nc={number}"]
        if qop or terms.is_session:
            parts.append(f"cnonce={_quoted(self._cnonce)}")
        response = self._hash(self._secret, *about, self._hash(*asked))
        return f'Digest {", ".join(parts)}, response="{response.decode()}"'

    def _named(self, username: str) -> list[str]:
        """Return how the user is named (RFC 7616, section 3.4.4)."""
        if self.terms.hides_user:
            hidden = self._hash(username.encode(), _octets(self.terms.realm))
            return [f'username="{hidden.decode()}"', "userhash=true"]
        if username.isascii():
            return [f"username={_quoted(username)}"]
        if self.terms.is_utf8:
            return [f"username*={encode_extended(username)}"]
        # Servers that name no charset compare octets, and nowadays those are UTF-8.
        return [f"username={_quoted(username.encode().decode('latin-1'))}"]

    def _hash(self, *parts: bytes) -> bytes:
        digest = hashlib.new(_HASHES[self.terms.algorithm], b":".join(parts), usedforsecurity=False)
        return digest.hexdigest().encode()


@lru_cache(maxsize=16)  # servers name what they like
def is_supported(algorithm: str) -> bool:
    """Tell whether this Python can compute an algorithm: some builds lack one."""
    try:
        return bool(hashlib.new(_HASHES[algorithm], usedforsecurity=False))
    except (KeyError, ValueError):
        return False


def _quoted(text: str) -> str:
    """Return a quoted string (RFC 9110, section 5.6.4)."""
    return '"' + _ESCAPED.sub(r"\\\1", text) + '"'


def _octets(text: str) -> bytes:
    """Return the octets that a field's text stands for."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
