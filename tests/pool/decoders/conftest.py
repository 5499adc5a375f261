"""What the tests of decoders share: codecs that are there, and that are not."""

import sys

import pytest

from httpcore_pool.decoders import _codecs


@pytest.fixture
def codec(monkeypatch):
    """Replace a module by another for one test; by None: then it can't be imported."""

    def forget():
        _codecs.brotli.cache_clear()
        _codecs.zstd.cache_clear()

    def replace(name, module):
        monkeypatch.setitem(sys.modules, name, module)
        forget()

    yield replace
    monkeypatch.undo()
    forget()
