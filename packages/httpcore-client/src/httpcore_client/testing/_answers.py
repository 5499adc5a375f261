"""`Answer`: what a mock says to a request, and the response that is made of it each time."""

from __future__ import annotations

import json as json_module
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Unpack, cast

from .._siblings import Headers, pool
from ._bodies import AnswerSource

if TYPE_CHECKING:
    from ..adapters._clock import Clock
    from ._limits import Limits

__all__ = ["Answer", "AnswerOptions", "ErrorTypes", "as_error", "number", "wait"]

_Piece: TypeAlias = bytes | BaseException
_Pieces: TypeAlias = Iterable[_Piece] | AsyncIterable[_Piece]
StreamTypes: TypeAlias = _Pieces | Callable[[], _Pieces]
ErrorTypes: TypeAlias = BaseException | type[BaseException]

_WAYS = ("content", "text", "html", "json", "stream")


class AnswerOptions(TypedDict, total=False):
    """What may be said of an answer besides its status.

    Keys:
        headers: its fields. Content-Type and Content-Length are added where they are missing.
        content: its body, as transferred: with a Content-Encoding field it is to be in that coding.
        text: its body as text, in UTF-8.
        html: the same, as text/html.
        json: what its body is JSON of.
        stream: the pieces of its body, each bytes, or an error that is raised in its place; an iterable,
            an async one, or a function that makes one for each answer.
        trailers: fields behind the body.
        delay: seconds before its head, or a function that returns them.
        piece_delay: seconds before each piece of its body.
        protocol: "HTTP/1.1", "HTTP/1.0" or "HTTP/2".
        reason_phrase: None for the standard one.
    """

    headers: pool.HeaderTypes
    content: bytes | str
    text: str
    html: str
    json: Any
    stream: StreamTypes
    trailers: pool.HeaderTypes
    delay: float | Callable[[], float]
    piece_delay: float
    protocol: str
    reason_phrase: str | None


_OPTIONS = tuple(AnswerOptions.__annotations__)


class Answer:
    """What a mock answers, again and again.

    Args:
        status_code: its status, from 200 to 599.
        options: see `AnswerOptions`.

    Raises:
        TypeError, ValueError: that is no answer that a server could give.
    """

    def __init__(self, status_code: int = 200, **options: Unpack[AnswerOptions]) -> None:
        from .._options import check_options

        check_options(options, ("status_code", *_OPTIONS), "argument")
        if isinstance(status_code, bool) or not isinstance(status_code, int):
            raise TypeError(f"status_code must be an int, not {type(status_code).__name__}")
        if not 200 <= status_code <= 599:
            raise ValueError(f"status_code must be from 200 to 599, not {status_code}")
        self.status_code: int = status_code
        self._protocol = options.get("protocol", "HTTP/1.1")
        self._reason = options.get("reason_phrase")
        delay = options.get("delay", 0.0)
        self._delay = delay if callable(delay) else number("delay", delay)
        self._piece_delay = number("piece_delay", options.get("piece_delay", 0.0))
        trailers = options.get("trailers")
        self._trailers = None if trailers is None else Headers(trailers)
        self.headers: Headers = Headers(options.get("headers"))
        self._pieces: Any
        self._pieces, kind = _body(options)
        self._opened: object = None
        if status_code in (204, 304) and self._pieces != [b""]:
            raise ValueError(f"an answer with the status {status_code} has no body")
        if kind is not None:
            self.headers.setdefault("Content-Type", kind)
        if "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers:
            if "stream" not in options:
                if status_code != 204:  # RFC 9110 8.6
                    self.headers.add("Content-Length", str(len(self._pieces[0])))
            elif self._protocol != "HTTP/2":
                self.headers.add("Transfer-Encoding", "chunked")

    async def response_to(
        self, request: pool.Request, limits: Limits, clock: Clock
    ) -> pool.Response:
        """Return the response to a request.

        Raises:
            ReadTimeout, TotalTimeout: it takes longer than the request lets it.
        """
        delay = self._delay() if callable(self._delay) else self._delay
        await wait(delay, limits, clock)
        pieces, headers = self._open(), self.headers.copy()
        source = _MockSource(request, self.status_code, headers, limits)
        source.pieces = pieces
        source.at_end = self._trailers
        source.delay, source.clock = self._piece_delay, clock
        return pool.Response(
            self.status_code,
            headers,
            source,
            request=request,
            protocol=self._protocol,
            reason_phrase=self._reason,
        )

    def _open(self) -> Iterator[_Piece] | AsyncIterator[_Piece]:
        made: Any = self._pieces() if callable(self._pieces) else self._pieces
        opened: Any = aiter(made) if hasattr(made, "__aiter__") else iter(made)
        if opened is self._opened:
            raise RuntimeError(
                f"the stream of {self!r}, a {type(opened).__name__}, was used up by an answer before: "
                "give a list, or a function that makes one"
            )
        self._opened = opened
        return cast("Iterator[_Piece] | AsyncIterator[_Piece]", opened)

    def __repr__(self) -> str:
        return f"<Answer {self.status_code}>"


def _body(options: AnswerOptions) -> tuple[Any, str | None]:
    """Return the pieces of a body, or what makes them, and its media type where that is known."""
    given = [name for name in _WAYS if name in options]
    if len(given) > 1:
        raise TypeError(f"{' and '.join(name + '=' for name in given)} exclude each other")
    if "stream" in options:
        stream: object = options["stream"]
        if isinstance(stream, (bytes, str)) or not (
            callable(stream) or isinstance(stream, (Iterable, AsyncIterable))
        ):
            raise TypeError(
                "stream must be an iterable of bytes and errors, or a function that makes one, not "
                f"{type(stream).__name__}"
            )
        return stream, None
    if "json" in options:
        return [json_module.dumps(options["json"]).encode()], "application/json"
    for name, kind in (("text", "text/plain"), ("html", "text/html")):
        if name in options:
            text: object = options.get(name)
            if not isinstance(text, str):
                raise TypeError(f"{name} must be a str, not {type(text).__name__}")
            return [text.encode()], f"{kind}; charset=utf-8"
    content: object = options.get("content", b"")
    if isinstance(content, str):
        return [content.encode()], None
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"content must be bytes or str, not {type(content).__name__}; for pieces there is stream="
        )
    return [bytes(cast("bytes", content))], None


class _MockSource(AnswerSource):
    pieces: Iterator[_Piece] | AsyncIterator[_Piece]
    at_end: Headers | None
    delay: float
    clock: Clock

    async def _next_piece(self) -> bytes:
        while True:
            if isinstance(self.pieces, AsyncIterator):
                piece: object = await anext(self.pieces, None)
            else:
                piece = next(self.pieces, None)
            if piece is None or self._bodiless:
                self.trailers = self.at_end
                return b""
            if piece == b"":
                continue
            await wait(self.delay, self._limits, self.clock)
            if not isinstance(piece, (bytes, bytearray, memoryview)):
                raise as_error(piece)
            return bytes(piece)

    async def _release(self) -> None:
        for name in ("aclose", "close"):  # of generators
            if (close := getattr(self.pieces, name, None)) is not None:
                closed = close()
                if name == "aclose":
                    await closed
                return


async def wait(seconds: float, limits: Limits, clock: Clock) -> None:
    """Let so much time pass before the next bytes come.

    Raises:
        ReadTimeout, TotalTimeout: the request does not let it; the time that it does let has passed.
    """
    left = limits.left()
    if left is not None and (seconds > left or left <= 0):
        await clock.sleep(left)
        raise limits.too_late()
    if seconds > 0:
        await clock.sleep(seconds)


def number(name: str, value: object) -> float:
    """Return a number, such as of seconds, as it is given.

    Raises:
        TypeError: it is no number.
        ValueError: it is less than 0.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} must be at least 0, not {value!r}")
    return value


_MESSAGE = "raised by a test"


def as_error(given: object) -> BaseException:
    """Return an error of its own for each time: a class is called, an error of the tree copied.

    Raises:
        TypeError: it is no exception, or a class that needs more than a message.
    """
    if isinstance(given, type) and issubclass(given, BaseException):
        return given(_MESSAGE)
    if isinstance(given, pool.HTTPError):
        kind, args, state = given.__reduce__()
        copy: pool.HTTPError = kind(*args)
        vars(copy).update(state)
        return copy
    if isinstance(given, BaseException):
        return given
    raise TypeError(f"an error is an exception or a class of them, not {given!r}")
