"""Examples in docstrings and in the README run, and the public names are as promised."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import httpcore_headers

PACKAGE = Path(__file__).parents[2] / "packages" / "httpcore-headers"
MODULES = ["httpcore_headers"] + [
    info.name for info in pkgutil.walk_packages(httpcore_headers.__path__, "httpcore_headers.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_examples_in_the_readme_run() -> None:
    blocks = re.findall(
        r"```python\n(.*?)```", (PACKAGE / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert blocks
    namespace: dict[str, Any] = {}
    for block in blocks:
        exec(block, namespace)


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(httpcore_headers.__all__) == httpcore_headers.__all__
    assert [name for name in httpcore_headers.__all__ if not hasattr(httpcore_headers, name)] == []
    assert httpcore_headers.__version__ == "0.1.0"
