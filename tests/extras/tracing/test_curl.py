"""A command with which curl sends the same request: what a server gets of both is compared."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from httpcore_client import (
    ClientCertificate,
    DigestAuth,
    Network,
    Options,
    Proxy,
    Request,
    SyncClient,
    Timeout,
    TLSConfig,
)
from httpcore_client.tracing.curl import curl_command
from testkit.origin import listening_socket

BASE = "http://127.0.0.1:1"


class Sink:
    """Takes one request after another, whole, and answers each with nothing."""

    def __enter__(self):
        self._listener = listening_socket()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as file:
                line = file.readline()
                fields = {}
                while (field := file.readline().rstrip()) != b"":
                    name, _, value = field.partition(b":")
                    fields.setdefault(name.lower(), []).append(value.strip())
                self.heard.append((line, fields, self._content(file, fields)))
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    @staticmethod
    def _content(file, fields):
        if b"transfer-encoding" not in fields:
            return file.read(int(fields.get(b"content-length", [b"0"])[0]))
        content = b""
        while size := int(file.readline(), 16):
            content += file.read(size)
            file.readline()
        file.readline()
        return content


@pytest.fixture(scope="module")
def sink():
    with Sink() as started:
        yield started


def run(command):
    assert shutil.which("curl"), "curl has to be installed"
    # sh is what a command is written for; -q leaves out what the user's own settings say.
    command = re.sub(r"(?m)^curl ", "curl -q -sS --max-time 10 ", command)
    return subprocess.run(["sh"], input=command.encode(), check=True, capture_output=True)


CASES = {
    "get": {"method": "GET"},
    "query": {"method": "GET", "path": "/a?b=c&d=%20e[1]{x,y}&f=it's"},
    "head": {"method": "HEAD"},
    "delete": {"method": "DELETE"},
    "any": {"method": "PURGE"},
    "post-nothing": {"method": "POST"},
    "post-empty": {"method": "POST", "content": b""},
    "text": {"method": "POST", "content": 'it\'s "quoted" $HOME `id` \\ %s\n\nand é'},
    "at": {"method": "PUT", "content": b"@/etc/passwd"},
    "binary": {"method": "PATCH", "content": bytes(range(256)) + b"%d-\\n'"},
    "dash": {"method": "POST", "content": b"-n\0"},
    "get-content": {"method": "GET", "content": b"x=y"},
    "form": {"method": "POST", "data": {"a": "b c", "password": "x&y"}},
    "json": {"method": "POST", "json": {"token": "x", "q": [1, None]}},
    "multipart": {"method": "POST", "data": {"a": "b"}, "files": {"f": ("n.bin", b"\0\xff")}},
    "chunked": {"method": "POST", "content": b"ab", "headers": {"Transfer-Encoding": "chunked"}},
    "large": {"method": "POST", "content": b"0123456789abcdef" * 10_000},
    "fields": {
        "method": "GET",
        "headers": [
            ("X-A", "it's; $x"),
            ("X-Empty", ""),
            ("X-A", "2"),
            ("X-Latin", "é"),
            ("Accept", "*/*"),
        ],
    },
    "host": {"method": "GET", "headers": {"Host": "other.example"}},
    "cookies": {"method": "GET", "cookies": {"a": "b", "c": "d"}},
    "auth": {"method": "GET", "auth": ("user", "it's")},
    "userinfo": {"method": "GET", "userinfo": "user:p%40ss@"},
    "fragment": {"method": "GET", "path": "/a#b"},
    "no-fields": {"method": "GET", "client": {"headers": {"User-Agent": "mine"}}},
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_curl_sends_the_same(sink, case):
    given = dict(case)
    path, userinfo = given.pop("path", "/"), given.pop("userinfo", "")
    with SyncClient(trust_env=False, **given.pop("client", {})) as client:
        url = sink.url.replace("://", f"://{userinfo}") + path
        request = client.prepare_request(client.build(given.pop("method"), url, **given))
        command = curl_command(request, secrets=True)
        client.send(request)
    run(command)
    ours, theirs = sink.heard[-2:]
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1], command
    assert ours[2] == theirs[2]


def test_curl_speaks_http_2_with_our_trust(origin):
    with SyncClient(trust_env=False, ssl=origin.authority.bundle) as client:
        request = client.build("POST", f"{origin.tls}/echo", content="hello")
        ours = client.send(request).json()
    command = curl_command(request, ssl=origin.authority.bundle)
    theirs = json.loads(run(command).stdout)
    assert ("2", "hello") == (theirs["http_version"], theirs["body"])
    kept = [[name, value] for name, value in ours["headers"] if name != "accept-encoding"]
    assert kept == [each for each in theirs["headers"] if each[0] != "accept-encoding"]


def test_a_coded_answer_is_undone_by_curl(origin):
    with SyncClient(trust_env=False) as client:
        command = curl_command(client.build("GET", f"{origin.plain}/gzip"))
    assert b"coded " * 1000 == run(command).stdout


def test_secrets_are_masked_unless_they_are_asked_for():
    with SyncClient(trust_env=False, cookies={"sid": "hunter2"}) as client:
        options = {"auth": ("user", "hunter2"), "proxy": Proxy("http://u:hunter2@localhost:1")}
        json_request = client.build("POST", BASE, json={"token": "hunter2", "name": "x"})
        request = client.build(
            "POST", "http://u:hunter2@127.0.0.1:1/?key=hunter2", data={"pwd": "hunter2"}, **options
        )
        prepared = client.prepare_request(request)
    shown = "\n".join(map(curl_command, (request, prepared, json_request)))
    assert "hunter2" not in shown
    assert "Authorization: [secure]" in shown
    assert "/?key=[secure]" in shown
    assert "--proxy 'http://[secure]@localhost:1/'" in shown
    assert "hunter2" in curl_command(request, secrets=True)


def test_parts_are_masked_and_what_is_coded_is_left_out():
    with SyncClient(trust_env=False) as client:
        parts = client.build("POST", BASE, data={"pwd": "hunter2"}, files={"f": b"\xff"})
        fields = {"Content-Encoding": "gzip"}
        coded = client.build("POST", BASE, content=b"hunter2", headers=fields)
    assert "hunter2" not in curl_command(parts) + curl_command(coded)
    assert "--data-binary @content" in curl_command(coded)
    assert "hunter2" in curl_command(coded, secrets=True)


def options_of(*, url=f"{BASE}/", ssl=None, **options):
    command = curl_command(Request("GET", url, options=Options(**options)), ssl=ssl)
    return shlex.split(command.replace("\\\n", ""))


def test_what_rides_on_a_request_is_said(authority, tmp_path):
    words = options_of(
        timeout=Timeout(total=3),
        network=Network(unix_socket="/run/x.sock"),
        target="*",
        proxy=Proxy("http://localhost:1", headers={"X-Way": "there"}),
    )
    for option, value in (
        ("--max-time", "3"),
        ("--unix-socket", "/run/x.sock"),
        ("--request-target", "*"),
        ("--proxy", "http://localhost:1/"),
        ("--proxy-header", "X-Way: [secure]"),
    ):
        assert value == words[words.index(option) + 1]
    with SyncClient(trust_env=False, proxy=False) as client:
        assert "--noproxy '*'" in curl_command(client.build("GET", BASE))
    key, chain = authority.issue("me")
    own = ClientCertificate(chain, key)
    folder = str(tmp_path)
    (tmp_path / "one.pem").write_bytes(Path(authority.bundle).read_bytes())
    https = "https://localhost/"
    for ssl, expected in (
        (None, []),
        (False, ["--insecure"]),
        ("system", []),
        (authority.bundle, ["--cacert", authority.bundle]),
        (folder, ["--capath", folder]),
        (TLSConfig(certificate=own), ["--cert", chain, "--key", key]),
        (TLSConfig(certificate=Path(chain).read_bytes() + Path(key).read_bytes()), []),
    ):
        assert ["curl", https, "-H", "User-Agent:", "-H", "Accept:", *expected] == options_of(
            url=https, ssl=ssl
        )
    assert "--insecure" in options_of(url=https, ssl=TLSConfig.of(False))


def test_files_are_read_for_the_command_and_again_when_they_are_sent(sink, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\1\2")
    with SyncClient(trust_env=False) as client, path.open("rb") as file:
        for body in ({"content": file}, {"files": {"f": file}}):
            request = client.build("POST", sink.url, **body)
            command = curl_command(request)
            client.send(request)
            run(command)
            ours, theirs = sink.heard[-2:]
            assert (ours[1], ours[2]) == (theirs[1], theirs[2])


async def nothing():
    yield b""


@pytest.mark.parametrize("content", [iter([b"x"]), nothing(), [b"x"], b"x" * (1024 * 1024 + 1)])
def test_content_that_is_not_at_hand_is_read_from_a_file(content):
    request = Request("POST", BASE, content)
    command = curl_command(request)
    assert "--data-binary @content" in command
    assert "-H Expect:" in command
    assert request.body.opened is False


def test_large_content_comes_by_a_pipe():
    assert curl_command(Request("POST", BASE, "y" * 100_000)).startswith("printf %s yyy")


@pytest.mark.parametrize("odd", ["\x1b[2J", "\x9b2J", "\r", "\u202e", "\0"])
def test_no_content_reaches_a_terminal_as_something_it_acts_on(odd):
    text = f"a{odd}b"
    shown = curl_command(Request("POST", BASE, text.encode()))
    assert odd not in shown
    made = subprocess.run(["sh", "-c", shown.partition("|")[0]], capture_output=True, check=True)
    assert text.encode() == made.stdout


def test_digest_is_left_to_curl_which_asks_for_the_password():
    with SyncClient(trust_env=False, auth=DigestAuth("me", "hunter2")) as client:
        shown = curl_command(client.build("GET", BASE), secrets=True)
    assert "--digest --user me" in shown
    assert "hunter2" not in shown


def test_only_requests_have_commands():
    with pytest.raises(TypeError, match=r"client\.build\(\.\.\.\) returns, not str"):
        curl_command("http://example.org/")
