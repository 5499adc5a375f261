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
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import imports
from goals import Figures, judge
from processes import Worker, find_niquests
from report import medians, print_facts, print_goals, print_table, spread
from scenarios import GROUPS, Group, Scenario
from server import Server, openssl_version

from testkit.certificates import Authority

_FOLDER = Path(__file__).parent
_OPTIONAL = ("uvloop", "pyreqwest")  # not everywhere to be had; named in the clients that need them
_PARTS = [*dict.fromkeys(group.name for group in GROUPS), "import"]


class Bench:
    """Runs workers, in rounds, and remembers what they said."""

    def __init__(self, server: Server, ca: str, pythons: dict[str, str], rounds: int) -> None:
        self._server = server
        self._ca = ca
        self._pythons = pythons
        self._rounds = rounds
        self.records: list[dict] = []
        self.figures: Figures = {}
        self.versions: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.spreads: list[float] = []

    def measure(self, group: Group, scenario: Scenario) -> dict[str, list[dict]]:
        """Return the results of each client, a list with one for each round."""
        what = f"{group.name}: {scenario.label}"
        print(f"  {what}", file=sys.stderr, flush=True)
        columns = [name for name in scenario.clients if self.python(name) is not None]
        results: dict[str, list[dict]] = {name: [] for name in columns}
        with ExitStack() as started:
            workers = {
                name: started.enter_context(Worker(self._command(name, scenario)))
                for name in columns
            }
            for worker in workers.values():
                worker.wait_ready()
            for _ in range(self._rounds):
                for name, worker in workers.items():
                    if (result := worker.measure()) is not None:
                        results[name].append(result)
                        self.versions.update(result["versions"])
            for name, worker in workers.items():
                if worker.failure:
                    self.failures[f"{what}: {name}"] = worker.failure
                    results[name].clear()
        if scenario.mode == "requests":
            self.spreads += spread(results, "cpu_us")
        for name, done in results.items():
            row = {"group": group.name, "scenario": scenario.label, "client": name, "rounds": done}
            self.records.append(row)
            for figure in done[0] if done else ():
                if isinstance(done[0][figure], float):
                    value = median(result[figure] for result in done)
                    self.figures[group.name, scenario.label, name, figure] = value
        return results

    def _command(self, column: str, scenario: Scenario) -> list[str]:
        client, _, own = column.partition(" @")
        server, tls = self._server, scenario.tls
        base = server.tls if tls else server.plain
        if scenario.mode.startswith("upload") and not scenario.http2:
            base = server.sink_tls if tls else server.sink
        command = [self.python(client) or "", str(_FOLDER / "worker.py"), "--paced"]
        command += ["--client", client, "--mode", scenario.mode, "--base", base]
        command += ["--concurrency", own or str(scenario.concurrency), "--file", str(server.file)]
        command += ["--requests", str(scenario.repeats), "--warm-up", str(scenario.warm_up)]
        if scenario.mode != "create":
            command += ["--ca", self._ca]
        return [*command, "--http2"] if scenario.http2 else command

    def python(self, client: str) -> str | None:
        if any(name in client and find_spec(name) is None for name in _OPTIONAL):
            return None
        return self._pythons.get("niquests" if client.startswith("niquests") else "others")

    def imports(self) -> None:
        print("  import", file=sys.stderr, flush=True)
        times = imports.measure(self.python, self._rounds)
        self.records.append({"group": "import", "milliseconds": times})
        table = imports.medians(times)
        for label, row in table.items():
            for module, value in row.items():
                self.figures["import", label, module, "cpu_ms"] = value
        print_table("Milliseconds of CPU to import", table, "httpcore_client")

    def tables(self, group: Group, rows: list[Scenario]) -> None:
        done = {row.label: self.measure(group, row) for row in rows}
        for figure, what in group.figures:
            table = {
                label: {
                    name: None if value is None else value / group.unit
                    for name, value in medians(rounds, figure).items()
                }
                for label, rounds in done.items()
            }
            print_table(f"{group.title}: {group.what.format(what)}", table, group.ours)
        if group.beside is not None:
            figure, what = group.beside
            table = {label: medians(rounds, figure) for label, rounds in done.items()}
            print_table(f"{group.title}: {what}", table, "")


def _rows(group: Group, asked: argparse.Namespace) -> list[Scenario]:
    if asked.only and group.name not in asked.only:
        return []
    rows = [row for row in group.rows if row.for_goals or not asked.goals]
    if asked.quick:
        rows = [replace(row, repeats=max(row.concurrency, row.repeats // 5)) for row in rows]
    return rows


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests and rounds")
    parser.add_argument("--goals", action="store_true", help="only what a goal is set for")
    parser.add_argument("--only", nargs="+", choices=_PARTS, help="only these parts")
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
            rounds = min(asked.rounds, 3) if asked.quick else asked.rounds
            bench = Bench(server, authority.bundle, pythons, rounds)
            facts = {
                "Date": time.strftime("%Y-%m-%d", time.gmtime()),
                "Python": f"{platform.python_implementation()} {platform.python_version()}",
                "Machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
                "Load before": _load(),
                "TLS": openssl_version(),
                "Server": f"{server.name}; a small answer comes in {server.packets()} piece(s)",
                "Rounds": f"{rounds}; the figures are their medians, in brackets ours/peer",
            }
            print_facts(facts)
            for group in GROUPS:
                if rows := _rows(group, asked):
                    bench.tables(group, rows)
            if not asked.only or "import" in asked.only:
                bench.imports()
    judged = judge(bench.figures)
    print_goals(judged)
    print()
    later = {"Versions": ", ".join(f"{k} {v}" for k, v in sorted(bench.versions.items()))}
    if bench.spreads:
        width = f"{median(bench.spreads):.0%}"
        later["Spread"] = f"the middle half of the rounds of one client lies within {width}"
    later["Load after"] = _load()
    later["Took"] = f"{time.monotonic() - began:.0f} s"
    print_facts(later)
    for what, why in bench.failures.items():
        print_facts({"FAILED": f"{what}: {why}"})
    if asked.json is not None:
        said = {
            "facts": facts | later,
            "failures": bench.failures,
            "goals": [
                {"goal": g, "at most": a, "measured": m, "met": met} for g, a, m, met in judged
            ],
            "measurements": bench.records,
        }
        Path(asked.json).write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
