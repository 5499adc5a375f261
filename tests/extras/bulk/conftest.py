"""A server for bulk requests, and Ctrl-C."""

import signal
import threading

import pytest

from testkit.site import Site


@pytest.fixture
def site():
    with Site() as site:
        yield site


@pytest.fixture
def press_ctrl_c():
    return lambda *asked: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
