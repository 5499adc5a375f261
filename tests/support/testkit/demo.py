"""`hatch run demo`: the main job, end to end, without the internet.

Starts a real origin server (HTTP/1.1 and HTTP/2 over TLS, with a certificate authority made for this
run), fetches from it in all three worlds, and prints what happened. Exits non-zero if anything is wrong.
"""

from __future__ import annotations

import sys
import tempfile
import time

import httpcore_client
from testkit.app import pattern
from testkit.certificates import Authority
from testkit.origin import Origin
from testkit.worlds import WORLDS

_DOWNLOAD_BYTES = 5_000_000
_NAMES = {"asyncio": "Client", "trio": "TrioClient", "threads": "SyncClient"}


async def _visit(client, base):
    """Yield what each step did, as (step, response, bytes); raises if anything is wrong."""
    response = await client.get(base + "/")
    _expect(response.text, "hello, world")
    yield "get", response, len(response.content)

    async with client.stream("GET", f"{base}/stream/{_DOWNLOAD_BYTES}") as response:
        received = b"".join([piece async for piece in response.stream()])
    _expect(received == pattern(_DOWNLOAD_BYTES), True)
    yield "download", response, len(received)

    response = await client.get(base + "/redirect/2")
    _expect([r.status_code for r in response.history], [302, 302])
    yield "redirect", response, len(response.content)

    await client.get(base + "/set-cookie?session=abc")
    response = await client.get(base + "/echo")
    _expect(["cookie", "session=abc"] in response.json()["headers"], True)
    yield "cookie", response, len(response.content)


def _expect(actual, expected):
    if actual != expected:
        raise SystemExit(f"demo: expected {expected!r}, got {actual!r}")


def _row(*cells):
    widths = (11, 9, 9, 7, 10, 12, 8)
    left = "  ".join(str(cell).ljust(width) for cell, width in zip(cells[:3], widths, strict=False))
    right = "  ".join(
        str(cell).rjust(width) for cell, width in zip(cells[3:], widths[3:], strict=True)
    )
    print(f"{left}  {right}")


async def _tour(world, origin, options):
    async with world.client(ssl=origin.authority.bundle, **options) as client:
        begun = time.perf_counter()
        async for step, response, size in _visit(client, origin.tls):
            took = (time.perf_counter() - begun) * 1000
            _expect(response.protocol, "HTTP/1.1" if options else "HTTP/2")
            _row(
                _NAMES[world.name],
                response.protocol,
                step,
                response.status_code,
                size,
                client.connections_opened,
                f"{took:.1f}",
            )
            begun = time.perf_counter()
        _expect(client.connections_opened, 1)


def main():
    """Run the tour in each world over each protocol."""
    with tempfile.TemporaryDirectory() as folder, Origin(Authority(folder)) as origin:
        with httpcore_client.SyncClient(ssl=origin.authority.bundle) as client:
            client.get(origin.tls)  # the server is up when this returns
        _row("client", "protocol", "step", "status", "bytes", "connections", "ms")
        for options in ({"http2": False}, {}):
            for world in WORLDS:
                world.run(_tour, world, origin, options)
    print("\nAll as it should be.")


if __name__ == "__main__":
    sys.exit(main())
