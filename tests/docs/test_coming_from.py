"""What the tables of the migration pages say a thing is called here is called so."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from httpcore_client import URL, SyncClient, SyncResponse
from testkit.api_snapshot import MODULES

PAGES = sorted((Path(__file__).parents[2] / "docs/coming-from").glob("*.md"))
# Of the caller's own, and of the standard library.
OTHERS = {
    *("YourAdapter", "YourResolver", "HTTPStatus", "ValueError", "TimeoutError", "False", "None"),
}
OWNERS = {"r": SyncResponse, "client": SyncClient, "url": URL}


def cells(page):
    """The last column of every table, without the heads."""
    rows = re.findall(r"^\|.*\|$", page.read_text("utf-8"), re.MULTILINE)
    return [row.strip("|").rpartition("|")[2] for row in rows if "---" not in row]


def code(page):
    """The code in them, without what stands in quotes."""
    spans = [span for cell in cells(page) for span in re.findall(r"`([^`]+)`", cell)]
    return [re.sub(r'"[^"]*"', '""', span) for span in spans]


def test_there_is_a_page_for_each_client_that_many_come_from():
    assert ["aiohttp", "httpx", "requests", "urllib3"] == [page.stem for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_is_public(page):
    found = {name for span in code(page) for name in re.findall(r"\b(?<!\.)[A-Z]\w*[a-z]\w*", span)}
    assert len(found) >= 10
    public = {name for module in MODULES for name in import_module(module).__all__}
    assert set() == found - public - OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_attribute_is_there(page):
    found = {
        pair for span in code(page) for pair in re.findall(r"\b(r|client|url)\.([a-z_]+)", span)
    }
    assert len(found) >= 8
    assert [] == [pair for pair in found if not hasattr(OWNERS[pair[0]], pair[1])]
