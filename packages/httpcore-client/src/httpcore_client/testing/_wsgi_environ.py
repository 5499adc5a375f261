"""The environ of a WSGI application (PEP 3333), with its input stream."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._siblings import pool

__all__ = ["make_environ"]


def make_environ(
    request: pool.Request,
    draw: Callable[[], bytes],
    *,
    script_name: str,
    client: tuple[str, int],
) -> dict[str, Any]:
    """Return the environ for a request.

    Args:
        request: the request.
        draw: returns the next bytes of its content, b"" at the end.
        script_name: where the application is mounted: what the URL's path begins with.
        client: the address of the client.
    """
    url = request.url
    # PEP 3333, "Unicode Issues"
    path = unquote_to_bytes(url.path).decode("latin-1")
    script_name = script_name.encode().decode("latin-1")
    if script_name and (path == script_name or path.startswith(script_name + "/")):
        path = path[len(script_name) :]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": script_name,
        "PATH_INFO": path,
        "QUERY_STRING": url.query,
        "REQUEST_URI": url.full_path,
        "RAW_URI": url.full_path,
        "SERVER_NAME": url.host,
        "SERVER_PORT": str(url.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BufferedReader(_Input(draw)),
        "wsgi.input_terminated": True,  # it ends where the content does, known length or not
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in request.headers.raw:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        if "_" in name:
            continue  # as servers do: it would pass for the one with a dash
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


class _Input(io.RawIOBase):
    """What a request's content is read from."""

    def __init__(self, draw: Callable[[], bytes]) -> None:
        self._draw = draw
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest and not self._ended:
            self._rest = self._draw()
            self._ended = not self._rest
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)
