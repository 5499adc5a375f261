"""An exchange over HTTP/1.1 that is watched; see `_traced`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._http11_exchange import Exchange
from ._traced import CountedBody, Steps

if TYPE_CHECKING:
    from .._body import RequestBody
    from .._config import Budget
    from .._request import Request
    from .._response import Response
    from .._trace import Informational
    from ._http11 import HTTP11Connection
    from ._http11_head import ResponseHead
    from ._http11_writer import RequestHead

__all__ = ["TracedExchange"]


class TracedExchange(Exchange):
    """Tells of each step of an exchange."""

    def __init__(self, connection: HTTP11Connection, request: Request, budget: Budget) -> None:
        super().__init__(connection, request, budget)
        self._steps = Steps(request, connection.now)

    async def run(self, target: str, fields: list[tuple[bytes, bytes]]) -> Response:
        try:
            return await super().run(target, fields)
        except BaseException as error:
            self._steps.failed(error)
            raise

    async def _send(self, head: RequestHead, body: RequestBody | None) -> ResponseHead | None:
        self._steps.start("send")
        body = CountedBody.of(body)
        answer = await super()._send(head, body)
        self._steps.sent(body, whole=answer is None)
        return answer

    def head_sent(self) -> None:
        self._steps.head_sent()

    def _tell(self, informational: Informational) -> None:
        self._steps.tell("response.informational", status_code=informational.status_code)
        super()._tell(informational)

    async def _respond(self, head: ResponseHead) -> Response:
        self._steps.answered(head.status_code, head.protocol)
        response = await super()._respond(head)
        self._steps.watch(response)
        return response
