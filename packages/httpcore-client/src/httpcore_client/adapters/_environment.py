"""`EnvironmentAdapter`: proxies, trust and netrc from the environment. The rules are `policy/_environment`.

What the variables say when a request is sent counts for it. A proxy that can't be used fails the requests
that were to go through it; all else that makes no sense is ignored with one warning. The netrc answers the
origins that the caller asks, not those that a redirect leads to.
"""

from __future__ import annotations

import math
import os
import warnings
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from .._options import ClientOptions
from .._siblings import pool
from .._trust_env import TrustEnv
from ..policy._environment import Environment, Facts
from ._base import Layer
from ._netrc_file import NetrcFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._siblings import Netrc

__all__ = ["EnvironmentAdapter"]


class _Reading(NamedTuple):
    """What was made of the variables."""

    facts: Facts | None
    tls: pool.TLSConfig | None  # None where nothing differs from what the pool does by itself
    proxy_tls: pool.TLSConfig | None
    keylog: str | None
    is_nothing: bool  # but a netrc, perhaps


class EnvironmentAdapter(Layer):
    """Fills in what a request leaves open from the environment.

    Args:
        inner: the adapter below.
        environ: the variables, usually `os.environ`; they may change at any time.
        trust: which of them are heeded.
        ssl: what the caller has said of whom to trust, which wins; None for nothing.
        network: how hosts become connections, for requests that bring nothing of their own: to a Unix
            socket no proxy of the environment can be meant.
    """

    def __init__(
        self,
        inner: pool.Adapter,
        environ: Mapping[str, str],
        *,
        trust: TrustEnv = TrustEnv(),  # noqa: B008 - frozen
        ssl: pool.SSLTypes = None,
        network: pool.Network | None = None,
    ) -> None:
        super().__init__(inner)
        self._network = network
        self._environment = Environment(environ, trust)
        self._ssl = None if ssl is None else pool.TLSConfig.of(ssl)
        self._reading = _Reading(None, None, None, None, is_nothing=True)
        self._netrc = NetrcFile()
        self._warned: set[str] = set()
        self._idle = not any(vars(trust).values())
        if not trust.netrc:
            self._netrc.quiet = (-math.inf, math.inf)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request with what the environment has for it.

        Raises:
            ProxyError: the variable that names its proxy makes no sense.
            HTTPError: what the levels below raise.
        """
        if self._idle:
            return await self._inner.send(request)
        reading, started = self._reading, request.options.started
        if self._environment.facts() is reading.facts and reading.is_nothing:  # as nearly always
            begin, end = self._netrc.quiet
            if started is not None and begin <= started < end:
                return await self._inner.send(request)
        return await self._inner.send(self.fill(request))

    def fill(self, request: pool.Request) -> pool.Request:
        """Return the request as it is sent on: with the proxy, trust and credentials for it.

        Raises:
            ProxyError: the variable that names its proxy makes no sense.
        """
        facts = self._environment.facts()
        reading = self._reading
        if facts is not reading.facts:
            reading = self._read(facts)
        changes: dict[str, Any] = {}
        options = ClientOptions.of(request.options)
        proxy = self._proxy(facts, request, options)
        if proxy is not None:
            changes.update(proxy=proxy, proxy_by_url=True)
        if reading.tls is not None:
            for name, tls in (("ssl", reading.tls), ("proxy_ssl", reading.proxy_tls)):
                own = getattr(request.options, name)
                changes[name] = tls if own is None else _logged(own, reading.keylog)
        if facts.netrc is not None:
            netrc = self._netrc_for(request, facts.netrc)
            if netrc is not None:
                from .._siblings import NetrcAuth

                changes["auth"] = NetrcAuth(netrc)
        if not changes:
            return request
        return request.with_options(options.copy_with(**changes))

    def with_proxy(self, request: pool.Request) -> pool.Request:
        """Return the request with the proxy for it, and nothing else that `fill` adds: no file is touched.

        Raises:
            ProxyError: the variable that names its proxy makes no sense.
        """
        options = ClientOptions.of(request.options)
        proxy = self._proxy(self._environment.facts(), request, options)
        if proxy is None:
            return request
        return request.with_options(options.copy_with(proxy=proxy, proxy_by_url=True))

    def _proxy(
        self, facts: Facts, request: pool.Request, options: ClientOptions
    ) -> pool.Proxy | None:
        """Return the proxy of the environment for a request that leaves it open."""
        if not facts.proxies or options.proxy is not None or options.direct:
            return None
        if self._is_unix(options):
            return None
        try:
            return facts.proxies.proxy_for(request.url)
        except pool.ProxyError as error:
            error.about(request)
            raise

    def _is_unix(self, options: pool.Options) -> bool:
        network = options.network or self._network
        return network is not None and network.unix_socket is not None

    def _netrc_for(self, request: pool.Request, path: str) -> Netrc | None:
        """Return the netrc if it answers for this request."""
        options = ClientOptions.of(request.options)
        if (
            options.auth is not None
            or not options.netrc
            or options.foreign  # a server must not choose which password is sent, or how
            or request.url.username
            or "Authorization" in request.headers
        ):
            return None
        netrc = self._netrc.read(path, options.started)
        return None if netrc is None or netrc.get(request.url.host) is None else netrc

    # What the variables say, when they have changed.

    def _read(self, facts: Facts) -> _Reading:
        complaints = list(facts.proxies.ignored)
        own = pool.TLSConfig.of(self._ssl)
        tls = own if self._ssl is not None else _trusted(facts, own, complaints)
        keylog = _writable(facts.keylog, complaints)
        tls = _logged(tls, keylog)
        changed = None if tls is own and keylog is None else tls
        is_nothing = changed is None and not facts.proxies
        for_proxy = None if changed is None else changed.for_others()
        reading = _Reading(facts, changed, for_proxy, keylog, is_nothing)
        self._netrc.quiet = (-inf, inf) if facts.netrc is None else (0.0, 0.0)
        self._reading = reading  # before a warning, which may be made an error
        for complaint in complaints:
            if complaint not in self._warned:
                self._warned.add(complaint)
                warnings.warn(complaint, stacklevel=2)
        return reading


def _trusted(facts: Facts, own: pool.TLSConfig, complaints: list[str]) -> pool.TLSConfig:
    """Return whom the variables trust: what is in the first group that names something that exists."""
    for group in facts.certificates:
        paths: list[str] = []
        for variable, path in group:
            if os.path.exists(path):  # noqa: PTH110
                paths.append(path)
            else:
                complaints.append(f"{variable} is ignored: there is no {path!r}")
        if paths:
            return pool.TLSConfig(tuple(paths))
    return own


def _writable(keylog: str | None, complaints: list[str]) -> str | None:
    try:
        if keylog is not None:
            with open(keylog, "ab"):  # noqa: PTH123
                pass
    except OSError as error:
        complaints.append(f"SSLKEYLOGFILE is ignored: {error}")
        return None
    return keylog


def _logged(tls: pool.TLSConfig, keylog: str | None) -> pool.TLSConfig:
    """Return the same trust with a key log, unless it has one, or is a context, which is never changed."""
    if keylog is None or tls.keylog or tls.is_context:
        return tls
    return tls.copy_with(keylog=keylog)
