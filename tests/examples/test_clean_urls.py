"""`examples/clean_urls.py`, as functions and as a program."""

import contextlib
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

from httpcore_urls import URL

EXAMPLE = Path(__file__).parents[2] / "examples" / "clean_urls.py"
cleaned, clean_lines = map(run_path(EXAMPLE).get, ("cleaned", "clean_lines"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTP://User:pw@EXAMPLE.org:80/a/../b?x=1#top", "http://example.org/b?x=1"),
        ("https://a.example/?utm_source=n&q=1&UTM_Medium=m&fbclid=7", "https://a.example/?q=1"),
        ("https://a.example/?utm%5fid=3", "https://a.example/"),
        ("https://a.example/?sig=a%2fb+c%20d&&=&gclid", "https://a.example/?sig=a%2fb+c%20d&="),
        ("https://a.example/?ref=main&utm=1", "https://a.example/?ref=main&utm=1"),
    ],
)
def test_what_tracks_goes_and_the_rest_keeps_its_bytes(given, expected):
    assert expected == str(cleaned(URL(given)))


def test_urls_that_differ_by_the_order_of_parameters_are_one():
    complaints = []
    lines = ["http://a/?x=1&y=2", "", "http://a/?y=2&x=1&utm_id=9", "http://a/?x=1&x=2&y=2"]
    assert ["http://a/?x=1&y=2", "http://a/?x=1&x=2&y=2"] == [
        str(url) for url in clean_lines(lines, complaints)
    ]
    assert [] == complaints


def test_the_program_sorts_drops_more_and_says_what_is_no_url():
    given = b"https://b/?ref=1\nhttps://a/\nexample.org\nmailto:a@b\n\xff\n"
    command = [sys.executable, "-W", "error", EXAMPLE, "--sort", "--drop", "ref"]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60)
    assert (1, ["https://a/", "https://b/"]) == (done.returncode, done.stdout.decode().split())
    numbers = [line.split(":")[0] for line in done.stderr.decode().splitlines()]
    assert ["line 3", "line 4", "line 5"] == numbers


def test_who_reads_the_output_may_have_enough():
    command = [sys.executable, "-W", "error", EXAMPLE]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # it may be gone before it was given all
            process.stdin.write(b"".join(b"http://a/%d\n" % number for number in range(5000)))
            process.stdin.close()
        assert b"" == process.stderr.read()
