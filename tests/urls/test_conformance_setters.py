"""What `copy_with` makes of the cases for the setters of browsers' URLs (setters_tests.json).

A setter does what it can and says nothing; an argument of ours is right or refused. So what browsers
ignore is an error here, unless it changes nothing anyway; all else that we do otherwise has a reason
below, which says of every such case, and of no other, that it is one.
"""

import json
import re
from pathlib import Path
from typing import Any

from httpcore_urls import URL, InvalidURL

DATA = Path(__file__).parents[1] / "conformance" / "data" / "url" / "setters_tests.json"

# The name of a setter: the argument of copy_with, and the delimiter that the argument lacks.
ARGUMENTS = {
    "protocol": ("scheme", ":"),
    "username": ("username", ""),
    "password": ("password", ""),
    "hostname": ("host", ""),
    "port": ("port", ""),
    "pathname": ("path", ""),
    "search": ("query", "?"),
    "hash": ("fragment", "#"),
}
PLACES = ("host", "hostname")
SPECIAL = ("http:", "https:", "ws:", "wss:", "ftp:")

Case = dict[str, Any]


def holds_more(name: str, _: str, text: str) -> bool:
    delimiter = {"protocol": ":", "host": r"[/?#\\]", "hostname": r"[/?#\\]"}.get(name)
    return delimiter is not None and re.search(delimiter, text) is not None


def has_no_port(name: str, _: str, text: str) -> bool:
    ports = r"(\[.*\]|[^:\[\]]*):(\d+\D.*|[a-z]+|65536|)"
    return name == "host" and re.fullmatch(ports, text) is not None


def is_broken(name: str, _: str, text: str) -> bool:
    return name not in ("username", "password") and re.search(r"[\t\n\r]", text) is not None


def changes_kind(name: str, url: str, text: str) -> bool:
    other = text in ("", "file") or (f"{text}:" in SPECIAL) != url.startswith(SPECIAL)
    return name == "protocol" and other


def is_escaped(name: str, _: str, text: str) -> bool:
    return name in ("username", "password") and "%" in text


def leaves_nothing(name: str, _: str, text: str) -> bool:
    return (name, text) in (("search", "?"), ("hash", "#"))


def has_loose_path(name: str, url: str, text: str) -> bool:
    """Whether there is no host, and no slash at the start of the old path or the new one."""
    _, _, after = url.partition(":")
    slashes = after.startswith("/") and text.startswith("/")
    return name == "pathname" and not after.startswith("//") and not slashes


# Why the answer is another, and for which setters, URLs and texts.
OTHERWISE = {
    "text that holds more than the part is refused, not cut": holds_more,
    "a port that is none is refused, not cut or passed over": has_no_port,
    "a tab or line break is refused or escaped, not dropped": is_broken,
    "an xn-- label that is no valid IDNA is refused": lambda name, _, text: text == "xn--",
    "copy_with may change to a scheme of another kind, or to none": changes_kind,
    "user name and password are given in the clear: % means itself": is_escaped,
    "the empty text removes query or fragment with its delimiter": leaves_nothing,
    "a path without a host is taken as it is given": has_loose_path,
}
NUMBERS = "copy_with takes a port as a number"
WHOLE = "another URL is another object"
NOT_OURS = "file: is for programs with files"

CASES = [
    {"name": name, **case}
    for name, cases in json.loads(DATA.read_text("utf-8")).items()
    if name != "comment"
    for case in cases
]


def reason_to_leave_out(case: Case) -> str:
    if case["name"] == "href":
        return WHOLE
    if case["href"].startswith("file:"):
        return NOT_OURS
    is_number = re.fullmatch(r"\d*", case["new_value"])
    return NUMBERS if case["name"] == "port" and not is_number else ""


GRADED = [case for case in CASES if not reason_to_leave_out(case)]


def changed(case: Case) -> str | None:
    """Give the changed URL, or None where the change is refused."""
    name, text = case["name"], case["new_value"]
    if name == "host":  # with or without a port
        argument, value = ("authority" if re.search(r":\d+$", text) else "host"), text
    else:
        argument, delimiter = ARGUMENTS[name]
        value = text.removesuffix(":") if name == "protocol" else text.removeprefix(delimiter)
    if name == "port":
        value = int(text) if text else None
    try:
        return str(URL(case["href"]).copy_with(**{argument: value}))
    except InvalidURL:
        return None


def reason_of(case: Case) -> str | None:
    """Say why the answer to a case is another, if it is."""
    about = case["name"], case["href"], case["new_value"]
    return next((reason for reason, holds in OTHERWISE.items() if holds(*about)), None)


def is_ignored(case: Case) -> bool:
    """Whether the change does nothing in a browser, and is refused here."""
    return changed(case) is None and case["expected"]["href"] == str(URL(case["href"]))


ANSWERED = [case for case in GRADED if not is_ignored(case)]


def test_part_is_changed_as_browsers_change_it():
    wrong = [case for case in ANSWERED if changed(case) != case["expected"]["href"]]
    assert [case for case in ANSWERED if reason_of(case)] == wrong
    assert set(OTHERWISE) == {reason_of(case) for case in wrong}


def played() -> dict[str, Case]:
    """Say which cases are graded here, which are answered otherwise, which are left out, and why."""
    left_out: dict[str, list[Case]] = {}
    for case in CASES:
        if reason := reason_to_leave_out(case):
            left_out.setdefault(reason, []).append(case)
    otherwise = {
        f"{case['name']} of {case['href']}: {case['new_value']!a}": reason_of(case)
        for case in ANSWERED
        if reason_of(case)
    }
    return {
        "url/setters_tests.json": {
            "graded": GRADED,
            "otherwise": otherwise,
            "left out": left_out,
        }
    }
