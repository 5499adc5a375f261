"""Responses of llhttp's tests, with what a strict parser made of them.

llhttp has no connection: it takes octets that go on, where our server closes. Where the data come from and
how they are graded stands in ../data/http1/README.md.
"""

import json
import re
from pathlib import Path

import pytest

from testkit.raw_server import octets_of

DATA = Path(__file__).parents[1] / "data" / "http1" / "llhttp-responses.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

# llhttp would wait for more, or goes on elsewhere; a client knows that the rest never comes -> why.
INCOMPLETE = "RFC 9112 8: closed before the end of the body"
CODING = "RFC 9112 6.1: a transfer coding that we never asked for, and can't undo"
VERSION = "RFC 9112 2.3: this is no HTTP/1.x"
SWITCHED = "RFC 9110 7.8: a switch of protocols that nobody asked for"
EMPTY_LINE = "RFC 9112 2.2: only a server should skip an empty line before the start-line"
REFUSED = {
    "content-length-3": INCOMPLETE,
    "transfer-encoding-5": CODING,
    "transfer-encoding-6": CODING,
    "transfer-encoding-7": CODING,
    "transfer-encoding-11": INCOMPLETE,
    "connection-36": SWITCHED,
    "connection-37": SWITCHED,
    "connection-43": EMPTY_LINE,
    "connection-44": INCOMPLETE,
    "sample-46": VERSION,
    "sample-47": VERSION,
    "sample-60": VERSION,
    "sample-62": EMPTY_LINE,
}
# What llhttp refuses and we read -> why.
LINE_FEED = "RFC 9112 2.2: a recipient may take a single LF for the end of a line"
TAKEN = {
    "invalid-27": LINE_FEED,
    "invalid-28": LINE_FEED,
    "sample-54": LINE_FEED,
}
# The facts join the bodies of all messages, and write LF as "n": what the first message has.
FIRST_BODIES = {
    "connection-41": b"",
    "connection-42": b"",
    "sample-50": b"\n",
    "pipelining-63": b"AAA",
}


def name_of(case):
    return case["id"].removeprefix("llhttp-")


def stored(case):
    octets = octets_of(case["response"])
    if name_of(case) == "sample-50":
        # Two cases in one: the facts are those of the second.
        octets = octets[octets.rindex(b"HTTP/1.1 ") :]
    return octets


def as_parsed(case):
    """Return the octets with the line ends that the file lost where they came last.

    Where the facts tell of an error, it must be that, not the end, for which the octets are refused.
    """
    octets = stored(case)
    if not re.search(rb"\n\r?\n", octets):
        return octets + (b"\r\n" if octets.endswith(b"\n") else b"\r\n\r\n")
    if case["llhttp"]["messages_complete"] and octets.endswith(b"\r\n0\r\n"):
        return octets + b"\r\n"
    return octets


def is_refused(case):
    """Whether llhttp refuses the first message."""
    return case["llhttp"]["error"] is not None and not case["llhttp"]["messages_complete"]


def test_what_we_do_otherwise_is_what_llhttp_does_not():
    refused = {name_of(case) for case in CASES if is_refused(case)}
    assert set(TAKEN) <= refused
    assert set(REFUSED) | set(FIRST_BODIES) <= {name_of(case) for case in CASES} - refused


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_response_is_read_as_llhttp_reads_it(case, observe):
    method = "HEAD" if case["skip_body"] else "GET"
    outcome = observe(as_parsed(case), "close", method=method)
    if name_of(case) not in TAKEN and (is_refused(case) or name_of(case) in REFUSED):
        assert "reject" == outcome.verdict
        return
    assert "accept" == outcome.verdict, outcome
    if not is_refused(case):
        body = FIRST_BODIES.get(name_of(case), octets_of(case["llhttp"]["body"]))
        assert (case["llhttp"]["status"], body) == (outcome.status, outcome.body)


@pytest.mark.parametrize(
    "case", [case for case in CASES if as_parsed(case) != stored(case)], ids=name_of
)
def test_a_response_without_its_last_line_is_refused(case, observe):
    """RFC 9112 8: the same octets as they stand in the file, and then a close."""
    outcome = observe(stored(case), "close")
    assert "reject" == outcome.verdict


def played():
    """Say which cases are graded here, and which are answered otherwise, and why."""
    return {"http1/llhttp-responses.json": {"graded": CASES, "otherwise": REFUSED | TAKEN}}
