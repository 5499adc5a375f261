"""Our pool under clients of httpx2: ``httpx2.Client(transport=Transport())``."""

from __future__ import annotations

import httpx2

from ._httpx_like import AsyncPoolTransport, PoolTransport, Theirs

__all__ = ["AsyncTransport", "Transport"]


class Transport(PoolTransport, httpx2.BaseTransport):
    """A transport for `httpx2.Client`; see `PoolTransport`."""

    _theirs = Theirs(httpx2)


class AsyncTransport(AsyncPoolTransport, httpx2.AsyncBaseTransport):
    """A transport for `httpx2.AsyncClient`; see `AsyncPoolTransport`."""

    _theirs = Transport._theirs
