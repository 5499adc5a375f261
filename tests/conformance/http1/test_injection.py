"""CR, LF, NUL and friends at each place that a caller controls, and framing that contradicts itself.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import json
import re
from pathlib import Path

import pytest

from httpcore_client import URL, HTTPError, InvalidHeader, Proxy, Request, Response
from testkit.raw_server import Script, response
from testkit.worlds import WORLDS

DATA = Path(__file__).parents[1] / "data" / "http1" / "request-injection.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

# RFC 9112 3 and 5, as they may stand on the wire.
LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*[\t\x20-\x7e\x80-\xff]*")

# How a place is reached: the value -> method, URL and options of one request. Where the URL is not the
# server's, the request goes through it as a proxy.
AT = "http://a.test/"
PLACES = {
    "header-value": lambda v: ("GET", AT, {"headers": {"X-A": v}}),
    "header-name": lambda v: ("GET", AT, {"headers": {v: "x"}}),
    "host-header": lambda v: ("GET", AT, {"headers": {"Host": v}}),
    "user-agent": lambda v: ("GET", AT, {"headers": {"User-Agent": v}}),
    "upgrade-protocol": lambda v: (
        "GET",
        AT,
        {"headers": {"Upgrade": v, "Connection": "upgrade"}},
    ),
    "headers": lambda v: ("POST", AT, {"headers": [tuple(p) for p in v], "content": b"hello"}),
    "method": lambda v: (v, AT, {}),
    "cookie-value": lambda v: ("GET", AT, {"cookies": {"a": v}}),
    "cookie-name": lambda v: ("GET", AT, {"cookies": {v: "b"}}),
    "url": lambda v: ("GET", v, {}),
    "url-path": lambda v: ("GET", AT + v, {}),
    "url-query": lambda v: ("GET", f"{AT}?q={v}", {}),
    "url-host": lambda v: ("GET", f"http://{v}/", {}),
    "basic-user": lambda v: ("GET", AT, {"auth": (v, "password")}),
    "multipart-name": lambda v: ("POST", AT, {"files": {v: b"x"}}),
    "multipart-filename": lambda v: ("POST", AT, {"files": {"f": (v, b"x")}}),
    "multipart-content-type": lambda v: ("POST", AT, {"files": {"f": ("n", b"x", v)}}),
    "trailer-value": lambda v: ("POST", AT, {"trailers": {"X-A": v}}),
}
# What a client does not take -> how it says so when it is given all the same.
NOT_TAKEN = {"trailer-value": "unknown option 'trailers'"}
# Places that no request has; they have tests of their own.
APART = {"proxy-header", "reason-from-mock"}
REQUESTS = [case for case in CASES if case["where"] not in APART]

NAMED = b'Content-Disposition: form-data; name="%s"; filename="%s"'

# What is sent, and which line it must make. In paths and queries CR and LF are dropped, and NUL is encoded
# (WHATWG URL, basic URL parser), before anything is compared or sent; all else is refused.
SENT = {
    "method-lower": b"GET http://a.test/ HTTP/1.1",
    "header-name-x-tchar": b"!#$%&'*+-.^_`|~09az: x",
    "header-value-x-latin1": b"X-A: caf\xe9",
    "header-value-x-tab-inside": b"X-A: a\tb",
    "header-value-x-empty": b"X-A: ",
    "url-path-crlf": b"GET http://a.test/aX-Evil:%201 HTTP/1.1",
    "url-path-cr": b"GET http://a.test/aX-Evil:%201 HTTP/1.1",
    "url-path-nul": b"GET http://a.test/a%00b HTTP/1.1",
    "url-query-crlf": b"GET http://a.test/?q=aX-Evil:%201 HTTP/1.1",
    "url-query-lf": b"GET http://a.test/?q=aX-Evil:%201 HTTP/1.1",
    "url-query-cr": b"GET http://a.test/?q=aX-Evil:%201 HTTP/1.1",
    "url-fragment-crlf": b"GET http://a.test/ HTTP/1.1",
    # In names of parts they are escaped (WHATWG HTML 4.10.21.8). A file without a name has its field's.
    "multipart-name-crlf": NAMED % (b"a%0D%0AX-Evil: 1", b"a%0D%0AX-Evil: 1"),
    "multipart-name-lf": NAMED % (b"a%0AX-Evil: 1", b"a%0AX-Evil: 1"),
    "multipart-filename-lf": NAMED % (b"f", b"a%0AX-Evil: 1"),
}


def value_of(case):
    """Read a value: text, or what its prefix says."""
    kind, _, rest = case["value"].partition(":") if isinstance(case["value"], str) else ("", "", "")
    convert = {"bytes": str.encode, "int": int}.get(kind)
    return convert(rest) if convert else case["value"]


def test_the_data_are_whole_and_each_place_is_known():
    assert 69 == len(CASES)
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


def is_documented(error):
    """Whether an error is one of ours, or a TypeError: not what a library below happened to raise."""
    return type(error).__module__.startswith("httpcore_") or type(error) is TypeError


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["id"])
def test_a_request_is_refused_before_it_is_sent_or_sent_well_formed(case, server, world, lane):
    error, opened, script = attempt(server, world, case)
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
