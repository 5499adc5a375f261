"""How what a caller says about a request is read, checked and put among the options that ride on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._options import ClientOptions, as_auth
from ._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["as_callable", "changed"]


def changed(riding: ClientOptions, options: Mapping[str, Any]) -> ClientOptions:
    """Return the options for the stack: what was said now, else what rides already.

    Raises:
        TypeError, ValueError: what was said makes no sense.
    """
    changes: dict[str, Any] = {}
    for name, value in options.items():
        if name in _READERS:
            changes.update(_READERS[name](value))
    return riding.copy_with(**changes) if changes else riding


def as_callable(name: str, value: Any, *, or_none: bool = True) -> Any:
    """Return what is to be called, or None.

    Raises:
        TypeError: it can't be called.
    """
    if callable(value) or (value is None and or_none):
        return value
    wanted = "callable or None" if or_none else "callable"
    raise TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _timeout(value: Any) -> dict[str, Any]:
    return {"timeout": pool.Timeout.of(value)}


def _auth(value: Any) -> dict[str, Any]:
    auth = as_auth(value)
    return {"auth": auth, "netrc": auth is not None}


def _proxy(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if value is False:
        return {"proxy": None, "direct": True}
    return {"proxy": pool.Proxy.of(value), "direct": False}


def _ssl(value: Any) -> dict[str, Any]:
    return {} if value is None else {"ssl": pool.TLSConfig.of(value)}


def _allow_redirects(value: Any) -> dict[str, Any]:
    return {"allow_redirects": _flag("allow_redirects", value)}


def _stream(value: Any) -> dict[str, Any]:
    _flag("stream", value)  # it does not ride: who sends the request acts on it
    return {}


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return value


def _body_limits(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, pool.BodyLimits):
        raise TypeError(f"body_limits must be a BodyLimits or None, not {type(value).__name__}")
    return {"body_limits": value}


def _default_encoding(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return {"default_encoding": pool.Options(default_encoding=value).default_encoding}  # checked


def _trace(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    from inspect import iscoroutinefunction  # here: few requests are watched

    if iscoroutinefunction(value):
        raise TypeError("trace must not be async: it is called in passing, and nobody awaits it")
    return {"trace": as_callable("trace", value)}


def _on_informational(value: Any) -> dict[str, Any]:
    return {} if value is None else {"on_informational": as_callable("on_informational", value)}


_READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "timeout": _timeout,
    "auth": _auth,
    "allow_redirects": _allow_redirects,
    "proxy": _proxy,
    "ssl": _ssl,
    "stream": _stream,
    "body_limits": _body_limits,
    "default_encoding": _default_encoding,
    "trace": _trace,
    "on_informational": _on_informational,
}
