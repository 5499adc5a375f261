"""A server that answers when a test lets it, and an adapter that says which process asks."""

from __future__ import annotations

import os
import re
import threading

from httpcore_client.adapters import AddedAdapter
from testkit.peer import Peer, response


class Site:
    """Answers each request with its method, path and content; `/bad...` by hanging up.

    Attributes:
        held: paths that are not answered while they are in it.
        asked: the paths that were asked for.
        most: how many requests were under way at once.
        on_asked: called with each path, and what the request says of its process: a number, or None.
    """

    def __init__(self):
        self.changed = threading.Condition()
        self.held = set()
        self.asked = []
        self.most = 0
        self.on_asked = lambda path, process: None
        self._under_way = 0
        self._peer = Peer(self._serve)

    def __enter__(self):
        self._peer.__enter__()
        self.url = self._peer.url
        return self

    def __exit__(self, *exc_info):
        self.release(*self.held)
        self._peer.__exit__(*exc_info)

    @property
    def accepted(self):
        """How many connections came."""
        return self._peer.accepted

    def urls(self, *paths):
        return [f"{self.url}/{path}" for path in paths]

    def release(self, *paths):
        with self.changed:
            self.held.difference_update(paths)
            self.changed.notify_all()

    def release_when(self, condition, *paths):
        """Release paths as soon as something is true, at the latest after some time; return at once.

        What has not come true by then the test finds out by itself.
        """

        def wait():
            with self.changed:
                self.changed.wait_for(condition, 10)
            self.release(*paths)

        threading.Thread(target=wait).start()

    def forget(self):
        """Keep nothing of what was asked."""
        self.asked.clear()
        self._peer.requests.clear()

    def _serve(self, connection):
        while data := self._peer.read_request(connection):
            method, target = data.decode().split(" ", 2)[:2]
            path = target.removeprefix("/")
            with self.changed:
                self.asked.append(path)
                self._under_way += 1
                self.most = max(self.most, self._under_way)
                self.changed.notify_all()
            found = re.search(r"\r\nx-process: (\d+)", data.decode(), re.IGNORECASE)
            self.on_asked(path, found and int(found[1]))
            with self.changed:
                self.changed.wait_for(lambda path=path: path not in self.held, 10)
                self._under_way -= 1
            if path.startswith("bad"):
                return
            content = data.partition(b"\r\n\r\n")[2]
            connection.sendall(response(b" ".join([method.encode(), path.encode(), content])))


class NamedProcess(AddedAdapter):
    """Adds a field with the number of the process."""

    async def send(self, request):
        headers = request.headers.copy()
        headers.set("X-Process", str(os.getpid()))
        return await self._inner.send(request.copy_with(headers=headers))
