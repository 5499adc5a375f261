"""Checks the built site: links and anchors lead somewhere, nothing comes from another host, every page can
be found, and the reference has every name that it says it has.

`python -m testkit.docs_check` names what is wrong and fails, or says how much it has seen.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from testkit.docs_stage import ROOT, STAGE, in_navigation

SITE = ROOT / "build" / "site"
# Not in the navigation, since pages lead there: files of the repository, and decisions, which a list names.
BY_LINKS = ("repository/", "adr/")
_DIRECTIVE = re.compile(r"^::: (\S+)", re.MULTILINE)
_REMOTE_IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^\s\"')]+")


class Page(HTMLParser):
    """What a page of the site has: its anchors, its links and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.anchors = []
        self.links = []
        self.loads = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.anchors.append(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("href"):
            self.loads.append(attributes["href"])
        self.loads += [
            attributes[name] for name in ("src", "srcset", "data") if attributes.get(name)
        ]


def is_remote(url):
    """Tell whether a URL leads to another host."""
    return url.startswith(("http:", "https:", "//"))


def broken_links(name, page, pages, site):
    """Return what leads nowhere of a page's links and of what it loads."""
    found = []
    for url in [*page.links, *page.loads]:
        parts = urlsplit(url)
        if is_remote(url) or parts.scheme in ("mailto", "data"):
            continue
        target = (site / name).parent / unquote(parts.path) if parts.path else site / name
        if target.is_dir():
            target = target / "index.html"
        target = target.resolve()
        anchor = unquote(parts.fragment)
        if not target.is_file() or not target.is_relative_to(site):
            found.append(f"{name}: {url} leads to no file")
        elif target.suffix == ".html" and anchor not in [
            "",
            *pages[target.relative_to(site).as_posix()].anchors,
        ]:
            found.append(f"{name}: {url} leads to no anchor")
    return found


def remote_parts(name, text, page):
    """Return what a page, or a style sheet (which is no page: None), loads from another host."""
    loads = (
        [url for url in page.loads if is_remote(url)] if page else _REMOTE_IN_STYLES.findall(text)
    )
    return [f"{name} loads {url}" for url in loads]


def in_no_navigation(staged):
    """Return the pages of docs/ that are in no navigation, of those that have to be."""
    listed = in_navigation()
    missing = [page for page in staged if page not in listed and not page.startswith(BY_LINKS)]
    return [f"zensical.toml: {page} is in no navigation" for page in missing]


def not_in_the_reference(staged, pages):
    """Return the names that the reference says it documents, and does not, or not once."""
    found = []
    for name in staged:
        for documented in _DIRECTIVE.findall((STAGE / name).read_text("utf-8")):
            count = pages[name.replace(".md", ".html")].anchors.count(documented)
            if count != 1:
                found.append(f"{name}: {documented} is there {count} times")
    return found


def check(site=SITE):
    """Return what is wrong with the site, and its pages."""
    site = site.resolve()
    texts = {
        path.relative_to(site).as_posix(): path.read_text("utf-8")
        for suffix in ("html", "css")
        for path in sorted(site.rglob(f"*.{suffix}"))
    }
    pages = {name: Page(text) for name, text in texts.items() if name.endswith(".html")}
    staged = sorted(path.relative_to(STAGE).as_posix() for path in STAGE.rglob("*.md"))
    reference = [name for name in staged if name.startswith("reference/")]
    wrong = in_no_navigation(staged) + not_in_the_reference(reference, pages)
    for name, text in texts.items():
        page = pages.get(name)
        wrong += remote_parts(name, text, page)
        if page and name != "404.html":  # whose links are those of the place that was asked for
            wrong += broken_links(name, page, pages, site)
    return wrong, pages


def main():
    """Print what is wrong, or how much was seen."""
    wrong, pages = check()
    if wrong:
        sys.exit("\n".join([*wrong, f"{len(wrong)} things are wrong with the site"]))
    links = sum(len(page.links) for page in pages.values())
    print(
        f"{len(pages)} pages with {links} links: all lead somewhere, nothing is loaded from elsewhere"
    )


if __name__ == "__main__":
    main()
