"""Real servers, each in processes of its own, with limits that a test sets.

A class says in `wires` how its server is spoken with (`testkit.servers.base`), and in `offers` what it can do
that not all can:

    app       runs `testkit.servers.app` or its like, itself or as a proxy before a backend that does
    many      lets a hundred streams run at once on one connection
    streams, requests
              the limit of that name in `Limits` can be set
    echo      sends back what is uploaded, as it comes
    reload    changes its configuration while it serves
"""

from testkit.servers.aiohttp import Aiohttp
from testkit.servers.apache import Apache
from testkit.servers.base import WIRES, Limits, Server, Site, Wire
from testkit.servers.caddy import Caddy
from testkit.servers.granian import Granian
from testkit.servers.h2o import H2O
from testkit.servers.haproxy import HAProxy
from testkit.servers.hypercorn import Hypercorn
from testkit.servers.lighttpd import Lighttpd
from testkit.servers.nghttpd import Nghttpd
from testkit.servers.nginx import Nginx
from testkit.servers.node import Node
from testkit.servers.pages import Pages
from testkit.servers.proxies import (
    Dante,
    ForwardingApache,
    Microsocks,
    PProxy,
    Privoxy,
    ProxyPy,
    Tinyproxy,
)
from testkit.servers.squid import Squid
from testkit.servers.uvicorn import Uvicorn

__all__ = [
    "PROXIES",
    "SERVERS",
    "WIRES",
    "Granian",
    "Limits",
    "Pages",
    "Server",
    "Site",
    "Wire",
    "offering",
]

SERVERS = [
    *(Nginx, Apache, HAProxy, Caddy, H2O, Lighttpd, Nghttpd),
    *(Hypercorn, Granian, Uvicorn, Aiohttp, Node),
]
PROXIES = [Squid, Tinyproxy, ForwardingApache, Privoxy, ProxyPy, Microsocks, Dante, PProxy]


def offering(*words):
    """Those servers of HTTP/2 that offer all of this."""
    return [each for each in SERVERS if "h2" in each.wires and each.offers.issuperset(words)]
