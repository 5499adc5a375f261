"""Server-sent events, however the stream is cut.

- They are those of a naive reading of WHATWG HTML, 9.2.6, line by line; so are the last ID and `retry`.
- With a limit, what comes is the beginning of that, and EventTooLarge ends it: the same in every split.
"""

import re

from httpcore_client.events import EventTooLarge
from httpcore_client.events._parser import MAX_RETRY_MS, EventParser

from ..shapes import Source, spell, splits, text

PIECES = [
    *("\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", ":", ": ", "\x00", "\xef\xbb\xbf"),
    *("\xc3\xa9", "\xff", "\xc3", "data", "data:", "data: ", "event: ", "id: ", "retry: ", "id"),
    *("event", "data: x\n\n", "retry", "0", "1000", "9" * 12, "99999999", "Data: ", "datax: "),
    *(": comment\n", " ", "\x0b", "\xc2\x85"),
]  # fmt: skip
SEEDS = [
    b"\x00" + spell(each, PIECES)
    for each in (
        "data: a\ndata: b\n\nevent: x\nid: 1\nretry: 1000\ndata\n\n",
        "\xef\xbb\xbf: comment\r\rid: 2\r\rdata: x\r\r",
        "data: a\r\n\r\nid: \x00\n\ndata: b\n\n",
    )
]


def check(data):
    source = Source(data)
    limit = source.pick([2**20, 2**20, 12, 3])
    octets = text(source.rest, PIECES).encode("latin-1")
    events, last_id, retry, _ = naive_events(octets)
    large = limit < 2**20
    outcomes = []
    for pieces in splits(octets):
        found, failed, parser = _read(pieces, limit)
        assert found == events[: len(found)], (found, events)
        outcomes.append((found, failed))
        if not (large and failed):
            assert found == events, (found, events, pieces)
            assert not failed
            assert (last_id, retry) == (parser.last_event_id, parser.retry)
    assert all(each == outcomes[0] for each in outcomes), outcomes


def _read(pieces, limit):
    parser, found = EventParser(max_event_bytes=limit), []
    try:
        for piece in pieces:
            found += [tuple(event) for event in parser.feed(piece)]
        parser.end()
    except EventTooLarge:
        return found, True, parser
    return found, False, parser


def naive_events(octets, last_id="", retry=None):
    """Give the events, the last ID and `retry` behind them, and each ID with how many events were before."""
    lines = re.split("\r\n|\r|\n", octets.decode("utf-8", "replace").removeprefix("\ufeff"))[:-1]
    events, ids = [], []
    data, event, new_id, own_retry = [], "", last_id, None
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            last_id = new_id
            if data:
                events.append((event or "message", "\n".join(data), last_id, own_retry))
            ids.append((len(events), last_id))
            data, event, own_retry = [], "", None
        elif name == "data":
            data.append(value)
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            new_id = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            retry = own_retry = min(int(value[-4000:]), MAX_RETRY_MS)
    return events, last_id, retry, ids
