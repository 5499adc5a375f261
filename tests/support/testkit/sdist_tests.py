"""The tests that an sdist carries, run where it was unpacked: `hatch run wheel:check` does it for each.

They are given nothing of this tree: neither its folder nor its search path. The package is the installed one.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path


def run(sdist, *arguments):
    """Unpack an sdist, run its tests with pytest, and return how that ended."""
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(sdist) as archive:
            archive.extractall(temporary, filter="data")
        (folder,) = Path(temporary).iterdir()
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", *arguments]
        return subprocess.run(command, cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
