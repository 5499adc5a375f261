"""Running what stands in a page of the documentation, as a reader would who types it in."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import re
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def blocks_of(path):
    """The Python blocks of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def promises_of(blocks):
    """What the lines `print(...)  # this` say is printed."""
    return [
        promised
        for block in blocks
        for promised in re.findall(r"^\s*print\(.*\)  # (.*)$", block, re.MULTILINE)
    ]


def run(blocks, name, **given):
    """Run blocks in order, in one namespace, and return all that they print.

    Args:
        blocks: their texts; those with an `await` at the top run in asyncio.
        name: what tracebacks call them.
        given: names that they take for granted, such as a server's URL.
    """
    printed = io.StringIO()
    space = {"__name__": "__main__", **given}
    with contextlib.redirect_stdout(printed), asyncio.Runner() as runner:
        for number, block in enumerate(blocks, 1):
            code = compile(block, f"{name}, block {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if code.co_flags & inspect.CO_COROUTINE:
                runner.run(_awaited(code, space))
            else:
                exec(code, space)
    return printed.getvalue()


async def _awaited(code, space):
    await eval(code, space)


def run_page(name, **given):
    """Run the Python blocks of a page of `docs/`, and return all that they print."""
    blocks = blocks_of(DOCS / name)
    assert blocks, f"{name} has no blocks"
    return run(blocks, name, **given)
