"""What all servers share: a folder, two ports, processes that start on entering and end on leaving."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 20
_END_SECONDS = 10
_SUPPORT = str(Path(__file__).parents[2])
_PORTS = range(12_000, 32_000)  # below those that Linux gives to outgoing connections


@dataclass(frozen=True)
class Limits:
    """What a server is told to keep to.

    Attributes:
        streams: at once on one connection.
        idle: seconds until an idle connection is closed.
        requests: on one connection, after which it is closed.
        body: bytes of a request's body.
    """

    streams: int = 100
    idle: float = 60
    requests: int = 1_000_000
    body: int = 1 << 30


class Server:
    """One server: `with Nginx(authority, folder, backend, Limits(streams=8)) as server`.

    Args:
        authority: who issues its certificate.
        folder: where its files go.
        backend: the port of an HTTP/1.1 server that runs the application, for those that do not.
        limits: see `Limits`.

    Attributes:
        tls, plain: the two base URLs.
    """

    name: str
    offers: frozenset[str]

    def __init__(self, authority, folder, backend, limits):
        self.authority = authority
        self.folder = Path(folder)
        self.backend = backend
        self.limits = limits
        self.processes = []
        self.tls_port, self.plain_port = free_port(), free_port()

    @property
    def tls(self):
        return f"https://localhost:{self.tls_port}"

    @property
    def plain(self):
        return f"http://localhost:{self.plain_port}"

    def __enter__(self):
        try:
            self.start()
            for port in (self.tls_port, self.plain_port):
                self._wait_for(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        for process in self.processes:
            # The whole group: some have children that outlive them.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait(_END_SECONDS)

    def start(self):
        """Start the processes."""
        raise NotImplementedError

    def reload(self):
        """Tell it to take its configuration anew, without waiting until it has."""
        raise NotImplementedError

    def spawn(self, program, *arguments, variables=(), files=()):
        """Start a process, with these variables in its environment and these files open."""
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if path is None:
            raise RuntimeError(f"{program} is not installed; see .ci/servers")
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [path, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=files,
                env={**os.environ, "PYTHONPATH": _SUPPORT, **dict(variables)},
            )
        self.processes.append(process)
        return process

    def write(self, name, text):
        """Write a file into the folder and return its path."""
        path = self.folder / name
        path.write_text(text)
        return path

    def _wait_for(self, port):
        end = time.monotonic() + _START_SECONDS
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", port)) != 0:
                ended = any(process.poll() is not None for process in self.processes)
                if ended or time.monotonic() > end:
                    raise RuntimeError(f"{self.name} did not start: {self.log()}")
                time.sleep(0.01)

    def log(self):
        """The last of what it said."""
        return "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("*log")))


def free_port():
    """A port that nobody listens on, and that no outgoing connection will take meanwhile."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
