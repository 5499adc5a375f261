"""What the command does with a request: fetch, download, benchmark, or only show it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._counted import counted
from .._siblings import pool
from ._errors import INTERRUPTED, exit_status, status_of_response
from ._output import columns, tell
from ._printer import Printer

if TYPE_CHECKING:
    from collections.abc import Generator

    from .._sync import SyncClient
    from ._options import Given
    from ._output import Output

__all__ = ["bench", "curl", "download", "fetch", "offline"]


def fetch(client: SyncClient, request: pool.Request, given: Given, output: Output) -> int:
    """Send the request and print what came; with --trace, how long it took."""
    default = "" if given.trace else "b" if output.raw else "hb"
    parts = "" if given.quiet else default if given.parts is None else given.parts
    printer = Printer(output, parts, secrets=given.secrets)
    with _traced(client, given, output):
        try:
            response = client.send(request, stream=True)
        except pool.HTTPError:
            printer.request(client.prepare_request(request))
            raise
        with response:
            printer.response(response)
            if given.trace or given.quiet or given.har is not None:  # the body counts, too
                _read_rest(response)
    return status_of_response(response.status_code) if given.check_status else 0


def _read_rest(response: pool.SyncResponse) -> None:
    if not response.is_closed:
        for _ in response.stream():
            pass


@contextmanager
def _traced(client: SyncClient, given: Given, output: Output) -> Generator[None]:
    """Draw the waterfall of what happens in the block, of a failure too."""
    if not given.trace:
        yield
        return
    with client.waterfall() as waterfall:
        try:
            yield
        finally:
            if not given.quiet:
                output.end_line()
                output.write(waterfall.to_text(columns(), color=output.colours) + "\n")


def offline(client: SyncClient, request: pool.Request, given: Given, output: Output) -> int:
    """Print the request as it would be sent."""
    parts = "HB" if given.parts is None else given.parts
    Printer(output, parts, secrets=given.secrets).request(client.prepare_request(request))
    return 0


def curl(client: SyncClient, request: pool.Request, given: Given, output: Output) -> int:
    """Print the curl command that would send the request."""
    from ..tracing.curl import curl_command

    prepared = client.prepare_request(request)
    output.write(curl_command(prepared, secrets=given.secrets) + "\n")
    return 0


def download(
    client: SyncClient, url: str, options: dict[str, Any], given: Given, output: Output
) -> int:
    """Save what the URL gives as a file."""
    from ._progress import downloading

    bar = downloading(quiet=given.quiet)
    with _traced(client, given, output), bar as progress:
        done = client.download(
            url,
            given.output,
            overwrite=given.output is not None,
            resume=given.resume,
            progress=progress,
            **options,
        )
    if not given.quiet:
        resumed = f", of which {done.resumed_from:,} were there" if done.resumed_from else ""
        tell(f"{done.path}: {counted(done.size, 'byte')}{resumed}")
    return 0


def bench(made: dict[str, Any], request: pool.Request, given: Given, output: Output) -> int:
    """Send the request many times and print the figures.

    Args:
        made: the settings for the client.
        request: what is sent.
        given: how often, and how many at once.
        output: where the figures go.
    """
    from .._client import Client
    from ..backends._loop import run_in_loop
    from ._bench import Bench, report
    from ._progress import counting

    limits = pool.PoolLimits(max_connections=max(given.concurrency, 1))
    client = Client(**made, pool_limits=limits)
    status = 0
    with counting(given.requests, quiet=given.quiet) as progress:
        run = Bench(given.requests, given.concurrency, progress)
        try:
            run_in_loop(run.run, client, _replayable(request))
        except KeyboardInterrupt:
            status = INTERRUPTED
    output.write(report(run, output, columns()))
    if status == 0 and run.first_error is not None:
        status = exit_status(run.first_error)
    if status == 0 and given.check_status:
        status = max(map(status_of_response, run.statuses), default=0)
    return status


def _replayable(request: pool.Request) -> pool.Request:
    """Return the request with its body in memory: many are to send it at once."""
    if request.body is None:
        return request
    return request.copy_with(content=pool.run_sync(_all_of(request.body)))


async def _all_of(body: pool.RequestBody) -> bytes:
    reader = body.open()
    pieces: list[bytes] = []
    while piece := await reader.read_chunk():
        pieces.append(piece)
    return b"".join(pieces)
