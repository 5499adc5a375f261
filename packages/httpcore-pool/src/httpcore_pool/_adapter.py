"""The one interface of the stack: whatever can send a request is an `Adapter`.

Nothing else lives here. Redirects, cookies, auth, the pool and each connection implement it, so that
any level can stand in for the level below, or be used alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ._closing import Closing

if TYPE_CHECKING:
    from ._request import Request
    from ._response import Response

__all__ = ["Adapter"]


class Adapter(Closing, ABC):
    """Something that sends requests: one exchange per `send`, until `close`.

    An implementation may be called from many tasks (or threads) at once unless it says otherwise.
    """

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send one request and return its response with the head read and the body still open.

        The caller owns the response: it reads it to the end or closes it.

        Raises:
            HTTPError: the exchange failed; the tree in `httpcore_pool.HTTPError` says how.
        """
        ...

    @abstractmethod
    async def close(self) -> None:
        """Release everything that is held. Calling it again does nothing. Never raises."""
        ...
