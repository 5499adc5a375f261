"""The stack of a client: one literal list, from what the caller meets first down to the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

from ._siblings import pool
from .adapters import AuthAdapter, CookieAdapter, EnvironmentAdapter, RedirectAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._siblings import CookieJar

__all__ = ["build_stack"]


def build_stack(
    bottom: pool.Adapter,
    backend: pool.Backend,
    *,
    cookies: CookieJar,
    environ: Mapping[str, str],
    proxies: bool,
    max_redirects: int,
) -> list[pool.Adapter]:
    """Return the levels, top first; each but the last sends through the one after it.

    Args:
        bottom: what sends in the end: the pool.
        backend: the world that the client lives in.
        cookies: the client's jar.
        environ: the environment's variables; empty to leave the environment out.
        proxies: whether its proxy variables are heeded.
        max_redirects: how many hops are followed.
    """
    stack: list[pool.Adapter] = [bottom]
    aside = _Aside()
    makers: list[Callable[[pool.Adapter], pool.Adapter]] = [
        lambda inner: RedirectAdapter(inner, max_redirects=max_redirects),
        lambda inner: EnvironmentAdapter(inner, environ, proxies=proxies),
        lambda inner: CookieAdapter(inner, cookies),
        lambda inner: AuthAdapter(inner, backend, aside),
    ]
    for make in reversed(makers):
        stack.insert(0, make(stack[0]))
    aside.top = ref(stack[0])
    return stack


class _Aside:
    """Sends what an auth flow asks for on the way: by the whole stack, like any request."""

    # Weak: a circle would keep a client that is dropped, and its connections, until it is collected.
    top: ref[pool.Adapter]

    async def __call__(self, request: pool.Request) -> pool.Response:
        top = self.top()
        if top is None:
            raise pool.ClosedError("the client of this request is gone").about(request)
        return await top.send(request)
