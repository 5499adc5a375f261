"""`--download` and `--output`: where the file goes, what is said, what Ctrl-C leaves."""

import os
import re
import signal
from pathlib import Path

import pytest

from testkit.app import pattern
from testkit.peer import response

VALIDATORS = (b'ETag: "1"', b"Accept-Ranges: bytes", b"Content-Type: application/octet-stream")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_server_names_the_file(command, answering):
    url = answering(
        response(b"data", "200 OK", b'Content-Disposition: attachment; filename="a.bin"')
    )
    assert (0, b"", "a.bin: 4 bytes\n") == command("-D", url)
    assert b"data" == Path("a.bin").read_bytes()


def test_what_is_there_stays_unless_it_is_named(command, origin):
    Path("300").write_text("mine")
    url = origin.plain + "/bytes/300"
    assert (1, b"", "httpcore: 300 is there already; -o FILE writes over it\n") == command(
        "-D", url
    )
    assert "mine" == Path("300").read_text()
    assert (0, b"", "300: 300 bytes\n") == command("-o", "300", url)
    assert pattern(300) == Path("300").read_bytes()


def test_quiet_says_nothing(command, origin):
    assert (0, b"", "") == command("-q", "-o", "a", origin.plain + "/bytes/9")


@pytest.mark.parametrize(("status", "expected"), [(404, 4), (500, 5)])
def test_an_error_is_no_file(command, origin, status, expected):
    found = command("-o", "a", f"{origin.plain}/status/{status}", "q==1")
    assert (expected, b"", 1) == (*found[:2], found[2].count("\n"))
    assert [] == list(Path().iterdir())


@pytest.mark.parametrize("status", [600, 999])
def test_a_status_that_is_none_is_an_error_as_well(command, answering, status):
    """RFC 9110 15: it counts as 5xx."""
    found = command("-o", "a", answering(response(b"", f"{status} Odd")))
    assert (5, b"", 1) == (*found[:2], found[2].count("\n"))
    assert [] == list(Path().iterdir())


def test_a_folder_that_is_missing_is_told(command, origin):
    status, _, err = command("-o", "missing/a", origin.plain)
    assert (1, True) == (status, "missing" in err)


def test_the_items_go_out(command, peer):
    asked = peer(lambda started: started.answering(response(b"data")))
    assert 0 == command("-o", "a", asked.url, "X-A:1", "User-Agent:", "q==1")[0]
    head = asked.requests[0]
    assert (True, False) == (b"\r\nX-A: 1\r\n" in head, b"User-Agent" in head)
    assert head.startswith(b"GET /?q=1 ")


@pytest.fixture
def broken_off(peer, command):
    """A server that gives half of a file before somebody presses Ctrl-C, and the rest when it is asked."""

    def half(started):
        whole = response(pattern(200_000), "200 OK", *VALIDATORS)
        return started.answering(whole[:-100_000])

    def interrupting(started):  # the download goes on by itself, and is stopped here
        def handler(connection):
            started.read_request(connection)
            os.kill(os.getpid(), signal.SIGINT)
            while connection.recv(65536):
                pass

        return handler

    def then(started):
        def handler(connection):
            head = started.read_request(connection)
            start = int(re.search(rb"(?i)\r\nrange: bytes=(\d+)-", head)[1])
            span = b"Content-Range: bytes %d-199999/200000" % start
            rest = pattern(200_000 - start, start)
            connection.sendall(response(rest, "206 Partial Content", span, *VALIDATORS))

        return handler

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield peer(half, interrupting, then).url + "/a.bin"
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_leaves_what_continue_goes_on_with(command, broken_off):
    status, out, err = command("-o", "a.bin", broken_off)
    assert (130, b"") == (status, out)
    assert "httpcore: interrupted; where a .part file was kept, --continue goes on\n" == err
    assert not Path("a.bin").exists()
    status, _, err = command("-o", "a.bin", "--continue", broken_off)
    assert (0, True) == (
        status,
        re.fullmatch(r"a.bin: 200,000 bytes, of which [1-9][0-9,]* were there\n", err) is not None,
    )
    assert pattern(200_000) == Path("a.bin").read_bytes()


def test_on_a_terminal_there_is_a_bar_that_goes_away(on_terminal, origin, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    status, text = on_terminal("-o", "a", origin.plain + "/bytes/3000000")
    assert (0, True) == (status, "3.0/3.0 MB" in text)
    assert text.endswith("a: 3,000,000 bytes\n")
