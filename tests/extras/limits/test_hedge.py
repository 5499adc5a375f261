"""A late request gets a copy; the first good answer counts, and the other is given up."""

import threading

import pytest

import httpcore_client as httpcore
from httpcore_client.limits import HedgeAdapter
from httpcore_client.limits._race import Race
from httpcore_client.retry import RetryBudget
from httpcore_pool import ByteSource
from testkit.awaits import BACKENDS, WalkBackend, walk_through
from testkit.faults import assert_settled, nothing_left, stats
from testkit.interrupts import interrupt
from testkit.peer import Peer, response
from testkit.worlds import WORLDS

ASYNC = WORLDS[:2]
OK, BAD = response(), response(b"bad", "503 Service Unavailable")
SOON = 0.01


@pytest.fixture(params=ASYNC, ids=lambda world: world.name)
def world(request):
    return request.param


class Slow(Peer):
    """Reads a request and keeps it, perhaps after others; answers those on other connections by a script.

    Attributes:
        gone: set when the first connection was closed by the client.
    """

    def __init__(self, *answers, first=b"", teaching=0):
        super().__init__(self._first, self._second)
        self._teaching = teaching
        self._answers = answers
        self._answer = first
        self.gone = threading.Event()
        self.asked = threading.Event()

    def _first(self, connection):
        for _ in range(self._teaching):
            self.read_request(connection)
            connection.sendall(OK)
        self.read_request(connection)
        if self._answer:
            self.asked.wait(5)
            connection.sendall(self._answer)
        while connection.recv(65536):
            pass
        self.gone.set()

    def _second(self, connection):
        for answer in self._answers:
            self.read_request(connection)
            self.asked.set()
            if answer is None:
                return
            connection.sendall(answer)
        while connection.recv(65536):
            pass


def test_the_copy_answers_and_the_late_one_is_given_up(run_client):
    async def scenario(client):
        with Slow(response(b"copy")) as peer:
            assert b"copy" == (await client.get(peer.url)).content
            assert peer.gone.wait(5)
            assert_settled(await stats(client))
            assert 1 == (await stats(client)).open
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON)])


def test_the_first_answers_although_a_copy_was_sent(run_client):
    async def scenario(client):
        with Slow(BAD, first=response(b"first")) as peer:
            assert b"first" == (await client.get(peer.url)).content
            assert_settled(await stats(client))
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON)])


def test_an_answer_in_time_is_not_copied(run_client):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(OK, BAD)]
            assert 200 == (await client.get(peer.url)).status_code
            assert 503 == (await client.get(peer.url)).status_code
            assert (2, 1) == (len(peer.requests), peer.accepted)
            await client.close()

    budget = RetryBudget(2, 0.25)
    assert budget.take()
    run_client(scenario, adapters=[HedgeAdapter(5.0, budget=budget)])
    assert 1.25 == budget.tokens  # bad answers bring none


def test_an_error_in_time_is_not_copied(run_client):
    async def scenario(client):
        with pytest.raises(httpcore.ConnectError):
            await client.get("http://127.0.0.1:9/")

    run_client(scenario, adapters=[HedgeAdapter(5.0)])


def test_of_two_bad_answers_the_first_counts(run_client):
    async def scenario(client):
        last = response(b"last", "500 Internal Server Error")
        with Slow(BAD, first=last) as peer:
            assert (await client.get(peer.url)).content in (b"bad", b"last")
            assert_settled(await stats(client))
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON)])


def test_an_answer_counts_before_an_error(run_client):
    async def scenario(client):
        with Slow(None, first=BAD) as peer:
            assert 503 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON)])


class Failing(httpcore.Adapter):
    """Fails for a request and for its copy, once both were sent."""

    def __init__(self, backend, first):
        self._first = first
        self._sent = []
        self._copied, self._failed = backend.event(), backend.event()

    async def send(self, request):
        name = "copy" if self._sent else "request"
        self._sent.append(name)
        if name == "copy":
            self._copied.set()
        await self._copied.wait()
        if name != self._first:
            await self._failed.wait()
        self._failed.set()
        raise httpcore.ReadTimeout(f"of the {name}")

    async def close(self):
        pass


@pytest.mark.parametrize("first", ["request", "copy"])
def test_of_two_errors_that_of_the_request_itself_counts(world, first):
    """The copy may have met another: a limit of ours, or a circuit that the request has opened."""

    async def scenario():
        backend = BACKENDS[world.name]()
        race = Race(
            Failing(backend, first), backend, httpcore.Request("GET", "http://a.test/"), bool
        )
        with pytest.raises(httpcore.ReadTimeout, match="of the request"):
            await race.run(SOON, lambda: True)

    world.run(scenario)


def test_copies_take_from_the_budget_and_answers_bring_back(run_client):
    budget = RetryBudget(1, 0.25)

    async def scenario(client):
        with Slow(OK) as peer:
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON, budget=budget)])
    assert 0.25 == budget.tokens


def test_without_a_budget_there_are_no_copies(run_client):
    async def scenario(client):
        with Slow(OK) as peer:
            with pytest.raises(httpcore.ReadTimeout):
                await client.get(peer.url, timeout=httpcore.Timeout(read=0.04))
            assert 1 == peer.accepted

    run_client(scenario, adapters=[HedgeAdapter(SOON, budget=RetryBudget(0))])


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("POST", {"content": b"x"}),
        ("OPTIONS", {"content": iter([b"x"])}),
        ("GET", {"headers": {"Connection": "upgrade", "Upgrade": "x"}}),
    ],
    ids=["unsafe", "stream", "upgrade"],
)
def test_what_must_go_once_is_not_copied(run_client, method, options):
    async def scenario(client):
        with Slow(OK) as peer:
            with pytest.raises(httpcore.ReadTimeout):
                await client.request(
                    method, peer.url, timeout=httpcore.Timeout(read=0.04), **options
                )
            assert 1 == peer.accepted

    run_client(scenario, adapters=[HedgeAdapter(SOON)])


def test_other_methods_may_be_allowed(run_client):
    async def scenario(client):
        with Slow(OK) as peer:
            assert 200 == (await client.put(peer.url, content=b"x")).status_code
            assert 2 == peer.accepted
            await client.close()

    run_client(scenario, adapters=[HedgeAdapter(SOON, methods=["put"])])


def test_what_is_late_is_learnt_from_the_answers(run_client):
    adapter = HedgeAdapter(percentile=50)

    async def scenario(client):
        with Slow(OK, teaching=20) as peer:
            for _ in range(20):
                await client.get(peer.url)
            assert (1, 10) == (peer.accepted, adapter.budget.tokens)
            await client.get(peer.url)
            assert 2 == peer.accepted
            await client.close()

    run_client(scenario, adapters=[adapter])
    assert pytest.approx(9.1) == adapter.budget.tokens


async def get(client, url):
    return (await client.get(url + "/id/123")).content


def test_an_interruption_at_any_await_leaves_no_copy(world):
    async def run(walk):
        backend = WalkBackend(world.name, walk)
        adapters = [HedgeAdapter(1e-9, budget=RetryBudget(100, 1))]
        async with world.client(backend=backend, trust_env=False, adapters=adapters) as client:
            await interrupt(world, walk, backend, client, "http://127.0.0.1", get, first=True)

    with nothing_left():
        assert walk_through(world, run) >= 1


class Source(ByteSource):
    """A body that is never closed in peace."""

    def __init__(self, error=None):
        self._error = error

    async def read_chunk(self):
        return b""

    async def close(self):
        self.closed = True
        if self._error is not None:
            raise self._error


class Bottom(httpcore.Adapter):
    """Gives its first answer when it was asked for the last."""

    def __init__(self, backend, *answers):
        self._asked = backend.event()
        self._answers = list(answers)

    async def send(self, request):
        status, source = self._answers.pop(0)
        if self._answers:
            await self._asked.wait()
        self._asked.set()
        return httpcore.Response(status, source=source, request=request)

    async def close(self):
        pass


def test_an_interruption_while_the_other_is_closed_leaves_none_open(world):
    sources = [Source(KeyboardInterrupt()), Source()]

    async def scenario():
        backend = BACKENDS[world.name]()
        bottom = Bottom(backend, (503, sources[0]), (200, sources[1]))
        request = httpcore.Request("GET", "http://a.test/")
        race = Race(bottom, backend, request, lambda response: response.status_code == 999)
        with pytest.raises(KeyboardInterrupt):
            await race.run(SOON, lambda: True)

    world.run(scenario)
    assert [True, True] == [source.closed for source in sources]


def test_threads_have_none():
    for make in (lambda: HedgeAdapter(1.0), HedgeAdapter):
        with pytest.raises(TypeError, match="HedgeAdapter needs an async client, Client or Trio"):
            httpcore.SyncClient(adapters=[make()])


def test_it_tells_what_it_is():
    assert "<HedgeAdapter after 0.5 s>" == repr(HedgeAdapter(0.5))
    assert "<HedgeAdapter after 95 %>" == repr(HedgeAdapter())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"delay": 0}, ValueError, "delay must be more than 0"),
        ({"percentile": 100}, ValueError, "percentile must be less than 100, not 100"),
        ({"percentile": "95"}, TypeError, "percentile must be a number, not str"),
        ({"methods": "GET"}, TypeError, "methods must be a collection of method names"),
        ({"budget": 0.1}, TypeError, "budget must be a RetryBudget, not float"),
    ],
)
def test_what_makes_no_hedge_is_refused(options, error, message):
    with pytest.raises(error) as caught:
        HedgeAdapter(**options)
    assert message in str(caught.value)
