"""CR, LF, NUL and friends at each place that a caller controls, and framing that contradicts itself.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import re

import pytest

from httpcore_client import URL, HTTPError, InvalidHeader, Proxy, Request, Response
from testkit.injection import (
    APART,
    AT,
    CASES,
    NOT_TAKEN,
    PLACES,
    REQUESTS,
    SENT,
    is_documented,
    value_of,
)
from testkit.raw_server import Script, response
from testkit.worlds import WORLDS

# RFC 9112 3 and 5, as they may stand on the wire.
LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*[\t\x20-\x7e\x80-\xff]*")


def test_each_place_is_known():
    assert {*PLACES, *APART} == {case["where"] for case in CASES}
    # What must be sent is; what is sent otherwise has a note that lets it.
    assert {case["id"] for case in CASES if not case["raises"]} <= SENT.keys()
    assert all("note" in case for case in CASES if case["id"] in SENT and case["raises"])


def attempt(server, world, case):
    """Make the request; return the error or None, how often was dialled, and what the server got."""
    method, url, options = PLACES[case["where"]](value_of(case))
    script = server.play(Script(response(b"fine")))

    async def scenario():
        async with world.client(timeout=3, trust_env=False, proxy=server.url) as client:
            try:
                assert b"fine" == (await client.request(method, url, **options)).content
            except (HTTPError, ValueError, TypeError) as error:
                return error, client.connections_opened
            return None, client.connections_opened

    return *world.run(scenario), script


def check(case, error, opened, script):
    if case["id"] not in SENT:
        assert is_documented(error), error
        assert NOT_TAKEN.get(case["where"], "") in str(error)
        assert (0, b"") == (opened, bytes(script.received))
        return
    assert error is None
    (request,) = script.requests
    assert bytes(script.received) == request  # and nothing after it
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert LINE.fullmatch(line)
    names = [FIELD.fullmatch(field)[1].lower() for field in fields]
    assert b"x-evil" not in names
    assert 1 == names.count(b"host")
    assert not re.search(rb"^x-evil", body, re.IGNORECASE | re.MULTILINE)
    assert SENT[case["id"]] in (line, *fields, *body.split(b"\r\n"))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_request_is_refused_before_it_is_sent_or_sent_well_formed(server, world, lane):
    for case in REQUESTS:
        check(case, *attempt(server, world, case))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["where"] == "proxy-header"], ids=lambda case: case["id"]
)
def test_fields_for_a_proxy_are_checked_like_all_others(case):
    with pytest.raises(InvalidHeader):
        Proxy(URL("http://proxy.test"), headers={"X-A": case["value"]})


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["where"] == "reason-from-mock"], ids=lambda c: c["id"]
)
def test_a_response_that_a_test_makes_takes_no_control_characters_in_its_reason(case):
    def make():
        return Response(200, request=Request("GET", AT), reason_phrase=case["value"])

    with pytest.raises(ValueError):
        make()


def played():
    """Say which cases are graded here."""
    return {"http1/request-injection.json": {"graded": CASES}}
