"""From what a caller gives (`data`, `json`, `files`) to content and its media type. No I/O."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._choose import content_of
from ._json import JSONEncoder, encode_json
from ._urlencoded import encode_form

if TYPE_CHECKING:
    from ._compress import compressed
    from ._multipart import FilesTypes, FileTypes, encode_multipart
    from ._progress import UploadProgress, with_progress

__all__ = [
    "FileTypes",
    "FilesTypes",
    "JSONEncoder",
    "UploadProgress",
    "compressed",
    "content_of",
    "encode_form",
    "encode_json",
    "encode_multipart",
    "with_progress",
]

# What few requests have comes when it is asked for.
_LAZY = {
    "FileTypes": "_multipart",
    "FilesTypes": "_multipart",
    "UploadProgress": "_progress",
    "compressed": "_compress",
    "encode_multipart": "_multipart",
    "with_progress": "_progress",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
