"""Real HTTP/2 servers, each in processes of its own, with limits that a test sets.

A class says in `offers` what its server can do beyond the plain cases:

    app       runs `testkit.servers.app`, itself or as a proxy before a backend that does
    asgi      runs it itself
    trailers  sends the field x-trailer behind a body
    streams, idle, requests, body
              the limit of that name in `Limits` can be set
    echo      sends back what is uploaded
    reload    changes its configuration while it serves
"""

from testkit.servers.apache import Apache
from testkit.servers.base import Limits, Server
from testkit.servers.caddy import Caddy
from testkit.servers.granian import Granian
from testkit.servers.h2o import H2O
from testkit.servers.haproxy import HAProxy
from testkit.servers.hypercorn import Hypercorn
from testkit.servers.nghttpd import Nghttpd
from testkit.servers.nginx import Nginx

__all__ = ["SERVERS", "Granian", "Limits", "Server", "offering"]

SERVERS = [Nginx, HAProxy, H2O, Caddy, Apache, Nghttpd, Hypercorn, Granian]


def offering(*words):
    """Those servers that offer all of this."""
    return [server for server in SERVERS if server.offers.issuperset(words)]
