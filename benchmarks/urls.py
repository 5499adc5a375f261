"""`httpcore_urls.URL` beside other readers of URLs: `hatch run bench:urls` (see README.md).

Every reader parses the same distinct URLs and gives host, port and request target of each. They
take turns, so that what disturbs the machine disturbs all of them; a figure is the median of the
rounds. yarl keeps caches of URLs, which distinct URLs pass by, and of hosts, so each kind comes
twice: with few hosts, and with one for each URL.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

_URLS = 3_000
_FEW_HOSTS = 10
_ROUNDS = 15
_MEMORY_URLS = 30_000

_WORDS = ["api", "users", "v1", "search", "images", "catalogue", "index.html", "a-long_segment"]
_NAMES = ["bücher", "münchen", "例え", "пример", "παράδειγμα", "straße"]
_HARD = ["userinfo", "international host", "dot segments", "to be escaped"]


def make_urls(kind: str, hosts: int, count: int = _URLS) -> list[str]:
    """Give distinct URLs of one kind, the same ones on every run."""
    chance = random.Random(kind)
    return [_make_url(kind, number, number % hosts, chance) for number in range(count)]


def _make_url(kind: str, number: int, host: int, chance: random.Random) -> str:
    if kind == "hard, mixed":
        kind = _HARD[number % len(_HARD)]
    name = f"www{host}.example.com" + chance.choice(["", "", ":8443"])
    path = "/".join(chance.choices(_WORDS, k=chance.randint(1, 4)))
    query = "&".join(f"{key}={chance.randint(0, 99_999)}" for key in "pqr"[: chance.randint(0, 3)])
    tail = f"/{path}/{number}" + (f"?{query}" if query else "")
    return {
        "ordinary": f"https://{name}{tail}",
        "userinfo": f"https://user{number}:p%40ss@{name}{tail}",
        "international host": f"https://{_NAMES[host % len(_NAMES)]}{host}.example{tail}",
        "dot segments": f"https://{name}/{path}/./x/../{number}",
        "escaped": f"https://{name}/{path}/%C3%A9%20{number}?q=%C3%BC+{number}",
        "to be escaped": f"https://{name}/{path}/a b/é{number}?q=ü {number}",
    }[kind]


KINDS = ["ordinary", "userinfo", "international host", "dot segments", "escaped", "to be escaped"]

Read = Callable[[str], tuple[Any, Any, Any]]


def readers() -> dict[str, Read]:
    """Give a function for each reader that is installed, ours first; say which are missing."""
    found: dict[str, Read] = {"urlsplit": _urlsplit}
    for name, module, make in (
        ("httpcore_urls", "httpcore_urls", _ours),
        ("yarl", "yarl", _yarl),
        ("httpx2", "httpx2", _httpx2),
        ("can_ada", "can_ada", _can_ada),
    ):
        try:
            found[name] = make(import_module(module))
        except ImportError:
            print(f"{name} is not installed: it is left out", file=sys.stderr)
    order = ["httpcore_urls", "yarl", "httpx2", "urlsplit", "can_ada"]
    return {name: found[name] for name in order if name in found}


def _ours(module: Any) -> Read:
    make = module.URL

    def read(text: str) -> tuple[Any, Any, Any]:
        url = make(text)
        return url.host, url.port, url.full_path

    return read


def _yarl(module: Any) -> Read:
    make = module.URL

    def read(text: str) -> tuple[Any, Any, Any]:
        url = make(text)
        return url.raw_host, url.port, url.raw_path_qs

    return read


def _httpx2(module: Any) -> Read:
    make = module.URL

    def read(text: str) -> tuple[Any, Any, Any]:
        url = make(text)
        return url.raw_host, url.port, url.raw_path

    return read


def _can_ada(module: Any) -> Read:
    parse = module.parse

    def read(text: str) -> tuple[Any, Any, Any]:
        url = parse(text)
        return url.hostname, url.port, url.pathname + url.search

    return read


def _urlsplit(text: str) -> tuple[Any, Any, Any]:
    # The least work of all: it validates and normalises nothing.
    parts = urlsplit(text)
    return parts.hostname, parts.port, f"{parts.path}?{parts.query}" if parts.query else parts.path


def measure(reads: dict[str, Read], urls: list[str]) -> dict[str, float]:
    """Give the median CPU time of each reader, in microseconds a URL."""
    spent: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(_ROUNDS):
        for name, read in reads.items():
            start = time.process_time()
            for url in urls:
                read(url)
            spent[name].append((time.process_time() - start) / len(urls) * 1e6)
    return {name: median(times) for name, times in spent.items()}


def memory(name: str) -> int:
    """Give the octets that one URL object takes, everything it holds but the text included."""
    # In a process of its own, by its resident size: a compiled reader's memory shows only there.
    command = [sys.executable, __file__, "--memory", name]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _print_memory(name: str) -> None:
    module = import_module({"urlsplit": "urllib.parse"}.get(name, name))
    make = {"urlsplit": "urlsplit", "can_ada": "parse"}.get(name, "URL")
    parse, read = getattr(module, make), readers()[name]
    urls = make_urls("ordinary", _MEMORY_URLS, _MEMORY_URLS)
    for url in urls[:1_000]:
        read(url)
    before = _resident_octets()
    kept = [parse(url) for url in urls]
    print((_resident_octets() - before) // len(kept))


def _resident_octets() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    reads = readers()
    names = list(reads)
    print(
        f"CPython {sys.version.split()[0]}; CPU us a URL (ours/peer); medians of {_ROUNDS} rounds\n"
    )
    print(f"{'kind':<20}{'hosts':>6}" + "".join(f"{name:>16}" for name in names))
    for kind in [*KINDS, "hard, mixed"]:
        for hosts in (_FEW_HOSTS, _URLS):
            times = measure(reads, make_urls(kind, hosts))
            ours = times["httpcore_urls"]
            cells = [f"{times[name]:.2f} ({ours / times[name]:.2f})" for name in names[1:]]
            print(f"{kind:<20}{hosts:>6}{ours:>16.2f}" + "".join(f"{cell:>16}" for cell in cells))
    print("\noctets a URL object" + " " * 7 + "".join(f"{memory(name):>16}" for name in names))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        _print_memory(sys.argv[2])
    else:
        main()
