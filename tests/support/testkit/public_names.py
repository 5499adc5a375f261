"""What of ours has a public name: objects, arguments of clients, options of requests."""

from importlib import import_module

from httpcore_client import ClientSettings, RequestOptions

MAKING = {"ssl", "timeout", "pool_limits", "max_redirects", *ClientSettings.__annotations__}
ASKING = {*RequestOptions.__annotations__}
_MODULES = ["", ".bulk", ".cache", ".events", ".limits", ".retry", ".testing", ".websocket"]


def public(name):
    """The object of a public name, of the client or of what stands beside the path."""
    modules = [import_module(f"httpcore_client{module}") for module in _MODULES]
    return next(getattr(module, name) for module in modules if name in module.__all__)
