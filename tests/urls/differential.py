"""Our parser beside the reference, on any text.

Two claims about `URL(text)` and `URL(base).resolve_with(text)`. What ours accepts, the standard
accepts and reads the same. What ours refuses and the standard accepts is of a documented kind, for
each of which a predicate on the input stands here; and all that is of such a kind is refused.
Besides, a URL reads back from its own text.

test_reference.py makes these claims on texts of Hypothesis, tests/fuzz/ on those of a fuzzer.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from httpcore_urls import URL, InvalidURL

from .reference import (
    DEFAULT_PORTS,
    EOF,
    UNSURE,
    Failure,
    Machine,
    Record,
    domain_to_ascii,
    parse,
    percent_decode,
)

DATA: Final = Path(__file__).parents[1] / "conformance" / "data" / "url"
MAX_CHARACTERS: Final = 262_144
BLANK: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\s]")
GAPS: Final = "\t\n\r"
Skip = NotImplementedError  # the reference's word for file:


# What is refused though the standard accepts it. Each asks the reference what it made of the input.


class Watch(Machine):
    """The machine, remembering which code points it read before the path, and which host."""

    def __init__(self, text: str, base: Record | None) -> None:
        super().__init__(text, base)
        self.head_end = 0
        self.host_text: str | None = None

    def watched(self) -> "Watch":
        before_path = (
            self.special_authority_ignore_slashes_state,
            self.authority_state,
            self.host_state,
            self.port_state,
        )
        while True:
            ends_scheme = self.state == self.scheme_state and self.c == ":"
            if ends_scheme or self.state in before_path:
                self.head_end = max(self.head_end, self.pointer + 1)
            self.state()
            if self.pointer >= 0 and self.c == EOF:
                return self
            self.pointer += 1

    def take_host(self) -> None:
        self.host_text = self.buffer
        super().take_host()


def head(text: str, watch: Watch) -> str:
    """Give the text as written up to the code point that ends the authority, or the scheme."""
    text = text.strip("".join(map(chr, range(0x21))))
    read = 0
    for i, c in enumerate(text):
        if read == watch.head_end:
            return text[:i].rstrip(GAPS)
        read += c not in GAPS
    return text


def has_blank_before_path(text: str, watch: Watch) -> bool:
    return BLANK.search(head(text, watch)) is not None


def has_name(watch: Watch) -> bool:
    """Whether the text gives a domain: neither an address, nor the host of another scheme."""
    host = watch.url.host
    if watch.host_text is None or host is None or not watch.url.is_special:
        return False
    return not host.startswith("[") and re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host) is None


def has_bad_length(text: str, watch: Watch) -> bool:
    if not has_name(watch):
        return False
    host = (watch.url.host or "").removesuffix(".")
    return len(host) > 253 or any(not 1 <= len(label) <= 63 for label in host.split("."))


def idna_of(watch: Watch) -> str | None:
    """Give what UTS 46 makes of the host, None being failure: the standard asks only if not ASCII."""
    host = watch.url.host or ""
    if not has_name(watch) or not any(label.startswith("xn--") for label in host.split(".")):
        return host
    try:
        return domain_to_ascii(host)
    except Failure:
        return None


def has_bad_a_label(text: str, watch: Watch) -> bool:
    return idna_of(watch) not in (watch.url.host or "", UNSURE)


def is_too_long(text: str, watch: Watch) -> bool:
    return max(len(text), len(watch.url.href)) > MAX_CHARACTERS


def is_long_as_written(text: str, watch: Watch) -> bool:
    """The host is short enough, but not before it is mapped, or before zeros are dropped."""
    if watch.host_text is None or not watch.url.is_special:
        return False
    return len(percent_decode(watch.host_text).decode(errors="replace")) > 253


DOCUMENTED: Final[dict[str, Callable[[str, Watch], bool]]] = {
    "blank, control or backslash before the path": has_blank_before_path,
    "empty or long label, or long host": has_bad_length,
    "xn-- label that is no IDNA": has_bad_a_label,
    "too many characters": is_too_long,
}


# The comparison


def disagreement(text: str, base: str | None, seen: Counter[str]) -> str | None:
    """Say in what ours and the reference differ, or None; what came of it is counted in `seen`."""
    try:
        standard_base = None if base is None else parse(base)
        expected = parse(text, standard_base)
    except Skip:
        seen["skipped: file"] += 1
        return None
    if standard_base is not None and standard_base.host == UNSURE:
        seen["skipped: base unsure"] += 1
        return None
    try:
        our_base = None if base is None else URL(base)
    except InvalidURL:
        seen["skipped: base refused"] += 1
        return None
    try:
        ours = URL(text) if our_base is None else our_base.resolve_with(text)
    except InvalidURL as error:
        return refusal(text, standard_base, expected, error, seen)
    return acceptance(text, standard_base, ours, expected, seen)


def refusal(
    text: str, base: Record | None, expected: Record | None, error: InvalidURL, seen: Counter[str]
) -> str | None:
    if expected is None:
        seen["refused by both"] += 1
        return None
    if expected.host == UNSURE:
        seen["skipped: host unsure"] += 1
        return None
    watch = Watch(text, base).watched()
    if idna_of(watch) == UNSURE:
        seen["skipped: host unsure"] += 1
        return None
    for kind, applies in {**DOCUMENTED, "host long as written": is_long_as_written}.items():
        if applies(text, watch):
            seen[f"refused by ours: {kind}"] += 1
            return None
    return f"refused ({error.reason}), but the standard gives {expected.href!r}"


def acceptance(
    text: str, base: Record | None, ours: URL, expected: Record | None, seen: Counter[str]
) -> str | None:
    if expected is None:
        return f"accepted as {str(ours)!r}, but the standard fails"
    if URL(str(ours)) != ours:
        return f"{str(ours)!r} does not read back: {str(URL(str(ours)))!r}"
    if expected.host == UNSURE:
        seen["skipped: host unsure"] += 1
        return None
    given, wanted = parts_of_ours(ours), parts_of_reference(expected)
    for name, value in wanted.items():
        if given[name] != value:
            return f"{name} is {given[name]!r}, but {value!r} by the standard"
    watch = Watch(text, base).watched()
    for kind, applies in DOCUMENTED.items():
        if applies(text, watch):
            return f"accepted as {str(ours)!r}, though of a kind that is refused: {kind}"
    seen["accepted by both"] += 1
    return None


def parts_of_ours(url: URL) -> dict[str, Any]:
    return {
        "href": str(url),
        "scheme": url.scheme,
        "host": f"[{url.host}]" if ":" in url.host else url.host,
        "explicit port": url.explicit_port,
        "port": url.port,
        "username": url.username,
        "password": url.password,
        "path": url.path,
        "query": url.query,
        "fragment": url.fragment,
    }


def parts_of_reference(record: Record) -> dict[str, Any]:
    default = DEFAULT_PORTS.get(record.scheme)
    return {
        "href": record.href,
        "scheme": record.scheme,
        "host": record.host or "",
        "explicit port": record.port,
        "port": default if record.port is None else record.port,
        "username": percent_decode(record.username).decode(errors="replace"),
        "password": percent_decode(record.password).decode(errors="replace"),
        "path": record.pathname,
        "query": record.query or "",
        "fragment": record.fragment or "",
    }


# The texts

PIECES: Final = [
    *"abcxXZ012789.-_+~!$&'()*,;=:@/\\?#[]%^|{}`\"<> \t\n\r\x00\x1f\x7f\x85\x9f\xa0",
    *["é", "ß", "\u0301", "💩", "א", "٣", "क्", "\u200d", "\u200c", "\xad", "\ufeff", "\u2028"],
    *["\u3002", "．", "１", "ｘ", "／", "\ufffd", "\ud800", "℡", "Å", "ﬁ", "\u2260", "\U000e0100"],
    *["http:", "https:", "HTTP://", "https://", "ws://", "wss:", "ftp://", "foo:", "foo://", "a:"],
    *["//", "///", "/./", "/../", "..", ".%2e", "%2E%2e", "/.", "://", "\\\\", "/\\", "?#", "#?"],
    *["0x", "0X", "0o", "0b", "0x0x", "00", "256", "255", "4294967295", "1.2.3.4", "127.1", "0xff"],
    *["[::1]", "[", "]", "::", ":0:", "[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "ffff", "%25"],
    *["xn--", "xn--bcher-kva", "xn--a", "xn--xn---epa", "xn--1ch", "XN--", "xn--4db", "-kva"],
    *["user:pw@", "u@", "@", "example.org", "h", ":80", ":443", ":0", ":65535", ":65536", ":"],
    *["%C3%A9", "%c3%a9", "%00", "%2F", "%20", "%41", "%zz", "%E3%80%82", "%F0%9F%92%A9", "%80"],
    *["a" * 63, "a" * 64, ("a" * 49 + ".") * 5, "\xad" * 250, "0" * 260, "é" * 60],
]
NUMBERS: Final = [
    *["", "0", "1", "7", "8", "9", "00", "01", "08", "0x", "0X1", "0xg", "0o7", "0b1", "1_0", "-1"],
    *["255", "256", "377", "0377", "65535", "65536", "16777216", "4294967295", "4294967296"],
]
IPV6_PIECES: Final = ["", "", "0", "0", "0", "1", "0a", "ffff", "FFFF", "00000", "g", "1.2.3.4"]
STARTS: Final = ["", "http://", "https://h", "ws://h/", "ftp://u:p@h:21/", "foo://", "foo:", "//"]
BASES: Final = [
    *["http://u:p@h:8080/a/b?c#d", "https://h", "ws://h/..//", "ftp://h/a/", "foo://h/a/b?c"],
    *["foo://h", "foo:///", "foo:/a/b", "foo:/..//b", "foo:opaque?q", "http://[::1]/a//b/"],
]


def load(name: str) -> list[dict[str, Any]]:
    cases = json.loads((DATA / name).read_text("utf-8"))
    return [case for case in cases if isinstance(case, dict)]


def corpus() -> list[str]:
    """Give the inputs of all conformance data, each once, in a fixed order."""
    texts: list[str] = []
    for name in ("urltestdata.json", "ada_extra_urltestdata.json", "verifydnslength_tests.json"):
        for case in load(name):
            texts += [case["input"], case.get("base") or ""]
    for name in ("toascii.json", "IdnaTestV2.json"):
        texts += [f"https://{case['input']}/x" for case in load(name)]
    authorities = json.loads((DATA / "url-authority.json").read_text("utf-8"))["cases"]
    texts += [case["url"] for case in authorities]
    return list(dict.fromkeys(texts))


def mutate(text: str, edit: int, place: int, piece: str) -> str:
    """Change a text in one place: each number is taken modulo what there is to choose from."""
    place %= len(text) + 1
    before, after = text[:place], text[place:]
    match edit % 6:
        case 0:
            return before + piece + after
        case 1:
            return before + piece + after[len(piece) :]
        case 2:
            return before + after[1:]
        case 3:
            return before + after[:3] + after
        case 4:
            encoded = after[:1].encode(errors="replace")
            return before + "".join(f"%{byte:02x}" for byte in encoded) + after[1:]
        case _:
            return before.swapcase() + after
