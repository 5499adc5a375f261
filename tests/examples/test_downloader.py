"""`examples/downloader.py`, run as a program: it shows how far it is, stops, and goes on."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from testkit.app import pattern
from testkit.file_server import FileServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "downloader.py"
CONTENT = pattern(200_000)
MORE_THAN_BUFFERS = 32 << 20  # so that half of it was read, for the most part, when it was sent


@pytest.fixture
def server():
    with FileServer(CONTENT) as server:
        yield server


def start(folder, *arguments, without=""):
    program = f"import sys, runpy; sys.modules.update(dict.fromkeys({without.split()!r}))\n"
    program += f"sys.argv = {list(map(str, arguments))!r}\n"
    program += f"runpy.run_path({str(EXAMPLE)!r}, run_name='__main__')"
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments, **options):
    process = start(*arguments, **options)
    printed, complaints = process.communicate(timeout=60)
    return process.returncode, printed, complaints


@pytest.mark.parametrize("without", ["", "rich"], ids=["with-rich", "without-rich"])
def test_a_file_is_downloaded_with_progress(server, tmp_path, without):
    code, printed, shown = run(tmp_path, "downloader.py", server.url, without=without)
    assert (0, "file.bin: 200000 bytes\n") == (code, printed)
    assert CONTENT == (tmp_path / "file.bin").read_bytes()
    assert ("100% of 0.2 MB" if without else "200.0/200.0 kB") in shown


def test_ctrl_c_stops_it_and_the_same_command_goes_on(server, tmp_path):
    server.content = bytes(MORE_THAN_BUFFERS)
    half, go_on = threading.Event(), threading.Event()

    def halfway(server):
        half.set()
        assert go_on.wait(10)

    server.halfway = halfway
    process = start(tmp_path, "downloader.py", server.url, "big.bin", without="rich")
    assert half.wait(30)
    process.send_signal(signal.SIGINT)
    printed, complaints = process.communicate(timeout=60)
    go_on.set()
    assert (130, "") == (process.returncode, printed)
    assert "stopped\n" in complaints
    server.halfway = lambda server: None
    code, printed, _ = run(tmp_path, "downloader.py", server.url, "big.bin", without="rich")
    assert (0, "of them from before\n") == (code, printed[-20:])
    assert server.content == (tmp_path / "big.bin").read_bytes()
    assert [200, 206] == [status for _, status in server.ranges]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--checksum", "sha256:" + "0" * 64], "sha256"),
        (["--checksum", "nonsense"], "checksum"),
        (["--connections", "0"], "connections"),
    ],
    ids=["wrong-checksum", "no-checksum", "no-connections"],
)
def test_what_goes_wrong_is_said_without_a_traceback(server, tmp_path, more, words):
    code, printed, complaints = run(tmp_path, "downloader.py", server.url, *more, without="rich")
    assert (1, "", 1) == (code, printed, complaints.count("error:"))
    assert words in complaints
    assert "Traceback" not in complaints
    assert not (tmp_path / "file.bin").exists()
