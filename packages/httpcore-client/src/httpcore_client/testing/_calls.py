"""`Call`, a request that came to a mock and what became of it, and the error for one that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._siblings import QueryParams, pool
from ._scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Call", "UnmatchedRequest", "scrubbed_content", "shown", "shown_content", "unmatched"]

_SHOWN_BYTES = 200


class UnmatchedRequest(AssertionError):
    """No route of a mock, and no recorded exchange, is for a request.

    It is no `HTTPError`, so that code which is ready for failures of the network does not hide it.
    """


class Call:
    """One request that was answered.

    Attributes:
        request: as it was sent, its content read.
        response: the answer, or None.
        error: what was raised in place of an answer, or None.
    """

    def __init__(self, request: pool.Request) -> None:
        self.request: pool.Request = request
        self.response: pool.Response | None = None
        self.error: BaseException | None = None

    @property
    def content(self) -> bytes:
        """The request's content."""
        return self.request.content

    def json(self) -> Any:
        """Parse the request's content as JSON.

        Raises:
            ValueError: it is none.
        """
        import json

        return json.loads(self.content)

    def form(self) -> QueryParams:
        """Parse the request's content as an urlencoded form."""
        return QueryParams(self.content.decode("utf-8", "replace"))

    def __repr__(self) -> str:
        became = self.response if self.error is None else type(self.error).__name__
        return f"<Call {shown(self.request)}: {became}>"


_SCRUBBER = Scrubber()


def shown(request: pool.Request) -> str:
    """Return which request it is, for people, without secrets."""
    return f"{request.method} {_SCRUBBER.url(request.url)}"


def shown_content(request: pool.Request) -> str:
    """Return the start of a request's content, which was read, for people, without secrets."""
    return _excerpt(scrubbed_content(request))


def scrubbed_content(request: pool.Request) -> bytes:
    """Return a request's content, which was read, without secrets."""
    return _SCRUBBER.body(request.content, request.headers)


def _excerpt(content: bytes) -> str:
    more = "..." if len(content) > _SHOWN_BYTES else ""
    return f"{content[:_SHOWN_BYTES]!r}{more}"


def unmatched(
    asked: str, content: bytes, what: str, candidates: Iterable[tuple[str, list[str]]]
) -> UnmatchedRequest:
    """Make the error for a request that nothing is known for.

    Args:
        asked: the request, as text without secrets.
        content: its content, without secrets.
        what: is known, such as "route".
        candidates: each as text, and what is different about it.
    """
    lines = [f"no {what} for {asked}"]
    if content:
        lines.append(f"  with the content {_excerpt(content)}")
    known = list(candidates)
    if not known:
        lines.append(f"there is no {what} at all")
    else:
        nearest = min(known, key=lambda each: len(each[1]))
        lines.append(f"the nearest {what} is {nearest[0]}")
        lines += [f"  but {why}" for why in nearest[1]]
        others = [text for text, _ in known if text != nearest[0]]
        lines += [f"other: {text}" for text in others[:_MOST_SHOWN]]
        if len(others) > _MOST_SHOWN:
            lines.append(f"and {len(others) - _MOST_SHOWN} more")
    return UnmatchedRequest("\n".join(lines))


_MOST_SHOWN = 20
