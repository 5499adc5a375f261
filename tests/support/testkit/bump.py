"""A version written into a tree, wherever it stands.

It stands in the source, in the API snapshots, in the bill of materials and in SECURITY.md; and the ranges
of those who need the package have to have it in them. A range ends where the interface may break
(docs/versions.md): one that a new version has left becomes the one around it. Otherwise ranges stay: their
lower end is raised by whoever uses something newer.
"""

from __future__ import annotations

import re

from packaging.specifiers import SpecifierSet

from testkit import sbom
from testkit.api_check import SNAPSHOTS
from testkit.releases import digits, folder_of, source_of
from testkit.siblings import ranges_in


def range_of(version):
    """Return the range, of those that end where the interface may break, that begins with a version."""
    major, minor, _ = digits(version)
    return f">={major}.{minor},<{major + 1 if major else f'0.{minor + 1}'}"


def write_version(root, name, version):
    """Write the version of a package, and ranges that have it in them.

    Returns:
        The names of the packages whose range became another.
    """
    modules = [*(root / source_of(name) / f"httpcore_{name}").glob("*.py")]
    _replace(modules, r'^__version__ = ".*"$', f'__version__ = "{version}"')
    snapshots = [*(root / SNAPSHOTS).glob(f"httpcore_{name}.*txt")]
    _replace(snapshots, r"\A(\S+) \S+$", rf"\1 {version}")
    minor = ".".join(version.split(".")[:2])
    _replace(
        [root / "SECURITY.md"],
        rf"^\| `httpcore-{name}` \| .* \|$",
        f"| `httpcore-{name}` | {minor} |",
    )
    moved = [
        other
        for other, ranges in ranges_in(root).items()
        if name in ranges and version not in SpecifierSet(ranges[name])
    ]
    for other in moved:
        project = folder_of(root, other) / "pyproject.toml"
        _replace([project], rf'"httpcore-{name}>=[^"]*"', f'"httpcore-{name}{range_of(version)}"')
    for each in (name, *moved):
        package = folder_of(root, each)
        (package / sbom.FILE).write_text(sbom.text_of(package), "utf-8")
    return moved


def _replace(files, pattern, text):
    """Write a text in place of what is like the pattern, which has to be in one of the files at least."""
    found = 0
    for file in files:
        new, count = re.subn(pattern, text, file.read_text("utf-8"), flags=re.MULTILINE)
        found += count
        if count:
            file.write_text(new, "utf-8")
    if not found:
        raise SystemExit(
            f"nothing like {pattern} stands in {', '.join(map(str, files)) or 'no file'}"
        )
