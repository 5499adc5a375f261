"""A server that knows how many ask it at once, and an adapter that knows when requests go."""

import threading

import pytest

from httpcore_client.adapters import AddedAdapter
from testkit.peer import Peer, response


class Crowded(Peer):
    """Answers nobody before so many have asked at once.

    Attributes:
        most: how many have asked at once.
    """

    def __init__(self, expected):
        super().__init__(self._serve_all)
        self._expected = expected
        self._changed = threading.Condition()
        self._inside = self.most = 0

    def _serve_all(self, connection):
        while self.read_request(connection):
            with self._changed:
                self._inside += 1
                self.most = max(self.most, self._inside)
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.most >= self._expected, 5)
                self._inside -= 1
            connection.sendall(response())


class Noting(AddedAdapter):
    """Notes when each request goes on."""

    def __init__(self):
        self.times = []

    async def send(self, request):
        self.times.append((self.backend.now(), request.url.path))
        return await self._inner.send(request)


@pytest.fixture
def noting():
    return Noting()


@pytest.fixture
def crowded():
    return Crowded
