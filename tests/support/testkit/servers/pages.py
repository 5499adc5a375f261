"""The files that all servers have as /files/; without an application, also at the paths of its pages."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

from testkit.app import pattern

SMALL = b"hello, world"
TEXT = b"the same words again and again. " * 2000
LIMIT = 1 << 20  # what may be uploaded to /limited
_PATTERN_SIZES = [1000, 4 << 20, 16 << 20]


class Pages:
    """Writes the files on entering, removes them on leaving.

    Not in pytest's folder, which nobody else may enter: started by root, some servers become another user.

    Args:
        size: of the largest.

    Attributes:
        folder: where they are.
        large: the content of the largest.
    """

    def __init__(self, size=4 << 20):
        self.large = pattern(size)

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="interop-files-"))
        files = {
            "index.html": SMALL,
            "small.txt": SMALL,
            "text.css": TEXT,
            "text.css.gz": gzip.compress(TEXT),  # for who takes it from there
            "large.bin": self.large,
            "folder/index.html": b"a folder",
            "trailers": b"with trailers",
            **{f"bytes/{size}": pattern(size) for size in _PATTERN_SIZES},
        }
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        for path in [self.folder, *self.folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (self.folder / "files").symlink_to(".")  # for who has nothing but files
        return self

    def __exit__(self, *exc_info):
        shutil.rmtree(self.folder)
