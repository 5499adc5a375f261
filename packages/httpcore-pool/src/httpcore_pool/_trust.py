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

SSLTypes: TypeAlias = (
    "str | os.PathLike[str] | tuple[str, ...] | bool | ssl.SSLContext | TLSConfig | None"
)


class TLSConfig(Value):
    """What a peer's certificate is checked against.

    Attributes:
        source: None or True for certifi's bundle; "system" for the operating system's store (extra
            `truststore`); a path to a file or folder of CA certificates, or a tuple of such paths,
            which then are the whole trust; False for no verification; or an `ssl.SSLContext`, used
            as it is and never changed (it offers HTTP/2 only if its owner has set that with
            `set_alpn_protocols`). A folder is one as OpenSSL reads it, with names made of hashes, or
            else any with PEM files (`.pem`, `.crt`, `.cer`).
        keylog: a file to which the secrets of all connections are appended, for programs such as
            Wireshark; None for none. It is for a context that is made here, and not for truststore's.

    Raises:
        TypeError: the source is something else.
        ValueError: `keylog` is given with a context, which has a `keylog_filename` of its own.
        FileNotFoundError: a path does not exist.
    """

    source: str | tuple[str, ...] | bool | ssl.SSLContext | None = None
    keylog: str | None = None

    def _check(self) -> None:
        source = self.source
        if source is None or isinstance(source, bool):
            return
        paths: tuple[object, ...] = source if isinstance(source, tuple) else (source,)
        if paths and all(isinstance(path, str) for path in paths):
            for path in paths if source != "system" else ():
                if not os.path.exists(str(path)):  # noqa: PTH110
                    raise FileNotFoundError(
                        f"ssl={path!r}: no such file or folder of CA certificates"
                    )
            return
        from ssl import SSLContext  # here: who has one has imported it

        if not isinstance(source, SSLContext):
            raise TypeError(
                "ssl must be a path to CA certificates, a tuple of paths, an ssl.SSLContext, "
                f"'system', True, False or None, not {type(source).__name__}"
            )
        if self.keylog is not None:
            raise ValueError("keylog can't be given for an ssl.SSLContext: it is never changed")

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
        if not isinstance(source, (str, bool, tuple)):
            return source
        from ._tls import shared_context  # here: who speaks plain HTTP alone never needs it

        return shared_context(source, alpn, self.keylog)
