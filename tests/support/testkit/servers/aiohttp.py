"""aiohttp's server, with the pages that `testkit.servers.app` has, written for it."""

import sys

from testkit.servers.base import Server


class Aiohttp(Server):
    name = "aiohttp"
    offers = frozenset({"app"})
    wires = ("h1", "h1-tls")

    def start(self):
        arguments = [self.plain_port, self.tls_port, self.authority.chain, self.authority.key]
        arguments += [self.site.files, self.limits.idle]
        self.spawn(sys.executable, "-m", "testkit.servers.aiohttp_app", *arguments)
