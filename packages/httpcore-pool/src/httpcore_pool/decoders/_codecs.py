"""Where the codecs come from that not every Python has: the extras `brotli` and `zstd`.

They are imported when they are first asked about; one without what it takes to bound memory is as
good as none.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["brotli", "zstd"]


@cache
def brotli() -> Any | None:
    """Return a module for brotli that can limit its output (version 1.2 and newer), or None."""
    for name in ("brotli", "brotlicffi"):
        module = _imported(name)
        if module is not None and hasattr(module.Decompressor, "can_accept_more_data"):
            return module
    return None


@cache
def zstd() -> Any | None:
    """Return the standard library's module for zstd, or its backport, or None."""
    return _imported("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def _imported(name: str) -> Any | None:
    try:
        return import_module(name)
    except ImportError:
        return None
