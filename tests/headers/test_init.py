"""The package's public names: there, lazy where few programs need them, and no others."""

import subprocess
import sys

import pytest

import httpcore_headers


def test_each_public_name_is_there_and_listed():
    assert [] == [name for name in httpcore_headers.__all__ if not hasattr(httpcore_headers, name)]
    assert set(httpcore_headers.__all__) <= set(dir(httpcore_headers))


def test_other_names_are_attribute_errors():
    with pytest.raises(
        AttributeError, match="module 'httpcore_headers' has no attribute 'Nothing'"
    ):
        _ = httpcore_headers.Nothing


def test_the_import_brings_no_grammar_of_a_single_field():
    program = (
        "import sys, httpcore_headers; print(sorted(m.partition('.')[2] for m in sys.modules"
        " if m.startswith('httpcore_headers.')))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "['_errors', '_grammar', '_headers', '_lists', '_sensitive']" == shown.stdout.strip()
