"""docs/explanation/attacks.md names every attack of the review, and tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/attacks.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \|(.+)\|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@cache
def functions_in(path):
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_is_there_once():
    assert [*range(1, 81)] == sorted(int(number) for number, _ in ROWS)


def test_every_row_has_a_test():
    assert [] == [number for number, row in ROWS if not TEST.search(row.rpartition("|")[2])]


def test_every_test_that_is_named_is_there():
    named = set(TEST.findall(PAGE))
    assert set() == {(path, name) for path, name in named if name not in functions_in(path)}
