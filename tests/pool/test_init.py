"""The package's public names: there, lazy where one user in ten needs them, and no others."""

import subprocess
import sys

import pytest

import httpcore_pool


def test_each_public_name_is_there_and_listed():
    assert [] == [name for name in httpcore_pool.__all__ if not hasattr(httpcore_pool, name)]
    assert set(httpcore_pool.__all__) <= set(dir(httpcore_pool))
    assert sorted(httpcore_pool.__all__, key=str) == sorted(set(httpcore_pool.__all__), key=str)


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'httpcore_pool' has no attribute 'Nothing'"):
        _ = httpcore_pool.Nothing


def test_the_import_brings_no_other_world_and_no_http_2():
    program = (
        "import sys, httpcore_pool; "
        "print([m for m in ('asyncio', 'trio', 'h2', 'certifi', 'truststore') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == shown.stdout.strip()
