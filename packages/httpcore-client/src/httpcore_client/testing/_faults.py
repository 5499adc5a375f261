"""`FaultAdapter`: things that go wrong on purpose, the same ones each time."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from .._options import check_options
from .._siblings import Headers, pool
from ._answers import Answer, ErrorTypes, as_error, number, wait
from ._bodies import AnswerSource, announced, content_of
from ._limits import Limits
from ._patterns import URLPattern
from ._stand_in import StandIn

if TYPE_CHECKING:
    from ..adapters._clock import Clock
    from ._routes import URLTypes

__all__ = ["FaultAdapter", "FaultOptions"]


class FaultOptions(TypedDict, total=False):
    """When something goes wrong, and what.

    Keys:
        probability: that it does, from 0 to 1, for each request that it is for.
        nth: which of the requests that it is for: a number, from 1, or several.
        method: the method of the requests that it is for.
        url: their URL; see `MockAdapter.route`.
        error: is raised in place of a response: an error, or a class such as `ReadTimeout`. One that says
            that something was sent lets the request's content be read first.
        status_code: of an answer that is given in place of the server's.
        headers: its fields, such as Retry-After.
        delay: seconds before the request goes out; more than the read limit are a `ReadTimeout`.
        cut_after: bytes after which the body breaks off.
        drip_bytes: size of the pieces that the body comes in.
        drip_seconds: seconds before each piece.
        length_off: what is added to the Content-Length of the response.
    """

    probability: float
    nth: int | Collection[int]
    method: str
    url: URLTypes
    error: ErrorTypes
    status_code: int
    headers: pool.HeaderTypes
    delay: float
    cut_after: int
    drip_bytes: int
    drip_seconds: float
    length_off: int


_OPTIONS = tuple(FaultOptions.__annotations__)
_EFFECTS = (
    "error",
    "status_code",
    "delay",
    "cut_after",
    "drip_bytes",
    "drip_seconds",
    "length_off",
)
_CHUNK_BYTES = 64 * 1024


class FaultAdapter(StandIn):
    """Lets requests through, but for those for which something is to go wrong.

    ::

        faults = FaultAdapter(seed=7)
        faults.add(probability=0.1, error=ConnectError)
        faults.add(nth=3, status_code=503, headers={"Retry-After": "1"})
        faults.add(url="https://example.org/big", cut_after=1000)
        client = Client(adapters=[RetryAdapter(), faults])

    Requests are numbered as they come, so that the same requests in the same order meet the same faults.

    Args:
        seed: what chance depends on.
        clock: what passes with a delay; None for the time of the client.

    Attributes:
        injected: the faults that took place, as text.
    """

    def __init__(self, seed: int = 0, *, clock: Clock | None = None) -> None:
        super().__init__()
        self._own_clock = clock
        self._random = Random(seed)  # noqa: S311 - no secrets
        self._faults: list[_Fault] = []
        self._lock = pool.SyncBackend().lock()
        self.injected: list[str] = []

    def add(self, **options: Unpack[FaultOptions]) -> None:
        """Add a fault; see `FaultOptions`. Of several for one request all take place, as far as they can.

        Raises:
            TypeError, ValueError: an option is unknown or makes no sense.
        """
        fault = _Fault(options)
        with self._lock:
            self._faults.append(fault)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send a request, or let it meet what is to go wrong.

        Raises:
            HTTPError: what the faults say, or what really happened.
        """
        with self._lock:
            faults = [fault for fault in self._faults if fault.is_met(request, self._random)]
            what = f"{request.method} {request.url.masked}"
            self.injected += [f"{what}: {fault}" for fault in faults]
        if not faults:
            return await self._inner.send(request)
        limits = Limits(request, self.clock.now)
        for fault in faults:
            if fault.delay:
                await wait(fault.delay, limits, self.clock)
        for fault in faults:
            if fault.error is not None:
                error = as_error(fault.error)
                if getattr(error, "sent", True):
                    await content_of(request, self.backend)
                raise limits.named(error)
        for fault in faults:
            if fault.answer is not None:
                await content_of(request, self.backend)
                return await fault.answer.response_to(request, limits, self.clock)
        response = await self._inner.send(request)
        for fault in faults:
            if fault.is_of_body:
                response.wrap_source(partial(_FaultySource, response, fault, limits, self.clock))
        return response

    def __repr__(self) -> str:
        return f"<FaultAdapter: {len(self._faults)} faults, {len(self.injected)} injected>"


class _Fault:
    def __init__(self, options: FaultOptions) -> None:
        check_options(options, _OPTIONS, "argument")
        given = [name for name in _EFFECTS if name in options]
        if not given:
            raise TypeError(f"a fault is one of {', '.join(name + '=' for name in _EFFECTS)}")
        self._given = options
        self.probability = options.get("probability", 1.0)
        if not number("probability", self.probability) <= 1:
            raise ValueError(f"probability must be from 0 to 1, not {self.probability!r}")
        self.nth = _numbers(options.get("nth"))
        self._method = options.get("method", "").upper()
        self._pattern = URLPattern(options.get("url"))
        self._count = 0
        self.error = options.get("error")
        if self.error is not None:
            as_error(self.error)  # which refuses what can't be raised
        self.delay = number("delay", options.get("delay", 0))
        self.answer: Answer | None = None
        if "status_code" in options:
            self.answer = Answer(options["status_code"], headers=options.get("headers"))
        elif "headers" in options:
            raise TypeError("headers= are those of an answer, and go with status_code=")
        self.cut_after = None if "cut_after" not in options else _whole(options, "cut_after", 0)
        self.drip_bytes = (
            _CHUNK_BYTES if "drip_bytes" not in options else _whole(options, "drip_bytes", 1)
        )
        self.drip_seconds = number("drip_seconds", options.get("drip_seconds", 0))
        self.length_off = 0 if "length_off" not in options else _whole(options, "length_off")
        self.is_of_body = not {"cut_after", "drip_bytes", "drip_seconds", "length_off"}.isdisjoint(
            options
        )

    def is_met(self, request: pool.Request, random: Random) -> bool:
        """Tell whether it is for this request, which counts."""
        if self._method not in ("", request.method) or self._pattern.mismatches(request.url):
            return False
        self._count += 1
        by_chance = self.probability == 1 or random.random() < self.probability
        return by_chance and (self.nth is None or self._count in self.nth)

    def __str__(self) -> str:
        shown = {name: self._given.get(name) for name in _EFFECTS if name in self._given}
        return ", ".join(f"{name}={_name(value)}" for name, value in shown.items())


def _name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)


def _numbers(nth: object) -> frozenset[int] | None:
    if nth is None:
        return None
    several: Iterable[object] = (nth,)
    if isinstance(nth, Iterable) and not isinstance(nth, (str, bytes)):
        several = cast("Iterable[object]", nth)
    numbers: set[int] = set()
    for each in several:
        if isinstance(each, bool) or not isinstance(each, int) or each < 1:
            raise ValueError(f"nth counts requests from 1, so that it can't be {each!r}")
        numbers.add(each)
    return frozenset(numbers)


def _whole(options: FaultOptions, name: str, least: float = -math.inf) -> int:
    value: object = options.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value!r}")
    return value


class _FaultySource(AnswerSource):
    """A body that something is wrong with, over the one that it really is."""

    def __init__(
        self,
        response: pool.Response,
        fault: _Fault,
        limits: Limits,
        clock: Clock,
        source: pool.ByteSource,
    ) -> None:
        headers = response.headers
        length = announced(headers)
        if fault.length_off and length is not None:
            length = max(0, length + fault.length_off)
            headers["Content-Length"] = str(length)
        super().__init__(response.request, response.status_code, Headers(headers), limits)
        self._source = source
        self._fault = fault
        self._clock = clock
        self._until_cut = fault.cut_after
        self._rest = b""
        self.closed = False

    async def _next_piece(self) -> bytes:
        if self._until_cut == 0:
            raise pool.RemoteProtocolError(
                "peer closed connection without sending complete message body"
            )
        data = self._rest or await self._source.read_chunk()
        size = (
            self._fault.drip_bytes
            if self._until_cut is None
            else min(self._fault.drip_bytes, self._until_cut)
        )
        piece, self._rest = data[:size], data[size:]
        if piece:
            await wait(self._fault.drip_seconds, self._limits, self._clock)
            if self._until_cut is not None:
                self._until_cut -= len(piece)
        else:
            self.trailers = self._source.trailers
        return piece

    async def _release(self) -> None:
        await (self._source.abort() if self.cut else self._source.close())

    def hurry(self, seconds: float) -> None:
        super().hurry(seconds)
        self._source.hurry(seconds)

    def __del__(self) -> None:
        """Nothing: the body that this one draws on complains if it is dropped."""
