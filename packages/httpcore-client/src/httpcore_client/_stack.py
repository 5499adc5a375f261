"""The stack of a client: one literal list, from what the caller meets first down to the pool."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, cast
from weakref import ref

from ._riding import as_callable
from ._siblings import pool
from .adapters import (
    AuthAdapter,
    CookieAdapter,
    EnvironmentAdapter,
    HookAdapter,
    RedirectAdapter,
    RouteAdapter,
)

if TYPE_CHECKING:
    from ._hooks import Hooks
    from ._options import ProxyTypes
    from ._siblings import CookieJar
    from ._trust_env import TrustEnv

__all__ = ["AdapterTypes", "build_stack"]

_Maker: TypeAlias = Callable[[pool.Adapter], pool.Adapter]
AdapterTypes: TypeAlias = Mapping[type[pool.Adapter], Callable[..., pool.Adapter]] | None

_MOST_WRAPS = 100
_LEVELS = (RedirectAdapter, EnvironmentAdapter, CookieAdapter, AuthAdapter, pool.ConnectionPool)


def build_stack(
    bottom: pool.Adapter,
    backend: pool.Backend,
    *,
    cookies: CookieJar,
    environ: Mapping[str, str],
    trust_env: TrustEnv,
    ssl: pool.SSLTypes = None,
    max_redirects: int = 20,
    allow_downgrade: bool = True,
    sensitive: Collection[str] = (),
    hooks: Hooks | None = None,
    routes: Mapping[str, object] | None = None,
    proxy: ProxyTypes = None,
    network: pool.Network | None = None,
    adapters: AdapterTypes = None,
) -> tuple[list[pool.Adapter], CookieAdapter]:
    """Return the levels, top first, and the one that keeps the cookies, which an adapter may hide.

    Each level but the last sends through the one after it.

    Args:
        bottom: what sends in the end: the pool.
        backend: the world that the client lives in.
        cookies: the client's jar.
        environ: the environment's variables.
        trust_env: which of them are heeded.
        ssl: the trust that the caller has asked for, which comes before the environment's.
        max_redirects: how many hops are followed.
        allow_downgrade: whether they may lead from https to http.
        sensitive: names of fields that they leave behind at other origins, besides the usual ones.
        hooks: whom to tell of requests, responses and redirects; None for nobody.
        routes: by pattern other ways to some URLs; None for the same to all.
        proxy: what the client says of proxies, for the routes that say nothing.
        network: the client's way from hosts to connections.
        adapters: by the class of a level, a function of that level; what it returns stands in its place.

    Raises:
        TypeError: `adapters` names what is no level, or gives what is no adapter.
    """
    aside = _Aside()
    policy = None if network is None else network.address_policy
    on_redirect = partial(hooks.tell, "redirect") if hooks and "redirect" in hooks else None
    levels: list[tuple[type[pool.Adapter], _Maker]] = [
        (
            RedirectAdapter,
            lambda inner: RedirectAdapter(
                inner,
                max_redirects=max_redirects,
                allow_downgrade=allow_downgrade,
                sensitive=sensitive,
                on_redirect=on_redirect,
            ),
        ),
        *([(HookAdapter, lambda inner: HookAdapter(inner, hooks))] if hooks else ()),
        *(
            [(RouteAdapter, lambda inner: RouteAdapter(inner, routes, proxy, policy))]
            if routes
            else ()
        ),
        (
            EnvironmentAdapter,
            lambda inner: EnvironmentAdapter(
                inner, environ, trust=trust_env, ssl=ssl, network=network
            ),
        ),
        (CookieAdapter, lambda inner: CookieAdapter(inner, cookies)),
        (AuthAdapter, lambda inner: AuthAdapter(inner, backend, aside)),
        (pool.ConnectionPool, lambda inner: inner),
    ]
    instead = _checked(adapters)
    stack: list[pool.Adapter] = []
    made: dict[type[pool.Adapter], pool.Adapter] = {}
    for kind, make in reversed(levels):
        made[kind] = level = make(stack[0] if stack else bottom)
        stack[:0] = _placed(level, stack, instead[kind]) if kind in instead else [level]
    aside.top = ref(stack[0])
    return stack, cast("CookieAdapter", made[CookieAdapter])


def _checked(adapters: AdapterTypes) -> Mapping[type[pool.Adapter], Callable[..., pool.Adapter]]:
    if adapters is None:
        return {}
    if not isinstance(adapters, Mapping):
        raise TypeError(
            f"adapters must be a mapping by the class of a level, not {type(adapters).__name__}"
        )
    for level, change in adapters.items():
        if level not in _LEVELS:
            known = ", ".join(each.__name__ for each in _LEVELS)
            raise TypeError(f"adapters: {level!r} is no level of the stack, which are {known}")
        as_callable(f"adapters[{level.__name__}]", change, or_none=False)
    return adapters


def _placed(
    level: pool.Adapter, stack: list[pool.Adapter], change: Callable[..., pool.Adapter]
) -> list[pool.Adapter]:
    """Return what comes on top of the stack for a level: nothing, something else, or the level wrapped."""
    placed: object = change(level)
    if not isinstance(placed, pool.Adapter):
        raise TypeError(
            f"adapters[{type(level).__name__}] must give an Adapter, not {type(placed).__name__}"
        )
    found: list[pool.Adapter] = []
    below = stack[0] if stack else None
    # Those that stand on another level say on which, as `Layer` does. What does not hides it.
    each: object = placed
    while isinstance(each, pool.Adapter) and each is not below:
        if len(found) >= _MOST_WRAPS:
            raise TypeError(f"adapters: the `inner` of {placed!r} leads nowhere but back")
        found.append(each)
        each = getattr(each, "inner", None)
    return found


class _Aside:
    """Sends what an auth flow asks for on the way: by the whole stack, like any request."""

    # Weak: a circle would keep a client that is dropped, and its connections, until it is collected.
    top: ref[pool.Adapter]

    async def __call__(self, request: pool.Request) -> pool.Response:
        top = self.top()
        if top is None:
            raise pool.ClosedError("the client of this request is gone").about(request)
        return await top.send(request)
