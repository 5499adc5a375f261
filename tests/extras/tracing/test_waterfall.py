"""Where the time of requests went, recorded in a block and drawn."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from httpcore_client import Client, ConnectError, ScriptedBackend, SyncClient
from httpcore_client.adapters import (
    AuthAdapter,
    CookieAdapter,
    EnvironmentAdapter,
    RedirectAdapter,
)
from httpcore_client.tracing._rows import Row, axis, mark, written
from httpcore_client.tracing._svg import draw as draw_svg
from httpcore_client.tracing._text import draw, has_blocks
from httpcore_client.tracing.events import Phase
from httpcore_client.tracing.waterfall import Waterfall

NOTES = ("HTTP/1.1", "5 bytes")
FIRST = Row(
    "GET http://example.org/",
    "302",
    100.0,
    100.04,
    (
        Phase("dns", 100.0, 100.01),
        Phase("connect", 100.01, 100.02),
        Phase("send", 100.02, 100.0201),
        Phase("wait", 100.0201, 100.04),
    ),
    NOTES,
)
SECOND = Row(
    f"GET http://example.org/{'long/' * 20}<end>&",
    "failed",
    100.04,
    100.08,
    (Phase("pool", 100.04, 100.06), Phase("wait", 100.06, 100.08, failed=True)),
    ("ReadError",),
)


WIDE = """\
                                   0         25 ms      50 ms
1 GET http://example.org/      302 ░░░░▒▒▒▒▒─────────                    40.0 ms
2 GET http://e…/long/<end>& failed                  ·········─────────   40.0 ms

· pool  ░ dns  ▒ connect  ▶ send  ─ wait
1 dns 10.0 ms, connect 10.0 ms, send 0.1 ms, wait 19.9 ms, HTTP/1.1, 5 bytes
2 pool 20.0 ms, wait 20.0 ms, ReadError"""
NARROW = """\
  0         20 ms      40 ms     60 ms
1 GET http://example.org/      302   40.0 ms
  dddddcccccc-----------
2 GET http://...ong/<end>&  failed   40.0 ms
                       ...........----------

. pool  d dns  c connect  > send  - wait
1 dns 10.0 ms, connect 10.0 ms, send 0.1 ms,
    wait 19.9 ms, HTTP/1.1, 5 bytes
2 pool 20.0 ms, wait 20.0 ms, ReadError"""


# Recording.


def levels(client):
    """The adapters that a request really passes."""
    found = [getattr(client._target if hasattr(client, "_target") else client, "_client", client)]
    found = [found[0]._stack[0]]
    while (inner := getattr(found[-1], "inner", None)) is not None:
        found.append(inner)
    return found


def test_a_block_records_each_request_that_goes_out(run_client, origin):
    async def scenario(client):
        await client.get(origin.plain)
        with client.waterfall() as waterfall:
            empty = len(waterfall), bool(waterfall), str(waterfall)
            await client.get(f"{origin.plain}/redirect/1")
            with pytest.raises(ConnectError):
                await client.get("http://user:hunter2@127.0.0.1:1/?token=hunter2")
        await client.get(origin.plain)
        return empty, waterfall

    empty, waterfall = run_client(scenario)
    assert (0, False, "no requests") == empty
    assert [
        (f"GET {origin.plain}/redirect/1", "302"),
        (f"GET {origin.plain}/echo", "200"),
        ("GET http://127.0.0.1:1/?token=[secure]", "failed"),
    ] == [(row.label, row.status) for row in waterfall.rows]
    assert ("<Waterfall of 3 requests>", True) == (repr(waterfall), bool(waterfall))
    assert "hunter2" not in str(waterfall) + waterfall.to_svg()


def test_requests_that_overlap_are_drawn_so(run_client, world, origin):
    async def scenario(client):
        with client.waterfall() as waterfall:
            await world.gather(*[lambda: client.get(f"{origin.plain}/slow/0.05")] * 2)
        return waterfall.rows

    first, second = run_client(scenario)
    assert max(first.start, second.start) < min(first.end, second.end)


def test_a_request_that_runs_is_drawn_as_far_as_it_has_come(run_client, origin):
    async def scenario(client):
        with client.waterfall() as waterfall:
            async with client.stream("GET", f"{origin.plain}/stall"):
                (running,) = waterfall.rows
        (ended,) = waterfall.rows
        return running, ended

    running, ended = run_client(scenario)
    assert ("200", "wait") == (running.status, running.phases[-1].name)
    assert ("200", "receive") == (ended.status, ended.phases[-1].name)
    assert "closed before its end" in ended.notes


def test_a_request_without_an_answer_yet_is_drawn_with_dots(run_client, answers):
    rows = []

    class Looks(answers):
        async def send(self, request):
            rows.extend(waterfall.rows)
            return await super().send(request)

    waterfall = Waterfall()

    async def scenario(client):
        await client.get("http://example.org/")

    run_client(scenario, adapters=[waterfall, Looks(204)])
    assert ["..."] == [row.status for row in rows]
    assert 1 == len(waterfall)


def test_blocks_may_overlap_and_leave_nothing(run_client, origin):
    async def scenario(client):
        before = levels(client)
        first, second = client.waterfall(), client.waterfall(limit=1)
        first.__enter__()
        second.__enter__()
        await client.get(origin.plain)
        first.__exit__(None, None, None)
        await client.get(origin.plain)
        await client.get(origin.plain)
        second.__exit__(None, None, None)
        with first:
            await client.get(origin.plain)
        await client.get(origin.plain)
        return len(first), len(second), before == levels(client)

    assert (2, 1, True) == run_client(scenario)


def test_an_async_block_is_the_same(run_client, origin):
    async def scenario(client):
        async with client.waterfall() as waterfall:
            await client.get(origin.plain)
        await client.get(origin.plain)
        return len(waterfall)

    assert 1 == run_client(scenario)


def test_a_block_needs_a_client_and_one_at_a_time():
    with pytest.raises(RuntimeError, match=r"from client\.waterfall"):
        Waterfall().__enter__()
    with (
        SyncClient(trust_env=False) as client,
        client.waterfall() as waterfall,
        pytest.raises(RuntimeError, match="recording already"),
    ):
        waterfall.__enter__()


def test_a_stack_without_a_level_of_ours_says_what_to_do():
    nothing = lambda level: level.inner  # noqa: E731
    levels = (RedirectAdapter, EnvironmentAdapter, CookieAdapter, AuthAdapter)
    client = SyncClient(trust_env=False, adapters=dict.fromkeys(levels, nothing))
    with pytest.raises(RuntimeError, match=r"adapters=\[Waterfall\(\)\]"):
        client.waterfall().__enter__()


@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), ("1", TypeError), (True, TypeError)])
def test_a_wrong_limit_is_refused(limit, error):
    with pytest.raises(error, match="limit must be"):
        SyncClient(trust_env=False).waterfall(limit=limit)


@pytest.mark.parametrize(("width", "error"), [(0, ValueError), ("80", TypeError), (1.5, TypeError)])
def test_a_wrong_width_is_refused(width, error):
    for drawn in Waterfall().to_text, Waterfall().to_svg:
        with pytest.raises(error, match="width must be"):
            drawn(width)


@pytest.mark.parametrize("kind", [Client, SyncClient])
def test_one_whose_block_was_not_entered_says_so(kind, tmp_path):
    waterfall = kind(backend=ScriptedBackend()).waterfall()
    file = tmp_path / "requests.svg"
    for drawn in (waterfall.to_text, waterfall.to_svg, lambda: waterfall.save(file)):
        with pytest.raises(RuntimeError, match=r"with client\.waterfall\(\) as waterfall: "):
            drawn()
    assert not file.exists()
    assert "<Waterfall of 0 requests>" == repr(waterfall)


# Drawing.


def test_a_wide_drawing_is_a_table():
    assert WIDE == draw([FIRST, SECOND], 80)


def test_a_narrow_drawing_has_labels_over_the_bars():
    assert NARROW == draw([FIRST, SECOND], 44, blocks=False)


def test_however_narrow_it_draws():
    assert max(map(len, draw([FIRST, SECOND], 1).splitlines())) <= 24


def test_what_takes_no_time_is_drawn_and_what_has_no_phases_is_not():
    at_once = FIRST._replace(start=100.04, phases=(Phase("send", 100.04, 100.04),))
    lines = draw([FIRST, at_once, FIRST._replace(phases=())], 80).splitlines()
    assert [69, -1] == [line.find("▶") for line in lines[2:4]]


def test_colours_change_with_the_phases_and_end_with_the_line():
    text = draw([FIRST, SECOND], 80, color=True)
    assert "\x1b[36m░" in text
    assert "\x1b[31m─" in text  # where it failed
    for line in text.splitlines():
        assert "\x1b" not in line or line.rindex("\x1b[0m") > line.rindex("\x1b[3")
    plain = draw([FIRST, SECOND], 80)
    assert plain.splitlines() == [
        line.rstrip() for line in re.sub(r"\x1b\[\d+m", "", text).splitlines()
    ]


def test_blocks_are_drawn_where_the_output_has_them(monkeypatch):
    for encoding, expected in (("utf-8", True), ("ascii", False), ("no-such", False)):
        monkeypatch.setattr("sys.stdout", Output(encoding))
        assert expected == has_blocks()


class Output:
    def __init__(self, encoding):
        self.encoding = encoding


def test_an_svg_is_well_formed_and_tells_all(tmp_path):
    for width in (960, 400, 10):
        svg = ElementTree.fromstring(draw_svg([FIRST, SECOND], width))
        assert str(max(width, 320)) == svg.get("width")
        texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
        assert "GET http://example.org/" in texts
        assert {"302", "failed", "40.0 ms", "dns", "wait"}.issubset(texts)
        titles = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}title")]
        assert any("<end>&" in title for title in titles)
        assert "dns 10.0 ms" in titles
    assert "no requests" in draw_svg([], 960)
    assert "<title>1 request in " in draw_svg([FIRST], 960)


def test_a_file_is_an_svg_if_it_is_called_so(tmp_path):
    waterfall = Waterfall()
    waterfall.save(tmp_path / "w.SVG")
    waterfall.save(str(tmp_path / "w.txt"))
    assert (tmp_path / "w.SVG").read_text().startswith("<svg ")
    assert "no requests\n" == (tmp_path / "w.txt").read_text()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.0, "0.0 ms"), (0.0123, "12.3 ms"), (0.1234, "123 ms"), (1.5, "1.50 s"), (120.0, "120 s")],
)
def test_times_are_written_with_three_digits(seconds, expected):
    assert expected == written(seconds)


def test_an_axis_has_round_marks():
    assert ["0", "25 ms", "50 ms", "75 ms"] == [mark(at) for at in axis(0.08, 4)]
    assert ["0", "1 s", "2 s"] == [mark(at) for at in axis(2.9, 4)]
