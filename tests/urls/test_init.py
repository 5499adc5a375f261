"""The package's public names: there, lazy where few programs need them, and no others."""

import subprocess
import sys

import pytest

import httpcore_urls


def test_each_public_name_is_there_and_listed():
    assert [] == [name for name in httpcore_urls.__all__ if not hasattr(httpcore_urls, name)]
    assert set(httpcore_urls.__all__) <= set(dir(httpcore_urls))


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'httpcore_urls' has no attribute 'Nothing'"):
        _ = httpcore_urls.Nothing


def test_the_import_brings_neither_templates_nor_idna():
    program = (
        "import sys, httpcore_urls; "
        "print([m for m in ('httpcore_urls._template', 'idna') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == shown.stdout.strip()
