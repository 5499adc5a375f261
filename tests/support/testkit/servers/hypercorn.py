"""Hypercorn, whose HTTP/2 is h2's, with the application."""

import sys

from testkit.servers.base import Server, app_variables

_PROGRAM = """
import asyncio, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from testkit.servers.app import app
tls, plain, chain, key, streams, idle = sys.argv[1:]
config = Config()
config.bind, config.insecure_bind = [f"127.0.0.1:{tls}"], [f"127.0.0.1:{plain}"]
config.certfile, config.keyfile = chain, key
config.accesslog = None
config.h2_max_concurrent_streams = int(streams)
config.keep_alive_timeout = float(idle)
config.h11_max_incomplete_size = 1 << 17
config.keep_alive_max_requests = 1_000_000  # it loses what is in flight then
asyncio.run(serve(app, config))
"""


class Hypercorn(Server):
    name = "hypercorn"
    offers = frozenset({"app", "pieces", "streams", "many"})

    def start(self):
        arguments = [self.tls_port, self.plain_port, self.authority.chain, self.authority.key]
        arguments += [self.limits.streams, self.limits.idle]
        variables = app_variables(self.site)
        self.spawn(sys.executable, "-c", _PROGRAM, *arguments, variables=variables)
