"""What can't be understood is exit status 2 and one line that says what to do; help and completion."""

import os
import re
import subprocess
import sys

import pytest

from httpcore_client import __version__
from testkit.peer import Peer, response

HELP = "; see httpcore --help\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the URL is missing: httpcore [METHOD] URL [ITEM...]"),
        (["http://a.test/", "http://b.test/"], "'http://b.test/' is a second URL"),
        (["http://a.test/", "a"], "'a' is no item: write name=value"),
        (["--heders", "http://a.test/"], "--headers"),
        (["-H", "A: b", "http://a.test/"], "no option -H: headers are items: Name:value"),
        (["http://[::1/"], "http://[::1/"),
        (["htps://a.test/"], "the scheme must be http or https, not 'htps'"),
        (["http://a.test/", "A\x1b:b"], "header name 'A\\x1b'"),
        (["--timeout", "x", "http://a.test/"], "'--timeout': 'x' is not a valid float"),
        (["--timeout", "-1", "http://a.test/"], "'--timeout': -1 is no time; 0 is for no limit"),
        (["--connect-timeout=inf", "http://a.test/"], "inf is no time"),
        (["--max-time=nan", "http://a.test/"], "nan is no time"),
        (["--insecure", "http://a.test/"], "no option --insecure: that is --no-verify"),
        (["--nonsense", "http://a.test/"], "No such option '--nonsense'"),
        (["--verify=no", "http://a.test/"], "a value: write it without one, or --no-verify"),
        (["--quiet=yes", "http://a.test/"], "'--quiet' does not take a value; see"),
        (["-D", "-o", "-", "http://a.test/"], "--download and --output - exclude each other"),
        (["--continue", "-o-", "http://a.test/"], "--continue and --output - exclude each other"),
        (["--cacert", "/no/such/file", "http://a.test/"], "/no/such/file"),
        (["--cacert", __file__, "--no-verify", "http://a.test/"], "exclude each other"),
        (["--cert-key", __file__, "http://a.test/"], "--cert-key goes with --cert"),
        (["--proxy", "ftp://a", "http://a.test/"], "ftp"),
        (["--resolve", "a", "http://a.test/"], "--resolve a: write HOST:ADDRESS"),
        (["--resolve", "a:b", "http://a.test/"], "httpcore: --resolve: 'b' is no IP address"),
        (["--unix-socket", "", "http://a.test/"], "httpcore: --unix-socket must be a path"),
        (["--unix-socket=/s", "--resolve=a:127.0.0.1", "http://a.test/"], "exclude each other"),
        (["--har", "no/such/folder/file", "http://a.test/"], "no folder 'no/such/folder'"),
        (["--cookies", "no/such/file", "http://a.test/"], "no folder 'no/such'"),
        (["http://a.test/", "Post"], "'Post' is a method, which stands before the URL"),
        (["--http2-prior-knowledge", "--no-http2", "http://a.test/"], "exclude each other"),
        (["--print", "hx", "http://a.test/"], "'x' is none of H and B"),
        (["-a", "me", "http://a.test/"], "Password of me is needed, and there is no terminal"),
        (["-n", "5", "http://a.test/"], "--requests goes with --bench"),
        (["--bench", "-n", "0", "http://a.test/"], "0 is not in the range x>=1"),
        (["--continue", "http://a.test/"], "--continue goes with --download or -o FILE"),
        (["--bench", "--curl", "http://a.test/"], "--curl and --bench exclude each other"),
        (["-o", "x", "--offline", "http://a.test/"], "--output and --offline exclude each other"),
        (["--bench", "--har", "x", "http://a.test/"], "--bench and --har exclude each other"),
        (["trace", "--curl", "http://a.test/"], "--curl and --trace exclude each other"),
        (["-o", "x", "POST", "http://a.test/"], "A download is a GET; for POST"),
        (["-o", "x", "GET", "http://a.test/", "a=1"], "A download is a GET; for GET with data"),
        (["POST", "http://a.test/", "Content-length:"], "no request can go without Content-length"),
        (["http://a.test/", "Host:"], "no request can go without Host"),
        (["http://a.test/", "A:@/no/such"], "/no/such: No such file or directory"),
        (["http://a.test/", f"q==@{sys.executable}"], "is no text in UTF-8"),
        (["http://a.test/", "a:={"], "'a:={' has no JSON behind ':='"),
        (["http://a.test/", "-f", "a:=1"], "'a:=1' is JSON, and this is a form"),
        (["http://a.test/", "a=1", "a=2"], "'a' is set twice"),
        (["http://a.test/", "@f", "a=2"], "'@f' is the whole body"),
        (["http://a.test/", "--data=x", "a=2"], "--data and the item 'a=2' exclude each other"),
        (["http://a.test/", "f@/no/such"], "/no/such: No such file or directory"),
        (["http://a.test/", f"a=@{sys.executable}"], "is no text in UTF-8"),
        (["--completion", "tcsh"], "'tcsh' is not one of"),
    ],
)
def test_bad_usage_is_exit_2_and_one_line(command, arguments, message):
    status, out, err = command(*arguments)
    assert (2, b"", 1) == (status, out, err.count("\n"))
    assert err.startswith("httpcore: ")
    assert message in err
    assert err.endswith(HELP)


def test_files_are_checked_when_they_are_needed(command, origin, tmp_path):
    path = tmp_path / "file"
    path.write_text("nothing of the kind")
    for option, url in (("--cacert", origin.tls), ("--cookies", "http://a.test")):
        status, _, err = command(option, str(path), url)
        assert (2, True) == (status, str(path) in err)


def test_version_names_the_distribution(command):
    assert (0, f"httpcore-client {__version__}\n".encode(), "") == command("--version")


def test_help_is_a_page_with_sections(command, monkeypatch):
    status, out, _ = command("--help")
    text = out.decode()
    assert (0, True) == (status, text.startswith("Usage: httpcore [OPTION...] [METHOD] URL"))
    sections = re.findall(r"^([A-Z].*):$", text, re.MULTILINE)
    assert ["Items", "Body", "Credentials and cookies", "Connection"] == sections[:4]
    assert ["Examples", "Exit status", "Environment"] == sections[-3:]
    assert max(map(len, text.splitlines())) < 80
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, command("-h")[1].decode().splitlines())) <= 52  # commands stay whole


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(command, shell):
    status, out, err = command("--completion", shell)
    assert (0, "") == (status, err)
    assert f"_HTTPCORE_COMPLETE={shell}_complete".encode() in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("httpcore --hea", "plain,--headers"),
        ("httpcore PA", "plain,PATCH"),
        ("httpcore GET x", "file,x"),
    ],
)
def test_words_are_completed(command, monkeypatch, words, expected):
    monkeypatch.setenv("_HTTPCORE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    status, out, _ = command()
    assert (0, expected) == (status, out.decode().strip())


# -- a password is asked for on a terminal --


@pytest.fixture
def answered(monkeypatch):
    """Have somebody at a terminal who answers click's questions."""
    reader, writer = os.openpty()
    with os.fdopen(writer, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda answer: monkeypatch.setattr("click.termui.hidden_prompt_func", answer)
    os.close(reader)


def test_a_missing_password_is_asked_for(command, origin, answered):
    answered(lambda prompt: "secret")
    assert 0 == command("-a", "me", "--check-status", origin.plain + "/basic/me/secret")[0]


def test_nor_need_the_password_of_a_key_be_given(command, authority, answered, tmp_path):
    from cryptography.hazmat.primitives import serialization

    key, chain = authority.issue("me@example.org")
    with open(key, "rb") as file:
        private = serialization.load_pem_private_key(file.read(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with Peer(
        lambda connection: peer.answering(response(b"hello"))(connection),
        context=authority.server_context(),
    ) as peer:
        answered(lambda prompt: "secret")
        own = ["--cert", chain, "--cert-key", str(locked)]
        assert b"hello" == command("--cacert", authority.bundle, *own, peer.url)[1]


def test_to_go_away_from_the_question_is_exit_130(command, answered):
    def interrupted(prompt):
        raise KeyboardInterrupt

    answered(interrupted)
    assert 130 == command("-a", "me", "http://a.test/")[0]


# A session's first terminal is the one that Ctrl-C comes from, and where passwords are read.
ON_TERMINAL = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)
for number in range(3):
    os.dup2(terminal, number)
os.execv(sys.executable, [sys.executable, "-m", "httpcore_client", *sys.argv[2:]])
"""


@pytest.fixture
def typed():
    """Run the command in a process with a terminal, on which somebody types: (exit status, text)."""

    def typed(keys, *arguments, until):
        reader, writer = os.openpty()
        program = [sys.executable, "-c", ON_TERMINAL, os.ttyname(writer), *arguments]
        process = subprocess.Popen(program, start_new_session=True)
        data = b""
        while until not in data:
            data += os.read(reader, 65536)
        os.write(reader, keys)
        os.close(writer)
        while True:
            try:
                data += os.read(reader, 65536)
            except OSError:  # nobody has the other end any more
                break
        os.close(reader)
        return process.wait(10), data.decode()

    return typed


def test_a_password_is_asked_for_and_not_shown(typed, origin):
    url = origin.plain + "/basic/me/secret"
    status, text = typed(b"secret\n", "-b", "-a", "me", url, until=b"Password of me: ")
    assert (0, True) == (status, '\x1b[36m"user"' in text)
    assert "secret" not in text


def test_ctrl_c_at_the_question_is_exit_130(typed, origin):
    status, text = typed(b"\x03", "-a", "me", origin.plain, until=b"Password of me: ")
    assert (130, False) == (status, "Traceback" in text)
