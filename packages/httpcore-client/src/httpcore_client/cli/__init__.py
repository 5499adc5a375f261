"""The command `httpcore`: fetch a URL and print what came back.

Exit status: 0 when a response was had (whatever its status), 1 when the request failed, 2 for bad usage,
130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from .._siblings import pool
from .._sync import SyncClient
from .._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="httpcore", description="Fetch a URL and print status line, headers and body."
    )
    parser.add_argument("url", metavar="URL", help="what to fetch, http:// or https://")
    parser.add_argument("--cacert", metavar="FILE", help="trust the CA certificates in FILE only")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, help="limit for each phase")
    parser.add_argument("--version", action="version", version=f"httpcore-client {__version__}")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Args:
        arguments: the words after the command's name; None for those of the process.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        timeout = pool.Timeout() if given.timeout is None else pool.Timeout.of(given.timeout)
        client = SyncClient(ssl=given.cacert, timeout=timeout)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    with client:
        try:
            with client.stream("GET", given.url) as response:
                _print(response)
        except ValueError as error:  # a URL, or a file of certificates: it is read when needed
            parser.error(str(error))
        except pool.HTTPError as error:
            print(f"httpcore: {_harmless(str(error))}", file=sys.stderr)
            return 1
        except BrokenPipeError:  # `httpcore URL | head`
            # What is left in the buffer is flushed at exit, and must not fail there again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            return 130
    return 0


def _print(response: pool.SyncResponse) -> None:
    lines = [f"{response.protocol} {response.status_code} {response.reason_phrase}".rstrip()]
    lines += [f"{name}: {value}" for name, value in response.headers.multi_items()]
    print(_harmless("\n".join(lines)), end="\n\n", flush=True)
    if sys.stdout.isatty():
        for text in response.stream_text():
            print(_harmless(text), end="", flush=True)
        return
    for piece in response.stream():
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()


def _harmless(text: str) -> str:
    """A server may not drive the terminal: control characters are shown, not sent."""
    return "".join(c if c.isprintable() or c in "\n\t\r" else f"\\x{ord(c):02x}" for c in text)
