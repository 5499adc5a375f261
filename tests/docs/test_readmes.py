"""Every Python block of the READMEs runs by itself, and prints what it says; their links hold anywhere."""

import re
from pathlib import Path

import pytest

from testkit.pages import blocks_of, run

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", *sorted((ROOT / "packages").glob("*/README.md"))]


def name(path):
    return "root" if path.parent == ROOT else path.parent.name


BLOCKS = [
    pytest.param(block, id=f"{name(path)}-{number}")
    for path in READMES
    for number, block in enumerate(blocks_of(path), 1)
]


def test_there_are_blocks():
    assert len(BLOCKS) >= 9


@pytest.mark.parametrize("block", BLOCKS)
def test_the_block_runs_and_prints_what_it_says(block, example_org):
    run([block], "README")


@pytest.mark.parametrize("readme", READMES[1:], ids=name)
def test_a_package_s_readme_links_to_nothing_that_an_index_does_not_show(readme):
    links = re.findall(r"\]\(([^)]*)\)", readme.read_text("utf-8"))
    assert [] == [link for link in links if not link.startswith(("#", "https://"))]
