"""What those are told who write options of curl, HTTPie or wget."""

import re

import pytest

from httpcore_client.cli import _elsewhere
from httpcore_client.cli._options import GROUPS
from httpcore_client.cli._words import METHODS

OURS = {name for _, options in GROUPS for each in options for name in each.opts}
OURS |= {name for _, options in GROUPS for each in options for name in each.secondary_opts}
OURS |= {"--version", "--help", "-h"}


def test_no_option_of_ours_is_taken_for_one_of_theirs():
    assert set() == OURS & _elsewhere._HERE.keys()


def test_what_is_told_of_is_there():
    for text in _elsewhere._HERE.values():
        assert OURS >= {*re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", text)}, text
        assert {*METHODS, "URL"} >= {*re.findall(r"(?<=httpcore )[A-Z]+", text)}, text


@pytest.mark.parametrize("option", sorted(_elsewhere._HERE))
def test_an_option_of_theirs_says_what_to_write(command, option):
    status, out, err = command("http://a.test/", option)
    assert (2, b"") == (status, out)
    assert f"httpcore: no option {option}: {_elsewhere._HERE[option]}; see httpcore --help\n" == err


def test_no_time_is_no_limit(command, origin):
    limits = ["--timeout=0", "--connect-timeout=0", "--max-time=0"]
    assert (0, b"hello, world", "") == command(*limits, origin.plain)


def test_output_to_a_dash_is_the_body_byte_for_byte(command, origin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = origin.plain + "/bytes/3000"
    assert command("-b", url) == command("-o", "-", url)
    assert 3000 == len(command("-o", "-", url)[1])
    assert b"POST" in command("-o", "-", "POST", origin.plain + "/echo", "a=1")[1]
    assert [] == [*tmp_path.iterdir()]
