"""What the releases of this tree are made from: its fragments, and the places that they go to."""

import re
import tomllib

import pytest

from testkit.changelog import FOLDER, KINDS, fragments
from testkit.releases import NAMES, ROOT, folder_of, version_in

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"]


@pytest.mark.parametrize("name", NAMES)
def test_every_fragment_has_a_kind_and_a_text_and_a_changelog_to_go_to(name):
    package = folder_of(ROOT, name)
    assert {*fragments(package).values()} <= {*KINDS}
    assert f"\n\n{SETTINGS['start_string']}\n## " in (package / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("labels.repair.md", "has to be named <what>.<kind>.md in small letters, with breaking or"),
        ("labels.fix", "has to be named <what>.<kind>.md"),
        ("Labels.fix.md", "has to be named <what>.<kind>.md"),
    ],
)
def test_a_file_that_is_not_named_like_a_fragment_is_refused(tmp_path, name, said):
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "README.md").touch()
    (folder / name).write_text("Labels are shorter.\n")
    with pytest.raises(SystemExit) as caught:
        fragments(tmp_path)
    assert str(caught.value).startswith(f"{folder / name} {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b" \n", "is empty: it has the text that users read in the changelog"),
        (b"Labels are shorter.\n\n## All of them\n", "has a heading: it becomes one entry"),
        (
            b"Labels are caf\xe9.\n",
            "is not UTF-8: 'utf-8' codec can't decode byte 0xe9 in position 14",
        ),
    ],
)
def test_a_text_that_would_spoil_the_changelog_is_refused(tmp_path, text, said):
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "labels.fix.md").write_bytes(text)
    with pytest.raises(SystemExit) as caught:
        fragments(tmp_path)
    assert str(caught.value).startswith(f"{folder / 'labels.fix.md'} {said}")


def test_towncrier_knows_the_kinds():
    assert [*KINDS] == [kind["directory"] for kind in SETTINGS["type"]]


def test_the_page_for_vulnerabilities_has_the_minor_versions_of_the_tree():
    rows = re.findall(r"^\| `httpcore-(\w+)` \| (.*) \|$", (ROOT / "SECURITY.md").read_text(), re.M)
    assert [(name, version_in(ROOT, name).rpartition(".")[0]) for name in NAMES] == rows
