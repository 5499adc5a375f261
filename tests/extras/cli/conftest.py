"""Running the command here, in this process, piped or with terminals of its own."""

import os
import sys
import threading

import pytest

from httpcore_client import cli
from testkit.origin import listening_socket
from testkit.peer import Peer


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def command(capsysbinary):
    """Run the command: (exit status, standard output, standard error as text)."""

    def command(*arguments):
        try:
            status = cli.main(arguments)
        except SystemExit as stop:
            status = stop.code
        out, err = capsysbinary.readouterr()
        return status, out, err.decode()

    return command


class Terminal:
    """A pseudo-terminal that takes all that is written."""

    def __init__(self):
        self._reader, self.writer = os.openpty()
        self._data = b""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while not self._data.endswith(b"\0"):
            self._data += os.read(self._reader, 65536)

    def text(self):
        os.write(self.writer, b"\0")  # a mark for the end: nothing of ours may hold it
        self._thread.join()
        os.close(self._reader)
        return self._data[:-1].replace(b"\r\n", b"\n").decode()


@pytest.fixture
def on_terminal(monkeypatch):
    """Run the command with a terminal for its output: (exit status, what the terminal got)."""

    def on_terminal(*arguments):
        terminal = Terminal()
        with open(terminal.writer, "w", encoding="utf-8", newline="") as stream:
            try:
                with monkeypatch.context() as patch:
                    patch.setattr(sys, "stdout", stream)
                    patch.setattr(sys, "stderr", stream)
                    status = cli.main(arguments)
            finally:
                text = terminal.text()
        return status, text

    return on_terminal


@pytest.fixture
def stdin(monkeypatch):
    """Pipe bytes to the command."""
    files = []

    def stdin(data):
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        files.append(os.fdopen(reader, encoding="utf-8"))
        monkeypatch.setattr(sys, "stdin", files[-1])

    yield stdin
    for file in files:
        file.close()


@pytest.fixture
def peer():
    """Starts peers whose connections these handlers serve; each is given the peer and the connection."""
    peers = []

    def peer(*handlers):
        started = Peer(*[lambda sock, serve=serve: serve(started)(sock) for serve in handlers])
        peers.append(started)
        return started.__enter__()

    yield peer
    for each in peers:
        each.__exit__(None, None, None)


@pytest.fixture
def answering(peer):
    """Starts peers that give these bytes to their first request."""
    return lambda data: peer(lambda started: started.answering(data)).url


@pytest.fixture
def free_url():
    with listening_socket() as sock:
        return f"http://127.0.0.1:{sock.getsockname()[1]}/"
