"""One run: it starts the processes, reads what they write, and has the ledger judge it."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections import Counter

from testkit.certificates import Authority
from testkit.soak import watch
from testkit.soak.ledger import Ledger
from testkit.soak.processes import Server, free_port, start

WORLDS = ("asyncio", "trio", "threads")
_APART = 10**8  # the numbers of one world begin so far from those of the next
_TOLD_SECONDS = 10
_OLDEST_SECONDS = 60
_ENDING_SECONDS = 90
_DROPPED_SECONDS = 0.5  # until clients have seen what a proxy has broken off


class Tail:
    """The whole lines of a file that is being written, as they come."""

    def __init__(self, path):
        path.write_bytes(b"")
        self._path = path
        self._at = 0
        self._rest = b""

    def lines(self):
        with open(self._path, "rb") as file:
            file.seek(self._at)
            fresh = file.read()
        self._at += len(fresh)
        *whole, self._rest = (self._rest + fresh).split(b"\n")
        return [line.decode() for line in whole]


class Soak:
    """One run.

    Args:
        options: of the command line.
        folder: for certificates.
        logs: the folder for logs.

    Attributes:
        ledger: what came of all requests.
        samples: what each world held, and when.
        ended: what each held when all was closed.
        seed: what everything was drawn from.
        seconds: how long it took.
        kills: how often each server was killed.
        dropped: how often the proxy has broken off all it carries.
    """

    def __init__(self, options, folder, logs):
        self._options = options
        self._folder = folder
        self._logs = logs
        self.seed = options.seed
        self._chance = random.Random(options.seed)
        self.ledger = Ledger(options.seed)
        self.samples = {world: [] for world in options.worlds}
        self.ended = {}
        self.kills = {}
        self.dropped = 0
        self._begun = self._told = time.monotonic()
        self._shown = 0  # of the faults
        self.seconds = 0.0

    def play(self):
        """Play it to its end, or to Ctrl-C."""
        options, chance = self._options, self._chance
        plain, tls, proxy = (free_port() for _ in range(3))
        authority = Authority(self._folder)
        log = self._logs / "server.log"
        self._log = Tail(log)
        site = {"plain": plain, "tls": tls, "key": authority.key, "chain": authority.chain}
        site |= {"seed": options.seed, "log": str(log), "plants": options.plant}
        seconds = options.restart
        with (
            Server("origin", json.dumps(site), seconds=seconds, chance=chance) as first,
            Server(
                "proxy", proxy, self.seed, seconds / 2, seconds=seconds * 3, chance=chance
            ) as second,
        ):
            self._servers = {"server": first, "proxy": second}
            self._start(authority.bundle, plain, tls, proxy)
            try:
                self._watch(time.monotonic() + options.minutes * 60)
            except KeyboardInterrupt:
                print("interrupted: no further requests", flush=True)
            self._end()
        self.kills = {name: server.kills for name, server in self._servers.items()}
        self.seconds = time.monotonic() - self._begun
        self._close()

    def _start(self, bundle, plain, tls, proxy):
        options = self._options
        ways = (("http", plain), ("https", tls), ("http", proxy))
        where = [bundle, *(f"{scheme}://127.0.0.1:{port}" for scheme, port in ways)]
        each = len(options.worlds)
        self._loads, self._tails = {}, {}
        for at, world in enumerate(options.worlds):
            out = self._logs / f"{world}.log"
            self._tails[world] = Tail(out)
            settings = {
                "name": world,
                "out": str(out),
                "seed": options.seed,
                "where": where,
                "first": 1 + at * _APART,
                "count": -(-options.requests // each) if options.requests else None,
                "workers": options.workers,
                "pause": options.workers * each / options.rate if options.rate else 0,
                "every": options.sample,
            }
            self._loads[world] = start("load", json.dumps(settings))

    def _watch(self, end):
        while time.monotonic() < end and any(load.poll() is None for load in self._loads.values()):
            time.sleep(0.05)
            self._tick()

    def _tick(self):
        for server in self._servers.values():
            server.tick()
        now = time.monotonic()
        if now - self._told >= _TOLD_SECONDS:
            self._told = now
            self._read(now - _TOLD_SECONDS / 2)
            self._tell()

    def _end(self):
        """Have the loads send nothing more, and wait for them."""
        for load in self._loads.values():
            load.stdin.close()
        end = time.monotonic() + _ENDING_SECONDS
        while any(load.poll() is None for load in self._loads.values()):
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(0.05)
                self._tick()
            if time.monotonic() > end:
                self.ledger.faults.append("a world does not come to its end")
                break
        for load in self._loads.values():
            load.kill()
            load.wait(10)

    # What the processes say.

    def _read(self, before):
        """Take what was written, and judge what ended before some time."""
        written = {world: tail.lines() for world, tail in self._tails.items()}
        for line in self._log.lines():
            self.ledger.note(line)
        for name, server in self._servers.items():
            outages, said = server.news()
            for begin, end in outages:
                self.ledger.broke(name, begin, end or time.monotonic())
            for begin, end in (map(float, line.split()) for line in said):
                self.ledger.broke(name, begin, end + _DROPPED_SECONDS)
                self.dropped += 1
        for world, lines in written.items():
            for line in lines:
                self._take(world, json.loads(line))
        self.ledger.judge(before)

    def _take(self, world, line):
        if "outcome" in line:
            self.ledger.outcome(world, line)
        elif "sample" in line:
            self.samples[world].append(line)
            if line["oldest"] > _OLDEST_SECONDS:
                self.ledger.faults.append(f"{world}: a request runs for {line['oldest']} s")
        elif "ended" in line:
            self.ended[world] = line
        else:
            self.ledger.faults.append(f"{world}: {line['complaint']}")

    def _close(self):
        """Judge the rest, and the run as a whole."""
        self._read(float("inf"))
        for world in self._options.worlds:
            counted = sum(self.ledger.outcomes[world].values())
            if world not in self.ended:
                self.ledger.faults.append(f"{world}: its process died")
            elif self.ended[world]["issued"] != counted:
                missing = self.ended[world]["issued"] - counted
                self.ledger.faults.append(f"{world}: {missing} requests came to no end")
            self.ledger.faults += [f"{world}: {w}" for w in watch.complaints(self.samples[world])]

    def _tell(self):
        counts = sum(self.ledger.outcomes.values(), Counter())
        said = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        rss = " ".join(f"{s[-1]['rss_mib']:.0f}" for s in self.samples.values() if s)
        seconds = time.monotonic() - self._begun
        faults = self.ledger.faults
        for fault in faults[self._shown :]:
            print(fault)
        self._shown = len(faults)
        print(f"{seconds:5.0f} s  {said}; {rss} MiB; {len(faults)} faults", flush=True)
