"""Every situation has a test that is found by its id: `pytest -k b054`."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
IDS = (Path(__file__).parent / "ids.txt").read_text("utf-8").split()
_NAMED = re.compile(r"^ *(?:async )?def test_([bx]\d+)_\w", re.MULTILINE)


def test_every_id_has_a_test_and_every_test_an_id():
    named = {
        found.upper()
        for path in TESTS.rglob("test_*.py")
        for found in _NAMED.findall(path.read_text("utf-8"))
    }
    assert set(IDS) == named


def test_the_list_is_whole():
    assert 81 == len(set(IDS)) == len(IDS)
