"""`hatch run release pool minor`: makes releases of packages, all but the pushing and uploading.

All work is done in a worktree beside the repository, which gets the commits, tags and files only when all has
succeeded: a release that fails, and a dry run, leave it as it was. Of each package, in the order of
dependencies, version and ranges are written (bump.py), the interface is compared with the last release
(api_check.py), the fragments become the changelog (changelog.py), and that is a commit. Its sdist and wheel
are built twice, and checked. What is no release is refused with a sentence: the functions `refuse_...`.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.specifiers import SpecifierSet

from testkit import api_check, changelog
from testkit.bump import write_version
from testkit.releases import (
    NAMES,
    ROOT,
    digits,
    folder_of,
    git,
    released,
    tag_of,
    version_in,
)
from testkit.siblings import ranges_in

BRANCH = "main"
WORDS = ("major", "minor", "patch")


@dataclass(frozen=True)
class Release:
    """A release as it was made: its commit, the message of its tag, and its files."""

    name: str
    version: str
    commit: str
    message: str
    files: list[Path]

    @property
    def tag(self):
        return tag_of(self.name, self.version)


def versions_of(root, words):
    """Return the version to release of each package, in the order of dependencies.

    Args:
        root: the repository.
        words: packages, each followed by its version, or by the digit to raise from the last release.

    Raises:
        SystemExit: a package or a version is none, or there is a release that is as new.
    """
    if len(words) % 2:
        raise SystemExit(f"a package and its version, in turn, and not {' '.join(words)!r}")
    asked = {}
    for given, version in zip(words[::2], words[1::2], strict=True):
        name = given.removeprefix("httpcore-")
        if name not in NAMES:
            close = difflib.get_close_matches(name, NAMES, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(NAMES)}"
            raise SystemExit(f"{given} is none of the packages: {hint}")
        if name in asked:
            raise SystemExit(f"{name} is given twice")
        asked[name] = _version(root, name, version)
    return {name: asked[name] for name in NAMES if name in asked}


def _version(root, name, word):
    earlier, stated = released(root, name), version_in(root, name)
    if word in WORDS:
        if not earlier:
            raise SystemExit(
                f"{name} has no release to count from: say the version, such as {name} {stated}"
            )
        kept = digits(earlier[-1])[: WORDS.index(word) + 1]
        numbers = [*kept[:-1], kept[-1] + 1, 0, 0][:3]
        version = ".".join(str(number) for number in numbers)
    else:
        version = word
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        raise SystemExit(f"{word} is no version such as 0.2.0, and none of {', '.join(WORDS)}")
    if version in earlier:
        raise SystemExit(f"{name} {version} is released: there is a tag {tag_of(name, version)}")
    if earlier and digits(version) < digits(earlier[-1]):
        raise SystemExit(f"{name} {version} is not newer than its last release, {earlier[-1]}")
    if digits(version) < digits(stated):
        raise SystemExit(f"{name} {version} is not newer than the source, which states {stated}")
    return version


def refuse_unready(root):
    """Refuse a repository from which nothing is released: on another branch, or with changes in no commit."""
    branch = git(root, "rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    if branch != BRANCH:
        raise SystemExit(f"releases are made from {BRANCH}, and not from {branch}")
    changed = git(root, "status", "--porcelain").decode().splitlines()
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        names = ", ".join(line[3:] for line in changed[:3])
        raise SystemExit(f"there are changes that are in no commit: {names}{more}")


def refuse_uninstallable(root, versions):
    """Refuse a package that needs siblings of which none that it takes is released, before or now."""
    for name, ranges in ranges_in(root).items():
        for sibling, allowed in ranges.items() if name in versions else ():
            there = [*released(root, sibling), *filter(None, [versions.get(sibling)])]
            if not any(SpecifierSet(allowed).filter(there)):
                raise SystemExit(
                    f"{name} takes httpcore-{sibling}{allowed}, and none of those is released: release it too"
                )


def commit_release(tree, name, version, date):
    """Commit a release in the worktree.

    Returns:
        The commit, and what the changelog says.
    """
    package = folder_of(tree, name)
    for other in write_version(tree, name, version):
        if released(tree, other):  # else nobody has it with the range that it had
            text = (
                f"Takes `httpcore-{name}` from {version} on, whose changelog says what broke there."
            )
            changelog.add(folder_of(tree, other), f"httpcore-{name}-{version}.breaking.md", text)
    refuse_too_small(tree, name, version)
    said = changelog.take_up(package, version, date)
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", f"{name}: release {version}")
    return _head(tree), said


def refuse_too_small(tree, name, version):
    """Refuse a version that says less than happened, by the kinds of its fragments or to its interface."""
    kinds = changelog.fragments(folder_of(tree, name))
    for last in released(tree, name)[-1:]:
        for fragment, kind in kinds.items():
            if kind == "breaking" and not api_check.says_break(last, version):
                raise SystemExit(
                    f"{name} {version} after {last} does not say that something broke: {fragment}"
                )
            if kind == "feature" and digits(last)[0] and digits(version)[:2] == digits(last)[:2]:
                raise SystemExit(
                    f"{name} {version} after {last} does not say that something is new: {fragment}"
                )
    fine, lines = api_check.check(tree, name)
    if not fine:
        raise SystemExit("\n".join(lines))
    print("\n".join(lines))


def build(tree, name, commit, folder):
    """Build a package as it is in a commit, and see that it builds again to the same.

    The files have the time of the commit in them. The second wheel is built from the sdist.

    Returns:
        The sdist and the wheel.
    """
    git(tree, "checkout", "--quiet", "--detach", commit)
    moment = git(tree, "show", "--no-patch", "--format=%ct", commit).decode().strip()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment}
    command = [sys.executable, "-m", "hatchling", "build", "-d"]
    _call([*command, folder], folder_of(tree, name), environment)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(sdist) as archive:
            archive.extractall(temporary, filter="data")
        (source,) = Path(temporary).iterdir()
        again = Path(temporary, "again")
        _call([*command, again, "-t", "wheel"], source, environment)
        _call([*command, again, "-t", "sdist"], folder_of(tree, name), environment)
        for file in (sdist, wheel):
            if file.read_bytes() != (again / file.name).read_bytes():
                raise SystemExit(f"{file.name} is another when it is built again")
    return [sdist, wheel]


def _call(command, folder, environment=None):
    command = [str(part) for part in command]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")


@contextmanager
def worktree(root):
    """Give a worktree of the repository's last commit, on no branch, for the time of the block."""
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary, "tree")
        git(root, "worktree", "add", "--quiet", "--detach", tree, "HEAD")
        try:
            yield tree
        finally:
            git(root, "worktree", "remove", "--force", tree)


def make(tree, versions, dist):
    """Make releases in a worktree, their files in a folder, and check what an index would."""
    date = datetime.now(UTC).date()
    made = {name: commit_release(tree, name, version, date) for name, version in versions.items()}
    refuse_uninstallable(tree, versions)
    releases = []
    for name, (commit, said) in made.items():
        message = f"httpcore-{name} {versions[name]}\n\n{said}\n"
        files = build(tree, name, commit, dist / name)
        releases.append(Release(name, versions[name], commit, message, files))
    files = [file for each in releases for file in each.files]
    _call([sys.executable, "-m", "twine", "check", "--strict", *files], tree)
    wheels = [file for file in files if file.suffix == ".whl"]
    _call([sys.executable, "-m", "check_wheel_contents", *wheels], tree)
    return releases


def keep(root, releases):
    """Give the repository the tags, files and commits of releases, or none of them."""
    (root / "dist").mkdir(exist_ok=True)
    before, after = _head(root), releases[-1].commit
    # Each undoing is ready before its step: an interrupt may come when the step has taken effect.
    with ExitStack() as undo:
        for each in releases:
            message = ["--cleanup=whitespace", "--message", each.message]
            undo.callback(_untag, root, each.tag)
            git(root, "tag", "--annotate", *message, each.tag, each.commit)
            for file in each.files:
                place = Path(root, "dist", file.name)
                undo.callback(_put_back, place, place.read_bytes() if place.exists() else None)
                shutil.copy2(file, place)
        undo.callback(_step_back, root, before, after)
        git(root, "merge", "--quiet", "--ff-only", after)
        undo.pop_all()


def _head(root):
    return git(root, "rev-parse", "HEAD").decode().strip()


def _untag(root, tag):
    if git(root, "tag", "--list", tag):
        git(root, "tag", "--delete", tag)


def _put_back(place, content):
    if content is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(content)


def _step_back(root, before, after):
    if _head(root) == after:
        git(root, "reset", "--quiet", "--keep", before)
    else:  # a merge may fail after it has changed the files
        git(root, "read-tree", "-m", "-u", after, before)


def show(root, releases):
    """Print what releases are made of."""
    print(git(root, "diff", "HEAD", releases[-1].commit).decode())
    for each in releases:
        print(f"tag {each.tag} on {each.commit[:12]}:\n\n{each.message}")
    for file in [file for each in releases for file in each.files]:
        print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}")


def main(arguments=None, root=ROOT):
    """Make the releases that the command line asks for, or show what they would be."""
    parser = argparse.ArgumentParser(
        prog="hatch run release",
        description="Makes releases: commits, tags, sdists and wheels. To push and upload is left to you.",
        epilog="docs/releasing.md has the rest.",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="package version",
        help="such as pool minor, client 0.2.0; several are made in the order of dependencies",
    )
    parser.add_argument("--dry-run", action="store_true", help="show it all and change nothing")
    given = parser.parse_args(arguments)
    versions = versions_of(root, given.words)
    refuse_unready(root)
    with tempfile.TemporaryDirectory() as dist, worktree(root) as tree:
        releases = make(tree, versions, Path(dist))
        if given.dry_run:
            show(root, releases)
            print("\nA dry run: nothing was changed.")
            return
        keep(root, releases)
    tags = " ".join(each.tag for each in releases)
    files = " ".join(f"dist/{file.name}" for each in releases for file in each.files)
    print("\nMade. What is left to do:\n")
    print(f"git push --atomic origin {BRANCH} {tags}\nhatch run twine upload {files}")


if __name__ == "__main__":
    main()
