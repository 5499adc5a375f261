"""`--bench`: what is counted, and how it is drawn."""

import io
import re
import sys
from itertools import pairwise

import pytest

from httpcore_client import cli
from httpcore_client.cli._latencies import histogram, in_units, percentile
from testkit.peer import response


def test_a_percentile_is_a_value_that_was_measured():
    ordered = list(range(1, 201))
    assert [1, 100, 180, 199, 200] == [percentile(ordered, p) for p in (0.1, 50, 90, 99.5, 100)]
    assert 7 == percentile([7], 50)


def test_a_histogram_has_every_value_in_steps_that_grow():
    steps = histogram([0.001, 0.001, 0.0015, 0.5, 1.0])
    assert (10, 1.0, 5) == (len(steps), steps[-1][0], sum(count for _, count in steps))
    assert [3, 0] == [count for _, count in steps[:2]]
    factors = [b[0] / a[0] for a, b in pairwise(steps)]
    assert max(factors) == pytest.approx(min(factors))
    assert [(0.2, 3)] == histogram([0.2, 0.2, 0.2])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 µs"),
        (0.0000042, "4.20 µs"),
        (0.000042, "42.0 µs"),
        (0.42, "420 ms"),
        (62.5, "62.5 s"),
    ],
)
def test_seconds_have_a_unit(seconds, text):
    assert text == in_units(seconds)


def test_figures(command, origin):
    status, out, err = command("--bench", "-n", "40", "-c", "4", origin.plain)
    text = out.decode()
    assert (0, "") == (status, err)
    assert text.startswith("40 of 40 requests answered in ")
    assert "\n4 at once over 4 HTTP/1.1 connections\n\nstatus 200  40\n\nlatency\n" in text
    names = re.findall(r"^  (\w+|\d+ %) +[0-9.]+ (?:ms|µs|s)$", text, re.MULTILINE)
    assert ["min", "mean", "50 %", "90 %", "95 %", "99 %", "max"] == names
    counts = re.findall(r"^  ≤ +[0-9.]+ (?:ms|µs|s) +(\d+)", text, re.MULTILINE)
    assert 40 == sum(map(int, counts))
    assert "█" * 40 in text


def test_figures_in_ascii(origin, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert 0 == cli.main(["--bench", "-n", "9", origin.plain])
    text = stream.buffer.getvalue().decode()
    assert "\n  <= " in text
    assert " " + "#" * 40 + "\n" in text
    assert "\\" not in text


def test_over_http2_one_connection_is_enough(command, origin):
    trust = ["--cacert", origin.authority.bundle]
    _, out, _ = command(*trust, "--bench", "-n", "20", "-c", "4", origin.tls)
    assert b"\n4 at once over 1 HTTP/2 connection\n" in out


def test_bodies_go_out_each_time(command, origin, stdin, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    bench = ["--bench", "-n", "3", "-c", "2"]
    assert b"status 200  3" in command(*bench, origin.plain + "/echo", f"f@{path}")[1]
    stdin(b"x")
    assert b"status 200  3" in command(*bench, "POST", origin.plain + "/echo")[1]


def test_failures_are_counted_by_class(command, peer, free_url):
    peer = peer(
        lambda started: started.answering(response(), b"no http"), lambda s: s.answering(b"")
    )
    status, out, _ = command("--bench", "-n", "4", "-c", "1", peer.url)
    assert (9, True) == (status, out.startswith(b"1 of 4 requests answered"))
    assert b"status 200  1\nRemoteProtocolError  3\nfirst: GET http" in out
    status, out, _ = command("--bench", "-n", "4", "-c", "1", free_url)
    assert (6, True) == (status, out.startswith(b"0 of 4 requests answered"))
    assert b"\n\nConnectError  4\n" in out


def test_the_worst_status_counts_if_it_is_asked(command, origin):
    url = origin.plain + "/status/503"
    bench = ["--bench", "-n", "2"]
    assert [0, 5] == [command(*bench, url)[0], command(*bench, "--check-status", url)[0]]


def test_on_a_terminal_there_is_a_bar_that_goes_away(on_terminal, origin, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    status, text = on_terminal("--bench", "-n", "20", origin.plain)
    assert (0, True) == (status, "20/20" in text)
    after = text[text.index("20 of 20") :]
    assert "\x1b[32m\x1b[1mstatus 200\x1b[0m  20\n" in after
    plain = re.sub(r"\x1b\[[0-9;]*m", "", after)
    assert max(map(len, plain.splitlines())) <= 40
    assert "20/20" not in on_terminal("--bench", "-q", "-n", "20", origin.plain)[1]
