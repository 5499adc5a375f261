"""The stack of a client: one literal list, from what the caller meets first down to the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .adapters import AuthAdapter, CookieAdapter, EnvironmentAdapter, RedirectAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._siblings import CookieJar, pool

__all__ = ["build_stack"]


def build_stack(
    connection_pool: pool.ConnectionPool,
    *,
    cookies: CookieJar,
    environ: Mapping[str, str],
    proxies: bool,
    max_redirects: int,
) -> list[pool.Adapter]:
    """Return the levels, top first; each but the last sends through the one after it.

    Args:
        connection_pool: the bottom.
        cookies: the client's jar.
        environ: the environment's variables; empty to leave the environment out.
        proxies: whether its proxy variables are heeded.
        max_redirects: how many hops are followed.
    """
    makers: list[Callable[[pool.Adapter], pool.Adapter]] = [
        lambda inner: RedirectAdapter(inner, max_redirects=max_redirects),
        lambda inner: EnvironmentAdapter(inner, environ, proxies=proxies),
        lambda inner: CookieAdapter(inner, cookies),
        lambda inner: AuthAdapter(inner),
    ]
    stack: list[pool.Adapter] = [connection_pool]
    for make in reversed(makers):
        stack.insert(0, make(stack[0]))
    return stack
