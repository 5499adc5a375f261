"""Every block of every page of the documentation runs, or is read by what reads such a thing."""

import ast
import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from testkit.api_snapshot import MODULES
from testkit.pages import DOCS, blocks_of, run_page

ROOT = DOCS.parent
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "adr")

# Pages that take more than an origin have their test in the room of what they are about.
ELSEWHERE = {
    "guides/bridges.md": "tests/extras/bridges/test_page.py",
    "guides/bulk.md": "tests/extras/bulk/test_page.py",
    "guides/cache.md": "tests/extras/cache/test_page.py",
    "guides/downloads.md": "tests/extras/downloads/test_page.py",
    "guides/events.md": "tests/extras/events/test_page.py",
    "guides/limits.md": "tests/extras/limits/test_page.py",
    "guides/proxies.md": "tests/docs/test_guides.py",
    "guides/retries.md": "tests/extras/retry/test_page.py",
    "guides/testing.md": "tests/extras/testing/test_page.py",
    "guides/tls.md": "tests/docs/test_guides.py",
    "guides/tracing.md": "tests/extras/tracing/test_page.py",
    "guides/websockets.md": "tests/extras/websocket/test_page.py",
    "packages/client.md": "tests/docs/test_troubleshooting.py",
    "packages/urls.md": "tests/docs/test_troubleshooting.py",
    "troubleshooting.md": "tests/docs/test_troubleshooting.py",
    "vendoring.md": "tests/packaging/test_vendoring.py",
}
LANGUAGES = {"python", "sh", "toml", "json", "text"}


def path_in_docs(path):
    return path.relative_to(DOCS).as_posix()


def named(paths):
    return [
        pytest.param(path, id=path_in_docs(path).removesuffix(".md").replace("/", "-"))
        for path in paths
    ]


HERE = [path for path in PAGES if blocks_of(path) and path_in_docs(path) not in ELSEWHERE]


@pytest.mark.parametrize("page", named(HERE))
def test_the_blocks_run_in_order_and_print_what_they_say(page, example_org, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(path_in_docs(page))


@pytest.mark.parametrize(("page", "test"), sorted(ELSEWHERE.items()))
def test_a_page_that_takes_more_is_run_in_its_room(page, test):
    assert (DOCS / page).is_file()
    assert page in Path(ROOT / test).read_text("utf-8")


@pytest.mark.parametrize("page", named(page for page in PAGES if blocks_of(page)))
def test_what_a_page_imports_of_ours_is_public(page):
    imports = [
        (node.module, alias.name)
        for block in blocks_of(page)
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("httpcore_")
        for alias in node.names
    ]
    assert [] == [(module, name) for module, name in imports if name not in public_names(module)]


def public_names(module):
    return import_module(module).__all__ if module in MODULES else []


@pytest.mark.parametrize("page", named(PAGES))
def test_each_block_is_of_a_kind_that_is_checked(page):
    text = page.read_text("utf-8")
    found = re.findall(r"^( *)```([^\n]*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    assert set() == {language for _, language, _ in found} - LANGUAGES
    assert [] == [block for indent, language, block in found if indent and language == "python"]
    for _, language, block in found:
        match language:
            case "toml":
                tomllib.loads(block)
            case "json":
                json.loads(block)
