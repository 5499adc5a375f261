"""The page of benchmarks is what `benchmarks/plot.py` makes of the committed results, losses included."""

import copy
import importlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def plot(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("plot")


@pytest.fixture
def results(plot):
    return json.loads(plot.RESULTS.read_text("utf-8"))


def of(results, group, scenario, client):
    """The record of one client in one row."""
    wanted = (group, scenario, client)
    return next(
        record
        for record in results["measurements"]
        if (record["group"], record.get("scenario"), record.get("client")) == wanted
    )


def test_the_charts_are_those_of_the_results(plot, results):
    expected = {f"{chart.name}.svg": plot.draw(chart) for chart in plot.charts_of(results)}
    assert expected == {path.name: path.read_text("utf-8") for path in plot.FOLDER.glob("*.svg")}


def test_the_tables_are_those_of_the_results(plot, results):
    page = plot.PAGE.read_text("utf-8")
    assert plot.with_part(page, plot.page_part(results, plot.charts_of(results))) == page


def test_a_chart_says_in_words_what_it_shows(plot, results):
    for chart in plot.charts_of(results):
        image = ET.fromstring(plot.draw(chart))
        assert "title about" == image.get("aria-labelledby")
        assert f"{chart.title}: {chart.unit}" == image.findtext(f"{SVG}title")
        words = image.findtext(f"{SVG}desc")
        assert [] == [
            bar for bars in chart.rows.values() for bar in bars if bar.client not in words
        ]
        caption = " ".join(text.text for text in image.iter(f"{SVG}text"))
        assert results["facts"]["Machine"] in caption
        assert results["facts"]["Date"] in caption


def test_what_costs_more_here_is_listed(plot, results):
    changed = copy.deepcopy(results)
    changed["measurements"] = [
        of(changed, "sync", "plain, 1 at a time", client) for client in ("SyncClient", "urllib3")
    ]
    for record, took in zip(changed["measurements"], (30.0, 20.0), strict=True):
        for done in record["rounds"]:
            done["cpu_us"] = took
    part = plot.page_part(changed, plot.charts_of(changed))
    row = "Small requests, in threads: plain, 1 at a time | urllib3 | 30.0 | 20.0 | 1.50 | no"
    assert f"| {row} |" in part.splitlines()


def test_a_client_that_failed_is_shown_as_such(plot, results):
    changed = copy.deepcopy(results)
    changed["failures"] = {"sync: plain, 1 at a time: urllib3": "wrong answer"}
    changed["measurements"] = [
        of(changed, "sync", "plain, 1 at a time", client) for client in ("SyncClient", "urllib3")
    ]
    changed["measurements"][1]["rounds"] = []
    [chart] = plot.charts_of(changed)
    assert "urllib3 failed." in plot.draw(chart)
    part = plot.page_part(changed, [chart])
    assert "| Failed | sync: plain, 1 at a time: urllib3: wrong answer |" in part.splitlines()
    assert "| failed |" in part


def test_a_bar_that_would_dwarf_the_others_is_cut_and_says_so(plot, results):
    changed = copy.deepcopy(results)
    changed["measurements"] = [
        of(changed, "sync", "plain, 1 at a time", client) for client in ("SyncClient", "urllib3")
    ]
    for took, cut in ((100.0, False), (10000.0, True)):
        for record, each in zip(changed["measurements"], (50.0, took), strict=True):
            for done in record["rounds"]:
                done["cpu_us"] = each
        [chart] = plot.charts_of(changed)
        assert cut == ("longer than it is drawn" in plot.draw(chart))


def test_a_page_without_marks_is_refused(plot):
    with pytest.raises(ValueError, match="has no marks to write between"):
        plot.with_part("# Benchmarks\n", "")
