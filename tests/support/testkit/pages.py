"""Running what stands in a page of the documentation, as a reader would who types it in.

`print(...)  # this` promises that it runs, and that whenever it does it prints just that. In a loop it may
print this and that: then comments in the lines below it say all, in order.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import re
import sys
import tokenize
from collections import defaultdict
from itertools import count, groupby, takewhile
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def blocks_of(path):
    """The Python blocks of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def promises_of(block):
    """The lines that each `print(...)` of a block says it prints, by the line where it begins."""
    tokens = list(tokenize.generate_tokens(io.StringIO(block).readline))
    comments = {token.start[0]: token for token in tokens if token.type == tokenize.COMMENT}
    whole_lines = {n for n, token in comments.items() if token.line.strip() == token.string}
    found = {}
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            end = node.end_lineno
            below = takewhile(whole_lines.__contains__, count(end + 1))
            lines = [end] if end in comments else list(below)
            if lines:
                found[node.lineno] = [comments[line].string.removeprefix("# ") for line in lines]
    return found


class Printed(io.StringIO):
    """Takes what is printed, and knows which line of which code printed it."""

    def __init__(self):
        super().__init__()
        self._by_line = defaultdict(str)

    def write(self, text):
        frame = sys._getframe(1)  # `print` itself has none
        self._by_line[frame.f_code.co_filename, frame.f_lineno] += text
        return super().write(text)

    def broken(self, name, block):
        """Return the promises that a block broke, run by this name; what repeats is promised once."""
        found = []
        for line, promise in promises_of(block).items():
            printed = [text for text, _ in groupby(self._by_line[name, line].splitlines())]
            if printed != promise:
                found.append(f"{name}, line {line} promises {promise} and prints {printed}")
        return found


def run(blocks, name, **given):
    """Run blocks in order, in one namespace, and return all that they print, which is what they promise.

    Args:
        blocks: their texts; those with an `await` at the top run in asyncio.
        name: what tracebacks call them.
        given: names that they take for granted, such as a server's URL.
    """
    printed = Printed()
    space = {"__name__": "__main__", **given}
    named = {f"{name}, block {number}": block for number, block in enumerate(blocks, 1)}
    with contextlib.redirect_stdout(printed), asyncio.Runner() as runner:
        for block_name, block in named.items():
            code = compile(block, block_name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if code.co_flags & inspect.CO_COROUTINE:
                runner.run(_awaited(code, space))
            else:
                exec(code, space)
    if broken := [one for each in named.items() for one in printed.broken(*each)]:
        raise AssertionError("\n".join(broken))
    return printed.getvalue()


async def _awaited(code, space):
    await eval(code, space)


def run_page(name, **given):
    """Run the Python blocks of a page of `docs/`, as `run` does, and return all that they print."""
    blocks = blocks_of(DOCS / name)
    assert blocks, f"{name} has no blocks"
    return run(blocks, name, **given)
