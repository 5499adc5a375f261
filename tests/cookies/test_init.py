"""The package's public names: there, lazy where few programs need them, and no others."""

import subprocess
import sys

import pytest

import httpcore_cookies
from httpcore_cookies import auth, cookies

MODULES = [httpcore_cookies, auth, cookies]


@pytest.mark.parametrize("module", MODULES)
def test_each_public_name_is_there_and_listed(module):
    assert [] == [name for name in module.__all__ if not hasattr(module, name)]
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("module", MODULES)
def test_other_names_are_attribute_errors(module):
    with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'No'"):
        _ = module.No


def test_the_import_brings_no_scheme_and_no_dates():
    program = (
        "import sys, httpcore_cookies; print(sorted({m.rpartition('.')[2] for m in sys.modules}"
        " & {'_basic', '_bearer', '_digest', '_netrc', '_scheme', '_dates', '_persist', '_stdlib', 'json'}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == shown.stdout.strip()
