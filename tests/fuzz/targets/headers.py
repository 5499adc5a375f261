"""`Headers` under any names, values and operations, beside a list of pairs.

- What is accepted is tokens and values that can't end a line; all else is InvalidHeader, without the value.
- Each operation gives what a naive list of pairs gives; `raw` keeps case and order; a copy is another object.
- Equality, length, iteration and `in` agree; what is sensitive goes, and only that, with its origin.
"""

import pickle
import re

from httpcore_headers import Headers, InvalidHeader

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("\r\n", "\r", "\n", "\x00", "\x0b", "\x7f", "\x85", "\xa0", "\xe9", "\u010d", "\u212a"),
    *("\ud800", " ", "\t", ":", ",", ", ", ";", '"', "\\", "Set-Cookie", "set-cookie", "Accept"),
    *("ACCEPT", "X-A", "x-a", "Authorization", "Cookie", "proxy-authorization", "X-Api-Key"),
    *("Content-Length", "hunter2", "K", "k"),
]  # fmt: skip
SEEDS = [
    bytes([kind])
    + spell("X-A", PIECES)
    + b"\xfe"
    + spell("b, c", PIECES)
    + b"\xfe"
    + b"\x00Accept\xfea\xfe"
    for kind in range(8)
]
_SECRET = "hunter2"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")


def check(data):
    source = Source(data)
    headers, pairs = Headers(), []
    for _ in range(20):
        if not source:
            break
        headers, pairs = _step(source, headers, pairs)
        assert [(n.encode("ascii"), v.encode("latin-1")) for n, v in pairs] == headers.raw, (
            pairs,
            headers.raw,
        )
        _agrees(headers, pairs)


def _step(source, headers, pairs):
    kind, name, value = source.octet() % 8, source.text(PIECES), source.text(PIECES)
    if kind == 2:
        headers.remove(name)
        return headers, [pair for pair in pairs if not _same(pair[0], name)]
    good = _NAME.fullmatch(name) and _VALUE.fullmatch(value)
    before = headers.raw
    try:
        match kind:
            case 0:
                headers.add(name, value)
            case 1:
                headers.set(name, value)
            case 3:
                headers.setdefault(name, value)
            case 4:
                headers.update({name: value})
            case 5:
                headers = Headers([*pairs, (name, value)])
            case 6:
                headers.update(_several(name, value))
            case 7:
                headers = headers.with_defaults(Headers(_several(name, value)))
    except InvalidHeader as error:
        plain_error(error, *([_SECRET] if _SECRET not in name else []))
        _unchanged(before, headers, good)
        return headers, pairs
    assert good or (kind == 3 and name in headers), (kind, name, value)
    return headers, _naive(kind, name, value.strip(" \t"), pairs)


def _unchanged(before, headers, good):
    assert not good
    assert before == headers.raw


def _several(name, value):
    return [(name, value), ("x-a", "1"), (name, "2")]


def _naive(kind, name, value, pairs):
    if kind == 7:
        absent = [
            pair
            for pair in _several(name, value)
            if not any(_same(pair[0], other) for other, _ in pairs)
        ]
        return [*pairs, *absent]
    if kind == 6:  # the first of a name takes the place of all, the others follow at the end
        if _same(name, "x-a"):
            return [*_naive(4, name, value, pairs), ("x-a", "1"), (name, "2")]
        for first in _several(name, value)[:2]:
            pairs = _naive(4, *first, pairs)
        return [*pairs, (name, "2")]
    known = [at for at, (other, _) in enumerate(pairs) if _same(other, name)]
    if not known or kind in (0, 5):
        return [*pairs, (name, value)]
    if kind == 3:
        return pairs
    first, *rest = known
    replaced = [(name, value) if at == first else pair for at, pair in enumerate(pairs)]
    return [pair for at, pair in enumerate(replaced) if at not in rest]


def _same(one, other):
    return one.isascii() and other.isascii() and one.lower() == other.lower()


def _agrees(headers, pairs):
    for name, _ in pairs:
        values = [value for other, value in pairs if _same(other, name)]
        joint = "; " if _same(name, "cookie") else ", "
        whole = values[0] if _same(name, "set-cookie") else joint.join(values)
        assert values == headers.get_list(name)
        assert whole == headers[name.swapcase()] == headers.get(name)
        assert name in headers
    assert len({name.lower() for name, _ in pairs}) == len(headers) == len(list(headers))
    assert headers.copy() == headers == pickle.loads(pickle.dumps(headers))
    open_ones = [pair for pair in headers.multi_items() if not headers.is_sensitive(pair[0])]
    assert open_ones == headers.without_sensitive().multi_items()
    shown = [*(name for name, _ in pairs), *(value for _, value in open_ones)]
    assert any(_SECRET in each for each in shown) or _SECRET not in repr(headers)
