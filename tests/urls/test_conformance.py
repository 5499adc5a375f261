"""Conformance with data that others wrote (tests/conformance/data/url/README.md).

Three claims: no host is ever shown but the expected one; nothing that must fail is accepted; all
else is exact but for the lists below, in which every entry is a refusal, each with its reason. What
is in a list and passes fails the test.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from httpcore_urls import URL, InvalidURL, QueryParams
from httpcore_urls._punycode import decode, encode

DATA = Path(__file__).parents[1] / "conformance" / "data" / "url"
OURS = ("http:", "https:", "ws:", "wss:")
REFUSAL = "refused"

GAP = "a tab or line break before the path is refused, not dropped"
BACKSLASH = "a backslash before the path is refused, not turned round"
BLANK = "a blank or control in the userinfo is refused, not escaped"
A_LABEL = "an xn-- label that is no valid IDNA is refused (url-authority.json demands it)"
EMPTY = "an empty label is refused (verifydnslength_tests.json demands it)"
LONG = "a label over 63 or a host over 253 octets is refused (verifydnslength_tests.json)"
CONTROLS = "a control character in a host is refused, not escaped"

# Every input that the standard accepts and we refuse, of our schemes and of others.
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
    "foo://ho\tst/": GAP,
    "foo://ho\nst/": GAP,
    "foo://ho\rst/": GAP,
    "sc://\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c"
    "\x1d\x1e\x1f\x7f!\"$%&'()*+,-.;=_`{}~/": CONTROLS,
    "foo:// !\"$%&'()*+,-.;<=>@[\\]^_`{|}~@host/": BACKSLASH,
    "foo://joe: !\"$%&'()*+,-.:;<=>@[\\]^_`{|}~@host/": BACKSLASH,
}
# The standard's generic rules hold for other schemes.
NOT_OURS = "file: is for programs with files, and about:blank no base for us"

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


# -- URLs --


def is_ours(case: dict[str, Any]) -> bool:
    if case.get("base") == "about:blank":
        return not case["input"].startswith(("#", "file:"))
    places = (case.get("href"), case["input"].lower(), case.get("base"))
    return not any(place is not None and place.startswith("file:") for place in places)


URL_FILES = ("urltestdata.json", "ada_extra_urltestdata.json")
URLS = {name: [case for case in load(name) if is_ours(case)] for name in URL_FILES}


def shown(url: URL) -> dict[str, str]:
    """Name the parts as the data do."""
    return {
        "href": str(url),
        "protocol": f"{url.scheme}:",
        "origin": str(url.origin),
        "hostname": f"[{url.host}]" if ":" in url.host else url.host,
        "port": "" if url.explicit_port is None else str(url.explicit_port),
        "pathname": url.path,
        "search": f"?{url.query}" if url.query else "",
        "searchParams": str(url.params),
        "hash": f"#{url.fragment}" if url.fragment else "",
    }


def answer(case: dict[str, Any]) -> Any:
    """Say what is otherwise than the case has it: REFUSAL, or the parts that we show; or nothing."""
    url = parse(case)
    if url is None:
        return None if case.get("failure") else REFUSAL
    if case.get("failure"):
        return str(url)
    graded = shown(url) if case["href"].startswith(OURS) else {"href": str(url)}
    return {name: text for name, text in graded.items() if case.get(name, text) != text} or None


@pytest.mark.parametrize("name", URL_FILES)
def test_urls_are_read_as_browsers_read_them(name: str):
    expected = {case["input"]: REFUSAL for case in URLS[name] if case["input"] in REFUSED}
    assert expected == {case["input"]: found for case in URLS[name] if (found := answer(case))}


def test_no_refusal_is_listed_in_vain():
    assert set(REFUSED) <= {case["input"] for cases in URLS.values() for case in cases}


NAME_LENGTHS = load("verifydnslength_tests.json")


def test_names_too_long_for_dns_are_refused():
    assert [] == [case for case in NAME_LENGTHS if case["failure"] != (parse(case) is None)]


AUTHORITIES = json.loads((DATA / "url-authority.json").read_text("utf-8"))["cases"]


def test_host_is_the_one_that_is_meant():
    hosts = {case["id"]: parse({"input": case["url"]}) for case in AUTHORITIES}
    found = {id_: "error" if url is None else shown(url)["hostname"] for id_, url in hosts.items()}
    wrong = [
        case for case in AUTHORITIES if found[case["id"]] not in case.get("may", [case["host"]])
    ]
    assert [] == wrong


# -- hosts --


def host_of(text: str) -> str | None:
    try:
        return URL(f"https://{text}/x").host
    except InvalidURL:
        return None


def too_long(name: str) -> bool:
    return len(name) > 253 or max(map(len, name.split("."))) > 63


TO_ASCII = load("toascii.json")
REFUSED_HOSTS |= {
    case["input"]: LONG for case in TO_ASCII if case["output"] and too_long(case["output"])
}


def test_host_is_mapped_to_ascii():
    found = {case["input"]: (case["output"], host_of(case["input"])) for case in TO_ASCII}
    otherwise = {text: host for text, (expected, host) in found.items() if expected != host}
    assert dict.fromkeys(REFUSED_HOSTS) == otherwise


# Without the empty host: the slashes of https:///x are ignored, so that x is the host there.
NO_HOST = "without a host the path begins with one (https:///x)"
IDNA_FILES = ("IdnaTestV2.json", "IdnaTestV2-removed.json")
IDNA = {name: [case for case in load(name) if case["input"]] for name in IDNA_FILES}

# The comments name the rules of UTS 46 that a name breaks; the data mark those that browsers skip.
SKIPPED_BY_BROWSERS = " (ignored)"
DNS_LENGTH = {"A4_1", "A4_2"}  # empty and long labels, long names: those we do check


def broken_rules(case: dict[str, Any]) -> set[str]:
    """Name the rules for which we must refuse a name.

    The data let every ASCII name pass, whatever its xn-- labels say; the comment still names what
    is wrong with them.
    """
    rules = set(filter(None, case.get("comment", "").split("; ")))
    skipped = {rule for rule in rules if rule.endswith(SKIPPED_BY_BROWSERS)}
    return (rules - skipped) | ({rule.split()[0] for rule in skipped} & DNS_LENGTH)


def idna_refusals(name: str) -> dict[str, str]:
    """Give the names that the data let pass and we refuse, each with the reason."""
    return {
        case["input"]: f"{EMPTY}; {LONG}" if broken_rules(case) <= DNS_LENGTH else A_LABEL
        for case in IDNA[name]
        if case["output"] is not None and host_of(case["input"]) is None
    }


@pytest.mark.parametrize("name", IDNA_FILES)
def test_names_are_read_by_uts_46_and_refused_only_where_they_break_a_rule(name: str):
    refused = idna_refusals(name)
    for case in IDNA[name]:
        if case["input"] not in refused:
            assert case["output"] == host_of(case["input"]), case
            continue
        assert broken_rules(case), case
        if refused[case["input"]] == A_LABEL:
            assert "xn--" in case["output"], case


# -- text --

ESCAPES = load("percent-encoding.json")
FORMS = load("urlencoded-parser-data.json")


def test_a_query_is_escaped_as_utf_8():
    expected = {case["input"]: case["output"]["utf-8"] for case in ESCAPES}
    assert expected == {text: URL(f"https://h/?{text}").query for text in expected}


def test_form_text_is_read_as_pairs():
    expected = {case["input"]: [tuple(pair) for pair in case["output"]] for case in FORMS}
    assert expected == {text: QueryParams(text).multi_items() for text in expected}


PUNYCODE = load("punycode_tests.json")
BAD_PUNYCODE = load("bad_punycode_tests.json")


def test_text_is_written_in_punycode_and_read_back():
    wrong = [
        case
        for case in PUNYCODE
        if (case["encoded"], case["decoded"]) != (encode(case["decoded"]), decode(case["encoded"]))
    ]
    assert [] == wrong


def test_a_label_that_is_too_long_for_punycode_is_refused():
    assert [None] == [host_of(case["decoded"]) for case in BAD_PUNYCODE]


def played() -> dict[str, dict[str, Any]]:
    """Say for each file which cases are graded here, and which are answered otherwise, and why."""
    return {
        **{
            f"url/{name}": {
                "graded": cases,
                "otherwise": {
                    c["input"]: REFUSED[c["input"]] for c in cases if c["input"] in REFUSED
                },
                "left out": {NOT_OURS: [case for case in load(name) if not is_ours(case)]},
            }
            for name, cases in URLS.items()
        },
        **{
            f"url/{name}": {
                "graded": cases,
                "otherwise": idna_refusals(name),
                "left out": {NO_HOST: [case for case in load(name) if not case["input"]]},
            }
            for name, cases in IDNA.items()
        },
        "url/toascii.json": {"graded": TO_ASCII, "otherwise": REFUSED_HOSTS},
        "url/verifydnslength_tests.json": {"graded": NAME_LENGTHS},
        "url/url-authority.json": {"graded": AUTHORITIES},
        "url/percent-encoding.json": {"graded": ESCAPES},
        "url/urlencoded-parser-data.json": {"graded": FORMS},
        "url/punycode_tests.json": {"graded": PUNYCODE},
        "url/bad_punycode_tests.json": {"graded": BAD_PUNYCODE},
    }
