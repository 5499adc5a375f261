"""Checksums: those that a caller gives, and those of the Repr-Digest field (RFC 9530)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from ._digests import read_digests
from ._errors import ChecksumMismatch

if TYPE_CHECKING:
    from io import FileIO

    from .._siblings import Headers

__all__ = ["Checksum"]

_ACTIVE = ("sha-512", "sha-256")  # RFC 9530 5: the algorithms to be relied on, the stronger first


class Checksum(NamedTuple):
    """What a file's content must hash to.

    Attributes:
        algorithm: its name in hashlib.
        digest: the value.
    """

    algorithm: str
    digest: bytes

    @classmethod
    def of(cls, text: str) -> Checksum:
        """Read what callers write: "sha256:..." with the digits in hexadecimal.

        Raises:
            TypeError: it is no text.
            ValueError: the algorithm is unknown, or the digits are not right for it.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"checksum must be a str such as 'sha256:...', not {type(text).__name__}"
            )
        name, colon, digits = text.strip().partition(":")
        algorithm = name.lower().replace("sha-", "sha")
        size = _SIZES.get(algorithm)
        if not colon or size is None:
            known = ", ".join(sorted(_SIZES))
            raise ValueError(f"checksum must be 'sha256:...' with one of {known}, not {text!r}")
        try:
            digest = binascii.unhexlify(digits.strip())
        except ValueError:
            digest = b""
        if len(digest) != size:
            raise ValueError(
                f"checksum {text!r} must have {2 * size} hexadecimal digits, as {algorithm} has"
            )
        return cls(algorithm, digest)

    @classmethod
    def sent(cls, headers: Headers) -> Checksum | None:
        """Return the strongest checksum that a server says the whole representation has, or None.

        A field that is no dictionary says nothing (RFC 9651 4.2).
        """
        digests = read_digests(headers.get("Repr-Digest", ""))
        for name in _ACTIVE:
            algorithm, digest = name.replace("-", ""), digests.get(name)
            if digest is not None and len(digest) == _SIZES[algorithm]:
                return cls(algorithm, digest)
        return None

    def check(self, file: FileIO) -> None:
        """Read a file from its start and compare.

        Raises:
            ChecksumMismatch: it is another.
            OSError: it can't be read.
        """
        file.seek(0)
        digest = hashlib.file_digest(file, self.algorithm).digest()
        if not hmac.compare_digest(digest, self.digest):
            found = str(Checksum(self.algorithm, digest))
            raise ChecksumMismatch(
                f"the file has the checksum {found}, not {self}, and was removed", str(self), found
            )

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest.hex()}"


_SIZES = {
    name: hashlib.new(name).digest_size
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")
    if name in hashlib.algorithms_available
} | {name: hashlib.new(name).digest_size for name in ("sha3_256", "sha3_512")}
