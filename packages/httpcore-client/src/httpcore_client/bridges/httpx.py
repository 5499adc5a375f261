"""Our pool under clients of httpx: ``httpx.Client(transport=Transport())``."""

# httpx is not where this is checked: it needs another project's package named httpcore.
# pyright: reportMissingImports=false, reportUntypedBaseClass=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

import httpx

from ._httpx_like import AsyncPoolTransport, PoolTransport, Theirs

__all__ = ["AsyncTransport", "Transport"]


class Transport(PoolTransport, httpx.BaseTransport):
    """A transport for `httpx.Client`; see `PoolTransport`."""

    _theirs = Theirs(httpx)


class AsyncTransport(AsyncPoolTransport, httpx.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient`; see `AsyncPoolTransport`."""

    _theirs = Transport._theirs
