"""Our pool under clients of httpx: ``httpx.Client(transport=Transport())``."""

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
