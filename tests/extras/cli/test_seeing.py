"""`--trace`, `--har`, `--curl`: the command's way to what is tested in tests/extras/tracing."""

import json
import shlex
import subprocess

import pytest

from testkit.peer import response


@pytest.mark.parametrize("words", [["trace"], ["--trace"]])
def test_a_trace_is_the_waterfall_and_nothing_else(command, origin, words):
    status, out, err = command(*words, origin.plain + "/redirect/1")
    text = out.decode()
    assert (0, "") == (status, err)
    rows = [line.split()[:2] for line in text.splitlines()]
    assert ["1", "GET"] in rows
    assert ["2", "GET"] in rows
    assert "\x1b" not in text


def test_parts_come_before_it(command, origin):
    out = command("trace", "-b", origin.plain)[1]
    assert out.startswith(b"hello, world\n")
    assert b"wait" in out


def test_a_failure_is_drawn_too(command, free_url):
    status, out, err = command("trace", free_url)
    assert (6, True) == (status, b"ConnectError" in out)
    assert err.startswith("httpcore: GET ")
    assert b"" == command("trace", "-q", free_url)[1]


def test_it_has_colours_and_the_width_of_a_terminal(on_terminal, origin, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    _, text = on_terminal("trace", origin.plain)
    assert "\x1b[" in text


def test_har_is_written_whatever_happens(command, origin, answering, tmp_path):
    path = tmp_path / "a.har"
    assert (0, b"hello, world") == command("--har", str(path), origin.plain)[:2]
    (entry,) = json.loads(path.read_text())["log"]["entries"]
    assert ("GET", 200) == (entry["request"]["method"], entry["response"]["status"])
    assert 9 == command("--har", str(path), "--headers", answering(response(b"xyz")[:-1]))[0]
    assert 1 == len(json.loads(path.read_text())["log"]["entries"])


def test_har_has_no_secrets_unless_they_are_wanted(command, origin, tmp_path):
    path = tmp_path / "a.har"
    for options, shown in (([], False), (["--show-secrets"], True)):
        command("--har", str(path), *options, origin.plain, "Authorization:s3cret")
        assert shown == ("s3cret" in path.read_text())


def test_curl_prints_a_command_that_sends_the_same(command, origin):
    url = origin.plain + "/echo"
    arguments = ["--form", url, "a=it's", "q==1", "Authorization:s3cret"]
    status, out, _ = command("--curl", *arguments)
    assert (0, False) == (status, b"s3cret" in out)
    out = command("--curl", "--show-secrets", *arguments)[1].decode()
    words = shlex.split(out.replace("\\\n", ""))
    assert "curl" == words[0]
    done = subprocess.run(["curl", "-sS", *words[1:]], capture_output=True, check=True)
    theirs, ours = json.loads(done.stdout), json.loads(command(*arguments)[1])
    for name in ("method", "target", "body"):
        assert ours[name] == theirs[name]
    assert sorted(ours["headers"]) == sorted(theirs["headers"])
