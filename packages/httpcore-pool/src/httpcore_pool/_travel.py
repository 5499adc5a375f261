"""A response on its way to another process: what was read of it, without the secrets of its request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._body import BytesBody
from ._config import Options
from ._content import Body
from ._driver import run_sync
from ._streams import BytesSource

if TYPE_CHECKING:
    from ._request import Request
    from ._response_base import ResponseBase
    from ._siblings import Headers

__all__ = ["reduced"]

_PLAIN = ("_times", "cookies", "headers", "protocol", "reason_phrase", "request", "status_code")


def reduced(response: ResponseBase) -> tuple[Any, ...]:
    """Return how to make the same response elsewhere, for pickles and copies.

    Its request has neither credentials nor cookies any more, and a body only where that was in memory.

    Raises:
        TypeError: the body is open: nobody can read it elsewhere.
    """
    body = response._body
    gone = body.source.closed and (body.source.cut or body.started)
    if body.content is None and not gone and type(body.source) is BytesSource:
        run_sync(body.read(response))  # it is in memory, such as those of a history
    elif body.content is None and not gone:
        raise TypeError(
            f"{response!r} can't be pickled or copied while its body is open: read it first"
        )
    state = {name: getattr(response, name) for name in _PLAIN}
    state["request"] = _without_secrets(response.request)
    state["_history"] = response._history
    if body.content is None:
        return _restored, (type(response), state, None, body.encoding, None)
    return _restored, (
        *(type(response), state, body.content),
        *(response.encoding, body.source.trailers),  # while what they depend on is there
    )


def _restored(
    kind: type[ResponseBase],
    state: dict[str, Any],
    content: bytes | None,
    encoding: str | None,
    trailers: Headers | None,
) -> ResponseBase:
    response = object.__new__(kind)
    source = BytesSource()
    source.cut, source.trailers = content is None, trailers
    response._body = Body(source)
    response._body.content, response._body.encoding = content, encoding
    response.set_redirect((), why_not="it has travelled since")
    response._network_stream = None
    for name, value in state.items():
        setattr(response, name, value)
    return response


def _without_secrets(request: Request) -> Request:
    copy = request.with_options(Options())
    copy.headers = request.headers.without_sensitive()
    url = request.url
    if url.username or url.password:
        copy.url = url.copy_with(username="", password="")
    copy.body = request.body if isinstance(request.body, BytesBody) else None
    return copy
