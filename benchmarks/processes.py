"""The processes that the driver starts besides the server: workers, and where their Pythons are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Self

_FOLDER = Path(__file__).parent
_WORKER_SECONDS = 300
# What would send a worker elsewhere, have it trust others, or compile each module at each start.
_UNSET = {
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PYTHONDONTWRITEBYTECODE",
}


class Worker:
    """A worker process that measures a round when it is told to; killed if it takes too long."""

    def __init__(self, command: list[str]) -> None:
        self.failure = ""
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed on leaving
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            text=True, bufsize=1, env=environment(),
        )  # fmt: skip
        self._killer = threading.Timer(_WORKER_SECONDS, self._process.kill)
        self._killer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._killer.cancel()
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def wait_ready(self) -> None:
        self._read()

    def measure(self) -> dict | None:
        if self.failure:
            return None
        try:
            self._process.stdin.write("go\n")
        except OSError:
            pass  # it is over: reading says why
        said = self._read()
        return json.loads(said) if said else None

    def _read(self) -> str:
        said = self._process.stdout.readline()
        if not said:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            lines = self._errors.read().strip().splitlines()
            self.failure = lines[-1][:300] if lines else f"it took over {_WORKER_SECONDS} s"
        return said


def environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _UNSET and not name.lower().endswith("_proxy")
    }


def find_niquests() -> str | None:
    """Return the interpreter of the other environment, which is made or completed if it has to be."""
    hatch = [shutil.which("hatch") or ""]
    if not hatch[0]:
        hatch = [sys.executable, "-m", "hatch"]
    # Without what marks the environment that we run in.
    env = {k: v for k, v in environment().items() if k not in ("HATCH_ENV_ACTIVE", "VIRTUAL_ENV")}
    # To run in it has hatch look whether all is installed; to create or to find it has not.
    asked = ["run", "bench-niquests:python", "-c", "import niquests, sys; print(sys.executable)"]
    try:
        found = subprocess.run(
            [*hatch, *asked], cwd=_FOLDER.parent, env=env, check=True, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"niquests is left out: {error}", file=sys.stderr)
        return None
    return found.stdout.strip().splitlines()[-1]
