"""The command as a process of its own."""

import os
import signal
import subprocess
import sys

import pytest

from testkit.app import pattern

# Jobs in the background of a shell ignore Ctrl-C, and so would their children.
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "httpcore_client", *sys.argv[1:]])
"""


def environment():
    """Return ours, in which bytes do not leave by themselves: who does not flush is found out."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def test_bytes_go_through(origin):
    with start(origin.plain + "/bytes/300") as process:
        out, err = process.communicate(timeout=10)
    assert (0, pattern(300), b"") == (process.returncode, out, err)


def test_a_refused_connection_leaves_no_traceback(free_url):
    with start(free_url) as process:
        out, err = process.communicate(timeout=10)
    assert (6, b"", 1) == (process.returncode, out, err.count(b"\n"))


def test_ctrl_c_while_streaming_is_exit_130_without_a_traceback(origin):
    with start(origin.plain + "/drip") as process:
        assert b"." == process.stdout.read(1)  # pieces are passed on as they come
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert (130, b"") == (process.returncode, err)


@pytest.mark.parametrize(
    ("shell", "status", "out", "err"),
    [
        ('"$@" >&-', 0, b"", b""),
        ('"$@" 2>&-', 0, b"hello, world", b""),
        ('"$@" --nonsense 2>&-', 2, b"", b""),
        ('"$@" --auth me --http2-prior-knowledge --no-http2 2>/dev/full', 2, b"", b""),
        ('"$1" "$2" "$3" POST "$4" <&- >/dev/full', 1, b"", b"httpcore: [Errno 28] No space"),
        ('"$@" --help >/dev/full', 1, b"", b"httpcore: [Errno 28] No space"),
        ('"$@" --completion zsh >/dev/full', 1, b"", b"httpcore: [Errno 28] No space"),
        ('{ "$@" --help; echo "$?" >&2; } | true', 0, b"", b"0"),
        ('{ "$@" --completion zsh; echo "$?" >&2; } | true', 0, b"", b"0"),
    ],
)
def test_streams_may_be_closed_or_full(origin, shell, status, out, err):
    program = [sys.executable, "-m", "httpcore_client", origin.plain]
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *program], capture_output=True, env=environment()
    )
    assert (status, out) == (done.returncode, done.stdout)
    assert done.stderr.startswith(err)
    assert (1 if err else 0) == done.stderr.count(b"\n")


@pytest.mark.parametrize("path", ["/", "/bytes/1000000", "/drip"])
def test_head_leaves_no_traceback(origin, path):
    with start("-p", "hb", origin.plain + path) as writer:
        first = os.read(writer.stdout.fileno(), 10)
        writer.stdout.close()
        err = writer.stderr.read()
    assert b"HTTP/1.1 2" == first
    assert (0, b"") == (writer.returncode, err)


def test_piped_it_imports_neither_rich_nor_an_event_loop(origin):
    program = (
        "import sys; from httpcore_client import cli; cli.main(sys.argv[1:]); "
        "print(sorted({'rich', 'asyncio', 'trio', 'ssl'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, origin.plain], capture_output=True, check=True
    )
    assert (b"hello, world", b"[]\n") == (done.stdout, done.stderr)
