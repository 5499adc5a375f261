"""Laying out the site, and checking it, notice what they are for. The site itself: `hatch run docs:check`."""

import pytest

from testkit import docs_check, docs_stage
from testkit.docs_check import Page


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small repository: two pages, one file that a page links to, and a list of pages."""
    (tmp_path / "docs/guides").mkdir(parents=True)
    (tmp_path / "examples").mkdir()
    (tmp_path / "zensical.toml").write_text('[project]\nnav = [{ "One" = "index.md" }]\n')
    (tmp_path / "docs/index.md").write_text("[a](guides/a.md#top) [web](https://example.org)\n")
    (tmp_path / "docs/guides/a.md").write_text(
        "[code](../../examples/x.py) [gone](gone.md)\n\n```python\na[0](../../examples/x.py)\n```\n"
    )
    (tmp_path / "examples/x.py").write_text("print(1)\n")
    for module in (docs_stage, docs_check):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "STAGE", tmp_path / "stage")
    monkeypatch.setattr(docs_stage, "DOCS", tmp_path / "docs")
    return tmp_path


def test_a_file_that_a_page_links_to_is_a_page(repository):
    staged = docs_stage.stage()
    assert ["guides/a.md", "index.md", "repository/examples/x.py.md"] == staged
    text = (repository / "stage/repository/examples/x.py.md").read_text()
    assert "# examples/x.py\n\n```python\nprint(1)\n```\n" == text


def test_links_lead_to_pages_and_code_is_left_alone(repository):
    docs_stage.stage()
    text = (repository / "stage/guides/a.md").read_text()
    assert "[code](../repository/examples/x.py.md) [gone](gone.md)" == text.splitlines()[0]
    assert "a[0](../../examples/x.py)" in text
    index = (repository / "stage/index.md").read_text()
    assert "[a](guides/a.md#top) [web](https://example.org)\n" == index


def test_a_page_that_is_in_no_navigation_is_named(repository):
    staged = docs_stage.stage()
    expected = ["zensical.toml: guides/a.md is in no navigation"]
    assert expected == docs_check.in_no_navigation(staged)


def test_a_name_that_the_reference_does_not_show_once_is_named(repository):
    (repository / "stage/reference").mkdir(parents=True)
    (repository / "stage/reference/x.md").write_text("# x\n\n::: x.here\n\n::: x.gone\n")
    pages = {"reference/x.html": Page('<h3 id="x.here">')}
    expected = ["reference/x.md: x.gone is there 0 times"]
    assert expected == docs_check.not_in_the_reference(["reference/x.md"], pages)


SITE = {"a.html": Page('<p id="here">'), "b/index.html": Page("<p>")}


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ('<a href="a.html#here">', []),
        ('<a href="#me"><i id="me">', []),
        ('<a href="b/">', []),
        ('<a href="https://example.org/x#y">', []),
        ('<a href="a.html#there">', ["page.html: a.html#there leads to no anchor"]),
        ('<a href="c.html">', ["page.html: c.html leads to no file"]),
        ('<img src="c.png">', ["page.html: c.png leads to no file"]),
        ('<a href="../outside.txt">', ["page.html: ../outside.txt leads to no file"]),
    ],
)
def test_links_that_lead_nowhere_are_named(html, wrong, tmp_path):
    site = tmp_path / "site"
    (site / "b").mkdir(parents=True)
    (tmp_path / "outside.txt").touch()
    for name in (*SITE, "page.html"):
        (site / name).touch()
    page = Page(html)
    assert wrong == docs_check.broken_links("page.html", page, {**SITE, "page.html": page}, site)


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="http://cdn.example/x.png">',
    ],
)
def test_what_comes_from_another_host_is_named(html):
    assert 1 == len(docs_check.remote_parts("page.html", html, Page(html)))


def test_links_to_other_hosts_are_no_parts():
    html = '<a href="https://example.org/"><script src="here.js"></script>'
    assert [] == docs_check.remote_parts("page.html", html, Page(html))


def test_styles_load_nothing_from_another_host():
    styles = "a{b:url(x.png)} @import 'https://cdn.example/x.css'; c{d:url(//cdn.example/y.png)}"
    assert 2 == len(docs_check.remote_parts("x.css", styles, None))
