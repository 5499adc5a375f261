"""What a client is made with, by name: for the constructors, for `Client.replace`, and to be shipped.

`ssl`, `timeout`, `pool_limits` and `max_redirects` are arguments of the constructors themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, TypedDict, cast

from ._hooks import HookTypes
from ._options import AuthTypes, CookieTypes, HeaderTypes, ParamTypes, ProxyTypes, check_options
from ._siblings import URL, QueryParams, pool
from ._stack import AdapterTypes
from ._trust_env import TrustEnv

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._route import RouteTypes

__all__ = [
    "ClientChanges",
    "ClientSettings",
    "Settled",
    "check_changes",
    "check_settings",
    "once",
    "with_network",
]


class _Shared(TypedDict, total=False):
    headers: HeaderTypes
    cookies: CookieTypes
    auth: AuthTypes
    params: ParamTypes
    base_url: str | URL | None
    proxy: ProxyTypes
    routes: Mapping[str, RouteTypes] | None
    allow_redirects: bool
    allow_downgrade: bool
    sensitive_headers: Iterable[str]
    body_limits: pool.BodyLimits | None
    default_encoding: pool.DefaultEncoding
    json_encoder: Callable[[Any], str | bytes] | None
    trust_env: bool | TrustEnv
    hooks: HookTypes | None
    adapters: AdapterTypes


class ClientSettings(_Shared, total=False):
    """The keyword arguments of a client.

    Keys:
        headers: fields for every request.
        cookies: cookies for every request that the caller makes (not for where redirects lead), or
            a jar to use (one of `http.cookiejar` is copied).
        auth: what `RequestOptions` takes, for every origin that the caller asks; a mapping says which.
        params: added to the query of every URL.
        base_url: where URLs begin that are not absolute. Paths are appended to its path, whatever the
            slashes, and never lead out of it; a query in it comes first in each query.
        proxy: the proxy for every request; False for none, whatever the environment says.
        routes: by pattern another way to some URLs: a `Route`, or only a proxy, or False for no proxy. A
            pattern is a scheme ("http://", "all://"), a host ("example.com"; "*.example.com" for all names
            under it, without itself; "*" for every host), or both, and after a host perhaps a port
            ("https://example.com:8443"). Of those that a URL fits, with each hop of redirects anew, the
            most specific counts alone: one with a port before one without, then a host before "*." and
            more of its name before less, then a scheme before "all". What a request says comes before its
            route, and that before the client's own `proxy` and `ssl`.
        allow_redirects: whether redirects are followed.
        allow_downgrade: whether they are followed from https to http (without credentials, as to any
            other origin).
        sensitive_headers: names of fields that are credentials, besides the usual ones: their values
            are not shown, nor sent where redirects lead.
        body_limits: how much of a body is accepted.
        default_encoding: the charset of text that doesn't say it, or a function that is given the body
            and returns one or None; otherwise UTF-8.
        json_encoder: turns what is given as `json` into text or bytes, in place of the standard one.
        trust_env: whether proxy variables, CA bundles, key log and netrc of the environment are used; a
            `TrustEnv` says it of each.
        hooks: functions to call on "request", "response", "redirect", "retry", "error"; see `HookTypes`.
        adapters: what is added to the stack, such as `[RetryAdapter(), RateLimitAdapter(10)]`: each
            stands over the level that its class names, of several over one level the first as the
            outermost. Or changes of the stack: by the class of a level, a function that is given that
            level and returns what is to stand in its place. `{ConnectionPool: Logging}` puts an adapter
            of the caller's own over the pool, `{CookieAdapter: lambda level: level.inner}` leaves a level
            out.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be spoken: over TLS where the server offers it. With `http1=False`
            it is spoken in cleartext too, without asking (prior knowledge).
        message_limits: how much of what frames a response is accepted.
        http2_settings: what HTTP/2 connections are opened with: windows, PING.
        network: how hosts become connections: resolver, fixed addresses, local address, socket options, a
            Unix socket (to which no proxy of the environment is asked for the way); see `Network`.
        address_policy: which addresses may be dialled, with every hop of redirects: "public" for those of
            the public internet only, an `AddressPolicy`, or a function that is given address, host and
            port and returns why not, or None. It holds for routes too.
        backend: the world to do I/O in; None for the client's own.
    """

    http1: bool
    http2: bool
    message_limits: pool.MessageLimits | None
    http2_settings: pool.HTTP2Settings | None
    network: pool.Network | None
    address_policy: pool.AddressPolicyTypes
    backend: pool.Backend | None


class ClientChanges(_Shared, total=False):
    """What a variant of a client that shares its connections may have otherwise; see `ClientSettings`."""

    timeout: pool.TimeoutTypes
    max_redirects: int


_SETTINGS = tuple(ClientSettings.__annotations__)
_CHANGES = tuple(ClientChanges.__annotations__)
_OF_THE_POOL = ("ssl", "pool_limits", *(name for name in _SETTINGS if name not in _CHANGES))


def check_settings(settings: ClientSettings) -> None:
    """Refuse what is no argument of a client, and say what was probably meant.

    Raises:
        TypeError: a name is unknown.
    """
    if settings:
        named = ("ssl", "timeout", "pool_limits", "max_redirects")
        check_options(settings, (*_SETTINGS, *named), "argument")


def with_network(settings: ClientSettings) -> ClientSettings:
    """Return settings in which the address policy is one with the network.

    Raises:
        TypeError, ValueError: one of the two is wrong, or they don't go together.
    """
    network, policy = settings.get("network"), settings.get("address_policy")
    if not isinstance(network, (pool.Network, NoneType)):
        raise TypeError(f"network must be a Network or None, not {type(network).__name__}")
    if policy is not None:
        if network is None:
            network = pool.Network(address_policy=policy)
        elif network.address_policy is not None:
            raise TypeError("give either address_policy= or Network(address_policy=...)")
        else:
            network = network.copy_with(address_policy=policy)
    if network is None:
        return settings
    return {**settings, **ClientSettings(network=network, address_policy=None)}


def once(given: dict[str, Any]) -> dict[str, Any]:
    """Return settings that can be read again and again, though they may have been iterators."""
    given = given.copy()
    sensitive: Any = given.get("sensitive_headers") or ()
    if isinstance(sensitive, (str, bytes)) or not isinstance(sensitive, Iterable):
        raise TypeError(
            "sensitive_headers must be several names, such as ['X-Key'], not "
            f"{type(sensitive).__name__}"
        )
    given["sensitive_headers"] = tuple(cast("Iterable[str]", sensitive))
    routes: object = given.get("routes")
    if routes is not None:
        if not isinstance(routes, Mapping):
            raise TypeError(f"routes must be a mapping by pattern, not {type(routes).__name__}")
        given["routes"] = dict(cast("Mapping[str, object]", routes))
    adapters: object = given.get("adapters")
    if isinstance(adapters, Iterable) and not isinstance(adapters, (Mapping, str, bytes)):
        given["adapters"] = tuple(cast("Iterable[object]", adapters))
    if given.get("params") is not None:
        given["params"] = QueryParams(given["params"])
    return given


def check_changes(changes: Mapping[str, object]) -> None:
    """Refuse what a variant of a client can't have otherwise.

    Raises:
        TypeError: a name is unknown, or is about the pool that both share.
    """
    for name in changes:
        if name in _OF_THE_POOL or name in ("verify", "cert"):
            raise TypeError(
                f"{name} is a matter of the pool, which a variant shares: make a client of its own"
            )
    check_options(changes, _CHANGES, "argument")


# What clients have as attributes that can be set.
_OPEN = ("headers", "cookies")
_FIXED = frozenset({*_SETTINGS, *_CHANGES, *_OF_THE_POOL}.difference(_OPEN))


class Settled:
    """A client whose settings can't be set: what would do nothing is an error."""

    if not TYPE_CHECKING:  # for type checkers nothing may be there that is not

        def __setattr__(self, name, value):
            if name[0] != "_" and name not in _OPEN:
                from ._elsewhere import refuse_setting

                refuse_setting(self, name, _FIXED)
            object.__setattr__(self, name, value)

        def __getattr__(self, name):
            if hasattr(
                type(self), name
            ):  # what a property of ours has raised is an error of its own
                return object.__getattribute__(self, name)
            from ._names_elsewhere import no_attribute

            raise no_attribute(self, name, _FIXED)
