"""Each package with the oldest siblings that its ranges allow: `hatch run siblings`.

`hatch run wheel:check` tests each package with the siblings of the tree, which are the newest. Here it is
given the oldest ones that were released, all at once, and its own tests run. Where those are the tree's own
source, or nothing was released, there is nothing else to run, and it says so. Other mixtures are not tested.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from testkit.releases import NAMES, ROOT, digits, folder_of, git, released, tag_of, unpack

TREE = "tree"


@dataclass(frozen=True)
class Job:
    """A package of the tree, and of each sibling the version to test it with, or `TREE`."""

    package: str
    siblings: dict[str, str]


def plan(ranges, releases, same):
    """Return a job for each package that has a sibling to be tested with besides the tree's.

    Args:
        ranges: of each package, by sibling, the range that it allows.
        releases: of each package the versions that were released.
        same: pairs of a package and a version whose source is the tree's.
    """
    jobs = []
    for package, siblings in ranges.items():
        oldest = {each: _oldest(releases[each], allowed) for each, allowed in siblings.items()}
        chosen = {
            each: TREE if version is None or (each, version) in same else version
            for each, version in oldest.items()
        }
        if set(chosen.values()) - {TREE}:
            jobs.append(Job(package, chosen))
    return jobs


def _oldest(versions, allowed):
    """Return the oldest version in a range; None if none of it was released."""
    return min(SpecifierSet(allowed).filter(versions), key=digits, default=None)


def ranges_in(root):
    """Return the range of each sibling, by package, as their pyproject.toml has it."""
    found = {}
    for name in NAMES:
        project = tomllib.loads((folder_of(root, name) / "pyproject.toml").read_text("utf-8"))
        needed = [Requirement(each) for each in project["project"].get("dependencies", [])]
        found[name] = {
            each.name.removeprefix("httpcore-"): str(each.specifier)
            for each in needed
            if each.name.removeprefix("httpcore-") in NAMES
        }
    return found


def same_as_tree(root, releases):
    """Return the pairs of a package and a released version whose folder is as it is in the tree."""
    return {
        (name, version)
        for name, versions in releases.items()
        for version in versions
        if not git(
            root, "diff", "--name-only", tag_of(name, version), "--", f"packages/httpcore-{name}"
        )
    }


def run(root, job):
    """Install a package beside its siblings in an environment of their own and run its tests there."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sources = [folder_of(root, job.package)]
        for name, version in job.siblings.items():
            if version == TREE:
                sources.append(folder_of(root, name))
            else:
                unpack(root, tag_of(name, version), folder / name, f"packages/httpcore-{name}")
                sources.append(folder_of(folder / name, name))
        wheels = folder / "wheels"
        for source in sources:
            _call(
                sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, cwd=source
            )
        python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        _call("uv", "venv", "-q", "--python", sys.executable, folder / "venv")
        needs = [*sorted(wheels.iterdir()), "pytest-xdist"]
        group = f"{folder_of(root, job.package) / 'pyproject.toml'}:test"
        _call("uv", "pip", "install", "-q", "--python", python, *needs, "--group", group)
        _call(python, "-m", "pytest", "-q", "-n", "auto", f"tests/{job.package}", cwd=root)


def _call(*command, cwd=None):
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


def main(root=ROOT):
    """Plan for the tree, say what is done, and do it."""
    releases = {name: released(root, name) for name in NAMES}
    jobs = plan(ranges_in(root), releases, same_as_tree(root, releases))
    if not jobs:
        print("the oldest siblings are those of the tree, as `hatch run wheel:check` has them")
    for job in jobs:
        beside = ", ".join(f"{name} {version}" for name, version in job.siblings.items())
        print(f"httpcore-{job.package} with {beside}", flush=True)
        run(root, job)


if __name__ == "__main__":
    main()
