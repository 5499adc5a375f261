"""Conformance with data that others wrote (tests/conformance/data/url/README.md).

Three claims: no host is ever shown but the expected one; nothing that must fail is accepted; all
else is exact but for the lists below, in which every entry is a refusal, each with its reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from httpcore_urls import URL, InvalidURL, QueryParams

DATA = Path(__file__).parents[1] / "conformance" / "data" / "url"
OURS = ("http:", "https:", "ws:", "wss:")

GAP = "a tab or line break before the path is refused, not dropped"
BACKSLASH = "a backslash before the path is refused, not turned round"
BLANK = "a blank or control in the userinfo is refused, not escaped"
A_LABEL = "an xn-- label that is no valid IDNA is refused (url-authority.json demands it)"
EMPTY = "an empty label is refused (verifydnslength_tests.json demands it)"
LONG = "a label over 63 or a host over 253 octets is refused (verifydnslength_tests.json)"

# Every input that the standard accepts and we refuse.
REFUSED = {
    "http://example\t.\norg": GAP,
    "http://f:\n/c": GAP,
    "http://ho\tst/": GAP,
    "http://ho\nst/": GAP,
    "http://ho\rst/": GAP,
    "h\tt\nt\rp://h\to\ns\rt:9\t0\n0\r0/p\ta\nt\rh?q\tu\ne\rry#f\tr\na\rg": GAP,
    "\\\\x\\hello": BACKSLASH,
    "http:\\\\foo.com\\": BACKSLASH,
    "http:\\\\a\\b:c\\d@foo.com\\": BACKSLASH,
    "http://a:b@c\\": BACKSLASH,
    "ws://a@b\\c": BACKSLASH,
    "http://example.com\\\\foo\\\\bar": BACKSLASH,
    "http:\\\\www.google.com\\foo": BACKSLASH,
    "///\\//\\//test": BACKSLASH,
    "/\\/\\//example.org/../path": BACKSLASH,
    "http://///\\'": BACKSLASH,
    "https://user:pass[\x7f@foo/bar": BLANK,
    "wss:// !\"$%&'()*+,-.;<=>@[]^_`{|}~@host/": BLANK,
    "wss://joe: !\"$%&'()*+,-.:;<=>@[]^_`{|}~@host/": BLANK,
    "http://a.b.c.xn--pokxncvks": A_LABEL,
    "http://10.0.0.xn--pokxncvks": A_LABEL,
    "http://a.b.c.XN--pokxncvks": A_LABEL,
    "http://a.b.c.Xn--pokxncvks": A_LABEL,
    "http://10.0.0.XN--pokxncvks": A_LABEL,
    "http://10.0.0.xN--pokxncvks": A_LABEL,
    "https://xn--/": A_LABEL,
    "http://./": EMPTY,
    "http://../": EMPTY,
    "http://foo.09..": EMPTY,
}

REFUSED_HOSTS = {
    "x..xn--zca": EMPTY,
    "x..ß": EMPTY,
    "xn--a": A_LABEL,
    "xn--a.xn--zca": A_LABEL,
    "xn--ls8h=": A_LABEL,
    "xn--1ug.example": A_LABEL,
    "xn--a-yoc": A_LABEL,
    "xn--zn7c.com": A_LABEL,
    "xn--0.com": A_LABEL,
}


def load(name: str) -> list[dict[str, Any]]:
    cases = json.loads((DATA / name).read_text("utf-8"))
    return [case for case in cases if isinstance(case, dict)]


def parse(case: dict[str, Any]) -> URL | None:
    base = case.get("base")
    try:
        if base is None or base == "about:blank":
            return URL(case["input"])
        return URL(base).resolve_with(case["input"])
    except InvalidURL:
        return None


def is_ours(case: dict[str, Any]) -> bool:
    places = (case.get("href"), case["input"].strip().lower(), case.get("base"))
    return any(place is not None and place.startswith(OURS) for place in places)


WEB_CASES = [
    case
    for name in ("urltestdata.json", "ada_extra_urltestdata.json")
    for case in load(name)
    if is_ours(case) and not case["input"].startswith("file:")
]


def test_web_cases_are_all_there():
    assert len(WEB_CASES) > 500


@pytest.mark.parametrize("case", WEB_CASES, ids=lambda case: ascii(case["input"])[:60])
def test_web_url_is_read_as_browsers_read_it(case: dict[str, Any]):
    url = parse(case)
    if case.get("failure") or case["input"] in REFUSED:
        assert url is None
        return
    assert url is not None
    assert case["href"] == str(url)
    assert case["hostname"] == (f"[{url.host}]" if ":" in url.host else url.host)
    assert case["port"] == ("" if url.explicit_port is None else str(url.explicit_port))
    assert case["pathname"] == url.path
    assert case["search"] == (f"?{url.query}" if url.query else "")
    assert case["hash"] == (f"#{url.fragment}" if url.fragment else "")


def test_no_refusal_is_listed_in_vain():
    accepted = {case["input"] for case in WEB_CASES if not case.get("failure")}
    assert not set(REFUSED) - accepted


# The standard's generic rules hold for other schemes; `file:` is none of our business.
OTHER_CASES = [
    case
    for case in load("urltestdata.json")
    if not is_ours(case)
    and not (case.get("href") or "").startswith("file:")
    and not (case.get("base") or "").startswith(("file:", "about:"))
    and not case["input"].lower().startswith("file:")
]
REFUSED_OTHERS = {
    "foo://ho\tst/": GAP,
    "foo://ho\nst/": GAP,
    "foo://ho\rst/": GAP,
    "foo:// !\"$%&'()*+,-.;<=>@[\\]^_`{|}~@host/": BACKSLASH,
    "foo://joe: !\"$%&'()*+,-.:;<=>@[\\]^_`{|}~@host/": BACKSLASH,
}


@pytest.mark.parametrize("case", OTHER_CASES, ids=lambda case: ascii(case["input"])[:60])
def test_other_scheme_is_kept_sanely(case: dict[str, Any]):
    url = parse(case)
    controls_in_host = case["input"].startswith("sc://\x01")
    if case.get("failure") or case["input"] in REFUSED_OTHERS or controls_in_host:
        assert url is None
    else:
        assert case["href"] == str(url)


@pytest.mark.parametrize("case", load("toascii.json"), ids=lambda case: ascii(case["input"])[:60])
def test_host_is_mapped_to_ascii(case: dict[str, Any]):
    text, expected = case["input"], case["output"]
    too_long = expected is not None and max(map(len, expected.split("."))) > 63
    too_long = too_long or len(expected or "") > 253
    try:
        host = URL(f"https://{text}/x").host
    except InvalidURL:
        host = None
    assert (None if too_long or text in REFUSED_HOSTS else expected) == host


# Without the empty host: the slashes of https:///x are ignored, so that x is the host there.
IDNA_CASES = [case for case in load("IdnaTestV2.json") if case["input"]]


# The comments name the rules of UTS 46 that a name breaks; the data mark those that browsers skip.
SKIPPED_BY_BROWSERS = " (ignored)"
DNS_LENGTH = {"A4_1", "A4_2"}  # empty and long labels, long names: those we do check


def parse_host(case: dict[str, Any]) -> str | None:
    try:
        return URL(f"https://{case['input']}/x").host
    except InvalidURL:
        return None


def broken_rules(case: dict[str, Any]) -> set[str]:
    """Name the rules for which we must refuse a name.

    The data let every ASCII name pass, whatever its xn-- labels say; the comment still names what
    is wrong with them.
    """
    rules = set(filter(None, case.get("comment", "").split("; ")))
    skipped = {rule for rule in rules if rule.endswith(SKIPPED_BY_BROWSERS)}
    return (rules - skipped) | ({rule.split()[0] for rule in skipped} & DNS_LENGTH)


@pytest.mark.parametrize("case", IDNA_CASES, ids=lambda case: ascii(case["input"])[:40])
def test_name_is_read_by_uts_46_and_refused_only_where_it_breaks_a_rule(case: dict[str, Any]):
    host = parse_host(case)
    if host is None:
        assert case["output"] is None or broken_rules(case)
    else:
        assert case["output"] == host


def test_deviations_of_idna_are_counted():
    refused = [
        case for case in IDNA_CASES if case["output"] is not None and parse_host(case) is None
    ]
    lengths = [case for case in refused if broken_rules(case) <= DNS_LENGTH]
    # Of the rest each is an xn-- label that does not decode to a valid name.
    assert all("xn--" in case["output"] for case in refused if case not in lengths)
    assert (len(IDNA_CASES), len(refused), len(lengths)) == (2670, 868, 108)


@pytest.mark.parametrize(
    "case", load("verifydnslength_tests.json"), ids=lambda case: case["input"][:60]
)
def test_names_too_long_for_dns_are_refused(case: dict[str, Any]):
    assert case["failure"] == (parse(case) is None)


AUTHORITIES = json.loads((DATA / "url-authority.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", AUTHORITIES, ids=lambda case: case["id"])
def test_host_is_the_one_that_is_meant(case: dict[str, Any]):
    url = parse({"input": case["url"]})
    host = "error" if url is None else f"[{url.host}]" if ":" in url.host else url.host
    assert host in case.get("may", [case["host"]])


@pytest.mark.parametrize(
    "case", load("percent-encoding.json"), ids=lambda case: ascii(case["input"])
)
def test_query_is_escaped_as_utf8(case: dict[str, Any]):
    if "utf-8" in case["output"]:
        assert case["output"]["utf-8"] == URL(f"https://h/?{case['input']}").query


@pytest.mark.parametrize(
    "case", load("urlencoded-parser-data.json"), ids=lambda case: ascii(case["input"])
)
def test_form_text_is_read_as_pairs(case: dict[str, Any]):
    assert [tuple(pair) for pair in case["output"]] == QueryParams(case["input"]).multi_items()


# setters_tests.json: name there, argument of copy_with, and the delimiter that the argument lacks.
SETTERS = {
    "protocol": ("scheme", ":"),
    "username": ("username", ""),
    "password": ("password", ""),
    "hostname": ("host", ""),
    "port": ("port", ""),
    "pathname": ("path", ""),
    "search": ("query", "?"),
    "hash": ("fragment", "#"),
}
DELIMITER = "text that holds more than the part is refused, not cut"
DROPPED = "a tab or line break is refused, not dropped"
OTHER_SCHEME = "copy_with may change to a scheme of the other kind"
CLEAR = "user name and password are given in the clear: % means itself"
REMOVED = "the empty text removes query or fragment with its delimiter"
# Where the answer is another: None for a refusal.
CHANGED: dict[tuple[str, str], tuple[str | None, str]] = {
    ("protocol", "https:foo : bar"): (None, DELIMITER),
    ("protocol", "h\r\ntt\tps"): (None, DROPPED),
    ("protocol", "https\r"): (None, DROPPED),
    ("hostname", "example.com/stuff"): (None, DELIMITER),
    ("hostname", "example.com?stuff"): (None, DELIMITER),
    ("hostname", "example.com#stuff"): (None, DELIMITER),
    ("hostname", "example.com\\stuff"): (None, DELIMITER),
    ("hostname", "test/@aaa"): (None, DELIMITER),
    ("hostname", "test/:aaa"): (None, DELIMITER),
    ("hostname", "foo\t\r\nbar"): (None, DROPPED),
    ("hostname", "xn--"): (None, A_LABEL),
}
REASONED = {
    ("protocol", "file"): OTHER_SCHEME,
    ("protocol", "b"): OTHER_SCHEME,
    ("protocol", "s"): OTHER_SCHEME,
    ("search", "?"): REMOVED,
    ("hash", "#"): REMOVED,
}
SETTER_CASES = [
    (name, case)
    for name, cases in json.loads((DATA / "setters_tests.json").read_text("utf-8")).items()
    if name in SETTERS
    for case in cases
    if case["href"].startswith(OURS)
    and (name != "port" or not case["new_value"] or case["new_value"].isdecimal())
]


@pytest.mark.parametrize(
    ("name", "case"), SETTER_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_part_is_changed_as_browsers_change_it(name: str, case: dict[str, Any]):
    argument, delimiter = SETTERS[name]
    text = case["new_value"]
    value: Any = text.removesuffix(":") if name == "protocol" else text.removeprefix(delimiter)
    if name == "port":
        value = int(text) if text else None
    url = URL(case["href"])
    try:
        changed = str(url.copy_with(**{argument: value}))
    except InvalidURL:
        changed = None
    if (name, text) in REASONED or (name in ("username", "password") and "%" in text):
        assert changed != case["expected"]["href"]
    elif (name, text) in CHANGED:
        assert CHANGED[name, text][0] == changed
    elif case["expected"]["href"] == str(url):
        # What browsers ignore is an error here, unless it changes nothing anyway.
        assert changed in (None, str(url))
    else:
        assert case["expected"]["href"] == changed
