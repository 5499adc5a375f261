"""Our clients beside others: `hatch run bench:compare` (see README.md).

This is the driver. It starts the server, then for each scenario a worker process for each client, and has
them measure in turn: every client a round, then every client again, so that what disturbs the machine
disturbs all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from processes import Worker, environment, find_niquests
from report import medians, print_facts, print_table, spread
from server import DOWNLOAD_BYTES, Server, openssl_version

from testkit.certificates import Authority

_FOLDER = Path(__file__).parent
_IMPORTS = 5  # interpreters started for each import time

_SYNC = ["SyncClient", "http.client", "urllib3", "requests", "httpx2", "niquests"]
_ASYNC = ["Client", "TrioClient", "aiohttp", "httpx2 async", "niquests async"]
_SYNC_H2 = ["SyncClient", "httpx2", "niquests"]
_ASYNC_H2 = ["Client", "TrioClient", "httpx2 async", "niquests async"]
_DOWNLOAD = [
    ("SyncClient", ["SyncClient", "urllib3", "httpx2"]),
    ("Client", ["Client", "TrioClient", "aiohttp", "httpx2 async"]),
]
_CREATE = [
    ("SyncClient", ["SyncClient", "urllib3", "requests", "httpx2", "niquests"]),
    ("Client", ["Client", "aiohttp", "httpx2 async", "niquests async"]),
]
# What is imported, and what makes a first client with it.
_MODULES = {
    "httpcore_client": "httpcore_client.SyncClient()",
    "httpx2": "httpx2.Client()",
    "aiohttp": "aiohttp.DummyCookieJar",  # a session needs a running loop; making it is cheap
    "requests": "requests.Session()",
    "urllib3": "urllib3.PoolManager()",
    "niquests": "niquests.Session()",
}
_IMPORT = """
import time
began = time.perf_counter()
import {module}
print(time.perf_counter() - began)
{make}
print(time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Scenario:
    """One row of a table."""

    label: str
    clients: list[str]
    tls: bool = False
    http2: bool = False
    concurrency: int = 1


def scenarios(clients: list[str], *, many: str, http2: bool = False) -> list[Scenario]:
    kinds = [("HTTP/2", True)] if http2 else [("plain", False), ("TLS", True)]
    return [
        Scenario(f"{kind}, {f'{count} {many}' if count > 1 else '1 at a time'}", clients, tls,
                 http2, count)
        for kind, tls in kinds
        for count in (1, 20)
    ]  # fmt: skip


class Bench:
    """Runs workers, in rounds, and remembers what they said."""

    def __init__(self, server: Server, ca: str, pythons: dict[str, str]) -> None:
        self._server = server
        self._ca = ca
        self._pythons = pythons
        self.records: list[dict] = []
        self.versions: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.spreads: list[float] = []

    def measure(
        self, scenario: Scenario, mode: str, requests: int, warm_up: int, rounds: int
    ) -> dict:
        """Return the results of each client, a list with one for each round."""
        print(f"  {mode}: {scenario.label}", file=sys.stderr, flush=True)
        results: dict[str, list[dict]] = {client: [] for client in scenario.clients}
        with ExitStack() as started:
            workers = {}
            for client in scenario.clients:
                if (python := self.python(client)) is not None:
                    command = self._command(python, client, scenario, mode, requests, warm_up)
                    workers[client] = started.enter_context(Worker(command))
            for worker in workers.values():
                worker.wait_ready()
            for _ in range(rounds):
                for client, worker in workers.items():
                    if (result := worker.measure()) is not None:
                        results[client].append(result)
                        self.versions.update(result["versions"])
            for client, worker in workers.items():
                if worker.failure:
                    self.failures[f"{client}, {mode}, {scenario.label}"] = worker.failure
                    results[client].clear()
        if mode == "requests":
            self.spreads += spread(results, "cpu_us")
        for client, done in results.items():
            row = {"mode": mode, "scenario": scenario.label, "client": client, "rounds": done}
            self.records.append(row)
        return results

    def _command(
        self, python: str, client: str, scenario: Scenario, mode: str, requests: int, warm_up: int
    ) -> list[str]:
        base = self._server.tls if scenario.tls else self._server.plain
        command = [python, str(_FOLDER / "worker.py"), "--paced", "--client", client]
        command += ["--mode", mode, "--base", base, "--concurrency", str(scenario.concurrency)]
        command += ["--requests", str(requests), "--warm-up", str(warm_up)]
        if mode != "create":
            command += ["--ca", self._ca]
        return [*command, "--http2"] if scenario.http2 else command

    def python(self, client: str) -> str | None:
        return self._pythons.get("niquests" if client.startswith("niquests") else "others")

    def imports(self) -> dict[str, dict[str, float | None]]:
        """Milliseconds that an import takes in a new interpreter, and with a first client."""
        times: dict[str, dict[str, list[float]]] = {"import": {}, "import, first client": {}}
        print("  imports", file=sys.stderr, flush=True)
        for number in range(_IMPORTS + 1):
            for module, make in _MODULES.items():
                python = self.python(module)
                if python is None:
                    continue
                said = subprocess.run(
                    [python, "-c", _IMPORT.format(module=module, make=make)],
                    capture_output=True, text=True, env=environment(), check=True,
                )  # fmt: skip
                if number == 0:
                    continue  # it may have had to compile
                for row, seconds in zip(times.values(), said.stdout.split(), strict=True):
                    row.setdefault(module, []).append(float(seconds) * 1e3)
        self.records.append({"mode": "import", "milliseconds": times})
        return {
            label: {module: median(values) for module, values in row.items()}
            for label, row in times.items()
        }


def tables(bench: Bench, only: str | None, quick: bool, rounds: int) -> None:
    requests, warm_up = (40, 20) if quick else (100, 60)
    groups = [
        ("sync", "SyncClient", "In threads", scenarios(_SYNC, many="threads")),
        ("async", "Client", "In event loops", scenarios(_ASYNC, many="tasks")),
        ("h2", "SyncClient", "In threads", scenarios(_SYNC_H2, many="threads", http2=True)),
        ("h2", "Client", "In event loops", scenarios(_ASYNC_H2, many="tasks", http2=True)),
    ]
    for group, ours, title, rows in groups:
        if only in (None, group):
            done = {
                row.label: bench.measure(row, "requests", requests, warm_up, rounds) for row in rows
            }
            for figure, what in (("cpu_us", "CPU"), ("wall_us", "wall time")):
                table = {label: medians(rounds, figure) for label, rounds in done.items()}
                print_table(f"{title}: microseconds of {what} a request", table, ours)
    if only is not None:
        return
    for ours, clients in _DOWNLOAD:
        done = {
            kind: bench.measure(
                Scenario(kind, clients, tls=kind == "TLS"), "download", 1, 1, rounds
            )
            for kind in ("plain", "TLS")
        }
        for figure, what in (("cpu_us", "CPU"), ("wall_us", "wall time")):
            table = {
                kind: {
                    name: None if value is None else value / 1e3
                    for name, value in medians(rounds, figure).items()
                }
                for kind, rounds in done.items()
            }
            megabytes = DOWNLOAD_BYTES // 1_000_000
            print_table(f"Milliseconds of {what} a download of {megabytes} MB", table, ours)
    for ours, clients in _CREATE:
        repeats = (5, 1, rounds)
        done = {
            "create and close": bench.measure(Scenario("create", clients), "create", *repeats),
            "and one TLS request": bench.measure(
                Scenario("fresh", clients, tls=True), "fresh", *repeats
            ),
        }
        table = {label: medians(rounds, "cpu_us") for label, rounds in done.items()}
        print_table("A client after the first: microseconds of CPU", table, ours)
    print_table("Milliseconds to import", bench.imports(), "httpcore_client")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests and rounds")
    parser.add_argument("--only", choices=["sync", "async", "h2"], help="only these requests")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", metavar="FILE", help="write every measurement there")
    asked = parser.parse_args()

    began = time.monotonic()
    pythons = {"others": sys.executable}
    if (niquests := find_niquests()) is not None:
        pythons["niquests"] = niquests
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        authority = Authority(folder)
        with Server(Path(folder), authority.chain, authority.key) as server:
            bench = Bench(server, authority.bundle, pythons)
            rounds = min(asked.rounds, 3) if asked.quick else asked.rounds
            facts = {
                "Python": f"{platform.python_implementation()} {platform.python_version()}",
                "Machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
                "TLS": openssl_version(),
                "Server": server.name,
                "Rounds": f"{rounds}; the figures are their medians, in brackets ours/peer",
            }
            print_facts(facts)
            tables(bench, asked.only, asked.quick, rounds)
    print()
    facts["Versions"] = ", ".join(f"{k} {v}" for k, v in sorted(bench.versions.items()))
    print_facts({"Versions": facts["Versions"]})
    if bench.spreads:
        facts["Spread"] = (
            f"the middle half of the rounds of one client lies within {median(bench.spreads):.0%}"
        )
        print_facts({"Spread": facts["Spread"]})
    for what, why in bench.failures.items():
        print_facts({"FAILED": f"{what}: {why}"})
    print_facts({"Took": f"{time.monotonic() - began:.0f} s"})
    if asked.json is not None:
        said = {"facts": facts, "failures": bench.failures, "measurements": bench.records}
        Path(asked.json).write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
