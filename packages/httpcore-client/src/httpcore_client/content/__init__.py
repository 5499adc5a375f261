"""From what a caller gives (`data`, `json`, `files`) to content and its media type. No I/O."""

from __future__ import annotations

from ._choose import content_of
from ._compress import compressed
from ._json import JSONEncoder, encode_json
from ._multipart import FilesTypes, FileTypes, encode_multipart
from ._progress import UploadProgress, with_progress
from ._urlencoded import encode_form

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
