"""Pages whose tables name a test for each of their rows."""

import ast
import re
from functools import cache

from testkit.releases import ROOT

_ROW = re.compile(r"^\| (\d+) \|(.+)\|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


class Page:
    """A page of the documentation.

    Attributes:
        rows: the number of each row that has one, and the rest of it.
    """

    def __init__(self, path):
        self._text = (ROOT / path).read_text("utf-8")
        self.rows = [(int(number), row) for number, row in _ROW.findall(self._text)]

    def rows_without_test(self):
        """Return the numbers of the rows that name none in their last cell."""
        return [number for number, row in self.rows if not _TEST.search(row.rpartition("|")[2])]

    def tests_that_are_not_there(self):
        """Return the pairs of a file below tests/ and a function that is not in it."""
        named = set(_TEST.findall(self._text))
        return {(path, name) for path, name in named if name not in _functions_in(path)}


@cache
def _functions_in(path):
    tree = ast.parse((ROOT / "tests" / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
