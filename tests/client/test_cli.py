"""The command `httpcore`, in this process and in one of its own."""

import importlib
import os
import runpy
import signal
import subprocess
import sys

import pytest

from httpcore_client import __version__, cli
from testkit.app import pattern
from testkit.origin import listening_socket
from testkit.peer import Peer, response

MODULE = [sys.executable, "-m", "httpcore_client"]


@pytest.fixture
def command(capsysbinary):
    """Run the command here: (exit status, standard output, standard error as text)."""

    def command(*arguments):
        try:
            status = cli.main(arguments)
        except SystemExit as stop:
            status = stop.code
        out, err = capsysbinary.readouterr()
        return status, out, err.decode()

    return command


@pytest.fixture
def answering():
    """Starts peers that give these bytes to their first request."""
    peers = []

    def answering(data):
        peer = Peer(lambda connection: peer.answering(data)(connection))
        peers.append(peer)
        return peer.__enter__().url

    yield answering
    for peer in peers:
        peer.__exit__(None, None, None)


@pytest.fixture
def on_terminal(monkeypatch):
    """Run the command with a terminal for its output: (exit status, what the terminal got)."""

    def on_terminal(*arguments):
        reader, writer = os.openpty()
        with open(writer, "w", encoding="utf-8", newline="") as stream:
            monkeypatch.setattr(sys, "stdout", stream)
            status = cli.main(arguments)
            monkeypatch.undo()
            os.write(writer, b"\0")  # a mark for the end: nothing of ours may hold it
            data = b""
            while not data.endswith(b"\0"):
                data += os.read(reader, 65536)
        os.close(reader)
        return status, data[:-1].replace(b"\r\n", b"\n")

    return on_terminal


def free_url():
    with listening_socket() as sock:
        return f"http://127.0.0.1:{sock.getsockname()[1]}/"


# -- what it prints --


def test_it_prints_status_line_headers_and_body(command, answering):
    url = answering(response(b"the body", "200 Fine", b"X-One: 1", b"X-One: 2"))
    expected = b"HTTP/1.1 200 Fine\nContent-Length: 8\nX-One: 1\nX-One: 2\n\nthe body"
    assert (0, expected, "") == command(url)


def test_any_response_is_a_success(command, answering):
    status, out, err = command(answering(response(b"", "404 ")))
    assert (0, "") == (status, err)
    assert out.startswith(b"HTTP/1.1 404\n")


def test_redirects_are_followed(command, origin):
    status, out, _ = command(origin.plain + "/redirect/2")
    assert (0, True) == (status, b'"target": "/echo"' in out)


def test_a_body_is_byte_for_byte_when_piped(command, origin):
    status, out, _ = command(origin.plain + "/bytes/100000")
    assert (0, pattern(100000)) == (status, out.partition(b"\n\n")[2])


def test_cacert_says_whom_to_trust(command, origin):
    status, out, err = command(origin.tls)
    assert (1, b"") == (status, out)
    assert "certificate" in err
    status, out, _ = command("--cacert", origin.authority.bundle, origin.tls)
    assert (0, True) == (status, out.endswith(b"\n\nhello, world"))


def test_version_names_the_distribution(command):
    assert (0, f"httpcore-client {__version__}\n".encode(), "") == command("--version")


def test_help_shows_the_usage(command):
    status, out, _ = command("--help")
    assert (0, True) == (status, out.startswith(b"usage: httpcore "))


# -- on a terminal --

EVIL = "a\x1b[2J\x07\x9b\u202eb\x00"
SHOWN = r"a\x1b[2J\x07\x9b\x202eb\x00"


def test_a_terminal_gets_no_control_characters(answering, on_terminal):
    status, out = on_terminal(answering(response(EVIL.encode() + b"\tz\xff\n\xc5")))
    assert 0 == status
    # The terminal itself may expand the tab.
    body = out.partition(b"\n\n")[2].decode()
    assert [SHOWN, "z\ufffd", "\ufffd"] == body.split()


def test_neither_in_the_head(answering, on_terminal):
    status, out = on_terminal(answering(response(b"", "200 OK", b"X-Evil: a\x9b2Jb\xe9")))
    assert 0 == status
    assert "X-Evil: a\\x9b2Jb\u00e9\n".encode() in out


def test_a_character_may_come_in_two_pieces(answering, on_terminal):
    chunks = b"".join(b"1\r\n%c\r\n" % octet for octet in "ż😀".encode())
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    _, out = on_terminal(answering(head + chunks + b"0\r\n\r\n"))
    assert "ż😀".encode() == out.partition(b"\n\n")[2]


def test_the_charset_of_the_response_counts(answering, on_terminal):
    fields = b"Content-Type: text/plain; charset=iso-8859-2"
    _, out = on_terminal(answering(response(b"\xb3", "200 OK", fields)))
    assert "ł".encode() == out.partition(b"\n\n")[2]


# -- what goes wrong --


def test_a_refused_connection_is_one_line_and_exit_1(command):
    url = free_url()
    status, out, err = command(url)
    assert (1, b"") == (status, out)
    assert 1 == err.count("\n")
    assert err.startswith(f"httpcore: GET {url}: can't connect")


def test_a_body_that_breaks_is_one_line_and_exit_1(command, answering):
    status, out, err = command(answering(response(b"x" * 100)[:-50]))
    assert (1, True) == (status, out.startswith(b"HTTP/1.1 200 OK\n"))
    assert 1 == err.count("\n")


def test_a_redirect_that_can_not_be_followed_is_one_line_and_exit_1(command, answering):
    url = answering(response(b"", "302 Found", b"Location: ftp://a.test/\x9b2J"))
    status, _, err = command(url)
    assert (1, 1) == (status, err.count("\n"))
    assert "only http and https are followed" in err
    assert "\x9b" not in err


def test_an_error_is_shown_without_control_characters(command, monkeypatch):
    def evil(response):
        raise cli.pool.ReadError("broke\x1b[2J")

    monkeypatch.setattr(cli, "_print", evil)
    with Peer(lambda connection: peer.answering(response())(connection)) as peer:
        status, _, err = command(peer.url)
    assert (1, True) == (status, r"broke\x1b[2J" in err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: URL"),
        (["http://a.test/", "http://b.test/"], "unrecognized arguments: http://b.test/"),
        (["--no-such", "http://a.test/"], "unrecognized arguments: --no-such"),
        (["example.org"], "https://example.org"),
        (["http://[::1/"], "http://[::1/"),
        (["ftp://example.org/"], "the scheme must be http or https, not 'ftp'"),
        (["--timeout", "x", "http://a.test/"], "argument --timeout: invalid float value: 'x'"),
        (["--timeout", "0", "http://a.test/"], "timeout must be more than 0 seconds"),
        (["--timeout=-1", "http://a.test/"], "timeout must be more than 0 seconds"),
        (["--timeout", "nan", "http://a.test/"], "timeout must be more than 0 seconds"),
        (["--cacert", "/no/such/file", "http://a.test/"], "/no/such/file"),
    ],
)
def test_bad_usage_is_exit_2_with_a_usage_line(command, arguments, message):
    status, out, err = command(*arguments)
    assert (2, b"") == (status, out)
    assert err.startswith("usage: httpcore ")
    assert message in err.splitlines()[-1]


def test_a_file_without_certificates_is_exit_2(command, origin, tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    status, out, err = command("--cacert", str(path), origin.tls)
    assert (2, b"") == (status, out)
    assert "ca.pem" in err.splitlines()[-1]


def test_a_timeout_limits_each_phase(command):
    with Peer(lambda connection: peer.holding()(connection)) as peer:
        status, _, err = command("--timeout", "0.05", peer.url)
    assert 1 == status
    assert "0.05" in err


def test_ctrl_c_is_exit_130(command, origin, monkeypatch):
    def interrupted(response):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_print", interrupted)
    assert (130, b"", "") == command(origin.plain)


def test_a_reader_that_leaves_is_no_error(origin, monkeypatch):
    reader, writer = os.pipe()
    with open(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        os.close(reader)
        assert 0 == cli.main([origin.plain])
        stream.write("what else is written goes nowhere")


# -- as a process --


def test_python_m_runs_the_command(origin):
    result = subprocess.run(
        [*MODULE, origin.plain + "/bytes/300"], capture_output=True, check=False
    )
    assert (0, b"") == (result.returncode, result.stderr)
    assert pattern(300) == result.stdout.partition(b"\n\n")[2]


def test_the_module_runs_the_command_and_only_as_a_program(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "httpcore_client.__main__", raising=False)
    monkeypatch.setattr(sys, "argv", ["httpcore", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("httpcore_client", run_name="__main__", alter_sys=True)
    assert 0 == caught.value.code
    assert f"httpcore-client {__version__}\n" == capsys.readouterr().out
    importlib.import_module("httpcore_client.__main__")
    assert "" == capsys.readouterr().out


def test_a_refused_connection_leaves_no_traceback():
    result = subprocess.run([*MODULE, free_url()], capture_output=True, text=True, check=False)
    assert (1, "") == (result.returncode, result.stdout)
    assert 1 == result.stderr.count("\n")


def start(*arguments):
    return subprocess.Popen(
        [*MODULE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Else each byte would leave by itself, and who does not flush would not be found out.
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        # Jobs in the background of a shell ignore Ctrl-C, and so would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_ctrl_c_while_streaming_is_exit_130_without_a_traceback(origin):
    process = start(origin.plain + "/drip")
    with process:
        while process.stdout.readline() not in (b"\n", b""):
            pass
        assert b"." == process.stdout.read(1)  # pieces are passed on as they come
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert (130, b"") == (process.returncode, err)


@pytest.mark.parametrize("path", ["/", "/bytes/1000000", "/drip"])
def test_head_leaves_no_traceback(origin, path):
    writer = start(origin.plain + path)
    with writer:
        first = os.read(writer.stdout.fileno(), 10)
        writer.stdout.close()
        err = writer.stderr.read()
    assert b"HTTP/1.1 2" == first
    assert (0, b"") == (writer.returncode, err)


def test_a_piped_body_keeps_its_escape_sequences(answering):
    url = answering(response(EVIL.encode()))
    result = subprocess.run([*MODULE, url], capture_output=True, check=False)
    assert EVIL.encode() == result.stdout.partition(b"\n\n")[2]
