"""Each file of data is played, each case graded or left out for a reason, and the table says so."""

import filecmp
from pathlib import Path

from testkit.conformance_table import BLOCK, DATA, count, files, played, table

# Where the data come from, beside the repository where it is at hand.
SOURCE = Path(__file__).parents[3] / "shared" / "conformance"
HERE = {
    "own/http1-responses.json": "http1/http1-responses.json",
    "own/http2-frames.json": "http2/http2-frames.json",
    "own/request-injection.json": "http1/request-injection.json",
    "own/url-authority.json": "url/url-authority.json",
}


def test_each_file_of_data_is_played():
    assert files() == list(played())


def test_each_case_is_graded_or_left_out_for_a_reason():
    found = {file: each.graded + sum(each.left_out.values()) for file, each in played().items()}
    assert {file: count(file) for file in files()} == found


def test_the_data_are_unchanged_and_none_are_missing():
    given = [path for path in SOURCE.rglob("*") if path.is_file() and path.name != "README.md"]
    names = {path: str(path.relative_to(SOURCE)) for path in given}
    here = {path: DATA / HERE.get(name, name) for path, name in names.items()}
    assert [] == [
        names[path]
        for path in given
        if not here[path].exists() or not filecmp.cmp(path, here[path], shallow=False)
    ]


def test_each_folder_of_data_says_where_its_files_come_from():
    for file in files():
        folder, *between, name = Path(file).parts
        said = (DATA / folder / "README.md").read_text("utf-8")
        assert any(
            f"| {each}" in said or f", {each}" in said for each in (name, *between, "*.json")
        ), file


def test_the_table_shows_what_is_played():
    assert table() == BLOCK.read(), "python -m testkit.conformance_table writes it"
