"""Lays out what the site is built from: the pages of docs/, and files of the repository that they link to.

A page links to an example or a README as the file lies in the repository, so that the link holds for
whoever reads it there. On the site such a file is a page too: below `repository/`, Markdown as it is and
source code as a block. `python -m testkit.docs_stage` writes them all to `build/docs`.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from pathlib import PurePosixPath

from testkit.pages import DOCS

ROOT = DOCS.parent
STAGE = ROOT / "build" / "docs"
LANGUAGES = {".py": "python", ".toml": "toml", ".sh": "sh"}
# A block of code, which is left alone, or the target of a link.
_BLOCK_OR_LINK = re.compile(r"^```.*?^```|\]\(([^)\s#]+)(#[^)\s]*)?\)", re.DOTALL | re.MULTILINE)
_SCHEME = re.compile(r"[a-z]+:")


def in_navigation():
    """Return the pages that the navigation names."""

    def paths(entry):
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [path for value in values for path in paths(value)]

    return paths(tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"])


def page_of(file):
    """Return the page that shows a file of the repository, as a path below the stage."""
    path = PurePosixPath(file.relative_to(ROOT).as_posix())
    if path.parts[0] == "docs":
        return path.relative_to("docs")
    suffix = "" if path.suffix == ".md" else ".md"
    return PurePosixPath("repository", f"{path}{suffix}")


def targets_of(file):
    """Return the files that a page links to by what stands in the links; a folder stands for its README.

    Links to nothing stay as they are: the build and `testkit.docs_check` name them.
    """
    found = {}
    for link in _BLOCK_OR_LINK.finditer(file.read_text("utf-8")):
        if link[1] and not _SCHEME.match(link[1]):
            target = (file.parent / link[1]).resolve()
            target = target / "README.md" if target.is_dir() else target
            if target.is_file() and target.is_relative_to(ROOT):
                found[link[1]] = target
    return found


def page_text(file, targets):
    """Return a file as the text of its page, with links to pages."""
    text = file.read_text("utf-8")
    if file.suffix != ".md":
        name = file.relative_to(ROOT).as_posix()
        return f"# {name}\n\n```{LANGUAGES.get(file.suffix, 'text')}\n{text.rstrip()}\n```\n"
    here = page_of(file).parent

    def rewritten(link):
        if link[1] not in targets:
            return link[0]
        return f"]({os.path.relpath(page_of(targets[link[1]]), here)}{link[2] or ''})"

    return _BLOCK_OR_LINK.sub(rewritten, text)


def stage():
    """Write all pages and what they show, and return the paths of the pages below the stage."""
    shutil.rmtree(STAGE, ignore_errors=True)
    files = [path for path in sorted(DOCS.rglob("*")) if path.is_file()]
    shown = [page for page in in_navigation() if page.startswith("repository/")]
    files += [ROOT / page.removeprefix("repository/") for page in shown]
    pages = []
    for file in files:  # which grows
        targets = targets_of(file) if file.suffix == ".md" else {}
        files += [target for target in dict.fromkeys(targets.values()) if target not in files]
        page = STAGE / page_of(file)
        page.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md" or not file.is_relative_to(DOCS):
            page.write_text(page_text(file, targets), "utf-8")
            pages.append(page_of(file).as_posix())
        else:
            shutil.copy(file, page)
    return sorted(pages)


if __name__ == "__main__":
    stage()
