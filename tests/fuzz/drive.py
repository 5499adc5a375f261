"""Atheris: a process for each target, which mutates what led somewhere new in our packages."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from . import corpus
from .__main__ import load

_PACKAGES = [
    "httpcore_urls",
    "httpcore_headers",
    "httpcore_cookies",
    "httpcore_pool",
    "httpcore_client",
    "http_sf",  # which reads structured fields where we don't
]
SLOW_SECONDS = 3.0  # of the processor, for one input; instrumented code takes several times as long
_LONGEST = 2000  # octets of an input
_LIMITS = [f"-max_len={_LONGEST}", "-timeout=300", "-rss_limit_mb=2048", "-len_control=50"]
_SHOWN_LINES = 40  # of what a failing target said
_SHOWN_CHARACTERS = 1000  # of each of them
_PROGRESS = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+)", re.MULTILINE)
_END = re.compile(r"^tried (\d+)$", re.MULTILINE)


def fuzz(target, seconds, options):
    """Fuzz in this process until it has taken so much time of the processor; never return."""
    import atheris

    # Never left: what is imported later, by need, is instrumented too.
    atheris.instrument_imports(include=_PACKAGES).__enter__()
    check = load(target).check
    tried = 0

    def one(data):
        nonlocal tried
        tried += 1
        before = time.process_time()
        if before > seconds:
            print(f"tried {tried}", flush=True)
            os._exit(0)  # libFuzzer knows of no time but the wall's
        check(data)
        spent = time.process_time() - before
        assert spent < SLOW_SECONDS, f"{spent:.1f} s for {len(data)} octets"

    atheris.Setup([sys.argv[0], *_LIMITS, *options], one)
    atheris.Fuzz()


class Campaign:
    """Some targets, a process for each.

    Args:
        work: the folder for what is found: a folder of inputs for each target, `finds/`, logs, and
            `ledger.jsonl`, which adds up over all runs.
        jobs: how many run at once.
        seed: of what chance decides; 0 for another each time.
    """

    def __init__(self, work, jobs, seed=0):
        self._work = work
        self._jobs = jobs
        self._seed = seed

    def run(self, targets, seconds):
        """Run them; return the exit code, 1 if one of them found something."""
        with ThreadPoolExecutor(self._jobs) as pool:
            found = list(
                pool.map(lambda target: self._one(target, seconds / len(targets)), targets)
            )
        return 1 if any(found) else 0

    def _one(self, target, seconds):
        """Run one; return whether it failed."""
        finds, grown = self._work / "finds" / target, self._work / target
        for folder in (finds, grown):
            folder.mkdir(parents=True, exist_ok=True)
        known = {*finds.iterdir()}
        for number, data in enumerate([*corpus.read(target), *load(target).SEEDS]):
            (grown / f"kept-{number}").write_bytes(data)
        log = self._work / f"{target}.log"
        command = [sys.executable, "-m", __package__, "child", target, str(seconds)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, str(grown), f"-artifact_prefix={finds}/", f"-seed={self._seed}"],
                stdout=out,
                stderr=out,
            )
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0  # waited for above, to learn what it used
        said = log.read_text(errors="replace")
        news = sorted({*finds.iterdir()} - known)
        self._note(target, used.ru_utime + used.ru_stime, said, len(news))
        if _END.search(said):
            return False
        print(*(line[:_SHOWN_CHARACTERS] for line in said.splitlines()[-_SHOWN_LINES:]), sep="\n")
        print(f"\n{target} failed, which this replays:" if news else f"\n{target} failed")
        for data in [path.read_bytes() for path in news]:
            print(f"\n    {data!r}\n    hatch run fuzz:replay {target} {data.hex()}\n", flush=True)
        return True

    def _note(self, target, used, said, finds):
        tried, steps = (_PROGRESS.findall(said) or [("0", "0")])[-1]
        if end := _END.search(said):
            tried = end[1]
        row = {"cpu": round(used, 1), "tried": int(tried), "steps": int(steps), "finds": finds}
        with (self._work / "ledger.jsonl").open("a") as ledger:
            ledger.write(json.dumps({"target": target, **row}) + "\n")
        print(f"{target:16} {tried:>9} inputs in {used:.0f} s, {steps} steps", flush=True)
