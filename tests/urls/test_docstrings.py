"""The examples in docstrings run, and every public name has a docstring."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import httpcore_urls

MODULES = [
    f"httpcore_urls.{module.name}" for module in pkgutil.iter_modules(httpcore_urls.__path__)
]


@pytest.mark.parametrize("name", ["httpcore_urls", *MODULES])
def test_docstring_examples_give_what_they_show(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_some_module_has_examples():
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 5


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_it_decides(name: str):
    assert "Decides:" in (importlib.import_module(name).__doc__ or "")


@pytest.mark.parametrize(
    "value", [httpcore_urls.URL, httpcore_urls.Origin, httpcore_urls.QueryParams]
)
def test_public_members_have_docstrings(value: type):
    bare = [
        name
        for name, member in inspect.getmembers(value)
        if not name.startswith("_") and not inspect.getdoc(member)
    ]
    assert not bare


def test_public_names_are_listed_and_exist():
    assert {"URL", "Origin", "QueryParams", "InvalidURL"} < set(httpcore_urls.__all__)
    assert all(hasattr(httpcore_urls, name) for name in httpcore_urls.__all__)
