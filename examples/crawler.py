"""Crawl a site: politely, within bounds, and never into a private network.

    python examples/crawler.py https://www.example.org/ --pages 50 --rate 2

Follows links within the origin of the first URL, level by level, as its robots.txt lets it (RFC 9309), and
prints each page. `address_policy="public"` refuses addresses of private networks, whatever a name or a
redirect leads to. It is bounded: so many pages, so many a second, so long a page, and so large.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser

from httpcore_client import (
    URL,
    AddressPolicy,
    AddressRefused,
    BodyLimits,
    Client,
    InvalidURL,
    Response,
    Timeout,
    TransportError,
)
from httpcore_client.limits import RateLimitAdapter, RateLimiter

AGENT = "example-crawler"


@dataclass(frozen=True)
class Page:
    """A page that was asked for, and what became of it: a status, or an error."""

    url: URL
    outcome: int | Exception
    links: frozenset[URL] = frozenset()


class Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self, url: URL) -> None:
        super().__init__()
        self.found: set[URL] = set()
        self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        href = fields.get("href")
        if href is None or "nofollow" in (fields.get("rel") or "").split():
            return
        try:
            target = self._base.resolve_with(href.strip()).copy_with(fragment=None)
        except InvalidURL:
            return
        if tag == "base":
            self._base = target
        elif tag == "a":
            self.found.add(target)


def page_of(url: URL, response: Response) -> Page:
    """Read a page; of links those to others of its origin."""
    kind = response.content_type
    links = Links(response.url)
    if response.is_success and kind is not None and kind.essence == "text/html":
        links.feed(response.text)
    same = (link for link in links.found if link.scheme in ("http", "https"))
    return Page(
        url, response.status_code, frozenset(link for link in same if link.origin == url.origin)
    )


async def robots_of(client: Client, start: URL) -> RobotFileParser:
    """Read robots.txt: without one all is allowed, with one that can't be had nothing (RFC 9309 2.3.1)."""
    text = "User-agent: *\nDisallow: /"
    try:
        response = await client.get(start.resolve_with("/robots.txt"))
        if response.status_code < 500:
            text = response.text if response.is_success else ""
    except AddressRefused:
        raise
    except TransportError:
        pass
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    return rules


async def crawl(
    start: str,
    *,
    most: int = 100,
    rate: float = 1,
    address_policy: AddressPolicy | None = None,
) -> AsyncIterator[Page]:
    """Yield up to `most` pages, at `rate` a second or as slowly as robots.txt asks."""
    first = URL(start).copy_with(fragment=None)
    async with Client(
        headers={"User-Agent": AGENT},
        address_policy=address_policy or "public",
        timeout=Timeout(total=30),
        body_limits=BodyLimits(max_bytes=5_000_000),
    ) as client:
        robots = await robots_of(client, first)
        if not robots.can_fetch(AGENT, str(first)):
            yield Page(first, PermissionError("robots.txt does not let it be crawled"))
            return
        delay = float(robots.crawl_delay(AGENT) or 0)
        limiter = RateLimiter(min(rate, 1 / delay) if delay else rate, burst=1)
        polite = client.replace(adapters=[RateLimitAdapter(limiter)])
        seen, level = {first}, [first]
        while level:
            level = [url for url in level if robots.can_fetch(AGENT, str(url))]
            found: set[URL] = set()
            async with polite.map(level[:most], concurrency=4, errors="return") as results:
                async for result in results:
                    url = URL(str(result.request))
                    if result.response is None:
                        page = Page(url, result.error or RuntimeError("no answer"))
                    else:
                        page = page_of(url, result.response)
                    most -= 1
                    yield page
                    found |= page.links
            level = sorted(found - seen, key=str) if most > 0 else []
            seen |= found


async def main() -> None:
    parser = argparse.ArgumentParser(description="Crawl a site.")
    parser.add_argument("start")
    parser.add_argument("--pages", type=int, default=100, help="how many at most")
    parser.add_argument("--rate", type=float, default=1, help="how many a second")
    arguments = parser.parse_args()
    try:
        async for page in crawl(arguments.start, most=arguments.pages, rate=arguments.rate):
            print(page.outcome, page.url)
    except (AddressRefused, InvalidURL, ValueError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    asyncio.run(main())
