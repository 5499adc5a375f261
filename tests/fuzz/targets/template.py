"""URI templates with any values, beside a naive reading of RFC 6570.

- A template expands to what a second implementation of a few lines gives, or both refuse it.
- No value of an ordinary expansion leaves its place: scheme, user, host, port and the folders that the
  template begins with stay, and the path keeps its segments. What stays in its place is not refused for that.
- InvalidURL is all that is raised; no error shows a password.
"""

import re
from urllib.parse import quote

from httpcore_urls import URL, InvalidURL, expand_template

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("/", "//", ".", "..", "%2e", "?", "#", ":", "@", "%", "%41", "%C3%A9", "%e2%82", "é", "💩"),
    *("\\", " ", "'", "{", "}", "\ud800", "\x00", "\ufdd0", "／", "。", "[", "]", "a", "https:"),
    *("{x}", "{y}", "{z}", "{x,y}", "{+x}", "{+y:2}", "{#z}", "{.x}", "{.y*}", "{/x}", "{/y*}"),
    *("{;x}", "{;y*}", "{?x}", "{?x,y*}", "{&z*}", "{x:3}", "{/x:1,y}", "{none}", "{/none}"),
    *("{=x}", "{x:0}", "{x*:1}", "{}", "{x.}", "{%41}", "x", "y", ",", "*", ":9999", "evil.test"),
]  # fmt: skip
_STARTS = [
    "https://user:hunter2@api.test:8443/v1/",
    "https://user:hunter2@{x}.api.test:8443/v1/",
    "https://user:hunter2@{x}:8443/v1/",
    "https://{x}/v1/",
    "",
]
SEEDS = [
    bytes([start, *kinds]) + b"\xfe".join(spell(each, PIECES) for each in texts)
    for start, kinds, *texts in (
        (0, (0, 1, 2), "{x}{/y*}{?z*}", "a/../b", "..", "b", "k", "v"),
        (0, (0, 0, 3), "{x:3}{.y}/{z}#{y}", "é%41", "."),
        (1, (0, 4, 5), "{y}{;z}", "evil.test/"),
        (2, (0, 0, 0), "{/x}", "h", "a"),
        (3, (0, 0, 0), "{/x}{y}", "", "a"),
        (4, (0, 1, 2), "{+x}{#z}{&z*}{x,y}", "https://h/%41%", "", "b", "k", ""),
    )
]
_SECRET = "hunter2"
_PLANES = "".join(f"{chr(n << 16)}-{chr((n << 16) + 0xFFFD)}" for n in (*range(1, 14), 15, 16))
_UNICODE = f"\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef{_PLANES}\U000e1000-\U000efffd"
_LITERAL = re.compile(rf"(?:[!#$&-;=?-\[\]_a-z~{_UNICODE}]|%[0-9A-Fa-f]{{2}})*")
_HEX = "%[0-9A-Fa-f]{2}"
_NEXT = "%[89ABab][0-9A-Fa-f]"
_OCTETS = (
    f"%[CDcd][0-9A-Fa-f]{_NEXT}|%[Ee][0-9A-Fa-f](?:{_NEXT}){{2}}|%[Ff][0-4](?:{_NEXT}){{3}}|{_HEX}"
)
_WORD = rf"(?:\w|{_HEX})+"
_SPEC = re.compile(
    rf"(?P<name>{_WORD}(?:\.{_WORD})*)(?:(?P<explode>\*)|:(?P<length>[1-9]\d{{0,3}}))?", re.ASCII
)
_SIGNS, _JOINTS = tuple("+#./;?&"), {"+": ",", "#": ",", "": ",", "?": "&"}
_RESERVED = ":/?#[]@!$&'()*+,;="
_LONGEST = 262_144  # characters
_REACHED = "can't expand the template: a"


def check(data):
    source = Source(data)
    start = source.pick(_STARTS)
    kinds = [source.octet() % 6 for _ in range(3)]
    rest = source.text(PIECES)
    values = {name: _value(kind, source) for name, kind in zip("xyz", kinds, strict=True)}
    template = start + rest
    expected = _naive(template, values)
    try:
        found = expand_template(template, values)
    except InvalidURL as error:
        plain_error(error, _SECRET)
        assert expected is None, (template, values, expected)
        return
    assert expected == found, (template, values)
    _stays(start, rest, values, found)


def _value(kind, source):
    match kind:
        case 0:
            return source.text(PIECES)
        case 1:
            return [source.text(PIECES), None, source.text(PIECES)]
        case 2:
            return {source.text(PIECES): source.text(PIECES), "gone": None}
        case 3:
            return None
        case 4:
            return source.pick([0, -2.5, 1e22, True, False])
        case _:
            return source.pick([[], {}, [""], [None], {"": ""}, ["..", "a"]])


def _stays(start, rest, values, text):
    try:
        url = URL.template(start + rest, values)
    except InvalidURL as error:
        plain_error(error, _SECRET)
        if not error.reason.startswith(_REACHED):
            _is_no_url(text)
        elif start:
            assert _has_dots(text) or not re.match("https://[^/]", text), (start, rest, values)
        return
    assert URL(text) == url
    if not start:
        return
    assert _SECRET not in f"{url!r} {url.masked}"
    expected = ("user", _SECRET, 8443) if "user" in start else ("", "", 443)
    assert ("https", *expected) == (url.scheme, url.username, url.password, url.port)
    assert "api.test" not in start or url.host == "api.test" or url.host.endswith(".api.test")
    if "{+" not in rest and not _climbs(rest):
        assert url.path.startswith("/v1/"), (rest, values, url)
        assert _path(text).count("/") - len("//") == url.path.count("/"), (rest, values, url)


def _climbs(template):
    """Whether its own text has dot segments, be there values or not."""
    given = re.sub(r"\{([/?#]?)[^}]*\}", r"\1x", template)
    return _has_dots(given) or _has_dots(re.sub(r"\{[^}]*\}", "", template))


def _is_no_url(text):
    try:
        URL(text)
    except InvalidURL:
        return
    raise AssertionError(f"refused: {text}")


def _path(text):
    return re.split("[?#]", text, maxsplit=1)[0]


def _has_dots(text):
    segments = _path(text).split("/")
    return any(re.fullmatch(r"(?:\.|%2e){1,2}", each, re.IGNORECASE) for each in segments)


def _naive(template, values):
    """RFC 6570, 3, as its appendix A tells it; None for what is no template, or gives too much."""
    said = ""
    for part in re.split(r"(\{[^{}]*\})", template):
        if part.endswith("}") and part.startswith("{"):
            written = _expression(part[1:-1], values)
        else:
            written = quote(part, safe=_RESERVED + "%") if _LITERAL.fullmatch(part) else None
        if written is None or len(said) + len(written) > _LONGEST:
            return None
        said += written
    return said


def _expression(body, values):
    sign = body[:1] if body[:1] in _SIGNS else ""
    specs = [_SPEC.fullmatch(spec) for spec in body.removeprefix(sign).split(",")]
    if None in specs:
        return None
    pieces = []
    for spec in specs:
        value = values.get(spec["name"])
        if isinstance(value, (list, dict)) and spec["length"]:
            return None  # RFC 6570, 2.4.1
        pieces += _pieces(sign, spec, value)
    first, joint = ("" if sign == "+" else sign), _JOINTS.get(sign, sign)
    return first + joint.join(pieces) if pieces else ""


def _pieces(sign, spec, value):
    name, named = spec["name"], sign in (";", "?", "&")
    if value is None:
        return []
    if isinstance(value, dict):
        pairs = [
            (_escaped(sign, key), _escaped(sign, each))
            for key, each in value.items()
            if each is not None
        ]
        if spec["explode"]:
            return [key if sign == ";" and not text else f"{key}={text}" for key, text in pairs]
        members = [text for pair in pairs for text in pair]
    elif isinstance(value, list):
        members = [_escaped(sign, each) for each in value if each is not None]
        if spec["explode"]:
            return [_named(sign, name, text) if named else text for text in members]
    else:
        text = _escaped(sign, _text(value), spec["length"] and int(spec["length"]))
        return [_named(sign, name, text) if named else text]
    return [f"{name}=" * named + ",".join(members)] if members else []


def _named(sign, name, text):
    return name if sign == ";" and not text else f"{name}={text}"


def _text(value):
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _escaped(sign, text, length=None):
    if sign not in ("+", "#"):
        return quote(_whole(text[:length]), safe="")
    # What is escaped already stays, and is not cut in two: up to four octets, of three characters each.
    text = text[: length and 12 * length]
    parts = re.findall(rf"{_OCTETS}|.", _whole(text), re.DOTALL)[:length]
    return "".join(
        part if re.fullmatch(f"(?:{_HEX})+", part) else quote(part, safe=_RESERVED)
        for part in parts
    )


def _whole(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
