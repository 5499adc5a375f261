"""Structured fields (RFC 9651) on their way from `Headers` through http-sf, and the digests that we read.

- A value is read, or refused with the library's error; both as a pattern of the grammar says, but for what no
  pattern knows: octets in base64 and UTF-8, dates that no datetime holds.
- What was read is written canonically: that may stand in a field, reads the same, and is written the same.
- Lines of a field are one value. Our downloads find in it the strongest digest that they know (RFC 9530),
  where it is a dictionary, and nothing where it is not.
"""

import base64
import re

import http_sf

from httpcore_client.downloads._checksum import Checksum
from httpcore_headers import Headers, InvalidHeader

from ...headers.test_structured_fields import FILES, from_headers, load, meaning
from ..shapes import Source, spell

_SHA256, _SHA512 = (f":{base64.b64encode(bytes(size)).decode()}:" for size in (32, 64))
PIECES = [
    *('"', "\\", '\\"', ",", ", ", ";", "; ", "=", " ", "\t", "(", ")", "()", "(a b);c", "*", ":"),
    *("?1", "?0", "?2", "@0", "@-1", "@1.5", "9" * 12, "9" * 15, "9" * 16, "1.5", "1.0005", "-0"),
    *(".", "-", "01", ":YQ==:", ":YQ:", ":YR==:", "::", '%"', '%"%c3%a9"', "%C3", "%", "a", "A"),
    *("a=1", "a;b=2", '"x, y"', "u=3, i", "a/b:c", "é", "\x7f", "\x00", "@253402300800"),
    *("sha-256", "sha-512", f"sha-256={_SHA256}", f"sha-512={_SHA512}", "SHA-256=", "md5=:YQ==:"),
]  # fmt: skip
SEEDS = [
    bytes([kind]) + spell(each, PIECES)
    for kind, each in (
        (0, '"x, y";a=1;b'),
        (0, "@0"),
        (0, '%"%c3%a9"'),
        (1, "a, 1.5, ?1, :YQ==:, (a b);c"),
        (1, '"\\"\\\\", a/b:c;x=-1'),
        (2, "u=3, i, a=(a b);c, a;b=2"),
        (2, f"sha-256={_SHA256}, sha-512={_SHA512};a"),
    )
]
_ORDER = ["item", "list", "dictionary"]
SEEDS += [
    bytes([_ORDER.index(case["header_type"])]) + b"\xfe".join(spelt)
    for file in FILES
    for case in load(file)[::30]
    if None not in (spelt := [spell(line, PIECES) for line in case["raw"]])
    and len(spelt) < 3
    and sum(map(len, spelt)) < 60
]
_DIGESTS = {"sha-512": 64, "sha-256": 32}  # the stronger first
_KEY = r"[a-z*][a-z0-9_.*-]*+"
_BARE = (
    r'(?:-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])|"(?:[ !#-\[\]-~]|\\["\\])*+"'
    r"|[A-Za-z*][!#$%&'*+.^_`|~\w:/-]*+|:[A-Za-z0-9+/=]*+:|\?[01]|@-?\d{1,15}(?![\d.])"
    r'|%"(?:[ !#$&-~]|%[0-9a-f]{2})*+")'
)
_SETTINGS = f"(?:; *+{_KEY}(?:={_BARE})?)*+"
_ITEM = f"{_BARE}{_SETTINGS}"
_MEMBER = rf"(?:{_ITEM}|\( *+(?:{_ITEM}(?: ++{_ITEM})*+ *+)?\){_SETTINGS})"
_ENTRY = f"{_KEY}(?:={_MEMBER}|{_SETTINGS})"
_KINDS = {
    "item": re.compile(_ITEM, re.ASCII),
    "list": re.compile(rf"(?:{_MEMBER}(?:[ \t]*+,[ \t]*+{_MEMBER})*+)?", re.ASCII),
    "dictionary": re.compile(rf"(?:{_ENTRY}(?:[ \t]*+,[ \t]*+{_ENTRY})*+)?", re.ASCII),
}


def check(data):
    source = Source(data)
    kind = source.pick(_ORDER)
    lines = [source.text(PIECES)]
    while source and len(lines) < 3:
        lines.append(source.text(PIECES))
    try:
        headers = Headers([("Repr-Digest", line) for line in lines])
    except InvalidHeader:
        return
    said = ", ".join(headers.get_list("repr-digest"))
    assert said == headers["Repr-Digest"]
    is_right = _KINDS[kind].fullmatch(said.strip(" ")) is not None
    try:
        found = from_headers(headers, "Repr-Digest", kind)
    except http_sf.StructuredFieldError:
        assert not is_right or {*said} & {*":@%"}, said
        if kind == "dictionary" and not is_right:
            assert Checksum.sent(headers) is None, said
        return
    assert is_right, said
    if found == [] or found == {}:
        return  # RFC 9651, 4.1: no field at all
    written = http_sf.ser(found)
    again = from_headers(Headers({"X": written}), "X", kind)
    assert meaning(found) == meaning(again), (said, written)
    assert written == http_sf.ser(again)
    if kind == "dictionary":
        _is_found(found, Checksum.sent(headers))


def _is_found(fields, checksum):
    for name, size in _DIGESTS.items():
        value, _ = fields.get(name, (b"", {}))
        if isinstance(value, bytes) and len(value) == size:
            assert (name.replace("-", ""), value) == checksum
            return
    assert checksum is None, (fields, checksum)
