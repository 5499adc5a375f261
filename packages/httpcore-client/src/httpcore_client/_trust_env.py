"""`TrustEnv`: which parts of the environment a client heeds."""

from __future__ import annotations

from ._siblings import Value

__all__ = ["TrustEnv"]


class TrustEnv(Value):
    """What of the environment is used: `Client(trust_env=TrustEnv(netrc=False))`.

    Attributes:
        proxies: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in lower case or upper.
        certificates: REQUESTS_CA_BUNDLE, or else CURL_CA_BUNDLE, or else SSL_CERT_FILE with
            SSL_CERT_DIR: whom to trust, where the client's `ssl` says nothing.
        netrc: credentials from the file that NETRC names, or else `~/.netrc`.
        keylog: SSLKEYLOGFILE: where to append the secrets of TLS connections.

    Raises:
        TypeError: a switch is no bool.
    """

    proxies: bool = True
    certificates: bool = True
    netrc: bool = True
    keylog: bool = True

    def _check(self) -> None:
        for name, switch in vars(self).items():
            if not isinstance(switch, bool):
                raise TypeError(f"TrustEnv({name}=...) must be a bool, not {type(switch).__name__}")

    @classmethod
    def of(cls, value: bool | TrustEnv) -> TrustEnv:  # noqa: FBT001
        """Read what callers may write as `trust_env=`: all, nothing, or which parts.

        Raises:
            TypeError: the value is something else.
        """
        if isinstance(value, TrustEnv):
            return value
        if not isinstance(value, bool):
            raise TypeError(f"trust_env must be a bool or a TrustEnv, not {type(value).__name__}")
        return _ALL if value else _NOTHING


_ALL = TrustEnv()
_NOTHING = TrustEnv(proxies=False, certificates=False, netrc=False, keylog=False)
