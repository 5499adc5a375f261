"""What a server says in HTTP/2 means the same wherever its octets are cut.

The frame scripts run over scripted octets here, cut at each place in turn; test_frames.py sends them over
sockets, in all worlds, and grades them.
"""

import json
from pathlib import Path

import pytest
from h2.errors import ErrorCodes

from httpcore_pool import (
    HTTP2Connection,
    HTTPError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    run_sync,
)
from testkit.h2_server import GOAWAY, PREFACE, RST_STREAM

DATA = Path(__file__).parents[1] / "data" / "http2" / "http2-frames.json"
LONGEST = 1000  # octets; longer ones repeat themselves
UNTOLD = {ErrorCodes.NO_ERROR, ErrorCodes.CANCEL}  # codes that blame nobody


def steps_of(case):
    for step in case["steps"]:
        yield b"".join(bytes.fromhex(text) * times for text, times in step["send"])


CASES = [
    case
    for case in json.loads(DATA.read_text("utf-8"))["cases"]
    if sum(map(len, steps_of(case))) <= LONGEST and case.get("request", "GET") in ("GET", "HEAD")
]


def codes_in(written):
    """Give the error codes that the client has told the server."""
    at = len(PREFACE)
    while at < len(written):
        size, kind = int.from_bytes(written[at : at + 3], "big"), written[at + 3]
        payload = written[at + 9 : at + 9 + size]
        if kind in (GOAWAY, RST_STREAM):
            yield int.from_bytes(payload[4:8] if kind == GOAWAY else payload, "big")
        at += 9 + size


def outcome(case, pieces):
    """Everything that a caller can see of one response, and what the server is told of an error."""
    left = [*pieces, *([b""] if case["then"] == "close" else [])]
    # A callable step is what the peer answers: nothing is readable before the request is written.
    stream = ScriptedStream([lambda stream: left.pop(0) for _ in left])
    connection = HTTP2Connection(stream, ScriptedBackend())

    async def exchange():
        response = await connection.send(
            Request(case.get("request", "GET"), "http://127.0.0.1/first")
        )
        return response.status_code, response.headers.raw, await response.read()

    try:
        return run_sync(exchange())
    except HTTPError as error:
        return type(error), {*codes_in(stream.written)} - UNTOLD


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_frames_mean_the_same_in_every_split(case):
    steps = list(steps_of(case))
    expected = outcome(case, steps)
    for place, octets in enumerate(steps):
        for cut in range(1, len(octets)):
            pieces = [*steps[:place], octets[:cut], octets[cut:], *steps[place + 1 :]]
            assert expected == outcome(case, pieces), (place, cut)


def test_nearly_all_frame_scripts_are_among_them():
    assert len(CASES) > 60


def played():
    """Say which cases are graded here."""
    return {"http2/http2-frames.json": {"graded": CASES}}
