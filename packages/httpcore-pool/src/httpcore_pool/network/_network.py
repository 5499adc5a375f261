"""`Network`: how the host and port of a URL become a connection. What is said here is done in `_dial`."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ._hosts import HostMap
from ._resolver import Resolver, SystemResolver, as_resolver
from ._sockets import SocketSettings

if TYPE_CHECKING:
    from ..backends.base import Made
    from ._policy import AddressPolicy, AddressPolicyTypes
    from ._resolver import ResolverTypes
    from ._sockets import SocketOption, TCPKeepAlive

__all__ = ["Connect", "Network"]

Connect: TypeAlias = "Callable[[str, int, float | None], Made | Awaitable[Made]]"

_OF_ADDRESSES = ("resolver", "hosts", *SocketSettings._fields)


class Network(SocketSettings, kw_only=True):
    """How the host and port of a URL, or of a proxy, become a connection.

    Nothing here changes what is said over it: Host, SNI and the name that a certificate is checked for
    stay those of the URL. `resolver` and `hosts` have no say for origins that a proxy looks up: one for
    HTTP, or socks5h; a socks5 proxy is given the address that is found here.

    Attributes:
        resolver: who finds the addresses of names: a `Resolver`, or a function that is given a name and
            returns addresses. The system, if it is not given.
        hosts: names whose addresses are fixed: `{"example.com": "127.0.0.1"}`; several are tried like
            those of any name. A key may have a port, for that one alone; an address may have one, to be
            dialled instead.
        address_policy: which addresses may be dialled at all; "public" for those of the public internet
            only. See `AddressPolicy`.
        unix_socket: the path of a Unix socket to connect to, whatever the host; after "@" or a NUL a
            name in Linux's abstract space. Where there is a proxy, it is that one that it leads to.
        connect: a function that makes the connection itself: given host, port and seconds, it returns a
            connected socket or a `NetworkStream`. It is called in a thread unless it is async.
        local_address: the address of ours to connect from; "0.0.0.0" for IPv4 only, "::" for IPv6 only.
        first_family: "ipv4" or "ipv6" to try that family first.
        attempt_delay: seconds after which the next address is tried beside the one before; None to
            wait until that has failed.
        keepalive: a `TCPKeepAlive`: probes for idle connections.
        socket_options: `(level, option, value)` each, as for `socket.setsockopt`.

    `SocketSettings` has more of the last five.

    Raises:
        TypeError, ValueError: one of them is not what it should be, or they exclude each other.
    """

    resolver: Resolver = SystemResolver()
    hosts: HostMap = HostMap()
    address_policy: AddressPolicy | None = None
    unix_socket: str | None = None
    connect: Connect | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            resolver: ResolverTypes = None,
            hosts: Mapping[str, str | Iterable[str]] | None = None,
            address_policy: AddressPolicyTypes = None,
            unix_socket: str | os.PathLike[str] | None = None,
            connect: Connect | None = None,
            local_address: str | None = None,
            first_family: Literal["ipv4", "ipv6"] | None = None,
            attempt_delay: float | None = 0.25,
            keepalive: TCPKeepAlive | None = None,
            socket_options: Iterable[SocketOption] = (),
        ) -> None: ...

    def _check(self) -> None:
        super()._check()
        vars(self).update(
            resolver=as_resolver(self.resolver),
            hosts=HostMap.of(self.hosts),
            unix_socket=_unix(self.unix_socket),
        )
        for name in ("resolver", "connect"):
            if not isinstance(getattr(self, name), Hashable):
                raise TypeError(f"Network({name}=...) must be hashable: it tells connections apart")
        if self.address_policy is not None:
            from ._policy import AddressPolicy

            vars(self)["address_policy"] = AddressPolicy.of(self.address_policy)
        connect: object = self.connect
        if not (connect is None or callable(connect)):
            raise TypeError(f"Network(connect=...) must be a function, not {connect!r}")
        self._check_together()

    def _check_together(self) -> None:
        """Refuse what would do nothing, as no address is looked up or dialled."""
        if self.unix_socket is None and self.connect is None:
            return
        if self.unix_socket is not None and self.connect is not None:
            raise ValueError("Network(unix_socket=..., connect=...): only one can be")
        way = "connect" if self.unix_socket is None else "unix_socket"
        for name in _OF_ADDRESSES:
            if getattr(self, name) != self._defaults[name]:
                raise ValueError(f"Network({way}=..., {name}=...): {name} would do nothing")
        if self.connect is not None and self.address_policy is not None:
            raise ValueError(
                "Network(connect=..., address_policy=...): the function looks up names itself, so that "
                "what it dials can't be judged"
            )

    def under(self, policy: AddressPolicy | None) -> Network:
        """Return the same with this address policy, unless it has one.

        Raises:
            ValueError: there is a policy, and it has a `connect`, of which nothing can be judged.
        """
        if policy is None or self.address_policy is not None:
            return self
        return self.copy_with(address_policy=policy)

    def for_proxy(self) -> Network:
        """Return the way to a proxy, which the caller has named: its address is not judged."""
        return self if self.address_policy is None else self.copy_with(address_policy=None)


def _unix(given: Any) -> str | None:
    if given is None:
        return None
    has_path = isinstance(cast("object", given), os.PathLike)
    path: Any = os.fspath(cast("os.PathLike[str]", given)) if has_path else given
    if not isinstance(path, str):
        raise TypeError(f"Network(unix_socket=...) must be a path, not {type(given).__name__}")
    if not path:
        raise ValueError("Network(unix_socket=...) must be a path, which is not empty")
    return path.replace("@", "\0", 1) if path[0] == "@" else path


PLAIN = Network()
"""That of whoever says nothing; frozen, so all can share it."""
