"""`HookAdapter`: tells a caller of each request and response. What hooks are is `_hooks`' business."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._options import ClientOptions
from .._siblings import Headers, pool
from ._base import Layer

if TYPE_CHECKING:
    from .._hooks import Hooks

__all__ = ["HookAdapter"]


class HookAdapter(Layer):
    """Calls the hooks for requests, responses and what is sent again.

    It stands under the `RedirectAdapter`, so that it sees each hop, and over cookies and credentials.

    Args:
        inner: the adapter below.
        hooks: what to call.
    """

    def __init__(self, inner: pool.Adapter, hooks: Hooks) -> None:
        super().__init__(inner)
        self._hooks = hooks
        self._on_retry = partial(hooks.tell, "retry") if "retry" in hooks else None

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request as the hooks leave it."""
        if ClientOptions.of(request.options).of_flow:
            return await self._inner.send(request)  # it holds secrets, and is not the caller's
        request = request.copy_with()  # whose headers a hook may change
        if self._on_retry is not None:
            request = request.with_options(request.options.copy_with(on_retry=self._on_retry))
        before = request.method, request.url, request.body, request.options
        await self._hooks.tell("request", request)
        after = request.method, request.url, request.body, request.options
        if before != after or not isinstance(request.headers, Headers):
            raise TypeError("a hook may change the headers of a request, and nothing else of it")
        response = await self._inner.send(request)
        try:
            await self._hooks.tell("response", response)
        except BaseException:
            await response.close()
            raise
        return response
