"""A scripted origin with a cache before it, in each world, on a clock that only the test moves."""

from email.utils import formatdate

import pytest

from httpcore_client.cache import CacheAdapter
from testkit.cache_cases import CaseClock
from testkit.peer import Peer, response


class Shop:
    """An origin that gives one answer after another, on however many connections.

    Attributes:
        clock: its time, and the cache's.
        answers: what comes next, whole responses; None closes the connection.
        requests: the head of each request that came, as text.
    """

    def __init__(self):
        self.clock = CaseClock()
        self.answers = []
        self._peer = Peer(self._serve)

    def __enter__(self):
        self._peer.__enter__()
        return self

    def __exit__(self, *exc_info):
        self._peer.__exit__(*exc_info)

    def _serve(self, connection):
        while self._peer.read_request(connection):
            answer = self.answers.pop(0)
            if answer is None:
                return
            connection.sendall(answer.replace(b"{now}", self._date()))
            if self.answers[:1] == [None]:
                self.answers.pop(0)
                return

    def _date(self):
        return formatdate(self.clock.seconds, usegmt=True).encode()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._peer.port}"

    @property
    def requests(self):
        return [head.decode("latin-1") for head in self._peer.requests]

    def say(self, body=b"one", *fields, status="200 OK"):
        """Answer one more request, with the date of that moment."""
        lines = [line.encode("latin-1") for line in ("Date: {now}", *fields)]
        self.answers.append(response(body, status, *lines))

    def say_unchanged(self, *fields):
        lines = "".join(f"{field}\r\n" for field in fields)
        self.answers.append(f"HTTP/1.1 304 Not Modified\r\n{lines}\r\n".encode("latin-1"))


@pytest.fixture
def shop():
    with Shop() as started:
        yield started


@pytest.fixture
def run_cached(run_client, shop):
    """Run `async def scenario(client)` with a cache, and return the adapter."""

    def run(scenario, storage=None, **options):
        adapter = CacheAdapter(storage, clock=shop.clock, **options)
        run_client(scenario, adapters=[adapter])
        return adapter

    return run
