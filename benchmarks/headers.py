"""Our Headers beside others': `hatch run bench:headers`.

Each statement is timed in turn with its peers', round after round, so that what disturbs the machine disturbs
all of them; a figure is the median of the rounds, in nanoseconds of CPU unless the table says otherwise.

It is not quite the same work. httpx2 and multidict check nothing; multidict is C, holds text only (octets are
decoded first) and joins no values: its look-up gives the first.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import platform
import time
import tracemalloc
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from timeit import Timer
from typing import Any

from report import print_facts, print_table, spread

from httpcore_headers import Headers

_OURS = "ours"
_SAMPLE_SECONDS = 0.004  # long beside the clock's resolution, short beside what disturbs it
_MANY = 10_000

_RAW = [
    (b"Date", b"Sun, 06 Nov 1994 08:49:37 GMT"),
    (b"Content-Type", b"application/json; charset=utf-8"),
    (b"Content-Length", b"312"),
    (b"Connection", b"keep-alive"),
    (b"Server", b"nginx/1.22"),
    (b"ETag", b'"abc"'),
    (b"Cache-Control", b"no-store"),
    (b"Vary", b"Accept-Encoding"),
]
_COOKIES = [(b"Set-Cookie", b"a=%d; Path=/" % number) for number in range(3)]
_CLIENT = """
h.get("Content-Length"); h.get("Transfer-Encoding"); h.get("Connection"); h.get("Content-Encoding")
h.get("Location"); h.get("Set-Cookie")
"""


def as_text(pairs: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]


def fresh(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The same fields in octets of their own, as they come from a socket."""
    return [(bytes(bytearray(name)), bytes(bytearray(value))) for name, value in pairs]


@dataclass
class Scenario:
    """What is timed: for each client a statement, over the names in `names`."""

    label: str
    statements: dict[str, str]
    names: dict[str, dict[str, Any]] = field(default_factory=dict)


def find_peers() -> dict[str, Any]:
    """The classes to compare; says which of them is not there."""
    found: dict[str, Any] = {_OURS: Headers}
    for module, name in (("httpx2", "Headers"), ("multidict", "CIMultiDict")):
        try:
            found[module] = getattr(importlib.import_module(module), name)
        except ImportError:
            print(f"{module} is missing: pip install {module} to compare with its {name}")
    return found


def build_from(clients: dict[str, Any], octets: bool) -> dict[str, str]:
    """The call that makes headers of `source`: of octets, or of text."""
    text = "C(as_text(source))" if octets else "C(source)"
    return {client: text if client == "multidict" else "C(source)" for client in clients}


def building(clients: dict[str, Any]) -> list[Scenario]:
    """Making headers, alone and with look-ups."""

    def scenario(label: str, source: Any, octets: bool, then: str, raw: bool = False) -> Scenario:
        calls = build_from(clients, octets)
        if raw:
            calls[_OURS] = "C.from_raw(source)"
        shared = {"source": source, "as_text": as_text}
        return Scenario(
            label,
            {client: then.format(call=call) for client, call in calls.items()},
            {client: {"C": clients[client], **shared} for client in clients},
        )

    one = '{call}["content-type"]'
    two = {"Accept": "*/*", "X-Y": "1"}
    return [
        scenario("raw", _RAW, True, "{call}", raw=True),
        scenario("raw, 1 look-up", _RAW, True, one, raw=True),
        scenario("raw, 6 look-ups", _RAW, True, "h = {call}" + _CLIENT, raw=True),
        scenario("  with 3 cookies", _RAW + _COOKIES, True, "h = {call}" + _CLIENT, raw=True),
        scenario("checked, 1 look-up", _RAW, True, one),
        scenario("text, 2 fields", two, False, "{call}"),
        scenario("text, 8 fields", as_text(_RAW), False, "{call}"),
        scenario("text, 8, 1 look-up", as_text(_RAW), False, one),
    ]


def looking_up(clients: dict[str, Any]) -> list[Scenario]:
    """Look-ups in headers that are there."""
    made = {
        client: C(as_text(_RAW + _COOKIES) if client == "multidict" else _RAW + _COOKIES)
        for client, C in clients.items()
    }
    names = {client: {"h": headers} for client, headers in made.items()}
    lists = dict.fromkeys(clients, 'h.get_list("set-cookie")')
    if "multidict" in lists:
        lists["multidict"] = 'h.getall("set-cookie")'
    same = {
        "an empty loop": "pass",
        "h[name], again": 'h["content-type"]',
        "get(name), again": 'h.get("content-type")',
        "get(name), a miss": 'h.get("location")',
        "name in h, a miss": '"location" in h',
    }
    scenarios = [
        Scenario(label, dict.fromkeys(clients, code), names) for label, code in same.items()
    ]
    return [*scenarios, Scenario("get_list, 3 values", lists, names)]


def ten_thousand(clients: dict[str, Any]) -> list[Scenario]:
    """Many fields: built, and ten of them looked up (by httpx2 in linear time)."""
    kinds = {
        "all distinct": [(b"X-%d" % number, b"v") for number in range(_MANY)],
        "each name twice": [(b"X-%d" % (number // 2), b"v") for number in range(_MANY)],
    }
    scenarios = []
    for label, pairs in kinds.items():
        calls = build_from(clients, octets=True) | {_OURS: "C.from_raw(source)"}
        scenarios.append(
            Scenario(
                label,
                {
                    client: f"h = {call}\nfor name in names: h[name]"
                    for client, call in calls.items()
                },
                {
                    client: {
                        "C": C,
                        "source": pairs,
                        "as_text": as_text,
                        "names": [f"x-{number}" for number in range(0, 1000, 100)],
                    }
                    for client, C in clients.items()
                },
            )
        )
    return scenarios


def measure(scenario: Scenario, rounds: int, unit: float) -> dict[str, list[dict]]:
    """Time all clients in turn, `rounds` times; seconds times `unit` for one run of the statement."""
    timers = {
        client: Timer(
            statement,
            "import gc; gc.enable()",  # as in a program: timeit would switch it off
            timer=time.process_time,
            globals=dict(scenario.names[client]),
        )
        for client, statement in scenario.statements.items()
    }
    numbers = {}
    for client, timer in timers.items():
        number, taken = 1, timer.timeit(1)
        while taken < _SAMPLE_SECONDS:
            number *= 2
            taken = timer.timeit(number)
        numbers[client] = number
    results: dict[str, list[dict]] = {client: [] for client in timers}
    for _ in range(rounds):
        for client, timer in timers.items():
            taken = timer.timeit(numbers[client]) / numbers[client]
            results[client].append({"taken": taken * unit})
    return results


def bytes_each(client: str, C: Any, look_up: bool, copies: int = 500) -> float:  # noqa: N803
    """What one of the headers takes, the octets or texts of its fields included."""

    def make() -> Any:
        pairs = fresh(_RAW)
        if client == _OURS:
            headers = C.from_raw(pairs)
        else:
            headers = C(as_text(pairs) if client == "multidict" else pairs)
        if look_up:
            headers["content-type"]
            headers["content-length"]
        return headers

    make()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept = [make() for _ in range(copies)]
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(kept)


def run(title: str, scenarios: list[Scenario], rounds: int, unit: float = 1e9) -> None:
    rows: dict[str, dict[str, float | None]] = {}
    spreads = []
    for scenario in scenarios:
        results = measure(scenario, rounds, unit)
        rows[scenario.label] = {
            client: median(result["taken"] for result in done) for client, done in results.items()
        }
        spreads += spread(results, "taken")
    loop = rows.get("an empty loop")
    if loop is not None:
        for label in [label for label in rows if label.endswith("again")]:
            rows[f"{label.removesuffix(', again')}, less loop"] = {
                client: value - (loop[client] or 0)
                for client, value in rows[label].items()
                if value is not None
            }
    print_table(title, rows, _OURS)
    if spreads:
        print(f"spread: {median(spreads):.1%} in the middle, {max(spreads):.1%} at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a smoke run")
    rounds = 5 if parser.parse_args().quick else 31
    clients = find_peers()
    print_facts(
        {
            "Python": f"{platform.python_implementation()} {platform.python_version()}",
            **{name: version(name) for name in clients if name != _OURS},
            "httpcore-headers": version("httpcore-headers"),
            "in brackets": "ours / peer",
        }
    )
    run("Building, 8 fields (ns)", building(clients), rounds)
    run("Looking up, 11 fields (ns)", looking_up(clients), rounds)
    run("10,000 fields, 10 look-ups (us)", ten_thousand(clients), max(rounds // 3, 3), 1e6)
    memory: dict[str, dict[str, float | None]] = {
        label: {client: bytes_each(client, C, look_up) for client, C in clients.items()}
        for label, look_up in (("as built", False), ("after 2 look-ups", True))
    }
    print_table("Memory of 8 fields (bytes)", memory, _OURS)


if __name__ == "__main__":
    main()
