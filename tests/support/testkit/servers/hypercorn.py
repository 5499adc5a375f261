"""Hypercorn, whose HTTP/2 is h2's, with the application."""

import sys

from testkit.origin import listening_socket
from testkit.servers.base import Server

_PROGRAM = """
import asyncio, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from testkit.servers.app import app
tls, plain, chain, key, streams, idle = sys.argv[1:]
config = Config()
config.bind, config.insecure_bind = [f"fd://{tls}"], [f"fd://{plain}"]
config.certfile, config.keyfile = chain, key
config.accesslog = None
config.h2_max_concurrent_streams = int(streams)
config.keep_alive_timeout = float(idle)
config.keep_alive_max_requests = 1_000_000  # it loses what is in flight then
asyncio.run(serve(app, config))
"""


class Hypercorn(Server):
    name = "hypercorn"
    offers = frozenset({"app", "asgi", "trailers", "streams", "idle"})

    def start(self):
        sockets = [listening_socket(), listening_socket()]
        self.tls_port, self.plain_port = (sock.getsockname()[1] for sock in sockets)
        limits = self.limits
        files = [sock.fileno() for sock in sockets]
        arguments = [self.authority.chain, self.authority.key]
        arguments += [limits.streams, limits.idle]
        self.spawn(sys.executable, "-c", _PROGRAM, *files, *arguments, files=files)
        for sock in sockets:
            sock.close()
