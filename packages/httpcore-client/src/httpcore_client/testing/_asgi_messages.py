"""What an ASGI application is told of a request, and may say: ASGI 3, HTTP (spec version 2.4). Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import quote, unquote

from .._siblings import Headers
from ._bodies import announced

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["ASGIApp", "Message", "Said", "http_scope"]

Message: TypeAlias = MutableMapping[str, Any]
ASGIApp: TypeAlias = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

ASGI_VERSIONS = {"version": "3.0", "spec_version": "2.4"}


def http_scope(
    request: pool.Request, *, root_path: str, client: tuple[str, int], state: Message | None
) -> Message:
    """Return the scope of a request.

    Args:
        request: the request.
        root_path: where the application is mounted; paths have it in front.
        client: the address of the client.
        state: what the application's lifespan has left; None where there was none.
    """
    url = request.url
    scope: Message = {
        "type": "http",
        "asgi": dict(ASGI_VERSIONS),
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": root_path + unquote(url.path),
        "raw_path": quote(root_path).encode() + url.path.encode("ascii"),
        "query_string": url.query.encode("ascii"),
        "root_path": root_path,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": client,
        "server": (url.host, url.port),
        "extensions": {"http.response.trailers": {}},
    }
    if state is not None:
        scope["state"] = dict(state)
    return scope


class Said:
    """What an application has said so far of one response, and whether it may say the next.

    Attributes:
        status_code: the status, 0 until it is known.
        headers: the fields.
        trailers: the fields behind the body, so far.
        complete: whether nothing is missing.
    """

    def __init__(self, *, bodiless: bool) -> None:
        self.status_code = 0
        self.headers = Headers()
        self.trailers: Headers | None = None
        self.complete = False
        self._bodiless = bodiless
        self._body_ended = False
        self._has_trailers = False
        self._left: int | None = None

    def take(self, message: Message) -> bytes:
        """Take the next message, and return what it has of the body.

        Raises:
            RuntimeError, TypeError: an application may not say this, or not at this point.
            InvalidHeader: a field is none.
        """
        if not isinstance(message, Mapping):
            raise TypeError(f"a message is a dict, not {type(message).__name__}")
        kind: object = message.get("type")
        if not self.status_code:
            if kind != "http.response.start":
                raise _out_of_turn(kind, "http.response.start")
            self._start(message)
            return b""
        if kind == "http.response.body" and not self._body_ended:
            return self._body(message)
        if kind == "http.response.trailers" and self._body_ended and not self.complete:
            self.trailers = Headers(
                [*(self.trailers or Headers()).raw, *_fields(message.get("headers", ()))]
            )
            self.complete = not message.get("more_trailers", False)
            return b""
        if self.complete:
            raise RuntimeError(f"the response is complete, but {kind!r} was sent after it")
        raise _out_of_turn(
            kind, "http.response.trailers" if self._body_ended else "http.response.body"
        )

    def _start(self, message: Message) -> None:
        status: object = message.get("status")
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 999:
            raise RuntimeError(f"http.response.start has no status from 200 to 999, but {status!r}")
        self.headers = Headers(_fields(message.get("headers", ())))
        self._has_trailers = bool(message.get("trailers", False))
        self.status_code = status
        if "Content-Length" in self.headers and not (self._bodiless or status in (204, 304)):
            self._left = announced(self.headers)
            if self._left is None:
                length = self.headers["Content-Length"]
                raise RuntimeError(f"Content-Length is no number, but {length[:40]!r}")

    def _body(self, message: Message) -> bytes:
        data: object = message.get("body", b"")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"the body of http.response.body is {type(data).__name__}, not bytes")
        data = bytes(cast("bytes", data))
        self._body_ended = not message.get("more_body", False)
        self.complete = self._body_ended and not self._has_trailers
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0 or (self._left and self._body_ended):
                raise RuntimeError(
                    f"the body is {'longer' if self._left < 0 else 'shorter'} than its "
                    f"Content-Length, {self.headers['Content-Length']}"
                )
        return data


def _fields(given: Iterable[object]) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, bytes]] = []
    for pair in given:
        match pair:
            case [bytes() as name, bytes() as value]:
                fields.append((name, value))
            case _:
                raise TypeError(f"a field is a pair of bytes, not {pair!r}")
    return fields


def _out_of_turn(kind: object, expected: str) -> RuntimeError:
    return RuntimeError(f"{kind!r} was sent where {expected!r} was expected")
