"""docs/explanation/faults.md has every fault of the table, and tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/faults.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \|(.+)\|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@cache
def functions_in(path):
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_is_there_in_its_place():
    assert [*range(1, 61)] == [int(number) for number, _ in ROWS]


def test_every_row_has_a_test():
    assert [] == [number for number, row in ROWS if not TEST.search(row.rpartition("|")[2])]


def test_every_test_that_is_named_is_there():
    named = set(TEST.findall(PAGE))
    assert set() == {(path, name) for path, name in named if name not in functions_in(path)}


def test_rows_that_are_played_from_a_table_are_in_it():
    """A test that plays many rows has one of each number that names it."""
    for name in ("test_exchanges", "test_connecting"):
        tested = {
            int(n) for n in re.findall(r"\b(?:Row|refuses|breaks)\(\s*\*?\(?\s*(\d+)", _text(name))
        }
        tested |= {38} if name == "test_exchanges" else set()  # made in a loop
        table = rf"`faults/{name}.py::test_a_fault_of_\w+_keeps_its_promise`"
        assert set() == {int(n) for n, row in ROWS if re.search(table, row)} - tested


def _text(name):
    return (Path(__file__).parent / f"{name}.py").read_text("utf-8")
