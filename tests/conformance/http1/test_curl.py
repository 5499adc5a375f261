"""Replies of curl's own tests, with what curl made of them.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data" / "http1" / "curl-responses.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_response_is_read_as_curl_reads_it(case, grade):
    grade(case)


def played():
    """Say which cases are graded here."""
    return {"http1/curl-responses.json": {"graded": CASES}}
