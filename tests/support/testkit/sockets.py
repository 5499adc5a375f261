"""Sockets of this machine on which dialling succeeds, fails or hangs, and how many descriptors are open."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def black_hole(address="127.0.0.1", port=0, family=socket.AF_INET):
    """Listen with a queue that is full, so that whoever connects hears nothing; give address and port."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind(address if family == getattr(socket, "AF_UNIX", None) else (address, port))
        listener.listen(0)
        name = listener.getsockname()
        for _ in range(4):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex(name)
        yield name if isinstance(name, (str, bytes)) else name[:2]


def closed_port(address="127.0.0.1"):
    """Return a port that refuses."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as sock:
        sock.bind((address, 0))
        return sock.getsockname()[1]


@contextmanager
def listening(address="127.0.0.1"):
    """Listen, accept nobody, and give the listener: whoever connects is connected."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as sock:
        sock.bind((address, 0))
        sock.listen(16)
        yield sock


def descriptors():
    """Return how many are open in this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def comes_true(condition):
    """Wait a while for what another thread, or the system, is about to do; return whether it was done."""
    end = time.monotonic() + 5
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True
