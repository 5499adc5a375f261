"""The page about seeing does what it says."""

import logging
import re
from pathlib import Path

from httpcore_pool import TRACE_EVENTS
from testkit.pages import run_page

PAGE = Path(__file__).parents[3] / "docs/guides/tracing.md"


def test_the_blocks_of_the_page_run(origin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.root, "handlers", [])
    printed = run_page("guides/tracing.md", server=origin.plain)
    assert "1 GET " in printed
    assert "receive.done" in printed
    assert f"curl {origin.plain}/echo" in printed
    assert ["requests.svg", "traffic.har"] == sorted(path.name for path in tmp_path.iterdir())


def test_its_table_has_each_event_once():
    rows = re.findall(r"^\| (`[a-z]+\..*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([a-z.]+)`", row)]
    assert sorted(TRACE_EVENTS) == sorted(named)
