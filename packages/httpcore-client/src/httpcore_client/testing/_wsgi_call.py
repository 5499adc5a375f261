"""One call of a WSGI application (PEP 3333), step by step: plain code that blocks, in whatever thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .._siblings import Headers

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Call", "WSGIApp"]

T = TypeVar("T")
WSGIApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_ExcInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None"
)

_STATUS = re.compile(r"([2-9][0-9][0-9]) ([^\x00-\x1f\x7f]*)")


class Call:
    """A call, its response as it comes, and its end.

    `step` is to be called again and again until it returns None, then or earlier `close`.

    Args:
        app: the application.
        environ: what it is called with.

    Attributes:
        status_code: the status.
        reason: the reason phrase.
        headers: the fields.
    """

    def __init__(self, app: WSGIApp, environ: dict[str, Any]) -> None:
        self._app = app
        self._environ = environ
        self._result: Iterable[bytes] | None = None
        self._pieces: Iterator[bytes] | None = None
        self._written: list[bytes] = []
        self._sent = False  # the head: from then on it stands
        self._closed = False
        self.status_code = 0
        self.reason = ""
        self.headers = Headers()

    def step(self) -> bytes | None:
        """Return the next bytes of the body, never empty, or None at its end. The head is there then.

        Raises:
            Exception: what the application raises.
            RuntimeError, TypeError: it breaks the rules.
        """
        if self._pieces is None:
            self._result = self._app(self._environ, self._start_response)
            if not hasattr(self._result, "__iter__"):
                kind = type(self._result).__name__
                raise TypeError(f"the application returned {kind}, not an iterable of bytes")
            self._pieces = iter(self._result)
        while not (data := self._take_written()):
            piece: object = next(self._pieces, None)
            if piece is None:
                if not self.status_code:
                    raise RuntimeError("the application ended without start_response")
                self._sent = True
                return self._take_written() or None
            piece = _checked("yielded", piece, bytes, "bytes")
            if piece and not self.status_code:
                raise RuntimeError("the application yielded content before start_response")
            self._written.append(piece)
        self._sent = True
        return data

    def _take_written(self) -> bytes:
        data = b"".join(self._written)
        self._written.clear()
        return data

    def close(self) -> None:
        """Call the `close` of what the application returned, once."""
        if not self._closed:
            self._closed = True
            close: Any = getattr(self._result, "close", None)
            if close is not None:
                close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: _ExcInfo = None
    ) -> Callable[[bytes], object]:
        if exc_info is not None:
            try:
                if self._sent:
                    raise (exc_info[1] or RuntimeError("start_response had an empty exc_info"))
            finally:
                exc_info = None  # which would hold this frame
        elif self.status_code:
            raise RuntimeError("start_response was called twice, and without exc_info")
        match = _STATUS.fullmatch(_checked("gave start_response", status, str, "a str"))
        if match is None:
            raise RuntimeError(f"the status of start_response is no '200 OK', but {status!r}")
        self.headers = Headers(list(headers))
        self.status_code, self.reason = int(match[1]), match[2]
        return self._write

    def _write(self, data: bytes) -> None:
        self._written.append(_checked("wrote", data, bytes, "bytes"))


def _checked(did: str, value: object, kind: type[T], expected: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"the application {did} {type(value).__name__}, not {expected}")
    return value
