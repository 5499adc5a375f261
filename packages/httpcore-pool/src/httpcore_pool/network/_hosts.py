"""`HostMap`: hosts whose addresses the caller has fixed, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from .._siblings import URL, InvalidURL

__all__ = ["HostMap", "Place", "written"]

Place: TypeAlias = tuple[str, int | None]
"""A host or an address, and a port where one was written."""

_HOST_AND_PORT = re.compile(r"(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:]*))(?::(?P<port>[0-9]{1,5}))?")


class HostMap(Mapping[str, tuple[str, ...]]):
    """Addresses by host, in the form in which URLs have them. It never changes, and is hashed once.

    Args:
        given: as `Network(hosts=...)` takes it.

    Raises:
        TypeError, ValueError: an entry can't be read.
    """

    __slots__ = ("_hash", "_places", "_texts")

    def __init__(self, given: Mapping[str, str | Iterable[str]] | None = None) -> None:
        self._places: dict[Place, tuple[Place, ...]] = {}
        for name, addresses in _entries(given):
            self._places[_name(name)] = _addresses(name, addresses)
        self._texts = {
            written(*place): tuple(written(*each) for each in several)
            for place, several in self._places.items()
        }
        self._hash = hash(frozenset(self._texts.items()))

    @classmethod
    def of(cls, given: Mapping[str, str | Iterable[str]] | None) -> HostMap:
        """Read what callers may write; one that was read before is the same again."""
        return given if isinstance(given, HostMap) else cls(given)

    def find(self, host: str, port: int) -> tuple[Place, ...] | None:
        """Return the addresses of a host, each with its port or None for the same; None if it has none."""
        name = host.removesuffix(".")
        return self._places.get((name, port)) or self._places.get((name, None))

    def __getitem__(self, key: str) -> tuple[str, ...]:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._texts,)  # another process hashes otherwise

    def __repr__(self) -> str:
        return repr(self._texts)


def _entries(given: Any) -> Iterable[tuple[Any, Any]]:
    kind: object = given
    if kind is None:
        return ()
    if not isinstance(kind, Mapping):
        raise TypeError(
            f"Network(hosts=...) must be a mapping of names to addresses, not {type(given).__name__}"
        )
    entries: Iterable[tuple[Any, Any]] = given.items()
    return entries


def _name(text: Any) -> Place:
    host, port = _split(text, "names are text")
    if "://" in text:
        raise _refused(text, ": give the host alone, without a scheme")
    if "*" in host:
        raise _refused(text, ": wildcards are not supported; name each host, or give a resolver")
    try:
        url = URL(f"http://{f'[{host}]' if ':' in host else host}/")
    except InvalidURL as error:
        raise _refused(text, f" is no host name: {error.reason}") from None
    if str(url) != f"http://{url.host_header}/":
        raise _refused(text, " is no host name")
    return url.host.removesuffix("."), port


def _addresses(name: str, given: object) -> tuple[Place, ...]:
    if isinstance(given, str):
        return (_address(given),)
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise TypeError(f"Network(hosts=...): {name!r} must have addresses as text, not {given!r}")
    several = tuple(map(_address, cast("Iterable[object]", given)))
    if not several:
        raise ValueError(f"Network(hosts=...): {name!r} has no address")
    return several


def _address(text: object) -> Place:
    from ipaddress import ip_address

    host, port = _split(text, "addresses are text such as '127.0.0.1' or '127.0.0.1:80'")
    try:
        ip_address(host)
    except ValueError:
        raise _refused(str(text), " is no IP address") from None
    return host, port


def _split(text: object, what: str) -> Place:
    """Read `host`, `host:port` or the same with an IPv6 address, which has brackets before a port."""
    if not isinstance(text, str):
        raise TypeError(f"Network(hosts=...): {what}, not {text!r}")
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None:
        return text, None
    host, port = found["v6"] or found["host"], found["port"]
    if port is not None and not 0 < int(port) < 65_536:
        raise _refused(text, " has no valid port")
    return host or "", None if port is None else int(port)


def _refused(text: str, why: str) -> ValueError:
    """Return the error for an entry, which may be a URL that was meant for something else."""
    from .._siblings import masking  # here, as mistakes are few

    return ValueError(f"Network(hosts=...): {masking.masked_unparsed(text)!r}{why}")


def written(host: str, port: int | None) -> str:
    """Write a host, and its port if there is one, as text."""
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
