"""`Replayer`: traffic that was recorded, given back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from .._siblings import URL, Headers, pool
from ._bodies import AnswerSource, content_of
from ._calls import unmatched
from ._limits import Limits
from ._recorder import PathTypes, Recorder, live
from ._recording import Exchange, load
from ._scrub import Scrubber, ScrubBody
from ._stand_in import StandIn

__all__ = ["MatchTypes", "Replayer", "cassette"]

_Match: TypeAlias = Callable[[Exchange, Exchange], bool]
MatchTypes: TypeAlias = "Iterable[str] | _Match"
"""By what a request is found: names among "method", "url", "host", "path", "query", "headers" and "body", or
a function that is given the live exchange and a recorded one."""

_PIECE_BYTES = 64 * 1024


class Replayer(StandIn):
    """Answers requests from a file that a `Recorder` has written; nothing goes out.

    Exchanges of the same request are given back in the order in which they were recorded, each once.

    Args:
        path: the file.
        match: by what a request is found; see `MatchTypes`.
        repeats: whether the last of the exchanges of a request is given back again and again.
        secrets: what the `Recorder` was given.
        scrub_body: what the `Recorder` was given.

    Raises:
        FileNotFoundError: there is no such file.
        RecordingError: it is no recording.
        TypeError, ValueError: `match` is something else.
    """

    def __init__(
        self,
        path: PathTypes,
        *,
        match: MatchTypes = ("method", "url", "body"),
        repeats: bool = False,
        secrets: Iterable[str] = (),
        scrub_body: ScrubBody | None = None,
    ) -> None:
        super().__init__()
        self._path = Path(path)
        self._match = match if callable(match) else _checked(match)
        self._repeats = repeats
        self._scrubber = Scrubber(secrets, scrub_body)
        self._lock = pool.SyncBackend().lock()
        self._exchanges = load(self._path)
        self._used: set[int] = set()

    @property
    def unused(self) -> tuple[str, ...]:
        """The recorded requests that were not asked for."""
        return tuple(
            _text(each) for index, each in enumerate(self._exchanges) if index not in self._used
        )

    async def send(self, request: pool.Request) -> pool.Response:
        """Answer a request as it was answered when it was recorded.

        Raises:
            UnmatchedRequest: it was not recorded, or not so often.
            TransportError: that is how it ended.
        """
        limits = Limits(request, self.clock.now)
        try:
            content = await content_of(request, self.backend)
            if self.backend.loop() is not None:
                await self.backend.event().wait(0)  # others get their turn, as on a network
            recorded = self._found(await live(self._scrubber, request, content))
            if not recorded.status_code:
                raise _error_of(recorded)
        except pool.HTTPError as error:
            limits.named(error)
            raise
        headers = recorded.response_headers.copy()
        return pool.Response(
            recorded.status_code,
            headers,
            _ReplayedSource(request, recorded, headers, limits),
            request=request,
            protocol=recorded.protocol,
            reason_phrase=recorded.reason_phrase,
        )

    def _found(self, asked: Exchange) -> Exchange:
        last: Exchange | None = None
        with self._lock:
            for index, recorded in enumerate(self._exchanges):
                if not self._is_match(asked, recorded):
                    continue
                if index not in self._used:
                    self._used.add(index)
                    return recorded
                last = recorded
        if last is not None and self._repeats:
            return last
        raise unmatched(
            _text(asked),
            asked.body,
            f"recorded exchange in {self._path.name}",
            [(_text(each), self._different(asked, each)) for each in self._exchanges],
        )

    def _is_match(self, asked: Exchange, recorded: Exchange) -> bool:
        if callable(self._match):
            return self._match(asked, recorded)
        return all(_PARTS[name](asked) == _PARTS[name](recorded) for name in self._match)

    def _different(self, asked: Exchange, recorded: Exchange) -> list[str]:
        if self._is_match(asked, recorded):
            return ["it was given back before; record it as often as it is asked for"]
        names = _DEFAULT if callable(self._match) else self._match
        return [
            f"the {name} is another"
            for name in names
            if _PARTS[name](asked) != _PARTS[name](recorded)
        ]

    def __repr__(self) -> str:
        return f"<Replayer {str(self._path)!r}: {len(self.unused)} exchanges left>"


class _ReplayedSource(AnswerSource):
    def __init__(
        self, request: pool.Request, recorded: Exchange, headers: Headers, limits: Limits
    ) -> None:
        super().__init__(request, recorded.status_code, headers, limits)
        self._recorded = recorded
        self._rest = b"" if self._bodiless else recorded.response_body

    async def _next_piece(self) -> bytes:
        piece, self._rest = self._rest[:_PIECE_BYTES], self._rest[_PIECE_BYTES:]
        if not piece:
            if self._recorded.error is not None:
                raise _error_of(self._recorded)
            self.trailers = self._recorded.trailers
        return piece


def cassette(
    path: PathTypes,
    mode: Literal["auto", "record", "replay"] = "auto",
    *,
    match: MatchTypes = ("method", "url", "body"),
    repeats: bool = False,
    secrets: Iterable[str] = (),
    scrub_body: ScrubBody | None = None,
) -> Recorder | Replayer:
    """Return what records to a file, or replays it: with "auto" the latter if the file is there.

    Args:
        path: the file.
        mode: "record", "replay" or "auto".
        match, repeats, secrets, scrub_body: see `Replayer`.
    """
    if mode not in ("auto", "record", "replay"):
        raise ValueError(f'mode must be "auto", "record" or "replay", not {mode!r}')
    if mode == "record" or (mode == "auto" and not Path(path).exists()):
        return Recorder(path, secrets=secrets, scrub_body=scrub_body)
    return Replayer(path, match=match, repeats=repeats, secrets=secrets, scrub_body=scrub_body)


def _error_of(recorded: Exchange) -> pool.TransportError:
    name, message = recorded.error or ("ReadError", "")
    error: pool.TransportError = getattr(pool, name)(message)
    return error


def _text(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.url}"


_DEFAULT = ("method", "url", "body")
_PARTS: dict[str, Callable[[Exchange], object]] = {
    "method": lambda each: each.method,
    "url": lambda each: each.url,
    "host": lambda each: URL(each.url).host,
    "path": lambda each: URL(each.url).path,
    "query": lambda each: sorted(URL(each.url).params.multi_items()),
    "headers": lambda each: each.headers,
    "body": lambda each: each.body,
}


def _checked(match: Iterable[str]) -> tuple[str, ...]:
    names = tuple(match)
    for name in (match,) if isinstance(match, str) else names:
        if isinstance(match, str) or name not in _PARTS:
            raise ValueError(f"match must be names among {', '.join(_PARTS)}, not {name!r}")
    return names
