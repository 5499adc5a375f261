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
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Any

from report import print_facts, print_table

_URLS = 3_000
_FEW_HOSTS = 10
_ROUNDS = 15
_MEMORY_URLS = 30_000

_WORDS = ["api", "users", "v1", "search", "images", "catalogue", "index.html", "a-long_segment"]
_NAMES = ["bücher", "münchen", "例え", "пример", "παράδειγμα", "straße"]
_HARD = ["userinfo", "international", "dot segments", "to be escaped"]


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
        "international": f"https://{_NAMES[host % len(_NAMES)]}{host}.example{tail}",
        "dot segments": f"https://{name}/{path}/./x/../{number}",
        "escaped": f"https://{name}/{path}/%C3%A9%20{number}?q=%C3%BC+{number}",
        "to be escaped": f"https://{name}/{path}/a b/é{number}?q=ü {number}",
    }[kind]


KINDS = ["ordinary", "userinfo", "international", "dot segments", "escaped", "to be escaped"]

# How a URL is made, and what gives its host, its port and its request target.
_READERS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "httpcore_urls": ("URL", attrgetter("host", "port", "full_path")),
    "yarl": ("URL", attrgetter("raw_host", "port", "raw_path_qs")),
    "httpx2": ("URL", attrgetter("raw_host", "port", "raw_path")),
    # The least work of all: it validates and normalises nothing.
    "urllib.parse": (
        "urlsplit",
        lambda url: (url.hostname, url.port, f"{url.path}?{url.query}" if url.query else url.path),
    ),
    "can_ada": ("parse", lambda url: (url.hostname, url.port, url.pathname + url.search)),
}


def readers() -> dict[str, Callable[[str], object]]:
    """Give a function for each reader that is installed; say which are missing."""
    found: dict[str, Callable[[str], object]] = {}
    for name, (make, look) in _READERS.items():
        try:
            found[name] = _reader(getattr(import_module(name), make), look)
        except ImportError:
            print(f"{name} is not installed: it is left out", file=sys.stderr)
    return found


def _reader(make: Callable[[str], Any], look: Callable[[Any], object]) -> Callable[[str], object]:
    return lambda text: look(make(text))


def measure(reads: dict[str, Callable[[str], object]], urls: list[str]) -> dict[str, float | None]:
    """Give the median CPU time of each reader, in nanoseconds a URL."""
    spent: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(_ROUNDS):
        for name, read in reads.items():
            start = time.process_time()
            for url in urls:
                read(url)
            spent[name].append((time.process_time() - start) / len(urls) * 1e9)
    return {name: median(times) for name, times in spent.items()}


def memory(name: str) -> int:
    """Give the octets that one URL object takes, everything it holds but the text included."""
    # In a process of its own, by its resident size: a compiled reader's memory shows only there.
    command = [sys.executable, __file__, "--memory", name]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _print_memory(name: str) -> None:
    make = getattr(import_module(name), _READERS[name][0])
    urls = make_urls("ordinary", _MEMORY_URLS, _MEMORY_URLS)
    for url in urls[:1_000]:
        make(url)
    before = _resident_octets()
    kept = [make(url) for url in urls]
    print((_resident_octets() - before) // len(kept))


def _resident_octets() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    reads = readers()
    print_facts({"Python": sys.version.split()[0], "in brackets": "ours / peer"})
    rows = {
        f"{kind}, {hosts}": measure(reads, make_urls(kind, hosts))
        for kind in [*KINDS, "hard, mixed"]
        for hosts in (_FEW_HOSTS, _URLS)
    }
    print_table("CPU ns a URL, by kind and number of hosts", rows, "httpcore_urls")
    sizes: dict[str, float | None] = {name: memory(name) for name in reads}
    print_table("Memory", {"octets a URL": sizes}, "httpcore_urls")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        _print_memory(sys.argv[2])
    else:
        main()
