"""What can go wrong with a download besides what can with any request, and with any file (`OSError`)."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["ChecksumMismatch", "DownloadError", "DownloadInUse"]


class DownloadError(pool.HTTPError):
    """What came can't be made a file."""


class DownloadInUse(DownloadError):
    """Another download writes to the same file."""


class ChecksumMismatch(DownloadError):
    """The file is not what its checksum says; it was removed.

    Attributes:
        expected: the checksum that it should have, such as "sha256:...".
        found: the one that it has.
    """

    def __init__(self, message: str, expected: str = "", found: str = "") -> None:
        super().__init__(message)
        self.expected = expected
        self.found = found
