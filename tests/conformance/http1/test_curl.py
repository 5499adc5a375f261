"""Replies of curl's own tests, with what curl made of them.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import json
import re
from pathlib import Path

import pytest

from httpcore_pool.decoders import ACCEPT_ENCODING
from testkit.raw_server import octets_of

DATA = Path(__file__).parents[1] / "data" / "http1" / "curl-responses.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]


def test_the_data_are_whole():
    assert 58 == len(CASES)


def undecodable(case):
    """Whether the case needs a content coding that is not installed."""
    head, _, _ = octets_of(case["response"]).partition(b"\r\n\r\n")
    fields = re.findall(rb"(?im)^content-encoding:(.*)$", head)
    named = {name.strip() for name in b",".join(fields).decode().split(",") if name.strip()}
    known = {name.strip() for name in ACCEPT_ENCODING.split(",")}
    return not named <= known | {"identity"} and "none" not in named


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_response_is_read_as_curl_reads_it(case, grade):
    if undecodable(case) and case["verdict"] == "accept":
        # A coding that is not known is not undone: the caller may know it.
        head, _, body = octets_of(case["response"]).partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)\ncontent-length: *(\d+)", head)[1])
        plain = {"status": 200, "body": [[body[:length].decode("latin-1"), 1]]}
        case = {**case, "expect": plain}
    grade(case)
