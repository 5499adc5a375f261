"""Clean and deduplicate URLs, with `httpcore-urls` alone.

    python examples/clean_urls.py < urls.txt
    python examples/clean_urls.py --sort --drop ref < urls.txt

Reads a URL a line and writes each one once, as browsers would normalise it: without the parameters that only
track who followed a link, without user, password and fragment. The bytes of all other parameters stay as
they are. URLs that differ in the order of their parameters alone are taken for the same. Lines that hold no
web URL are told on standard error; the exit status is 1 then.
"""

import argparse
import io
import os
import sys
from collections.abc import Collection, Iterable, Iterator

from httpcore_urls import URL, InvalidURL, QueryParams

TRACKING = frozenset(
    [
        "dclid",
        "fbclid",
        "gbraid",
        "gclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "msclkid",
        "twclid",
        "yclid",
    ]
)
TRACKING_PREFIXES = ("utm_", "hsa_", "pk_")


def is_tracking(parameter: str, drop: Collection[str] = ()) -> bool:
    """Say whether a parameter of a query, `name=value` as it is written, goes."""
    name = next(iter(QueryParams(parameter)), "").lower()  # without escapes
    return name in drop or name in TRACKING or name.startswith(TRACKING_PREFIXES)


def cleaned(url: URL, drop: Collection[str] = ()) -> URL:
    """Return the URL without what only tracks, and without user, password and fragment."""
    # The query is cut, not written anew: what is left of it has the bytes that it had.
    kept = [part for part in url.query.split("&") if part and not is_tracking(part, drop)]
    return url.copy_with(query="&".join(kept), username="", password="", fragment=None)


def identity(url: URL) -> tuple[URL, tuple[str, ...]]:
    """Return what is equal for URLs that are taken for the same."""
    return url.copy_with(query=None), tuple(sorted(url.query.split("&")))


def web_url(text: str) -> URL:
    """Read a URL; raise InvalidURL if it is none of the Web."""
    url = URL(text)
    if url.scheme not in ("http", "https"):
        raise InvalidURL(f"the scheme must be http or https, not {url.scheme!r}", url.masked)
    return url


def clean_lines(
    lines: Iterable[str], complaints: list[str], drop: Collection[str] = ()
) -> Iterator[URL]:
    """Yield each URL once, cleaned, in the order of the lines; add to `complaints` what is none."""
    seen: set[tuple[URL, tuple[str, ...]]] = set()
    for number, line in enumerate(lines, 1):
        if not (text := line.strip()):
            continue
        try:
            url = cleaned(web_url(text), drop)
        except InvalidURL as error:
            complaints.append(f"line {number}: {error}")
            continue
        if (key := identity(url)) not in seen:
            seen.add(key)
            yield url


def main() -> int:
    parser = argparse.ArgumentParser(description="Clean and deduplicate URLs, a line each.")
    parser.add_argument("--sort", action="store_true", help="sort them")
    parser.add_argument(
        "--drop", action="append", default=[], metavar="NAME", help="remove this parameter, too"
    )
    arguments = parser.parse_args()
    complaints: list[str] = []
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    found = clean_lines(lines, complaints, arguments.drop)
    for url in sorted(found, key=str) if arguments.sort else found:
        print(url)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # who reads it has enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
