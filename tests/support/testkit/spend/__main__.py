"""`hatch run attacks`: play the attacks, each with a server and a client in processes of their own.

It prints what the client spent, and exits non-zero where one did not end as it should, or cost more than its
octets explain.

    hatch run attacks [--mib N] [WORD...]      those whose names have one of the words, of N MiB (16)
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import warnings
from typing import NamedTuple

from testkit.memory import fresh_peak_kib, peak_kib
from testkit.spend import Hostile, MiB, bodies, http1, http2, meet, others

ROOMS = {
    "Heads": http1.HEADS,
    "Framing": http1.FRAMING,
    "Again and again": http1.AGAIN,
    "Bombs": bodies.BOMBS,
    "Long bodies": bodies.TEXTS,
    "HTTP/2": http2.ATTACKS,
    "Beside it": others.ATTACKS,
}
HEADINGS = (
    *("attack", "bounded by", "sent, MiB", "CPU, s", "CPU, s/MiB"),
    *("memory, MiB", "connections", "ends with"),
)
_FORK = multiprocessing.get_context("fork")  # nothing has started a thread here
_LEAST_CPU = 0.1  # below, clocks and caches decide
_MOST_GROWTH = 2.0  # of the CPU an octet, when there are four times as many


class Spent(NamedTuple):
    """What one attack cost: octets, seconds, KiB beyond what was there, and connections."""

    sent: int
    cpu: float
    memory: int
    connections: int
    outcome: str


def spent(attack, size):
    """Play one attack."""
    here, there = _FORK.Pipe()
    server = _FORK.Process(target=_serve, args=(attack, size, there), daemon=True)
    server.start()
    url = here.recv()
    ours, theirs = _FORK.Pipe()
    client = _FORK.Process(target=_meet, args=(attack, url, theirs), daemon=True)
    client.start()
    theirs.close()  # so that a client that fails is an end of what can be received
    cpu, memory, outcome = ours.recv()
    client.join()
    here.send("end")
    sent, connections = here.recv()
    server.join()
    return Spent(sent, cpu, memory, connections, outcome)


def _serve(attack, size, pipe):
    with Hostile(attack, size) as hostile:
        pipe.send(hostile.url)
        pipe.recv()
    pipe.send((sum(hostile.sent), hostile.accepted))


def _meet(attack, url, pipe):
    warnings.simplefilter("ignore")  # of what is not verified
    before = fresh_peak_kib()
    cpu, outcome = meet(attack, url)
    pipe.send((cpu, peak_kib() - before, outcome))


def row(attack, size):
    """Return the row of a table, and what is wrong with it, if anything is."""
    few, many = spent(attack, size // 4), spent(attack, size)
    wrong = []
    if many.outcome != attack.outcome:
        wrong.append(f"{attack.name}: ended with {many.outcome}, not {attack.outcome}")
    if many.cpu > _LEAST_CPU and few.sent:
        growth = many.cpu / many.sent / (few.cpu / few.sent)
        if growth > _MOST_GROWTH:
            wrong.append(
                f"{attack.name}: {growth:.1f} times the CPU an octet, of four times as many"
            )
    mib = many.sent / MiB
    each = f"{many.cpu / mib:.2f}" if mib >= 1 else ""
    figures = (f"{mib:.2f}", f"{many.cpu:.2f}", each, f"{many.memory / 1024:.0f}")
    return (attack.name, attack.bound, *figures, many.connections, many.outcome), wrong


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="hatch run attacks")
    parser.add_argument("--mib", type=int, default=16)
    parser.add_argument("words", nargs="*", metavar="WORD")
    given = parser.parse_args(arguments)
    rooms = {
        room: [each for each in attacks if _is_meant(each.name, given.words)]
        for room, attacks in ROOMS.items()
    }
    if given.mib < 1:
        parser.error("--mib must be a whole number from 1")
    if not any(rooms.values()):
        parser.error(f"no attack has {' or '.join(map(repr, given.words))} in its name")
    bodies.prepare()
    faults = []
    for room, chosen in rooms.items():
        if chosen:
            print(
                f"\n### {room}\n\n| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True
            )
        for attack in chosen:
            cells, wrong = row(attack, given.mib * MiB)
            faults += wrong
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    for fault in faults:
        print(fault, file=sys.stderr)
    return bool(faults)


def _is_meant(name, words):
    return not words or any(word.lower() in name.lower() for word in words)


if __name__ == "__main__":
    sys.exit(main())
