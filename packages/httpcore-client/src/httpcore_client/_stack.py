"""The stack of a client: one literal list, from what the caller meets first down to the pool."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from weakref import ref

from ._riding import as_callable
from ._siblings import pool
from .adapters import (
    AddedAdapter,
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
_Changes: TypeAlias = Mapping[type[pool.Adapter], Callable[..., pool.Adapter]]
AdapterTypes: TypeAlias = _Changes | Sequence[AddedAdapter] | None

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
        adapters: what to add; or by the class of a level, a function of that level, and what it returns
            stands in its place.

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
                now=backend.now,
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
    instead = _checked(adapters, backend)
    stack: list[pool.Adapter] = []
    made: dict[type[pool.Adapter], pool.Adapter] = {}
    for kind, make in reversed(levels):
        made[kind] = level = make(stack[0] if stack else bottom)
        stack[:0] = _placed(level, stack, instead[kind]) if kind in instead else [level]
    aside.top = ref(stack[0])
    return stack, cast("CookieAdapter", made[CookieAdapter])


def _checked(adapters: AdapterTypes, backend: pool.Backend) -> _Changes:
    if adapters is None:
        return {}
    if not isinstance(adapters, Mapping):
        return _additions(adapters, backend)
    for level, change in adapters.items():
        _check_level(level)
        as_callable(f"adapters[{level.__name__}]", change, or_none=False)
    return adapters


def _check_level(level: Any) -> None:
    if level not in _LEVELS:
        known = ", ".join(each.__name__ for each in _LEVELS)
        raise TypeError(f"adapters: {level!r} is no level of the stack, which are {known}")


def _additions(adapters: object, backend: pool.Backend) -> _Changes:
    """Return what puts each addition over its level, of several over one the first as the outermost."""
    if isinstance(adapters, (str, bytes)) or not isinstance(adapters, Iterable):
        raise TypeError(
            "adapters must be a list of adapters to add, or a mapping by the class of a level, "
            f"not {type(adapters).__name__}"
        )
    over: dict[type[pool.Adapter], list[AddedAdapter]] = {}
    for added in cast("Iterable[object]", adapters):
        if not isinstance(added, AddedAdapter):
            raise TypeError(f"adapters: {_hint(added)}")
        _check_level(added.level)
        over.setdefault(added.level, []).append(added)

    def putting(additions: list[AddedAdapter]) -> Callable[[pool.Adapter], pool.Adapter]:
        def put(level: pool.Adapter) -> pool.Adapter:
            for added in reversed(additions):
                level = added.over(level, backend)
            return level

        return put

    return {level: putting(additions) for level, additions in over.items()}


def _hint(added: object) -> str:
    if isinstance(added, type) and issubclass(added, AddedAdapter):
        return f"{added.__name__} is a class: give {added.__name__}(...)"
    if isinstance(added, pool.Adapter):
        return (
            f"{added!r} is no AddedAdapter; any other goes into a mapping, "
            "as in {ConnectionPool: lambda pool: MyAdapter(pool)}"
        )
    name = added.__name__ if isinstance(added, type) else f"a {type(added).__name__}"
    return f"{name} is no adapter; those to add are such as RetryAdapter(RetryPolicy(...))"


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
