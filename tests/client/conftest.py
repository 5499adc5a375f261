"""What the tests of the client share: an adapter that answers from a list, and clients over it."""

import pytest

from httpcore_client import Adapter, ConnectionPool, Headers, Response, ScriptedBackend, SyncClient
from httpcore_pool import ByteSource, run_sync
from testkit.worlds import WORLDS


class Source(ByteSource):
    """A body in pieces. Left open it warns when it is dropped, and so fails the test.

    A piece that is an exception is raised.
    """

    def __init__(self, *pieces):
        self.pieces = [piece for piece in pieces if piece != b""]
        self.reads = 0

    async def read_chunk(self):
        self.reads += 1
        if not self.pieces:
            self.closed = True
            return b""
        piece = self.pieces.pop(0)
        if isinstance(piece, BaseException):
            self.closed = self.cut = True
            raise piece
        return piece

    async def close(self):
        self.cut = self.cut or not self.closed
        self.closed = True


class Fake(Adapter):
    """Stands where the pool would be and answers from a list, then with 200.

    An answer is (status, fields, body), the latter two optional; an exception; or a function of the
    request that returns one.

    Attributes:
        requests: what came, in order.
        bodies: their bodies, read as a connection would.
        sources: the bodies of the responses.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.bodies = []
        self.sources = []
        self.closed = 0

    async def send(self, request):
        answer = self.answers.pop(0) if self.answers else (200,)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        content = b""
        if request.body is not None:
            reader = request.body.open()
            while piece := await reader.read_chunk():
                content += piece
        self.requests.append(request)
        self.bodies.append(content)
        status, fields, body = (*answer, *((), b"")[len(answer) - 1 :])
        source = body if isinstance(body, Source) else Source(body)
        self.sources.append(source)
        return Response(status, Headers(fields), source, request=request)

    async def close(self):
        self.closed += 1


@pytest.fixture
def fake():
    return Fake


@pytest.fixture
def source():
    return Source


@pytest.fixture
def exchange():
    """Send a request through an adapter, read the response and return it."""

    def exchange(adapter, request):
        async def inside():
            response = await adapter.send(request)
            await response.read()
            return response

        return run_sync(inside())

    return exchange


@pytest.fixture
def client_over(monkeypatch):
    """A whole client, in threads, whose stack ends at the given adapter instead of a pool."""
    clients = []

    def client_over(bottom, *, environ=None, **options):
        if environ is None:
            options.setdefault("trust_env", False)
        else:
            monkeypatch.setattr("httpcore_client._client.os.environ", environ)
        adapters = {ConnectionPool: lambda _: bottom, **options.pop("adapters", {})}
        client = SyncClient(backend=ScriptedBackend(), adapters=adapters, **options)
        clients.append(client)
        return client

    yield client_over
    for client in clients:
        client.close()


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def run(world):
    """Run a scenario: `async def scenario(client)` in each world, with a client of its own."""
    return world.run_client


@pytest.fixture
def client():
    """A client for threads that reaches nobody."""
    with SyncClient(backend=ScriptedBackend(), trust_env=False) as client:
        yield client
