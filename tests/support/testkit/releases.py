"""What was released, as git has it: a release of a package is a tag `httpcore-<name>-v<version>`.

Nothing here changes a repository: what a tag holds is unpacked elsewhere.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from pathlib import Path

NAMES = ["urls", "headers", "cookies", "pool", "client"]
ROOT = Path(__file__).parents[3]


def git(root, *arguments):
    """Return what git prints, as bytes."""
    command = ["git", "-C", str(root), *arguments]
    ended = subprocess.run(command, capture_output=True)
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip()
        raise SystemExit(f"git {' '.join(arguments)} failed in {root}: {said}")
    return ended.stdout


def digits(version):
    """Return a version as numbers, which compare as versions do."""
    return tuple(int(part) for part in version.split("."))


def tag_of(name, version):
    """Return the tag of a release."""
    return f"httpcore-{name}-v{version}"


def released(root, name):
    """Return the versions of a package that have a tag, the oldest first."""
    start = tag_of(name, "")
    tags = git(root, "tag", "--list", f"{start}*").decode().split()
    found = [tag.removeprefix(start) for tag in tags]
    return sorted((each for each in found if re.fullmatch(r"\d+\.\d+\.\d+", each)), key=digits)


def version_in(folder, name):
    """Return the version that the source of a package states, in a tree."""
    module = folder / source_of(name) / f"httpcore_{name}" / "__init__.py"
    return re.search(r'^__version__ = "(.*)"$', module.read_text("utf-8"), re.MULTILINE)[1]


def folder_of(root, name):
    """Return the folder of a package."""
    return Path(root, "packages", f"httpcore-{name}")


def source_of(name):
    """Return the folder of a package's source, in a tree."""
    return folder_of("", name) / "src"


def unpack(root, tag, folder, *paths):
    """Write those of the paths that a tag has into a folder."""
    wanted = [path for path in paths if git(root, "ls-tree", "-d", tag, "--", path)]
    archive = io.BytesIO(git(root, "archive", "--format=tar", tag, "--", *wanted))
    with tarfile.open(fileobj=archive) as opened:
        opened.extractall(folder, filter="data")
