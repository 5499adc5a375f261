"""Frame scripts composed for this project: good, odd and hostile servers.

Where the data come from and how they are graded stands in ../data/http2/README.md.
"""

import json
from pathlib import Path

import pytest

from testkit.raw_server import OTHER, SAME

DATA = Path(__file__).parents[1] / "data" / "http2" / "http2-frames.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

STREAMS = {"preface": 0, "headers": 1}


def steps_of(case):
    return [
        (STREAMS[step["on"]], b"".join(bytes.fromhex(text) * times for text, times in step["send"]))
        for step in case["steps"]
    ]


def allowed(case):
    """Return the verdicts that are right; the client's own timeout where the server stalls."""
    if case["id"].startswith("stall-"):
        return {"timeout"}
    expect = case.get("expect", {})
    named = {
        case["verdict"],
        *case.get("may", ()),
        *(["retry"] if expect.get("retry_safe") else ()),
    }
    return named - {"either"} or {"accept", "reject"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_server_is_met_as_the_standard_says(case, observe):
    outcome = observe(
        steps_of(case),
        case["then"],
        request=case.get("request", "GET"),
        stalls=case["id"].startswith("stall-"),
    )
    assert outcome.verdict in allowed(case), outcome
    expect = case.get("expect", {})
    if outcome.verdict == "accept":
        assert expect["status"] == outcome.status
        assert expect["body"].encode("latin-1") == outcome.body
    if outcome.verdict == "retry":
        assert 2 == outcome.attempts
        assert outcome.body in (SAME, OTHER)
    else:
        assert 1 == outcome.attempts
    if "reusable" in expect:
        assert (SAME if expect["reusable"] else OTHER) == outcome.again
    if outcome.verdict == "reject" and "error_code" in expect:
        assert {expect["error_code"]} == outcome.codes
    if case["id"].startswith("flood-") and case["verdict"] == "reject":
        assert {"ENHANCE_YOUR_CALM"} == outcome.codes


def played():
    """Say which cases are graded here."""
    return {"http2/http2-frames.json": {"graded": CASES}}
