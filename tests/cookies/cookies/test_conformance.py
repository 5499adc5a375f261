"""The jar against data nobody here wrote; sources stand in tests/conformance/data/*/README.md.

Where RFC 6265 and 6265bis differ the jar follows 6265bis.
"""

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from httpcore_cookies import CookieJar, parse_cookie_date
from httpcore_cookies.cookies._persist import from_json, to_json

DATA = Path(__file__).parents[2] / "conformance" / "data"
AT_2010 = 1262304000.0  # the http-state cases take dates in 2019 for the future
AT_2026 = 1767225600.0

# What we answer otherwise -> why.
WPT_DEVIATIONS = {
    "test=42; domain=sibling.example.org; domain=": "6265bis: an empty last Domain is host-only",
}
OF_THE_CLIENT = {"explicit-cookie-header", "redirect-cookie-header-dropped"}  # and tested there
NOT_GRADED = "the data say so: DISABLED_*, OPTIONAL_*"


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def octets(text: str) -> str:
    """Give text as fields carry it: its UTF-8 octets read as ISO-8859-1."""
    return text.encode().decode("latin-1")


def is_graded(case: dict[str, Any]) -> bool:
    return not case["test"].startswith(("DISABLED_", "OPTIONAL_"))


DIFFERENCES = load("cookies/http-state-6265bis-differences.json")["cases"]
BIS = {case["test"]: case["rfc6265bis"] for case in DIFFERENCES}
HTTP_STATE = load("cookies/http-state-parser.json")


def sent_of_http_state(case: dict[str, Any]) -> str | None:
    jar = CookieJar(clock=lambda: AT_2010)
    path = f"/cookie-parser?{case['test']}"
    received = [octets(value) for value in case["received"]]
    jar.extract(received, scheme="http", host="home.example.org", path=path)
    base = f"http://home.example.org:8888{path}"
    to = urlsplit(urljoin(base, case.get("sent-to", f"/cookie-parser-result?{case['test']}")))
    return jar.header(scheme="http", host=to.hostname or "", path=to.path)


def expected_by_http_state(case: dict[str, Any]) -> str | None:
    pairs = BIS.get(case["test"]) or [[each["name"], each["value"]] for each in case["sent"]]
    return "; ".join(octets(f"{name}={value}" if name else value) for name, value in pairs) or None


def test_http_state() -> None:
    cases = {case["test"]: case for case in HTTP_STATE if is_graded(case)}
    sent = {name: sent_of_http_state(case) for name, case in cases.items()}
    assert {name: expected_by_http_state(case) for name, case in cases.items()} == sent


DATES = {
    name: load(f"cookies/http-state-dates-{name}.json") for name in ("examples", "bsd-examples")
}


@pytest.mark.parametrize("name", DATES)
def test_http_state_dates(name: str) -> None:
    expected = {
        case["test"]: case["expected"] and parsedate_to_datetime(case["expected"]).timestamp()
        for case in DATES[name]
    }
    assert expected == {text: parse_cookie_date(text) for text in expected}


WPT = load("cookies/wpt-cookie-attributes.json")["cases"]


def sent_of_wpt(case: dict[str, Any]) -> str | None:
    jar = CookieJar(clock=lambda: AT_2026)
    path = "/cookies/attributes/resources/path.html"
    for value in case["cookie"]:
        jar.extract([value], scheme="http", host="home.example.org", path=path)
    host = case.get("location", "home.example.org")
    return jar.header(scheme="http", host=host, path=path)


def test_wpt_attributes() -> None:
    wrong = [case for case in WPT if sent_of_wpt(case) != (case["expected"] or None)]
    assert [*WPT_DEVIATIONS] == ["".join(case["cookie"]) for case in wrong]


PATHS = load("cookies/wpt-path-match.json")["cases"]


def test_wpt_paths() -> None:
    for case in PATHS:
        jar = CookieJar(clock=lambda: AT_2026)
        page = "/cookies/path/echo-cookie.html"
        value = f"a=b; Path={case.get('set_path_octets', case.get('path'))}"
        jar.extract([value], scheme="http", host="a.test", path=page)
        sent = jar.header(scheme="http", host="a.test", path=case.get("request_path", page))
        assert (case, case["match"]) == (case, sent == "a=b")


class Steps:
    """Runs the steps of one case of own/cookie-jar.json."""

    def __init__(self) -> None:
        self.now = AT_2026
        self.jar = CookieJar(clock=lambda: self.now)

    def place(self, url: str) -> dict[str, str]:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()  # URLs give hosts in ASCII
        return {"scheme": parts.scheme, "host": host, "path": parts.path or "/"}

    def run(self, step: dict[str, Any]) -> None:
        if "set" in step:
            values = [octets(value) for value in step["headers"]]
            self.jar.extract(values, **self.place(step["set"]))
        elif "advance" in step:
            self.now += step["advance"]
        elif "set_hosts" in step:
            for number in range(step["count"]):
                self.jar.extract([step["template"]], **self.place(step["set_hosts"] % number))
        elif "total_at_most" in step:
            assert 2700 <= len(self.jar.cookies()) <= min(3000, step["total_at_most"])
        elif "save_load" in step:
            saved = to_json(self.jar.cookies())
            self.jar.clear()
            self.jar.add(from_json(saved))
        elif "expect_contains" in step:
            sent = self.jar.header(**self.place(step["get"])) or ""
            assert set(step["expect_contains"]) <= set(sent.split("; "))
        else:
            sent = self.jar.header(**self.place(step["get"]))
            assert [octets(pair) for pair in step["expect"]] == (sent.split("; ") if sent else [])


OWN = [c for c in load("own/cookie-jar.json")["cases"] if c["id"] not in OF_THE_CLIENT]


@pytest.mark.parametrize("case", OWN, ids=lambda case: case["id"])
def test_own_cookie_jar(case: dict[str, Any]) -> None:
    steps = Steps()
    for step in case["steps"]:
        steps.run(step)


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here, which are answered otherwise or left out, and why."""
    http_state = {"parser": HTTP_STATE, "6265bis-differences": DIFFERENCES}
    return {
        **{
            f"cookies/http-state-{name}.json": {
                "graded": [case for case in cases if is_graded(case)],
                "left out": {NOT_GRADED: [case for case in cases if not is_graded(case)]},
            }
            for name, cases in http_state.items()
        },
        **{f"cookies/http-state-dates-{name}.json": {"graded": DATES[name]} for name in DATES},
        "cookies/wpt-cookie-attributes.json": {"graded": WPT, "otherwise": WPT_DEVIATIONS},
        "cookies/wpt-path-match.json": {"graded": PATHS},
        "own/cookie-jar.json": {"graded": OWN},
    }
