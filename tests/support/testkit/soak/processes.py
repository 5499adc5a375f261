"""The processes of the servers: they are started, killed at random times, and started again."""

from __future__ import annotations

import os
import random
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

# Below those that systems give out: nobody is given one while its server is down.
_PORTS = range(15_000, 30_000)
_READY_SECONDS = 30
_DOWN_SECONDS = 1  # at most, before the next may begin


def free_port():
    """Return a port that nobody listens on; not drawn from the seed, as runs may be side by side."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def start(module, *arguments, **options):
    """Start a module of this package in a process that ends when its input does."""
    paths = [str(Path(__file__).parents[2]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    # glibc's heaps of single threads keep much that is free: what grows would not be seen.
    own = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-m", f"testkit.soak.{module}", *map(str, arguments)]
    # A session of its own: Ctrl-C is for who started it.
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, env={**os.environ, **own}, start_new_session=True, **options
    )


class Server:
    """One server, from entering to leaving. Who is to follow stands ready, so that it is soon back.

    Args:
        module: of this package; it waits for a line before it begins to listen, and then prints "ready".
        arguments: of its command line.
        seconds: how long it lives on average.
        chance: draws how long.

    Attributes:
        kills: how often it was killed.
    """

    def __init__(self, module, *arguments, seconds, chance):
        self._command = module, *arguments
        self._seconds = seconds
        self._chance = random.Random(chance.random())
        self._process = None
        self._outages = []  # from when to when; the end of one that lasts is None
        self._said = []
        self.kills = 0

    def __enter__(self):
        self._next = self._spawn()
        self._go()
        deadline = time.monotonic() + _READY_SECONDS
        while self._due is None:
            self._listen(0.1)
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self._command[0]} did not start")
        return self

    def __exit__(self, *exc_info):
        for process in (self._process, self._next):
            if process is not None:
                _end(process)

    def _spawn(self):
        # Unbuffered: a line that was read ahead would not wake who waits for the next.
        return start(*self._command, stdout=subprocess.PIPE, bufsize=0)

    def _go(self):
        self._process, self._next = self._next, self._spawn()
        self._process.stdin.write(b"\n")
        self._due = None  # when it is killed, once it is ready

    def _listen(self, seconds):
        """Hear what it prints, a line at a time."""
        while select.select([self._process.stdout], [], [], seconds)[0]:
            seconds = 0
            line = self._process.stdout.readline().decode().strip()
            if not line:
                return
            if line != "ready":
                self._said.append(line)
                continue
            self._due = time.monotonic() + self._chance.expovariate(1 / self._seconds)
            if self._outages:
                self._outages[-1] = (self._outages[-1][0], time.monotonic())

    def news(self):
        """Return the outages, and what was said, since this was last asked; what lasts is told again."""
        outages, said = self._outages, self._said
        self._outages, self._said = [each for each in outages if each[1] is None], []
        return outages, said

    def tick(self):
        """Do what is due: hear it, kill it, or let the next begin."""
        now = time.monotonic()
        if self._process is None:
            if now > self._back:
                self._go()
            return
        self._listen(0)
        if self._process.poll() is not None:
            raise SystemExit(f"{self._command[0]} died by itself")
        if self._due is not None and now > self._due:
            self.kills += 1
            self._outages.append((now, None))
            _end(self._process)
            self._process = None
            self._back = now + self._chance.uniform(0, _DOWN_SECONDS)


def _end(process):
    process.kill()
    process.wait(10)
    process.stdin.close()
    process.stdout.close()
