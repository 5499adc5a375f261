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


def run_page(name, **given):
    """Run the Python blocks of a page in order, in one namespace, and return all that they print.

    Args:
        name: the file in `docs/`.
        given: names that the page takes for granted, such as a server's URL.
    """
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / name).read_text("utf-8"), re.S)
    assert blocks, f"{name} has no blocks"
    printed = io.StringIO()
    space = {"__name__": "__main__", **given}
    for number, block in enumerate(blocks, 1):
        code = compile(block, f"{name}, block {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with contextlib.redirect_stdout(printed):
            if code.co_flags & inspect.CO_COROUTINE:
                asyncio.run(_awaited(code, space))
            else:
                exec(code, space)
    return printed.getvalue()


async def _awaited(code, space):
    await eval(code, space)
