"""The code on the page for users runs; its tests do in `test_plugin.py`."""

import pytest

from testkit.pages import DOCS, blocks_of, run

PAGE = "guides/testing.md"
PROGRAMS = [block for block in blocks_of(DOCS / PAGE) if "def test_" not in block]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run([PROGRAMS[number]], PAGE)
