"""`examples/crawler.py` on a site of ours: where it goes, how far, and how fast."""

import asyncio
import time
from pathlib import Path
from runpy import run_path

import pytest

from httpcore_client import URL, AddressPolicy, AddressRefused, HTTPError
from testkit.peer import Peer, response

crawl = run_path(Path(__file__).parents[2] / "examples" / "crawler.py")["crawl"]
HERE = AddressPolicy.public_only(allow=["127.0.0.0/8", "::1"])
PAGES = {
    "/": '<a href="/a#x">a</a> <a href=b>b</a> <a href="http://127.0.0.1:9/">else</a> <a>none</a>',
    "/a": '<a href="/">home</a> <a href="mailto:a@b">m</a> <a rel=nofollow href=/ad> <a href="//[">',
    "/b": '<base href="/deep/"><a href="c?q=1">c</a> <a href="/private/x">private</a>',
    "/deep/c?q=1": '<a href="/gone">gone</a>',
}


class Site:
    """Serves `pages`; `robots` is a whole response."""

    def __init__(self, robots=b"", pages=PAGES):
        self.robots = robots or response(b"", "404 Not Found")
        self.pages = pages

    def __enter__(self):
        self.peer = Peer(self._serve)
        self.peer.__enter__()
        return self

    def __exit__(self, *exc_info):
        self.peer.__exit__(*exc_info)

    def _serve(self, connection):
        while data := self.peer.read_request(connection):
            connection.sendall(self._answer(data.split()[1].decode()))

    def _answer(self, target):
        if target == "/robots.txt":
            return self.robots
        if target not in self.pages:
            return response(b"no", "404 Not Found")
        return response(self.pages[target].encode(), "200 OK", b"Content-Type: text/html")

    def crawled(self, policy=HERE, rate=1000, **options):
        async def main():
            found = crawl(f"{self.peer.url}/#top", address_policy=policy, rate=rate, **options)
            return [page async for page in found]

        return asyncio.run(main())

    def outcomes(self, **options):
        return {
            str(page.url)[len(self.peer.url) :]: page.outcome for page in self.crawled(**options)
        }


def test_it_follows_links_within_the_site_and_asks_for_each_page_once():
    with Site() as site:
        expected = {
            "/": 200,
            "/a": 200,
            "/b": 200,
            "/deep/c?q=1": 200,
            "/private/x": 404,
            "/gone": 404,
        }
        assert expected == site.outcomes()
        assert len(expected) + 1 == len(site.peer.requests)  # and robots.txt
        assert all(b"example-crawler" in head for head in site.peer.requests)


def test_it_keeps_to_robots_txt():
    with Site(response(b"User-agent: *\nDisallow: /private\nDisallow: /b")) as site:
        assert {"/": 200, "/a": 200} == site.outcomes()


@pytest.mark.parametrize(
    "robots",
    [response(b"", "503 Busy"), b"nonsense\r\n\r\n"],
    ids=["failing", "nonsense"],
)
def test_where_the_rules_are_not_to_be_had_it_asks_for_nothing(robots):
    with Site(robots) as site:
        (outcome,) = site.outcomes().values()
        assert "robots.txt" in str(outcome)
        assert {b"/robots.txt"} == {head.split()[1] for head in site.peer.requests}


def test_it_stops_after_so_many_pages():
    endless = {f"/{n}": f"<a href=/{n + 1}></a><a href=/{n + 2}></a>" for n in range(50)}
    with Site(pages={"/": "<a href=/0></a><a href=/1></a>", **endless}) as site:
        assert 5 == len(site.crawled(most=5))
        assert 6 == len(site.peer.requests)


def test_it_asks_no_more_often_than_it_is_told():
    began = time.monotonic()
    with Site(response(b"User-agent: *\nCrawl-delay: 0.05")) as site:
        site.crawled(rate=20)
    assert time.monotonic() - began >= 0.25  # six pages


def test_private_addresses_are_refused_by_default():
    with Site() as site:
        with pytest.raises(AddressRefused):
            site.crawled(policy=None)
        assert 0 == site.peer.accepted


def test_a_redirect_into_a_private_network_is_an_error_of_that_page():
    elsewhere = response(b"", "302 Found", b"Location: http://10.0.0.1/")
    with Site() as site:
        answer = site._answer
        site._answer = lambda target: elsewhere if target == "/a" else answer(target)
        refused = site.outcomes()["/a"]
        assert isinstance(refused, AddressRefused)


def test_a_page_that_fails_is_reported_and_the_others_follow():
    with Site(pages={"/": "<a href=/bad></a><a href=/good></a>", "/good": ""}) as site:
        answer = site._answer
        site._answer = lambda target: b"nonsense\r\n\r\n" if target == "/bad" else answer(target)
        found = site.outcomes()
        assert (200, True) == (found["/good"], isinstance(found["/bad"], HTTPError))
        assert URL(site.peer.url).host == "localhost"
