"""Start servers and proxies and print where they are, until Ctrl-C: `hatch run interop:serve [NAME...]`."""

from __future__ import annotations

import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from testkit.certificates import Authority
from testkit.servers import PROXIES, SERVERS, Granian, Limits, Pages, Site
from testkit.servers.squid import Squid

_KINDS = {kind.name: kind for kind in [*SERVERS, *PROXIES]}


def chosen(names):
    """The kinds of these names, or all.

    Raises:
        SystemExit: there is none of a name.
    """
    if unknown := [name for name in names if name not in _KINDS]:
        raise SystemExit(
            f"no server or proxy named {', '.join(unknown)}: there are {', '.join(_KINDS)}"
        )
    return [_KINDS[name] for name in names] or list(_KINDS.values())


def addresses(server):
    """Each way to speak with it, and where."""
    if type(server) in PROXIES:
        return [(scheme, server.url(scheme)) for scheme in server.schemes]
    return [(wire, server.base(wire)) for wire in server.wires]


def serve(kinds):
    """Run them until interrupted."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="interop-")))
        authority = Authority(folder)

        def start(kind, *args):
            return stack.enter_context(kind(authority, *args))

        def place(name):
            path = folder / name
            path.mkdir()
            return path

        files = stack.enter_context(Pages()).folder
        backend = start(Granian, place("backend"), Site(files), Limits())
        print(f"certificates are signed by {authority.bundle}", flush=True)
        for kind in kinds:
            if kind in PROXIES:
                server = start(kind, *["basic"] * (kind is Squid))
            else:
                server = start(kind, place(kind.name), Site(files, backend.plain_port), Limits())
            for way, url in addresses(server):
                print(f"{kind.name:18} {way:8} {url}", flush=True)
        print("Ctrl-C ends all", flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        serve(chosen(sys.argv[1:]))
    except KeyboardInterrupt:
        print("all have ended")
