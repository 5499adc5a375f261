"""A repository like this one, on its own, for releases to be made in."""

import shutil

import pytest

from testkit.bump import write_version
from testkit.changelog import add
from testkit.release import main
from testkit.releases import NAMES, ROOT, folder_of, git
from testkit.repository import begin, settle

# What a release of urls, headers or cookies reads and writes, their sdists' tests among it.
PARTS = [
    "packages",
    "tests/architecture/api",
    "tests/conformance",
    "tests/cookies",
    "tests/headers",
    "tests/support",
    "tests/urls",
]


class Repository:
    """A repository, and what is done in it."""

    def __init__(self, root):
        self.root = root

    def git(self, *arguments):
        return git(self.root, *arguments).decode().strip()

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def change(self, name, fragment):
        """Commit a change of a package, as its fragment tells it."""
        add(self.package(name), fragment, f"What {fragment} says.")
        self.commit()

    def package(self, name):
        return folder_of(self.root, name)

    def text(self, *path):
        return self.root.joinpath(*path).read_text("utf-8")

    def release(self, *arguments):
        main(arguments, self.root)

    def state(self):
        """What no dry run and no failure changes: every ref, the branch, the files, other worktrees."""
        refs = self.git("for-each-ref"), self.git("symbolic-ref", "HEAD")
        status = self.git("status", "--porcelain", "--ignored"), self.git("stash", "list")
        return refs, status, self.git("worktree", "list")


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """A repository with this tree as before its first release, and a tag for what each package is."""
    root = tmp_path_factory.mktemp("original")
    (root / "tests").mkdir()
    for name in (".gitignore", "pyproject.toml", "pytest.ini", "SECURITY.md", "tests/conftest.py"):
        shutil.copy(ROOT / name, root / name)
    leftovers = shutil.ignore_patterns("__pycache__", "*.fix.md", "*.feature.md", "*.breaking.md")
    for name in PARTS:
        shutil.copytree(ROOT / name, root / name, ignore=leftovers)
    for name in NAMES:
        write_version(root, name, "0.1.0")
        changelog = folder_of(root, name) / "CHANGELOG.md"
        heading = changelog.read_text("utf-8").partition("## ")[0]
        changelog.write_text(
            f"{heading}## 0.1.0 (unreleased)\n\n- First version.\n- Another line.\n"
        )
    begin(root)
    Repository(root).commit()
    for name in NAMES:
        git(root, "tag", f"httpcore-{name}-v0.1.0")
    return root


@pytest.fixture
def released(original, tmp_path):
    """A copy of it."""
    git(tmp_path, "clone", "--quiet", "--shared", original, "released")
    settle(tmp_path / "released")
    return Repository(tmp_path / "released")


@pytest.fixture
def repository(original, tmp_path):
    """A copy of it of which nothing was released."""
    git(tmp_path, "clone", "--quiet", "--shared", "--no-tags", original, "copy")
    settle(tmp_path / "copy")
    return Repository(tmp_path / "copy")
