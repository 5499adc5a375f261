"""Every class of failure has its exit status, and is told in one line."""

import os
import signal
import sys
from types import ModuleType

import pytest

from httpcore_client import cli
from testkit.peer import response


def failed(found):
    status, out, err = found
    assert (b"", 1) == (out, err.count("\n"))
    assert err.startswith("httpcore: ")
    return status, err


def test_a_refused_connection_is_6(command, free_url):
    status, err = failed(command(free_url))
    assert 6 == status
    assert err.startswith(f"httpcore: GET {free_url}: can't connect")
    assert "https was assumed" not in err


def test_an_assumed_https_is_told(command, free_url):
    port = free_url.rpartition(":")[2]
    status, err = failed(command("--resolve", "a.test:127.0.0.1", "a.test:" + port))
    assert 6 == status
    assert "; https was assumed: write http:// if it is that\n" in err


def test_a_proxy_that_refuses_is_6(command, answering):
    proxy = answering(response(b"", "403 Forbidden"))
    assert 6 == failed(command("--proxy", proxy, "https://a.test/"))[0]


def test_a_certificate_that_is_not_trusted_is_7(command, origin):
    status, err = failed(command(origin.tls))
    assert (7, False) == (status, "ssl=" in err)
    assert "is not trusted" in err
    assert err.endswith("; --cacert FILE trusts other authorities, --no-verify trusts anybody\n")


def test_a_handshake_that_fails_is_7(command, origin):
    assert 7 == failed(command(origin.plain.replace("http:", "https:")))[0]


@pytest.mark.parametrize("option", ["--timeout", "--max-time"])
def test_a_timeout_is_8(command, peer, option):
    holding = peer(lambda started: started.holding())
    status, err = failed(command(option, "0.05", holding.url))
    assert (8, True) == (status, "0.05" in err)


@pytest.mark.parametrize("data", [b"no http at all\r\n\r\n", b""])
def test_no_http_is_9(command, answering, data):
    assert 9 == failed(command(answering(data)))[0]


def test_a_body_that_breaks_is_9_and_what_came_is_out(command, answering):
    status, out, err = command(answering(response(b"x" * 100)[:-50]))
    assert (9, b"x" * 50, 1) == (status, out, err.count("\n"))


def test_redirects_that_can_not_be_followed_are_10(command, origin, answering):
    status, err = failed(command("--max-redirects", "1", origin.plain + "/redirect/2"))
    assert (10, True) == (status, "--max-redirects takes more" in err)
    url = answering(response(b"", "302 Found", b"Location: ftp://a.test/\x9b2J"))
    status, err = failed(command(url))
    assert (10, False) == (status, "\x9b" in err)


def test_anything_else_is_1(command, origin, tmp_path):
    path = tmp_path / ("long" * 100)  # no file can have such a name
    status, _, err = command("--har", str(path), origin.plain)
    assert (1, True) == (status, str(path) in err)


def test_an_extra_that_is_missing_is_told(command, free_url, monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    status, err = failed(command("--proxy", "socks5://127.0.0.1:1", free_url))
    assert (1, True) == (status, "[socks]" in err)


def test_a_part_of_the_command_that_is_missing_is_told(on_terminal, origin, monkeypatch):
    import rich.progress

    assert rich.progress.__name__ in sys.modules
    for name in [*sys.modules]:
        if name.startswith("rich"):
            monkeypatch.setitem(sys.modules, name, None)
    status, text = on_terminal("--bench", origin.plain)
    assert (2, "httpcore: the command needs rich: pip install 'httpcore-client[cli]'\n") == (
        status,
        text,
    )


def test_the_request_that_failed_is_shown_if_it_is_wanted(command, free_url):
    status, out, _ = command("-v", free_url, "X-A:1")
    assert (6, True) == (status, b"\nX-A: 1\n" in out)


def test_a_warning_is_a_line(command, origin, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    _, _, err = command(origin.tls)
    assert err.startswith("httpcore: warning: ")
    assert "missing" in err


def interrupting(started, head):
    """A handler that answers with the head of a body, then has somebody press Ctrl-C."""

    def handler(connection):
        started.read_request(connection)
        connection.sendall(head)
        os.kill(os.getpid(), signal.SIGINT)
        while connection.recv(65536):
            pass

    return handler


@pytest.fixture
def interruptible():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_is_130(command, peer, on_terminal):
    url = peer(lambda started: interrupting(started, response(b"x" * 9)[:-5])).url
    status, _, err = command(url)
    assert (130, "") == (status, err)
    assert (130, "\n") == on_terminal("-q", url)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_a_benchmark_shows_what_there_is(command, peer):
    url = peer(
        lambda started: started.answering(response(), response()),
        lambda started: interrupting(started, b""),
    ).url
    status, out, err = command("--bench", "-n", "9", "-c", "1", url)
    assert (130, "") == (status, err)
    assert out.startswith(b"2 of 9 requests answered in ")


def test_streams_that_are_missing_are_opened(origin, monkeypatch):
    names = ("stdin", "stdout", "stderr")
    for name in names:
        monkeypatch.setattr(sys, name, None)
    assert [0, 2] == [cli.main(["POST", origin.plain + "/echo"]), cli.main(["--nonsense"])]
    for name in names:
        getattr(sys, name).close()


def test_where_nobody_can_be_told_the_status_still_says_it(monkeypatch):
    with open("/dev/full", "w", buffering=1, encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert 2 == cli.main(["--nonsense"])


def test_ctrl_c_in_an_import_is_130_too(monkeypatch):
    class Interrupted(ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    name = "httpcore_client.cli._main"
    monkeypatch.setitem(sys.modules, name, Interrupted(name))
    assert 130 == cli.main([])


def test_a_reader_that_leaves_is_no_error(origin, monkeypatch):
    reader, writer = os.pipe()
    with open(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        os.close(reader)
        assert 0 == cli.main([origin.plain])
        stream.write("what else is written goes nowhere")
