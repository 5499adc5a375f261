"""Whom we trust: what callers say as `ssl=`.

The contexts that follow from it are made in `_tls`, when the first connection needs one: until then nobody
pays for OpenSSL.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from ._siblings import Value

if TYPE_CHECKING:
    import ssl

__all__ = ["SSLTypes", "TLSConfig"]

SSLTypes: TypeAlias = "str | os.PathLike[str] | bool | ssl.SSLContext | TLSConfig | None"


class TLSConfig(Value):
    """What a peer's certificate is checked against.

    Attributes:
        source: None or True for certifi's bundle; "system" for the operating system's store (extra
            `truststore`); a path to a file or folder of CA certificates, which then are the whole
            trust; False for no verification; or an `ssl.SSLContext`, used as it is and never changed
            (it offers HTTP/2 only if its owner has set that with `set_alpn_protocols`).

    Raises:
        TypeError: the source is something else.
        FileNotFoundError: the path does not exist.
    """

    source: str | bool | ssl.SSLContext | None = None

    def _check(self) -> None:
        source = self.source
        if source is None or isinstance(source, bool):
            return
        if not isinstance(source, str):
            from ssl import SSLContext  # here: who has one has imported it

            if isinstance(source, SSLContext):
                return
            raise TypeError(
                "ssl must be a path to CA certificates, an ssl.SSLContext, 'system', True, False "
                f"or None, not {type(source).__name__}"
            )
        if source != "system" and not os.path.exists(source):  # noqa: PTH110
            raise FileNotFoundError(f"ssl={source!r}: no such file or folder of CA certificates")

    @classmethod
    def of(cls, value: SSLTypes) -> TLSConfig:
        """Read what callers may write as `ssl=`.

        Raises:
            TypeError: the value is something else.
            FileNotFoundError: the path does not exist.
        """
        if isinstance(value, TLSConfig):
            return value
        return cls(os.fspath(value) if isinstance(value, os.PathLike) else value)

    def context(self, alpn: tuple[str, ...]) -> ssl.SSLContext:
        """Return the context; one is made for each trust and ALPN list, when it is first needed."""
        source = True if self.source is None else self.source
        if not isinstance(source, (str, bool)):
            return source
        from ._tls import shared_context  # here: who speaks plain HTTP alone never needs it

        return shared_context(source, alpn)
