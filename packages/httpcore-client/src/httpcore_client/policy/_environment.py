"""What the environment's variables ask for: which proxy for which URL, whom to trust, which files to read.

`Environment` is asked with each request, and reads the variables again when one of them has changed. It
opens no files.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .._siblings import URL, InvalidURL, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._trust_env import TrustEnv
    from ._no_proxy import NoProxy

__all__ = ["Environment", "Facts", "ProxyRules"]

_FOR_ALL = "all_proxy"
_PROXIES = ("http_proxy", "https_proxy", _FOR_ALL, "no_proxy")
# The first group counts that names something: those for HTTP clients in the order of requests, then those of
# OpenSSL, which takes them together.
_CERTIFICATES = (
    ("REQUESTS_CA_BUNDLE",),
    ("CURL_CA_BUNDLE",),
    ("SSL_CERT_FILE", "SSL_CERT_DIR"),
)


class ProxyRules:
    """Which proxy a URL goes through, from the environment's variables.

    `http_proxy` and `https_proxy` are for those schemes, `all_proxy` for those that have none of their own,
    `no_proxy` for none. The lower-case name decides where there are both; an empty value is no proxy.
    `HTTP_PROXY` is ignored in a CGI program (where REQUEST_METHOD is set), since a client could set it
    there by a Proxy header (CVE-2016-5385). A value without a scheme is an HTTP proxy's, at port 80 if it
    names none.

    Attributes:
        ignored: what is wrong with entries of NO_PROXY, each by name.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.ignored: list[str] = []
        self._proxies: dict[str, pool.Proxy] = {}
        self._broken: dict[str, str] = {}  # by scheme: why the proxy for it can't be used
        self._direct: NoProxy | None = None
        for scheme in ("http", "https"):
            variable = _spelling(environ, f"{scheme}_proxy") or _spelling(environ, _FOR_ALL)
            if variable is not None:
                self._read(scheme, variable, environ[variable].strip())
        variable = _spelling(environ, "no_proxy")
        if self and variable is not None:
            from ._no_proxy import NoProxy  # here, with `ipaddress`: few programs have exceptions

            self._direct = NoProxy(environ[variable])
            why = f"{variable} has an entry that is ignored: no domain, address, network or *"
            self.ignored = [str(InvalidURL(why, entry)) for entry in self._direct.ignored]

    def _read(self, scheme: str, variable: str, value: str) -> None:
        try:
            if value:
                self._proxies[scheme] = pool.Proxy.of(
                    value if "://" in value else f"http://{value}"
                )
        except (InvalidURL, ImportError) as error:  # the latter: an extra is missing
            self._broken[scheme] = f"the environment's {variable} can't be used: {error}"

    def proxy_for(self, url: URL) -> pool.Proxy | None:
        """Return the proxy for this URL, or None to reach it directly.

        Raises:
            ProxyError: the variable for it makes no sense. To go without a proxy instead could show a
                network what was to be hidden from it.
        """
        scheme = url.scheme
        proxy = self._proxies.get(scheme)
        if proxy is None and scheme not in self._broken:
            return None
        if self._direct is not None and self._direct.matches(url):
            return None
        if proxy is None:
            raise pool.ProxyError(self._broken[scheme])
        return proxy

    def __bool__(self) -> bool:
        """Whether there is a proxy for anything, usable or not."""
        return bool(self._proxies or self._broken)


def _spelling(environ: Mapping[str, str], name: str) -> str | None:
    """Return how a variable is spelt that is set, or None."""
    if name == "http_proxy" and "REQUEST_METHOD" in environ:
        return name if name in list(environ) else None  # on Windows `environ` has it in any case
    return next((spelt for spelt in (name, name.upper()) if spelt in environ), None)


class Facts(NamedTuple):
    """What the variables say.

    Attributes:
        proxies: which proxy for which URL.
        certificates: groups of (variable, path), each to be trusted as a whole: the first counts of which
            something exists.
        keylog: a file for the secrets of TLS, or None.
        netrc: a path, "" for the user's own file, or None for none.
    """

    proxies: ProxyRules
    certificates: tuple[tuple[tuple[str, str], ...], ...]
    keylog: str | None
    netrc: str | None


_NOTHING = Facts(ProxyRules({}), (), None, None)


class Environment:
    """The variables, as they are at each moment.

    Args:
        environ: usually `os.environ`. An empty one has no user, and so no netrc.
        trust: which of them are heeded.
    """

    def __init__(self, environ: Mapping[str, str], trust: TrustEnv) -> None:
        self._environ = environ
        self._trust = trust
        # `os.environ` encodes each name it is asked for, which takes a microsecond. The dict beneath it has
        # them as they are kept.
        encode: Any = getattr(environ, "encodekey", str)
        raw: Any = getattr(environ, "_data", environ)
        self._keys, self._watched = _names(trust, encode)
        self._get: Any = raw.get
        self._present: Any = raw.keys()
        # The values that were read last (None: nothing was set) and what they say; in one, for threads.
        self._known: tuple[list[Any] | None, Facts] = ([], _NOTHING)

    def facts(self) -> Facts:
        """Return what the variables say now: the same object as long as none of them changes."""
        known = self._known
        if self._present.isdisjoint(self._keys):  # as nearly always, and the cheapest to ask
            if known[0] is None:
                return known[1]
            state = None
        else:
            state = [self._get(name) for name in self._watched]
            if state == known[0]:
                return known[1]
        facts = self._read()
        self._known = (state, facts)
        return facts

    def _read(self) -> Facts:
        environ, trust = self._environ, self._trust
        certificates = [
            tuple((name, path) for name in group for path in _paths(name, environ.get(name, "")))
            for group in (_CERTIFICATES if trust.certificates else ())
        ]
        return Facts(
            ProxyRules(environ if trust.proxies else {}),
            tuple(filter(None, certificates)),
            (environ.get("SSLKEYLOGFILE") or None) if trust.keylog else None,
            environ.get("NETRC", "") if trust.netrc and environ else None,
        )


@lru_cache(maxsize=32)  # for every client the same few
def _names(trust: TrustEnv, encode: Callable[[str], Any]) -> tuple[frozenset[Any], tuple[Any, ...]]:
    """Return the variables that say something, as they are kept, and all that are looked at then."""
    names = [n for name in _PROXIES for n in (name, name.upper()) if trust.proxies]
    names += [name for group in _CERTIFICATES for name in group if trust.certificates]
    names += ["SSLKEYLOGFILE"] * trust.keylog + ["NETRC"] * trust.netrc
    keys = frozenset(map(encode, names))
    return keys, (*keys, encode("REQUEST_METHOD"))


def _paths(variable: str, value: str) -> list[str]:
    """Split the one variable that names several folders, as OpenSSL does."""
    return list(filter(None, value.split(os.pathsep) if variable == "SSL_CERT_DIR" else [value]))
