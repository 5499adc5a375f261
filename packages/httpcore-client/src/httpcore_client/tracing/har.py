"""`HarRecorder`: a client's traffic as an HTTP Archive (HAR 1.2), which browsers' developer tools open.

It says when what is kept; what an entry looks like is in `_har_entry`.
"""

from __future__ import annotations

import json
import os
from collections import deque
from functools import partial
from operator import itemgetter
from typing import Any, cast

from .._siblings import pool
from .._version import __version__
from ._capture import CapturedBody, CapturedSource, Copy
from ._checks import check_whole
from ._har_entry import entry
from .events import Exchange, ExchangeObserver

__all__ = ["HarRecorder"]


class HarRecorder(ExchangeObserver):
    """Records each exchange of the clients it is added to: each hop, round of authentication, retry.

    ``Client(adapters=[har])``, and then ``har.save("traffic.har")``

    Passwords, Authorization, cookies and whatever else is a secret by its name are masked where they enter,
    in fields, URLs, forms and JSON. What else a path or a body says is kept: look before you show it.

    Args:
        secrets: whether to keep secrets as they are.
        max_body_bytes: how much of a body is kept; of a larger one its size alone.
        limit: how many exchanges are kept, the last ones. Their bodies are held in memory: at most twice
            `limit` times `max_body_bytes`, as text.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    def __init__(
        self, *, secrets: bool = False, max_body_bytes: int = 1024 * 1024, limit: int = 1000
    ) -> None:
        super().__init__()
        if not isinstance(secrets, bool):
            raise TypeError(f"secrets must be True or False, not {type(secrets).__name__}")
        check_whole("max_body_bytes", max_body_bytes)
        check_whole("limit", limit)
        self._secrets = secrets
        self._most = max_body_bytes
        # With the numbers of exchanges, and shared by all that are placed.
        self._entries: deque[tuple[int, dict[str, Any]]] = deque(maxlen=limit)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, and keep what it and its response say."""
        sent, body = request, request.body
        if body is not None and not isinstance(body, pool.BytesBody):
            sent = request.with_options(request.options)
            sent.body = CapturedBody(body, self._most)
        response = await super().send(sent)
        response.request = request
        return response

    def on_response(self, exchange: Exchange, response: pool.Response) -> None:
        """Keep the body of a response as it comes."""
        exchange.kept = copy = Copy(self._most)
        source = response._body.source
        if isinstance(source, pool.BytesSource):  # all of it came with the head
            copy.take(source._data)
        else:
            response.wrap_source(partial(CapturedSource, copy=copy))

    def on_end(self, exchange: Exchange) -> None:
        """Keep an exchange, in the place of the oldest if there is no room."""
        copy = cast("Copy | None", exchange.kept)
        found = entry(exchange, copy, most=self._most, secrets=self._secrets)
        self._entries.append((exchange.number, found))

    def to_dict(self) -> dict[str, Any]:
        """Return the archive as JSON has it: what has ended so far, the first to begin first."""
        creator = {"name": "httpcore_client", "version": __version__}
        entries = [found for _, found in sorted(self._entries, key=itemgetter(0))]
        return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the archive to a file. A new one is its owner's alone to read: bodies are private.

        Raises:
            OSError: it can't be written.
        """
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "replace"))  # some codecs give surrogates

    def clear(self) -> None:
        """Forget what was recorded so far."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<HarRecorder of {len(self)} exchanges>"
