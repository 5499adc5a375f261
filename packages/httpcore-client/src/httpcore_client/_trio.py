"""`TrioClient`: the client for Trio."""

from __future__ import annotations

from ._client import Client
from ._siblings import pool

__all__ = ["TrioClient"]


class TrioClient(Client):
    """The HTTP client for Trio; see `Client`. Needs the extra `httpcore-client[trio]`."""

    @staticmethod
    def _default_backend() -> pool.Backend:
        return pool.TrioBackend()
