"""Quality values and the lists that carry them (RFC 9110, section 12.4.2).

Decides what weight an element has and in which order elements are preferred: Accept,
Accept-Encoding, Accept-Language, Accept-Charset, Accept-Patch, TE and their kind. What an element
means, which of them fits what there is, and what holds for those that aren't named (`*`, identity)
may not live here: each field has rules of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from ._grammar import QUOTED_OR_CUT, strip_ows
from ._lists import lines_of, split_list

__all__ = ["Weighted", "parse_quality_list"]

# What stands between semicolons, quoted strings whole; possessive as in `_lists`.
_PART = re.compile(rf'(?:[^";]++|{QUOTED_OR_CUT})++', re.DOTALL)
# RFC 9110 12.4.2: qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
# No quotes around it, and no whitespace around "=" (RFC 9110 5.6.6).
_WEIGHT = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


@dataclass(frozen=True, slots=True)
class Weighted:
    """An element of a list and how much its sender wants it.

    `value` is the element without its weight; `quality` is from 0, "not acceptable", to 1, which it
    is unless something else was said. RFC 9110, section 12.4.2.

    >>> parse_quality_list("br;q=0.5, gzip")
    [Weighted(value='gzip', quality=1.0), Weighted(value='br', quality=0.5)]
    """

    value: str
    quality: float = 1.0


def parse_quality_list(value: str | Iterable[str]) -> list[Weighted]:
    """Read the elements of one field value, or of all values of the field, the most wanted first.

    Takes a `str` or an iterable of them; returns a list in order of preference, elements of the
    same weight in the order that they came in. An element of weight 0 stays: it says what must not
    be used. Raises nothing; linear but for the sort. RFC 9110, sections 12.4.2 and 12.5.

    The weight is the parameter q, wherever it stands: what follows it belongs to the value, as the
    extensions that RFC 7231 had there are gone (12.5.1). The first q counts. Whitespace around
    semicolons is left out, all else is as it was sent. An element whose weight is broken is
    skipped, as if it hadn't been named: 0 would forbid it and 1 would prefer it, and its sender
    said neither.

    >>> [w.value for w in parse_quality_list("text/*;q=0.3, text/html; level=1, */*;q=0")]
    ['text/html;level=1', 'text/*', '*/*']
    """
    elements = [_weighted(element) for text in lines_of(value) for element in split_list(text)]
    named = [element for element in elements if element is not None]
    named.sort(key=attrgetter("quality"), reverse=True)
    return named


def _weighted(element: str) -> Weighted | None:
    if element.startswith(";"):  # parameters of nothing
        return None
    parts = [strip_ows(part) for part in _PART.findall(element)]
    kept, weights = parts[:1], list[str]()
    for part in parts[1:]:
        name = part.partition("=")[0].rstrip(" \t")
        if name in ("q", "Q"):  # RFC 9110 5.6.6: names have no case
            weights.append(part)
        elif part:
            kept.append(part)
    value = ";".join(kept)
    if not weights:
        return Weighted(value)
    weight = _WEIGHT.fullmatch(weights[0])
    return None if weight is None else Weighted(value, float(weight[1]))
