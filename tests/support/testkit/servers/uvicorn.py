"""Uvicorn over httptools, with the application. One process for each port."""

import sys

from testkit.servers.base import Server, app_variables


class Uvicorn(Server):
    name = "uvicorn"
    offers = frozenset({"app"})
    wires = ("h1", "h1-tls")

    def start(self):
        idle = max(1, round(self.limits.idle))  # it counts in seconds
        command = [
            *("-m", "uvicorn", "--http", "httptools", "--log-level", "warning"),
            *("--timeout-keep-alive", idle, "--lifespan", "off"),
        ]
        secure = ["--ssl-certfile", self.authority.chain, "--ssl-keyfile", self.authority.key]
        for port, more in ((self.tls_port, secure), (self.plain_port, [])):
            arguments = [*command, "--port", port, *more, "testkit.servers.app:app"]
            self.spawn(sys.executable, *arguments, variables=app_variables(self.site))
