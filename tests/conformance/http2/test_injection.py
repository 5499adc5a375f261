"""What a caller says to smuggle something into a request, over HTTP/2.

Where the data come from and how they are graded stands in ../data/http1/README.md; here what arrives is a
well-formed field section (RFC 9113 8.2.1, 8.3.1) with what the line of HTTP/1.1 has.
"""

import re

import hpack

from httpcore_client import HTTPError, ScriptedBackend
from testkit.h2_server import DATA, HEADERS, PREFACE, response, settings
from testkit.injection import AT, NOT_TAKEN, PLACES, REQUESTS, SENT, is_documented, value_of

PSEUDO = {b":method", b":scheme", b":authority", b":path"}
NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
VALUE = re.compile(rb"|[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?")


async def attempt(world, case):
    """Make the request; return the error or None, and what was written to whom."""
    method, url, options = PLACES[case["where"]](value_of(case))
    backend = ScriptedBackend([lambda stream: settings() + response(1, b"fine")])
    async with world.client(backend=backend, http1=False, trust_env=False) as client:
        try:
            assert b"fine" == (await client.request(method, url, **options)).content
        except (HTTPError, ValueError, TypeError) as error:
            return error, backend.dialled
    return None, backend.streams[0].written


def frames_in(written):
    at = len(PREFACE)
    while at < len(written):
        end = at + 9 + int.from_bytes(written[at : at + 3], "big")
        yield written[at + 3], written[at + 9 : end]
        at = end


def check(case, written):
    frames = list(frames_in(written))
    (block,) = [payload for kind, payload in frames if kind == HEADERS]
    body = b"".join(payload for kind, payload in frames if kind == DATA)
    fields = hpack.Decoder().decode(block, raw=True)
    assert PSEUDO == {name for name, _ in fields[:4]}
    assert all(NAME.fullmatch(name) for name, _ in fields[4:])
    assert all(VALUE.fullmatch(value) for _, value in fields)
    assert not {b"host", b"x-evil", b"connection", b"transfer-encoding"} & {n for n, _ in fields}
    assert not re.search(rb"^x-evil", body, re.IGNORECASE | re.MULTILINE)
    line = SENT[case["id"]]
    if target := re.fullmatch(rb"GET (.*) HTTP/1.1", line):
        assert (b":method", b"GET") in fields
        assert target[1] == AT.encode()[:-1] + dict(fields)[b":path"]
    elif line not in body.split(b"\r\n"):
        name, value = line.split(b": ")
        assert (name.lower(), value) in fields


def test_a_request_is_refused_before_it_is_sent_or_sent_well_formed(world):
    async def scenario():
        return [(case, *await attempt(world, case)) for case in REQUESTS]

    for case, error, seen in world.run(scenario):
        if case["id"] in SENT:
            assert error is None, case
            check(case, seen)
        else:
            assert is_documented(error), (case, error)
            assert NOT_TAKEN.get(case["where"], "") in str(error)
            assert [] == seen, case


def played():
    """Say which cases are graded here."""
    return {"http1/request-injection.json": {"graded": REQUESTS}}
