"""`QueryParams` of any text and pairs, under any operations, beside a list of pairs and urllib.parse.

- A query is read as the standard library reads a form; pairs are written as it writes them, but for `*` and
  `~`, which the URL Standard has the other way round. What is written reads back.
- Each operation gives what a naive list of pairs gives, and leaves the object as it was.
- In a URL they are the same; no repr shows what goes by a secret's name.
"""

import pickle
import re
from urllib.parse import parse_qsl, urlencode

from httpcore_urls import URL, InvalidURL, QueryParams

from ..shapes import Source, spell

PIECES = [
    *("&", "=", "+", "%", "%26", "%3D", "%2B", "%25", "%2", "%C3%A9", "%FF", "%e2%82", "%00", "#"),
    *("?", ";", "*", "~", "%2A", "%7E", "'", '"', " ", "\t", "\n", "\x00", "\\", "é", "💩"),
    *("\ud800", "\ufeff", "%EF%BB%BF", "&&", "a", "b", "a=1", "page=2", "token", "=hunter2"),
    *("user[password]", "code", "next=https://h/?token=x", "[", "]", "/", ":", "@"),
]  # fmt: skip
SEEDS = [
    spell(said, PIECES) + b"\xfe" + b"".join(steps)
    for said, *steps in (
        (
            "a=1&b&=c&&a=%C3%A9+x%",
            b"\x00\x00a\xfex\xfe",
            b"\x01\x01a\xfe\xfe",
            b"\x02\x00b\xfe\xfe",
        ),
        ("token=hunter2&page=2", b"\x03\x02a\xfe\xfe", b"\x04\x03c\xfex\xfe", b"\x01\x04c\xfe\xfe"),
        ("%FF=\ud800;a=~*", b"\x04\x05a\xfe\xfe", b"\x01\x00a\xfeb\xfe"),
    )
]
_SECRET = "hunter2"
_LONGEST_URL = 2**18  # characters
_SOME = 9  # names that are looked up, which each time goes through all pairs


def check(data):
    source = Source(data)
    said = source.text(PIECES)
    params = QueryParams(said)
    pairs = parse_qsl(_scalar(said), keep_blank_values=True)
    _agrees(params, pairs)
    for _ in range(12):
        if not source:
            break
        before = params.multi_items()
        changed, pairs = _step(source, params, pairs)
        assert before == params.multi_items()
        params = changed
        _agrees(params, pairs)
    if _SECRET not in said:
        shown = QueryParams([*params.multi_items(), ("token", _SECRET)])
        assert (_SECRET in repr(params)) == (_SECRET in repr(shown)), shown


def _step(source, params, pairs):
    kind, which = source.octet() % 5, source.octet() % 6
    name, text = source.text(PIECES), source.text(PIECES)
    value = [text, 7, 2.5, True, None, False][which]
    pair = (name, {7: "7", 2.5: "2.5", True: "true", None: "", False: "false"}.get(value, text))
    match kind:
        case 0:
            return params.add(name, value), [*pairs, pair]
        case 1:
            at = next((at for at, (other, _) in enumerate(pairs) if other == name), len(pairs))
            others = [each for each in pairs[at:] if each[0] != name]
            return params.set(name, value), [*pairs[:at], pair, *others]
        case 2:
            return params.remove(name), [each for each in pairs if each[0] != name]
        case 3:
            return params.merge({name: [value, text]}), [*pairs, pair, (name, text)]
        case _:
            added = parse_qsl(_scalar(text), keep_blank_values=True)
            return params.merge(text), [*pairs, *added]


def _agrees(params, pairs):
    assert pairs == params.multi_items()
    for name in {name for name, _ in pairs[-_SOME:]}:
        values = [value for other, value in pairs if other == name]
        assert values == params.get_list(name)
        assert values[0] == params[name] == params.get(name)
        assert name in params
    firsts = dict(reversed(pairs))
    assert firsts == dict(params.items())
    assert [*dict(pairs)] == [*params] == [*params.keys()]
    assert len(firsts) == len(params)
    assert QueryParams(pairs) == params == pickle.loads(pickle.dumps(params))
    assert hash(QueryParams(pairs)) == hash(params)
    _is_written(params, [(_scalar(name), _scalar(value)) for name, value in pairs])


def _is_written(params, scalars):
    written = str(params)
    assert urlencode(scalars).replace("%2A", "*").replace("~", "%7E") == written
    assert scalars == QueryParams(written).multi_items()
    try:
        url = URL("https://example.org/").copy_with(params=params)
    except InvalidURL:
        assert len(written) > _LONGEST_URL - 30
        return
    assert written == url.query
    assert scalars == url.params.multi_items()
    assert url == URL(str(url))


def _scalar(text):
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
