"""Examples in docstrings run, and the public names are as promised."""

import doctest
import importlib
import pkgutil

import pytest

import httpcore_headers

MODULES = ["httpcore_headers"] + [
    info.name for info in pkgutil.walk_packages(httpcore_headers.__path__, "httpcore_headers.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_public_names_are_sorted_and_there() -> None:
    assert sorted(httpcore_headers.__all__) == httpcore_headers.__all__
    assert [name for name in httpcore_headers.__all__ if not hasattr(httpcore_headers, name)] == []
    assert 3 == len([int(digits) for digits in httpcore_headers.__version__.split(".")])
