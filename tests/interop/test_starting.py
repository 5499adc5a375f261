"""Servers end with who started them, however that ends; and one that is missing is an error that says so."""

import itertools
import signal
import socket
import subprocess
import sys

import pytest

from testkit.servers.__main__ import chosen
from testkit.servers.base import which
from testkit.sockets import comes_true


def ports_of(process):
    """The ports of its servers, as soon as all are started."""
    _certificates, *lines = itertools.takewhile(lambda line: "Ctrl-C" not in line, process.stdout)
    return {int(line.rpartition(":")[2]) for line in lines}


def refuses(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_servers_end_with_the_process_that_started_them(end):
    with_children = ["nginx", "apache", "haproxy", "squid", "dante"]
    command = [sys.executable, "-m", "testkit.servers", *with_children]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        ports = ports_of(process)
        assert [False] * len(ports) == [refuses(port) for port in ports]
        process.send_signal(end)
        process.communicate()
    assert (0 if end == signal.SIGINT else -end) == process.returncode
    assert comes_true(lambda: all(refuses(port) for port in ports))


def test_a_program_that_is_missing_is_an_error_that_says_how_to_install_it():
    with pytest.raises(RuntimeError, match=r"no-such-server is not installed; \.ci/servers"):
        which("no-such-server")


def test_a_name_that_is_misspelt_is_told_those_that_are_right():
    with pytest.raises(SystemExit, match="no server or proxy named ngnix: there are nginx, "):
        chosen(["ngnix"])
