"""The code on the page for users runs; its tests do in `test_plugin.py`."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs/guides/testing.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
PROGRAMS = [block for block in BLOCKS if "def test_" not in block]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(PROGRAMS[number], f"{PAGE.name}-{number}", "exec"), {"__name__": "__main__"})
