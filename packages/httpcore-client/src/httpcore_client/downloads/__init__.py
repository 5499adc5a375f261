"""Downloads: `client.download(url, path)` writes what a URL has to a file, whole or not at all.

What is decided without I/O stands in `_representation` (what parts belong together), `_ranges`, `_naming`
and `_checksum`; `_part` has the files, `_transfer` the requests.
"""

from __future__ import annotations

from ._download import Download, download
from ._errors import ChecksumMismatch, DownloadError, DownloadInUse
from ._progress import Progress

__all__ = [
    "ChecksumMismatch",
    "Download",
    "DownloadError",
    "DownloadInUse",
    "Progress",
    "download",
]
