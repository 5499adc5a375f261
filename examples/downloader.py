"""Download a file, show how far it is, and go on where an earlier attempt has stopped.

    python examples/downloader.py https://www.example.org/big.iso
    python examples/downloader.py https://www.example.org/big.iso big.iso --checksum sha256:...

Press Ctrl-C and give the same command again: it goes on, if the server lets it. With rich installed there is
a bar, else a line.
"""

import argparse
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from httpcore_client import HTTPError, InvalidURL, SyncClient
from httpcore_client.downloads import Download, Progress

Show = Callable[[Progress], object]


def line_of(progress: Progress) -> str:
    """Return how far a download is, for people."""
    share = f"{progress.received / progress.total:4.0%} of " if progress.total else ""
    size = (progress.received if progress.total is None else progress.total) / 1e6
    return f"{share}{size:.1f} MB, {progress.rate / 1e6:.1f} MB/s"


@contextmanager
def plain_line() -> Generator[Show, None, None]:
    yield lambda progress: print(f"\r{line_of(progress):40}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


@contextmanager
def bar() -> Generator[Show, None, None]:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TransferSpeedColumn
        from rich.progress import Progress as Bar
    except ModuleNotFoundError:
        with plain_line() as show:
            yield show
        return
    columns = BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Bar(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("", total=None)
        yield lambda p: shown.update(task, completed=p.received, total=p.total)


def fetch(
    url: str, path: str | None = None, checksum: str | None = None, connections: int = 1
) -> Download:
    """Download a file and show it; an error or Ctrl-C leaves the part that came, to go on with."""
    with SyncClient() as client, bar() as show:
        return client.download(url, path, checksum=checksum, connections=connections, progress=show)


def main() -> int:
    parser = argparse.ArgumentParser(description="Download a file; go on where it has stopped.")
    parser.add_argument("url")
    parser.add_argument("path", nargs="?", help="a file or a directory; else where you are")
    parser.add_argument("--checksum", help="such as sha256:... in hexadecimal")
    parser.add_argument("--connections", type=int, default=1, help="how many parts side by side")
    arguments = parser.parse_args()
    try:
        found = fetch(**vars(arguments))
    except KeyboardInterrupt as stopped:
        print("stopped", *getattr(stopped, "__notes__", ()), sep="\n", file=sys.stderr)
        return 130
    except (HTTPError, InvalidURL, ValueError, OSError) as error:
        print(f"error: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    resumed = f", {found.resumed_from} of them from before" if found.resumed_from else ""
    print(f"{found.path}: {found.size} bytes{resumed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
