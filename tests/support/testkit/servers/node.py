"""Node, with the pages that `testkit.servers.app` has, written for its modules http, https and http2."""

from pathlib import Path

from testkit.servers.base import Server

_PROGRAM = Path(__file__).with_name("node_app.js")


class Node(Server):
    name = "node"
    offers = frozenset({"app", "pieces", "streams", "many"})
    has_h2c_port = True

    def start(self):
        limits = self.limits
        arguments = [self.plain_port, self.tls_port, self.h2c_port]
        arguments += [self.authority.chain, self.authority.key, self.site.files]
        arguments += [limits.streams, round(limits.idle * 1000)]
        self.spawn("node", "--max-http-header-size=65536", _PROGRAM, *arguments)
