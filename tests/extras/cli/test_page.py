"""Every command of the page runs, and what its tables say is so."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from httpcore_client.cli._errors import STATUSES

PAGE = (Path(__file__).parents[3] / "docs/guides/command.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line.startswith("httpcore ")]


def port(url):
    return url.rpartition(":")[2]


@pytest.mark.parametrize("line", LINES)
def test_every_command_runs(command, origin, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    Path("notes.json").write_text("{}")
    Path("me.jpg").write_bytes(b"\xff\xd8")
    words = shlex.split(line, comments=True)[1:]
    words = re.split(r"\x00[<>|]", "\0".join(words))[0].split("\0")
    leading = [
        *("--cacert", origin.authority.bundle),
        *("--resolve", f"www.example.org:127.0.0.1:{port(origin.tls)}"),
        *("--resolve", f"localhost:8000:127.0.0.1:{port(origin.plain)}"),
        *("--resolve", f"api.localhost:8000:127.0.0.1:{port(origin.plain)}"),
    ]
    if words[0] == "trace":
        leading.insert(0, words.pop(0))
    with open("notes.json", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        status, _, err = command(*leading, *words)
    assert (0, 0) == (status, err.count("httpcore:")), err


def test_there_are_commands():
    assert len(LINES) >= 20


def test_the_exit_statuses_are_those_of_the_help():
    rows = re.findall(r"^\| ([0-9, ]+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert list(STATUSES) == [(status, text.replace("`", "")) for status, text in rows]


def test_every_option_of_the_page_is_there(command):
    known = command("--help")[1].decode()
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", PAGE))
    assert {option for option in options if option not in known} == set()
