"""What a caller says to smuggle something into a request: at which places, and what comes of it.

The cases are in tests/conformance/data/http1/request-injection.json.
"""

import json
from pathlib import Path

DATA = Path(__file__).parents[2] / "conformance" / "data" / "http1" / "request-injection.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

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


def is_documented(error):
    """Whether an error is one of ours, or a TypeError: not what a library below happened to raise."""
    return type(error).__module__.startswith("httpcore_") or type(error) is TypeError
