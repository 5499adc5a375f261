"""A break of an interface wants a version that says so, shown with breaks planted in repositories."""

import subprocess

import pytest

from testkit.api_check import SNAPSHOTS, check, main, says_break
from testkit.api_lines import broken_lines
from testkit.releases import NAMES, git, released, source_of
from testkit.repository import begin

SOURCE = """
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._late import Late

__all__ = ["Door", "Late", "join"]

__version__ = "0.1.0"


def join(base: str, path: str) -> str:
    return base + path


class Door(ABC):
    @abstractmethod
    def open(self) -> None: ...
"""
LATE = "class Late:\n    def close(self) -> None: ...\n"
SNAPSHOT = """httpcore_urls 0.1.0

class Door(ABC)
    open: def open(self) -> None
class Late()
    def close(self) -> None
def join(base: str, path: str) -> str
"""


def write(tree, source, late=LATE, snapshot=SNAPSHOT):
    package = tree / source_of("urls") / "httpcore_urls"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(source)
    (package / "_late.py").write_text(late)
    (tree / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
    (tree / SNAPSHOTS / "httpcore_urls.txt").write_text(snapshot)


@pytest.fixture
def tree(tmp_path):
    """A repository with a package of which 0.1.0 was released."""
    begin(tmp_path)
    write(tmp_path, SOURCE)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "urls: first")
    git(tmp_path, "tag", "httpcore-urls-v0.1.0")
    return tmp_path


def test_an_interface_that_is_as_it_was_passes(tree):
    assert (True, ["httpcore-urls: 0.1.0 -> 0.1.0: the interface holds"]) == check(tree, "urls")


def test_a_package_without_a_release_passes_and_says_so(tree):
    line = "httpcore-pool: never released, nothing to compare with"
    assert (True, [line]) == check(tree, "pool")


REMOVED = SOURCE.replace("def join", "def _join").replace(', "join"', "")
REQUIRED = SOURCE.replace("path: str)", "path: str, query: str)")
DUTY = SOURCE + "\n    @abstractmethod\n    def lock(self) -> None: ...\n"
BREAKS = {
    "a function is removed": (REMOVED, "join"),
    "a parameter is new and required": (REQUIRED, "join(query)"),
    "a method must be added": (DUTY, "Door.lock"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_without_a_version_fails_and_is_named(tree, kind):
    source, named = BREAKS[kind]
    write(tree, source)
    fine, lines = check(tree, "urls")
    assert not fine
    assert "httpcore-urls: 0.1.0 -> 0.1.0: 1 breaks" == lines[0]
    assert named in lines[1]
    assert "  a break takes a higher minor version than 0.1.0 (docs/versions.md)" == lines[2]


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_with_its_version_passes_and_is_named(tree, kind):
    source, named = BREAKS[kind]
    write(tree, source.replace('"0.1.0"', '"0.2.0"'))
    fine, lines = check(tree, "urls")
    assert fine
    assert "httpcore-urls: 0.1.0 -> 0.2.0: 1 breaks" == lines[0]
    assert named in lines[1]


def test_a_patch_version_does_not_say_that_something_broke(tree):
    write(tree, REMOVED.replace('"0.1.0"', '"0.1.1"'))
    assert not check(tree, "urls")[0]


def test_an_addition_passes(tree):
    more = SOURCE.replace("path: str)", "path: str, *, strict: bool = False)")
    more = more.replace('"join"', '"join", "split"') + "\n\ndef split(url: str) -> list[str]: ...\n"
    now = SNAPSHOT.replace("path: str)", "path: str, *, strict: bool = False)")
    write(tree, more, snapshot=now + "def split(url: str) -> list[str]\n")
    assert (True, ["httpcore-urls: 0.1.0 -> 0.1.0: the interface holds"]) == check(tree, "urls")


def test_the_snapshot_is_a_witness_of_its_own(tree):
    write(tree, SOURCE, snapshot=SNAPSHOT.replace("    def close(self) -> None\n", ""))
    fine, lines = check(tree, "urls")
    assert not fine
    removed = "close of Late was removed: def close(self) -> None"
    assert f"  httpcore_urls: {removed}" == lines[1]


def test_a_module_that_is_public_no_more_is_a_break(tree):
    (tree / SNAPSHOTS / "httpcore_urls.txt").unlink()
    fine, lines = check(tree, "urls")
    assert not fine
    assert "  httpcore_urls has no snapshot any more" == lines[1]


def test_the_last_release_is_found_by_its_number(tree):
    for tag in ("httpcore-urls-v0.9.0", "httpcore-urls-v0.10.0", "httpcore-urls-vnext"):
        git(tree, "tag", tag)
    assert ["0.1.0", "0.9.0", "0.10.0"] == released(tree, "urls")


def test_the_command_says_it_of_every_package_and_fails_if_one_does(tree, capsys):
    assert 0 == main(tree)
    assert len(NAMES) == len(capsys.readouterr().out.splitlines())
    write(tree, REMOVED)
    assert 1 == main(tree)


def test_where_git_has_no_repository_it_says_what_failed(tmp_path):
    with pytest.raises(SystemExit, match=r"git tag --list httpcore-urls-v\* failed in"):
        check(tmp_path, "urls")


def test_it_changes_nothing_in_the_repository(tree):
    def state():
        listing = ["git", "-C", tree, "for-each-ref"], ["git", "-C", tree, "worktree", "list"]
        return [subprocess.run(each, capture_output=True).stdout for each in listing]

    before = state()
    check(tree, "urls")
    assert before == state()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.1.9", "0.1.10", False),
        ("0.9.0", "0.10.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.9.0", "2.0.0", True),
        ("0.2.0", "0.1.0", False),
    ],
)
def test_the_digit_that_says_break_is_the_minor_before_1_and_the_major_after(old, new, says):
    assert says is says_break(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def f(a: int) -> str", "def f(a: int | None) -> str"),
        ("def f(a: int) -> str | None", "def f(a: int) -> str"),
        ("def f(a: int) -> str", "def f(a: int = 1) -> str"),
        ("def f(a: int) -> str", "def f(a: int, *rest: int, **more: int) -> str"),
        ("async def f(*, a: int) -> str", "async def f(*, b: int = 2, a: int) -> str"),
    ],
)
def test_what_serves_every_caller_as_before_is_no_break(old, new):
    assert [] == broken_lines(f"m 0.1.0\n\n{old}\n", f"m 0.1.0\n\n{new}\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def f(a: int) -> str", "async def f(a: int) -> str"),
        ("def f(a: int | str) -> str", "def f(a: int) -> str"),
        ("def f(a: int) -> str", "def f(a: int) -> str | None"),
        ("def f(a: int = 1) -> str", "def f(a: int = 2) -> str"),
        ("def f(a: int = 1) -> str", "def f(a: int) -> str"),
        ("def f(a: int, b: int) -> str", "def f(b: int, a: int) -> str"),
        ("def f(a: int) -> str", "def f(new: int = 1, a: int = 2) -> str"),
        ("def f(a: int) -> str", "def f(*, a: int) -> str"),
        ("def f(*, a: int) -> str", "def f(*, b: int) -> str"),
        ("f: int", "f: str"),
        ("f: int (property)", "def f() -> int"),
    ],
)
def test_what_some_caller_may_miss_is_a_break(old, new):
    (line,) = broken_lines(f"m 0.1.0\n\n{old}\n", f"m 0.1.0\n\n{new}\n")
    assert f"f was changed: {old} -> {new}" == line


def test_the_same_name_in_two_classes_is_two_entries():
    old = "m 0.1.0\n\nclass A()\n    def f(self) -> int\nclass B()\n    def f(self) -> int\ndef f() -> int\n"
    new = old.replace("class B()\n    def f(self) -> int", "class B()")
    assert ["f of B was removed: def f(self) -> int"] == broken_lines(old, new)
