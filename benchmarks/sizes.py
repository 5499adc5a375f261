"""What installing a client brings: distributions and size on disk, ours beside others.

`hatch build --all`, then `python benchmarks/sizes.py`: pip installs each into a folder of its own, ours from
`dist/` and the rest from the index. Files that Python compiles (`.pyc`) are not counted, as they come with
use. Prints the table of docs/installing.md.
"""

import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import distributions
from pathlib import Path

DIST = Path(__file__).parents[1] / "dist"
CLIENTS = [
    *("httpcore-urls", "httpcore-headers", "httpcore-cookies", "httpcore-pool", "httpcore-client"),
    *(
        "urllib3",
        "requests",
        "httpx",
        "httpx[http2]",
        "httpx2",
        "httpx2[http2]",
        "niquests",
        "aiohttp",
    ),
]


def main():
    if not list(DIST.glob("httpcore_client-*.whl")):
        raise SystemExit("there are no wheels of ours in dist/: run `hatch build --all` first")
    print(
        f"{date.today()}, Python {platform.python_version()}, {sys.platform} {platform.machine()}\n"
    )
    print("| installed | version | distributions | files | KiB |\n|---|---|---|---|---|")
    for client in CLIENTS:
        with tempfile.TemporaryDirectory() as folder:
            print(row(client, Path(folder)), flush=True)


def row(client, folder):
    """Install one, and return what it came to."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
    command += ["--disable-pip-version-check", "--find-links", DIST, "--target", folder, client]
    subprocess.run(command, check=True)
    found = {d.name.lower().replace("_", "-"): d.version for d in distributions(path=[str(folder)])}
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    version = found[client.partition("[")[0]]
    return f"| `{client}` | {version} | {len(found)} | {len(sizes)} | {round(sum(sizes) / 1024)} |"


if __name__ == "__main__":
    main()
