"""A real origin server (hypercorn) in a process of its own: HTTP/1.1 and HTTP/2, plain and TLS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import asyncio, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from testkit.app import app
plain, tls, key, chain = sys.argv[1:]
config = Config()
config.bind, config.insecure_bind = [f"fd://{tls}"], [f"fd://{plain}"]
config.keyfile, config.certfile = key, chain
config.loglevel, config.accesslog, config.errorlog = "CRITICAL", None, None
config.keep_alive_timeout = 60
config.h2_max_concurrent_streams = 100
asyncio.run(serve(app, config))
"""


def listening_socket():
    """A bound, listening socket on a free port: clients that come before the server just wait."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(256)
    return sock


class Origin:
    """Starts on entering, stops on leaving.

    Attributes:
        plain, tls: the two base URLs.
        authority: the CA; `authority.bundle` is what to trust.
    """

    _program = _PROGRAM
    _scheme = "http"

    def __init__(self, authority):
        self.authority = authority

    def __enter__(self):
        plain, tls = listening_socket(), listening_socket()
        self.plain = f"{self._scheme}://localhost:{plain.getsockname()[1]}"
        self.tls = f"{self._scheme}s://localhost:{tls.getsockname()[1]}"
        files = [plain.fileno(), tls.fileno()]
        arguments = [*map(str, files), self.authority.key, self.authority.chain]
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._program, *arguments],
            pass_fds=files,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        plain.close()
        tls.close()
        return self

    def __exit__(self, *exc_info):
        self._process.kill()  # terminate would wait for clients to leave
        self._process.wait(10)
