"""How hosts become connections: names, addresses, which of them we connect to, and how.

`AddressPolicy` is in `_policy`, which who has none does not import.
"""

from ._network import Connect, Network
from ._resolver import CachingResolver, Resolver, ResolverTypes, SystemResolver
from ._sockets import SocketOption, SocketSettings, TCPKeepAlive

__all__ = [
    "CachingResolver",
    "Connect",
    "Network",
    "Resolver",
    "ResolverTypes",
    "SocketOption",
    "SocketSettings",
    "SystemResolver",
    "TCPKeepAlive",
]
