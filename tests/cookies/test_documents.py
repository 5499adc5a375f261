"""Examples in docstrings run, and the public names are as promised."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import httpcore_cookies

MODULES = ["httpcore_cookies"] + [
    info.name for info in pkgutil.walk_packages(httpcore_cookies.__path__, "httpcore_cookies.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(httpcore_cookies.__all__) == httpcore_cookies.__all__
    assert [name for name in httpcore_cookies.__all__ if not hasattr(httpcore_cookies, name)] == []
    assert 3 == len([int(digits) for digits in httpcore_cookies.__version__.split(".")])


@pytest.mark.parametrize("name", MODULES)
def test_nothing_here_does_io_or_knows_more_than_headers(name: str) -> None:
    source = Path(importlib.import_module(name).__file__ or "").read_text("utf-8")
    imported = set(re.findall(r"^(?:from|import) ([a-z_]+)", source, re.MULTILINE))
    forbidden = {"asyncio", "socket", "ssl", "threading", "httpcore_urls", "httpcore_pool"}
    assert set() == imported & forbidden
    assert ("httpcore_headers" in imported) is name.endswith("._siblings")
