"""web-platform-tests: what browsers make of malformed heads, and of Content-Length.

Where the data come from and how they are graded stands in ../data/fetch/README.md.
"""

import json
import re
from pathlib import Path

import pytest

from testkit.raw_server import OTHER

DATA = Path(__file__).parents[1] / "data" / "fetch"
HEADS = json.loads((DATA / "h1-parsing.json").read_text("utf-8"))["cases"]
LENGTHS = json.loads((DATA / "content-lengths.json").read_text("utf-8"))

SENT = "x" * 42


@pytest.mark.parametrize("case", HEADS, ids=lambda case: case["id"])
def test_a_head_is_read_as_the_standard_says(case, grade):
    outcome = grade({**case, "response": [[case["response"], 1]], "then": "close"})
    if outcome.error is None:
        assert case.get("status", 200) == outcome.status
        assert case.get("statusText", outcome.reason) == outcome.reason


def length_of(case):
    """RFC 9112 6.3 (5): one valid length, or the same one several times; else None."""
    values = re.split(r"\r\nContent-Length:|,", case["input"].removeprefix("Content-Length:"))
    (first, *others) = {value.strip() for value in values}
    return int(first) if first.isdigit() and not others else None


@pytest.mark.parametrize("case", LENGTHS, ids=lambda case: repr(case["input"]))
def test_a_length_is_valid_or_the_response_is_refused(case, grade):
    length = length_of(case)
    if length is not None:  # else browsers may read to the close, and we may not
        assert case["output"] == length
    outcome = grade(
        {
            "response": [[f"HTTP/1.1 200 OK\r\n{case['input']}\r\n\r\n{SENT}", 1]],
            "then": "close",
            "verdict": "reject" if length is None else "accept",
            "expect": {"body": [[SENT[:length], 1]]},
        }
    )
    assert OTHER == outcome.again


def played():
    """Say which cases are graded here."""
    return {
        "fetch/h1-parsing.json": {"graded": HEADS},
        "fetch/content-lengths.json": {"graded": LENGTHS},
    }
