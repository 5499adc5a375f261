"""`EnvironmentAdapter`: proxies and netrc from the environment. The rules are `policy/_environment`.

The variables are read when the adapter is made, the netrc file when a request first could need it. What
makes no sense in either is ignored with a warning. The netrc answers the origins that the caller asks, not
those that a redirect leads to.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .._options import ClientOptions
from .._siblings import pool
from ..policy._environment import ProxyRules
from ._base import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._siblings import Netrc

__all__ = ["EnvironmentAdapter"]


class EnvironmentAdapter(Layer):
    """Fills in what a request leaves open from the environment.

    Args:
        inner: the adapter below.
        environ: the variables, usually `os.environ`.
        proxies: whether the proxy variables are heeded.
    """

    def __init__(
        self, inner: pool.Adapter, environ: Mapping[str, str], *, proxies: bool = True
    ) -> None:
        super().__init__(inner)
        self._proxies = ProxyRules(environ if proxies else {})
        for variable, reason in self._proxies.ignored:
            warnings.warn(f"{variable} is ignored: {reason}", stacklevel=2)
        self._netrc_path = environ.get("NETRC") or None
        self._netrc: Netrc | None = None
        # Without an environment there is no home either, and so no ~/.netrc.
        self._idle = not environ

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request with the proxy and the credentials that the environment has for it."""
        if self._idle:
            return await self._inner.send(request)
        options = ClientOptions.of(request.options)
        if options.proxy is None and self._proxies:
            proxy = self._proxies.proxy_for(request.url)
            options = options.copy_with(proxy=proxy, environment_proxy=True)
        if (
            options.auth is None
            and options.netrc
            and not options.foreign  # a server must not choose which password is sent, or how
            and not request.url.username
            and "Authorization" not in request.headers
        ):
            netrc = self._loaded_netrc()
            if netrc.get(request.url.host) is not None:
                from .._siblings import NetrcAuth

                options = options.copy_with(auth=NetrcAuth(netrc))
        if options is not request.options:
            request = request.with_options(options)
        return await self._inner.send(request)

    def _loaded_netrc(self) -> Netrc:
        if self._netrc is None:
            from .._siblings import Netrc  # here, as it has no use before the first request

            try:
                self._netrc = Netrc.load(self._netrc_path)
            except (OSError, ValueError) as error:
                # Who has no use for the file must not be stopped by it.
                self._netrc = Netrc()
                warnings.warn(f"netrc is ignored: {error}", stacklevel=2)
            # Nothing to look for: from now on requests only pass.
            nothing = not self._netrc.entries and self._netrc.default is None
            self._idle = nothing and not self._proxies
        return self._netrc
