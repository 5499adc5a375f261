"""What all servers share: a folder, ports, processes that start on entering and end on leaving.

A server speaks over some of four wires:

    h1      HTTP/1.1 in cleartext
    h1-tls  HTTP/1.1 over TLS
    h2      HTTP/2 over TLS, by ALPN
    h2c     HTTP/2 in cleartext, by prior knowledge
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from testkit.servers.reaper import Reaper

_START_SECONDS = 20
_END_SECONDS = 10
_STOP_SECONDS = 1
_SUPPORT = str(Path(__file__).parents[2])
_PORTS = range(12_000, 32_000)  # below those that Linux gives to outgoing connections


@dataclass(frozen=True)
class Wire:
    """How a client speaks with a server: what its responses are, and with which options they are got."""

    name: str
    protocol: str
    options: Mapping = field(default_factory=dict)


WIRES = {
    wire.name: wire
    for wire in [
        Wire("h1", "HTTP/1.1"),
        Wire("h1-tls", "HTTP/1.1", {"http2": False}),
        Wire("h2", "HTTP/2"),
        Wire("h2c", "HTTP/2", {"http1": False}),
    ]
}


@dataclass(frozen=True)
class Site:
    """What a server has to serve.

    Attributes:
        files: the folder of `testkit.servers.pages`, which is there as /files/.
        backend: the port of an HTTP/1.1 server that runs the application, for those that do not.
    """

    files: Path | None = None
    backend: int | None = None


@dataclass(frozen=True)
class Limits:
    """What a server is told to keep to.

    Attributes:
        streams: at once on one connection.
        idle: seconds until an idle connection is closed.
        requests: on one connection, after which it is closed.
    """

    streams: int = 100
    idle: float = 60
    requests: int = 1_000_000


class Server:
    """One server: `with Nginx(authority, folder, site, Limits(streams=8)) as server`.

    Args:
        authority: who issues its certificate.
        folder: where its files go.
        site: see `Site`.
        limits: see `Limits`.

    Attributes:
        wires: the names of those that it speaks over.
        has_h2c_port: whether HTTP/2 in cleartext has a port of its own.
        stop_signal: what tells it to end as soon as its requests have.
    """

    name: str
    offers: frozenset[str] = frozenset()
    wires: tuple[str, ...] = ("h1", "h1-tls", "h2", "h2c")
    has_h2c_port = False
    stop_signal = signal.SIGTERM

    def __init__(self, authority, folder, site, limits):
        self.authority = authority
        self.folder = Path(folder)
        self.site = site
        self.limits = limits
        self.processes = []
        self.tls_port, self.plain_port = free_port(), free_port()
        self._h2c_port = free_port() if self.has_h2c_port else None

    @property
    def tls(self):
        return f"https://localhost:{self.tls_port}"

    @property
    def plain(self):
        return f"http://localhost:{self.plain_port}"

    @property
    def h2c(self):
        return f"http://localhost:{self.h2c_port}"

    @property
    def h2c_port(self):
        return self._h2c_port or self.plain_port

    def base(self, wire):
        """The base URL for a wire, by its name."""
        return {"h1": self.plain, "h2c": self.h2c}.get(wire, self.tls)

    def __enter__(self):
        try:
            self.start()
            for port in {self.tls_port, self.plain_port, self.h2c_port}:
                self._wait_for(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        self.kill()

    def kill(self):
        """End all processes at once."""
        for process in self.processes:
            # The whole group: some have children that outlive them.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait(_END_SECONDS)
            Reaper.forget(process.pid)
            # Its children listen for a moment still, and would be taken for the next server.
            end = time.monotonic() + _END_SECONDS
            while _is_there(process.pid) and time.monotonic() < end:
                time.sleep(0.01)
        self.processes.clear()

    def start(self):
        """Start the processes."""
        raise NotImplementedError

    def stop(self):
        """Tell it to end as soon as its requests have, without waiting until they have."""
        for process in self.processes:
            process.send_signal(self.stop_signal)

    def restart(self):
        """Have it serve again, at the same ports, after giving it a while to end."""
        end = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < end and any(each.poll() is None for each in self.processes):
            time.sleep(0.01)
        self.kill()
        self.__enter__()

    def reload(self):
        """Tell it to take its configuration anew, without waiting until it has."""
        raise NotImplementedError

    def spawn(self, program, *arguments, variables=(), files=()):
        """Start a process, with these variables in its environment and these files open."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [which(program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=files,
                env={**os.environ, "PYTHONPATH": _SUPPORT, **dict(variables)},
            )
        Reaper.note(process.pid)
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


def _is_there(group):
    """Whether a process of the group is left, and not only its name: whoever reaps orphans may be slow."""
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = process.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state not in "XZ":
            return True
    return False


def app_variables(site):
    """What `testkit.servers.app` wants to find in the environment."""
    return {"SITE_FILES": str(site.files)}


def which(program):
    """The path of a program.

    Raises:
        RuntimeError: it is not installed.
    """
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise RuntimeError(f"{program} is not installed; .ci/servers installs it (Debian, as root)")
    return path


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
