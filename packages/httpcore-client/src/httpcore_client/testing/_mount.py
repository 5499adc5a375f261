"""What both adapters for applications are told of where these are, and who calls them."""

from __future__ import annotations

__all__ = ["as_address", "as_mount"]


def as_mount(name: str, path: object) -> str:
    """Return the path that an application is mounted at, "" for the root.

    Raises:
        TypeError: it is no str.
        ValueError: it does not begin with a slash.
    """
    if not isinstance(path, str):
        raise TypeError(f"{name} must be a str, not {type(path).__name__}")
    if path and not path.startswith("/"):
        raise ValueError(f"{name} must begin with a slash, as in '/{path}', not {path!r}")
    return path.rstrip("/")


def as_address(name: str, address: object) -> tuple[str, int]:
    """Return the address of a client.

    Raises:
        TypeError: it is no host and port.
    """
    match address:
        case [str() as host, int() as port]:
            return host, port
        case _:
            raise TypeError(
                f"{name} must be a host and a port, as in ('::1', 50000), not {address!r}"
            )
