"""Exchanges of hyper's client tests: the request as it is on the wire, and what becomes of the reply.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import json
from functools import partial
from pathlib import Path

import pytest

from httpcore_client import InvalidRequest
from testkit.raw_server import Script, octets_of

DATA = Path(__file__).parents[1] / "data" / "http1" / "hyper-client.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

OURS = {"accept", "accept-encoding", "user-agent"}  # added where the caller gives none


def name_of(case):
    return case["id"].removeprefix("hyper-client_")


def by_name(name):
    (case,) = [case for case in CASES if name == name_of(case)]
    return case


# What hyper sends and we do not -> why.
HTTP10 = "we send HTTP/1.1 only (RFC 9110 2.5: the highest version that we conform to)"
TRAILERS = "trailer fields of requests can't be given (RFC 9110 6.5.1: few servers would look)"
SENT_OTHERWISE = {
    "get_req_body_chunked_http10": HTTP10,
    "post_req_body_chunked_with_trailer": TRAILERS,
    "post_req_body_chunked_with_trailer_titlecase": TRAILERS,
    "set_host_false": "RFC 9112 3.2: a client MUST send Host",
}
# What hyper takes and we refuse -> why.
REFUSED = {
    "response_transfer_encoding_not_chunked": "RFC 9112 6.1: a coding that we never asked for",
}
TUNNELS = {"connect_method", "connect_method_with_absolute_uri"}
# What can't be asked of us: fields that frame no content, or in a way that we don't know -> why.
NEVER_SENT = {
    "get_req_body_unknown_http10": "RFC 9112 6.1: Transfer-Encoding without content",
    "transfer_encoding_repair": "RFC 9112 6.1: Transfer-Encoding: foo",
}


def parsed(request):
    """Split a request into line, fields without ours, body (chunks joined) and trailer section."""
    head, _, rest = request.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    pairs = [tuple(part.strip() for part in field.split(":", 1)) for field in fields]
    pairs = sorted((name.lower(), value) for name, value in pairs if name.lower() not in OURS)
    if ("transfer-encoding", "chunked") not in pairs:
        return line, pairs, rest, b""
    body = b""
    size, rest = rest.split(b"\r\n", 1)
    while length := int(size, 16):
        body += rest[:length]
        size, rest = rest[length + 2 :].split(b"\r\n", 1)
    return line, pairs, body, rest


def expected_by(case, server):
    authority = server.url.removeprefix("http://")
    return parsed(case["expected_request"].replace("HOST:PORT", authority).encode("latin-1"))


def asked(case, server):
    """Return how our client is asked for the same: path, fields and content."""
    line, pairs, body, _ = expected = expected_by(case, server)
    method, target, _ = line.split(" ")
    given = [tuple(pair) for pair in case["request"]["headers"]]
    options = {"method": method, "headers": given, "path": target}
    if ("transfer-encoding", "chunked") in pairs:
        options["content"] = partial(iter, [body])
    elif body:
        options["content"] = body
    elif ["Content-Length", "0"] in case["request"]["headers"]:
        options["content"] = b""
    return expected, options


def test_what_we_refuse_is_what_hyper_takes():
    assert [False] == [by_name(name)["error"] for name in REFUSED]


EXCHANGES = [case for case in CASES if name_of(case) not in {*NEVER_SENT, *TUNNELS}]


@pytest.mark.parametrize("case", EXCHANGES, ids=name_of)
def test_an_exchange_is_the_one_that_hyper_has(case, observe, server):
    expected, options = asked(case, server)
    outcome = observe(octets_of(case["response"]), case["then"], **options)
    same = expected == parsed(outcome.request)
    assert (name_of(case) not in SENT_OTHERWISE) == same, outcome.request
    if case["error"] or name_of(case) in REFUSED:
        assert "reject" == outcome.verdict
    else:
        assert (200, case["body"].encode()) == (outcome.status, outcome.body)


@pytest.mark.parametrize("name", NEVER_SENT)
def test_a_request_that_hyper_repairs_is_refused_before_it_is_sent(name, server, world):
    case = by_name(name)
    content = [b"hello"] if "hello" in case["expected_request"] else None
    headers = [tuple(pair) for pair in case["request"]["headers"]]

    async def scenario():
        async with world.client(trust_env=False) as client:
            with pytest.raises(InvalidRequest):
                await client.get(server.url, headers=headers, content=content)
            assert 0 == client.connections_opened

    world.run(scenario)


@pytest.mark.parametrize("name", sorted(TUNNELS))
def test_a_tunnel_is_asked_for_by_its_authority(name, server, world, lane):
    case = by_name(name)
    script = server.play(Script(octets_of(case["response"]), case["then"]))

    async def scenario():
        async with (
            world.client(timeout=3, trust_env=False) as client,
            client.stream("CONNECT", server.url) as response,
        ):
            assert 200 == response.status_code

    world.run(scenario)
    (request,) = script.requests
    assert expected_by(case, server) == parsed(request)


def played():
    """Say which cases are graded here, and which are answered otherwise, and why."""
    otherwise = SENT_OTHERWISE | REFUSED | NEVER_SENT
    return {"http1/hyper-client.json": {"graded": CASES, "otherwise": otherwise}}
