"""How long importing takes: a new interpreter for each measurement, its modules compiled before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from statistics import median

from processes import environment

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
began = time.process_time()
import {module}
print(time.process_time() - began)
{make}
print(time.process_time() - began)
"""

Milliseconds = dict[str, dict[str, list[float]]]


def measure(python: Callable[[str], str | None], rounds: int) -> Milliseconds:
    """Milliseconds of CPU that an import takes, and with a first client, by module."""
    times: Milliseconds = {"import": {}, "import, first client": {}}
    for number in range(rounds + 1):
        for module, make in _MODULES.items():
            program = python(module)
            if program is None:
                continue
            said = subprocess.run(
                [program, "-c", _IMPORT.format(module=module, make=make)],
                capture_output=True, text=True, env=environment(), check=True,
            )  # fmt: skip
            if number == 0:
                continue  # it may have had to compile
            for row, seconds in zip(times.values(), said.stdout.split(), strict=True):
                row.setdefault(module, []).append(float(seconds) * 1e3)
    return times


def medians(times: Milliseconds) -> dict[str, dict[str, float | None]]:
    return {
        label: {module: median(values) for module, values in row.items()}
        for label, row in times.items()
    }
