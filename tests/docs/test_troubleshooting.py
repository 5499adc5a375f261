"""The page about errors has each public exception, nothing else, and the texts that they really have.

So do a few pages that show output, or name files: what they show and name is there.
"""

import re
from importlib import import_module

import pytest

from testkit.api_snapshot import MODULES
from testkit.pages import DOCS, run_page

PAGE = "troubleshooting.md"
ROOT = DOCS.parent


def text_of(page):
    return (DOCS / page).read_text("utf-8")


def public_exceptions():
    members = [
        (name, getattr(import_module(module), name))
        for module in MODULES
        for name in import_module(module).__all__
    ]
    return {
        name
        for name, member in members
        if isinstance(member, type) and issubclass(member, BaseException)
    }


def test_each_public_exception_has_a_heading_and_each_heading_is_one():
    headings = re.findall(r"^### (.*)$", text_of(PAGE), re.MULTILINE)
    assert sorted(public_exceptions()) == sorted(headings)


@pytest.mark.parametrize("page", [PAGE, "packages/urls.md", "packages/client.md"])
def test_what_a_page_shows_is_what_its_blocks_print(page, example_org, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = "\n".join(re.findall(r"^```text\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE))
    assert shown.split() == run_page(page).split()


def sources_of(cell):
    """The files that a cell such as "pool `tls/`, `_pace.py`, client `limits/`" names."""
    folder = ""
    for owner, name in re.findall(r"(?:(\w+) )?`([^`]+)`", cell):
        folder = f"httpcore-{owner}/src/httpcore_{owner}" if owner else folder
        yield ROOT / "packages" / folder / name


def test_the_files_that_the_threat_model_names_are_there():
    cell = "([^|]*`[^|]*)"
    rows = re.findall(
        rf"^\|[^|]+\|[^|]+\| {cell}\| {cell}\|$", text_of("explanation/security.md"), re.M
    )
    assert len(rows) >= 20
    named = [
        file
        for sources, tests in rows
        for file in (
            *sources_of(sources),
            *(ROOT / "tests" / name for name in re.findall("`([^`]+)`", tests)),
        )
    ]
    assert [] == [file for file in named if not file.exists()]
