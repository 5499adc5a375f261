"""Fragments, and the changelog that a release makes of them.

A change that a user sees brings a file `packages/httpcore-<name>/changes/<what>.<kind>.md`, so that two
changes never meet in one file. towncrier moves them into the CHANGELOG.md; how, is [tool.towncrier] in
pyproject.toml. Here is what it does not do: to check names and texts before, and to take along the list that
was written when there were no fragments.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = "changes"
README = "README.md"
KINDS = ("breaking", "feature", "fix")
_NAME = re.compile(rf"[a-z0-9][a-z0-9.-]*\.({'|'.join(KINDS)})\.md")


def fragments(package):
    """Return the fragments of a package, by name, with their kind.

    Raises:
        SystemExit: a file is not named like one, is no UTF-8, says nothing, or has a heading of its own.
    """
    found = {}
    for path in sorted((package / FOLDER).iterdir()):
        if path.name == README:
            continue
        match = _NAME.fullmatch(path.name)
        if not match:
            kinds = " or ".join(KINDS)
            raise SystemExit(
                f"{path} has to be named <what>.<kind>.md in small letters, with {kinds} as the kind"
            )
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise SystemExit(f"{path} is not UTF-8: {error}") from None
        if not text.strip():
            raise SystemExit(f"{path} is empty: it has the text that users read in the changelog")
        if re.search("^#", text, re.M):
            raise SystemExit(
                f"{path} has a heading: it becomes one entry of a list below the version's"
            )
        found[path.name] = match[1]
    return found


def add(package, name, text):
    """Write a fragment."""
    (package / FOLDER / name).write_text(text + "\n", "utf-8")


def take_up(package, version, date):
    """Move the fragments of a package into its changelog, under a version.

    Returns:
        The list that stands there now, in Markdown.

    Raises:
        SystemExit: there is nothing to say about the version.
    """
    file = package / "CHANGELOG.md"
    earlier = f"## {version} (unreleased)"
    new = fragments(package)
    if not new and earlier not in file.read_text("utf-8"):
        raise SystemExit(f"{package.name} {version}: no fragments in {package / FOLDER}")
    config = Path(package.parents[1], "pyproject.toml")
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--config", str(config)]
    command += ["--dir", str(package), "--version", version, "--date", f"{date}"]
    ended = subprocess.run(command, cwd=package, capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(f"towncrier failed in {package}: {ended.stdout}{ended.stderr}")
    text = file.read_text("utf-8")
    text = re.sub(rf"\n+{re.escape(earlier)}\n+", "\n" if new else "\n\n", text)
    file.write_text(text, "utf-8")
    return re.search(
        rf"^## {re.escape(version)} \([^)]*\)\n\n(.*?)\n*(?=^## |\Z)", text, re.M | re.S
    )[1]
