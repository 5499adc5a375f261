"""Other grammars: lists, weights, links, dates, ranges, waits, alternative services, Cache-Control.

- Nothing is raised, whatever a server sends. Written anew, what was read reads the same.
- Elements of a list, joined by commas, fall apart into the same; numbers are within their bounds. Lists,
  waits and Cache-Control mean what a naive reading gives, where there are no quotes.
- Dates: what we write in each of the three forms reads back; the standard library reads the one right form
  as the same moment.
"""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from httpcore_client.cache._control import CacheControl
from httpcore_headers import (
    Headers,
    InvalidHeader,
    is_token,
    parse_alt_svc,
    parse_content_range,
    parse_http_date,
    parse_links,
    parse_quality_list,
    parse_retry_after,
    split_list,
)

from ..shapes import Source, spell

PIECES = [
    *('"', "\\", '\\"', ",", ", ", ";", "; ", "=", " ", "\t", "<", ">", "*", "/", "-", ":"),
    *("\x00", "\n", "\xa0", "é", "\u0663", "\u212a", "\ud800", "%", "%20", "q=0.5", "q=1", "q=0"),
    *("q=", "q=1.000", "gzip", "br", "text/*", "</a>", "rel=next", 'rel="next prev"', "rel"),
    *("title*=UTF-8''%e2%82%ac", "anchor=", "hreflang=de", "bytes ", "bytes 0-4/5", "bytes */5"),
    *("0-", "9" * 19, "9" * 20, "9" * 5000, "120", "-1", "0", "Sun, 06 Nov 1994 08:49:37 GMT"),
    *("Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Feb", "30", "60", "GMT"),
    *("0000", "9999", 'h3=":443"', 'h2="[2001:db8::1]:8443"', "clear", "ma=", "persist=1"),
    *("no-store", "max-age=", "no-cache", "private"),
]  # fmt: skip
SEEDS = [
    bytes([kind]) + spell(each, PIECES)
    for kind, each in (
        (0, 'gzip, , br;q="1,0"'),
        (1, "text/*;q=0.5, gzip;q=0, */*"),
        (2, "</a>; rel=next; title*=UTF-8''%e2%82%ac, <b>; rel=\"next prev\"; hreflang=de"),
        (3, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (3, "Sunday, 06-Nov-94 08:49:37 GMT"),
        (3, "Sun Nov  6 08:49:37 1994"),
        (4, "bytes 0-4/5"),
        (5, "120"),
        (6, 'h3=":443"; ma=120; persist=1, h2="[2001:db8::1]:8443"'),
        (7, 'max-age=120, private="x", no-cache'),
    )
]
_NOW = datetime(2026, 11, 29, tzinfo=UTC)
_MOST_SECONDS = 2**31


def check(data):
    source = Source(data)
    kind = source.pick([_list, _weights, _links, _date, _range, _wait, _services, _control])
    kind(source.text(PIECES))


def _list(said):
    elements = split_list(said)
    assert all(each == each.strip(" \t") and each for each in elements)
    if '"' not in said:
        assert _naive_list(said) == elements
    if said.count('"') % 2 == 0:
        assert elements == split_list(" , ".join(elements)), (elements, said)


def _naive_list(said):
    return [element for each in said.split(",") if (element := each.strip(" \t"))]


def _weights(said):
    found = parse_quality_list(said)
    weights = [each.quality for each in found]
    assert weights == sorted(weights, reverse=True)
    assert all(0 <= weight <= 1 for weight in weights)
    again = parse_quality_list([f"{each.value};q={each.quality:.3f}" for each in found])
    if '"' not in said:
        assert [(each.value, each.quality) for each in found] == [
            (each.value, each.quality) for each in again
        ], (found, again)


def _links(said):
    found = parse_links(said)
    for link in found:
        assert ">" not in link.target
        assert link.rel
        assert all(relation and " " not in relation for relation in link.rel)
        assert all(is_token(name) for name in link.parameters)
    again = parse_links([_written(link) for link in found])
    assert found == again, (found, again)


def _written(link):
    parameters = {"rel": " ".join(link.rel), **link.parameters}
    parameters.pop("hreflang", None)  # the first of several
    if link.anchor is not None:
        parameters["anchor"] = link.anchor
    pairs = [*parameters.items(), *(("hreflang", each) for each in link.hreflang)]
    quoted = [(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in pairs]
    return f"<{link.target}>" + "".join(f'; {name}="{value}"' for name, value in quoted)


def _date(said):
    moment = parse_http_date(said, now=_NOW)
    if moment is None:
        return
    assert UTC == moment.tzinfo
    if moment.year >= 1000:
        written = format_datetime(moment, usegmt=True)
        assert moment == parse_http_date(written, now=_NOW)
        assert moment == parsedate_to_datetime(written)
        by_c = f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S} {moment.year}"
        assert moment == parse_http_date(by_c, now=_NOW)
        if abs(moment.year - _NOW.year) < 50:
            assert moment == parse_http_date(f"{moment:%A, %d-%b-%y %H:%M:%S} GMT", now=_NOW)


def _range(said):
    found = parse_content_range(said)
    if found is None:
        return
    assert is_token(found.unit)
    if found.first is not None:
        assert 0 <= found.first <= found.last
        assert found.length is None or found.last < found.length
    span = "*" if found.first is None else f"{found.first}-{found.last}"
    length = "*" if found.length is None else found.length
    assert found == parse_content_range(f"{found.unit} {span}/{length}")


def _wait(said):
    digits = said.strip(" \t")
    if re.fullmatch("[0-9]+", digits):
        significant = digits.lstrip("0") or "0"
        expected = min(int(significant), _MOST_SECONDS) if len(significant) < 20 else _MOST_SECONDS
    else:
        moment = parse_http_date(said, now=_NOW)
        left = None if moment is None else (moment - _NOW).total_seconds()
        expected = None if left is None else min(max(left, 0), _MOST_SECONDS)
    assert expected == parse_retry_after(said, now=_NOW)


def _services(said):
    found = parse_alt_svc(said)
    assert not (found.clear and found.services)
    for service in found.services:
        assert 0 < service.port < 65536
        assert 0 <= service.max_age <= _MOST_SECONDS
        assert not set(service.host) & set('/@?#\\[]" \r\n')
        assert service.max_age == 24 * 60 * 60 or "ma=" in said.lower()
        assert not service.persist or "persist=" in said.lower()
    assert found == parse_alt_svc([*map(_written_service, found.services)] or said)


def _written_service(service):
    host = f"[{service.host}]" if ":" in service.host else service.host
    persist = "; persist=1" if service.persist else ""
    protocol = quote(service.protocol, safe="", encoding="latin-1")
    return f'{protocol}="{host}:{service.port}"; ma={service.max_age}{persist}'


def _control(said):
    try:
        fields = Headers([("Cache-Control", said)])
    except InvalidHeader:
        return
    control = CacheControl.of(fields)
    for name in control:
        seconds = control.seconds(name)
        assert 0 <= seconds < _MOST_SECONDS
        control.forbids(name)
    if '"' not in said:
        assert _naive_control(said) == control


def _naive_control(said):
    """The first of a name counts, but all of no-cache and private; one without fields is about all."""
    pairs = [element.partition("=") for element in _naive_list(said)]
    meant = {}
    for name, equals, argument in reversed(pairs):
        meant[name.lower()] = argument if equals else None
    for name in {"no-cache", "private"} & set(meant):
        lists = [argument.strip(" \t") for each, _, argument in pairs if each.lower() == name]
        meant[name] = None if "" in lists else ", ".join(lists)
    return meant
