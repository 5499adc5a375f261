"""What an `Adapter` must do: one that answers, and one that stands over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._adapter import Adapter
from .._errors import ConnectError, HTTPError, ReadError
from .._request import Request
from .._response import Response
from .._siblings import Headers
from .._streams import ByteSource
from ._rules import Rules, demand, fail

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AdapterRules", "LayerRules"]

_BODY = b"as it was sent"


class AdapterRules(Rules):
    """What every `Adapter` must do.

    Args:
        make: returns a new adapter.
        url: what it answers a GET of, with any status and each time with the same body.
    """

    def __init__(
        self, make: Callable[[], Adapter], *, url: str = "https://www.example.org/"
    ) -> None:
        self._make = make
        self._url = url

    async def is_an_adapter(self) -> None:
        """It is made from the class, so that any level of a stack can be it."""
        adapter = self._make()
        demand(isinstance(adapter, Adapter), f"{adapter!r} must be an httpcore_pool.Adapter")
        await adapter.close()

    async def returns_a_response_to_read(self) -> None:
        """The head has been read, and the body can be."""
        adapter = self._make()
        response: object = await adapter.send(self._request())
        if not isinstance(response, Response):
            fail(f"send must return a Response, not {response!r:.100}")
        demand(
            100 < response.status_code < 600, f"send returned {response!r}, which is no final one"
        )
        await response.read()
        demand(response.is_closed, "a response that was read must be closed")
        await adapter.close()

    async def lets_a_response_be_closed_unread(self) -> None:
        """The caller may be done with the head alone, and close twice."""
        adapter = self._make()
        response = await adapter.send(self._request())
        await response.close()
        await response.close()
        demand(response.is_closed, "a response that was closed must be closed")
        await adapter.close()

    async def has_several_responses_open_at_once(self) -> None:
        """A request is sent while the response to another one is still open, and both can be read."""
        adapter = self._make()
        first = await adapter.send(self._request())
        second = await adapter.send(self._request())
        demand(first is not second, "each send must return a response of its own")
        bodies = [await second.read(), await first.read()]
        demand(bodies[0] == bodies[1], f"two equal requests got different bodies: {bodies!r:.200}")
        await adapter.close()

    async def leaves_the_request_as_it_was(self) -> None:
        """Who wants another request to be sent makes a copy: the caller may send its own again."""
        adapter = self._make()
        request = self._request()
        before = (request.method, str(request.url), [*request.headers.items()], request.options)
        await (await adapter.send(request)).close()
        after = (request.method, str(request.url), [*request.headers.items()], request.options)
        demand(before == after, f"send changed its request: {before!r} became {after!r}")
        await adapter.close()

    async def closes_again_and_again(self) -> None:
        """`close` releases what is held, does nothing the second time, and never raises."""
        adapter = self._make()
        await adapter.close()
        await adapter.close()
        async with self._make() as entered:
            demand(
                isinstance(entered, Adapter), f"`async with` must give the adapter, not {entered!r}"
            )

    def _request(self) -> Request:
        return Request("GET", self._url)


class LayerRules(AdapterRules):
    """What an `Adapter` must do that stands over another one, besides what every adapter must.

    The level below is the rules': it answers what it is asked, or fails as a network may.

    Args:
        make: is given the level below, and returns a new adapter over it.
        url: what is asked for.
    """

    def __init__(
        self,
        make: Callable[[Adapter], Adapter],
        *,
        url: str = "https://www.example.org/",
    ) -> None:
        super().__init__(lambda: make(_Below()), url=url)
        self._over = make

    async def closes_the_level_below(self) -> None:
        """What it stands over belongs to it."""
        below = _Below()
        await self._over(below).close()
        demand(below.closed, "close must close the level below, which belongs to the adapter")

    async def leaves_no_response_open(self) -> None:
        """When the caller has closed its response, all that came from below are closed or read."""
        below = _Below()
        adapter = self._over(below)
        await (await adapter.send(self._request())).close()
        left = below.left_open()
        demand(not left, f"{left} responses of the level below were never closed")
        await adapter.close()

    async def fails_with_an_error_of_the_tree(self) -> None:
        """Where the level below can't connect it answers by itself, or raises an `HTTPError`."""
        below = _Below(error=ConnectError("nobody listens"))
        adapter = self._over(below)
        try:
            await (await adapter.send(self._request())).close()
        except HTTPError:
            pass
        except Exception as error:
            raise AssertionError(
                f"the level below raised a ConnectError; send must raise an HTTPError, not {error!r}"
            ) from error
        await adapter.close()

    async def swallows_no_cancellation(self) -> None:
        """What is no `Exception` (a cancellation, Ctrl-C) goes through as it is."""
        below = _Below(error=_Cancelled())
        adapter = self._over(below)
        try:
            response = await adapter.send(self._request())
        except _Cancelled:
            pass
        except BaseException as error:
            raise AssertionError(f"a cancellation became {error!r}: it must go through") from error
        else:
            await response.close()
            demand(not below.asked, "a cancellation was swallowed: it must go through")
        await adapter.close()

    async def hands_on_a_body_that_breaks(self) -> None:
        """A body that ends early raises an `HTTPError` when it is read, and never looks whole."""
        below = _Below(breaks=True)
        adapter = self._over(below)
        try:
            response = await adapter.send(self._request())
            body = await response.read()
        except HTTPError:
            pass
        else:
            raise AssertionError(
                f"the body broke; reading it must raise an HTTPError, not give {body!r}"
            )
        left = below.left_open()
        demand(not left, f"{left} responses of the level below were never closed")
        await adapter.close()


class _Cancelled(BaseException):
    """As the worlds' own: not an `Exception`."""


class _Below(Adapter):
    """Answers everything alike, and counts what is left open."""

    def __init__(self, *, error: BaseException | None = None, breaks: bool = False) -> None:
        self.asked = 0
        self.closed = False
        self._error = error
        self._breaks = breaks
        self._sources: list[_Source] = []

    async def send(self, request: Request) -> Response:
        self.asked += 1
        if self._error is not None:
            raise self._error
        source = _Source(breaks=self._breaks)
        self._sources.append(source)
        headers = Headers({"Content-Length": str(len(_BODY)), "Content-Type": "text/plain"})
        return Response(200, headers, source, request=request)

    async def close(self) -> None:
        self.closed = True

    def left_open(self) -> int:
        """Return how many bodies were neither read to their end nor closed."""
        return sum(not source.closed for source in self._sources)


class _Source(ByteSource):
    """A body that comes in two pieces, or breaks after the first."""

    def __init__(self, *, breaks: bool) -> None:
        self._pieces = [_BODY[:3], _BODY[3:]]
        self._breaks = breaks

    async def read_chunk(self) -> bytes:
        if self._breaks and len(self._pieces) == 1:
            self.closed = self.cut = True
            raise ReadError("the connection broke")
        if self._pieces:
            return self._pieces.pop(0)
        self.closed = True
        return b""

    async def close(self) -> None:
        self.cut = self.cut or not self.closed
        self.closed = True

    def __del__(self) -> None:
        """Say nothing: what is left open is counted, and an error of the rule is enough."""
