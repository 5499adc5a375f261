"""No more requests are on their way at once than a limit allows, and no slot is lost."""

import asyncio
import gc
import pickle
import threading
from functools import partial

import pytest

import httpcore_client as httpcore
from httpcore_client import PoolLimits, SyncBackend, Timeout
from httpcore_client.limits import ConcurrencyLimitAdapter, ConcurrencyLimiter, LimitExceeded
from httpcore_client.limits import _concurrency as module
from httpcore_pool import ByteSource
from testkit.awaits import BACKENDS, WalkBackend, walk_through
from testkit.faults import nothing_left
from testkit.interrupts import interrupt
from testkit.jobs import chunked, left_early, redirected
from testkit.peer import Peer, response
from testkit.tiny import LARGE_OCTETS, Tiny
from testkit.worlds import WORLDS, AsyncioWorld, drive

MANY = PoolLimits(max_connections=50)
BOUND = Timeout(total=20.0)  # whoever is forgotten in line is an error


@pytest.fixture(scope="module")
def tiny():
    with Tiny() as started:
        yield started


def limited(limiter, **options):
    return [ConcurrencyLimitAdapter(limiter, **options)]


def is_free(limiter):
    limiter.reap()
    return not limiter._lanes


def test_many_at_once_take_turns(world, crowded):
    limiter = ConcurrencyLimiter(4)

    async def scenario():
        with crowded(4) as peer:
            async with world.client(
                trust_env=False, pool_limits=MANY, timeout=BOUND, adapters=limited(limiter)
            ) as client:

                async def get():
                    return (await client.get(peer.url)).status_code

                assert [200] * 50 == await world.gather(*[get] * 50)
        return peer.most

    assert 4 == world.run(scenario)
    assert is_free(limiter)


def test_clients_of_all_worlds_may_share_a_limit(crowded):
    limiter = ConcurrencyLimiter(3)
    done = []

    def run(world, url):
        async def scenario():
            adapters = limited(limiter, key=lambda request: "k")
            async with world.client(
                trust_env=False, pool_limits=MANY, timeout=BOUND, adapters=adapters
            ) as client:

                async def work():
                    for _ in range(5):
                        done.append((await client.get(url)).status_code)

                await world.gather(*[work] * 5)

        world.run(scenario)

    with crowded(3) as peer:
        threads = [threading.Thread(target=run, args=[world, peer.url]) for world in WORLDS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert [200] * 75 == done
    assert 3 == peer.most
    assert is_free(limiter)


async def read_to_the_end(answer):
    assert LARGE_OCTETS == len(await answer.read())


async def stream_to_the_end(answer):
    assert LARGE_OCTETS == sum([len(piece) async for piece in answer.stream()])


async def stream_some(answer):
    await anext(answer.stream())
    await answer.close()


async def close(answer):
    await answer.close()
    await answer.close()


@pytest.mark.parametrize(
    "end", [read_to_the_end, stream_to_the_end, stream_some, close], ids=lambda end: end.__name__
)
def test_a_slot_is_held_until_the_body_has_ended(run_client, tiny, end):
    async def scenario(client):
        answer = await client.get(tiny.url + "/large/7", stream=True)
        with pytest.raises(LimitExceeded) as caught:
            await client.get(tiny.url + "/id/7")
        assert f"the only slot of {tiny.url} stayed taken, and it may wait for 0.01 s" in str(
            caught.value
        )
        await end(answer)
        assert b"7" == (await client.get(tiny.url + "/id/7")).content

    run_client(scenario, adapters=limited(1, max_wait=0.01))


async def until_somebody_waits(world, limiter):
    backend = BACKENDS[world.name]()
    while not any(lane.line for lane in list(limiter._lanes.values())):
        await backend.event().wait(0.001)


def test_who_waits_gets_the_slot_when_the_body_has_ended(world, tiny):
    limiter = ConcurrencyLimiter(1)

    async def scenario():
        async with world.client(trust_env=False, adapters=limited(limiter)) as client:
            answer = await client.get(tiny.url + "/large/7", stream=True)

            async def get():
                return (await client.get(tiny.url + "/id/8")).content

            async def read():
                await until_somebody_waits(world, limiter)
                return len(await answer.read())

            return await world.gather(get, read)

    assert [b"8", LARGE_OCTETS] == world.run(scenario)
    assert is_free(limiter)


@pytest.mark.parametrize("path", ["/cut/7", "/reset/7"])
def test_a_body_that_breaks_gives_its_slot_back(run_client, tiny, path):
    async def scenario(client):
        with pytest.raises(httpcore.TransportError):
            await client.get(tiny.url + path)
        assert b"7" == (await client.get(tiny.url + "/id/7")).content

    run_client(scenario, adapters=limited(1, max_wait=0.0))


def test_a_request_that_fails_gives_its_slot_back(run_client, tiny):
    async def scenario(client):
        for _ in range(2):
            with pytest.raises(httpcore.ConnectError):
                await client.get("http://127.0.0.1:9/")

    run_client(scenario, adapters=limited(1, max_wait=0.0))


def test_a_response_that_is_dropped_gives_its_slot_back(run_client, tiny):
    async def scenario(client):
        answer = await client.get(tiny.url + "/large/7", stream=True)
        with pytest.warns(ResourceWarning, match="dropped without being read") as warned:
            del answer
            gc.collect()
        assert 1 == len(warned)
        assert b"7" == (await client.get(tiny.url + "/id/7")).content

    run_client(scenario, adapters=limited(1, max_wait=0.0))


def test_who_waits_looks_for_responses_that_were_dropped(world, tiny, monkeypatch):
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.01)
    limiter = ConcurrencyLimiter(1)
    held = limiter.enter("k", SyncBackend().event)

    async def scenario():
        adapters = limited(limiter, key=lambda request: "k", max_wait=5.0)
        async with world.client(trust_env=False, adapters=adapters) as client:

            async def get():
                return (await client.get(tiny.url + "/id/7")).content

            async def drop():
                await until_somebody_waits(world, limiter)
                held.abandon()

            return await world.gather(get, drop)

    assert [b"7", None] == world.run(scenario)
    assert is_free(limiter)


class Noting(ByteSource):
    """A body that breaks off at once, and notes what it is asked for."""

    def __init__(self):
        self.asked = []

    async def read_chunk(self):
        self.closed = self.cut = True
        return b""

    def hurry(self, seconds):
        self.asked.append(f"hurry {seconds}")

    async def close(self):
        self.closed = True
        self.asked.append("close")

    async def abort(self):
        self.closed = True
        self.asked.append("abort")


class Bottom(httpcore.Adapter):
    async def send(self, request):
        self.source = Noting()
        return httpcore.Response(200, source=self.source, request=request)

    async def close(self):
        pass


@pytest.mark.parametrize("how", ["close", "abort", "read_chunk"])
def test_what_is_asked_of_a_body_is_asked_of_what_it_stands_for(how):
    bottom, limiter = Bottom(), ConcurrencyLimiter(1)
    adapter = ConcurrencyLimitAdapter(limiter).over(bottom, SyncBackend())
    body = drive(adapter.send(httpcore.Request("GET", "http://a.test/")))._body.source
    body.hurry(2.0)
    assert not is_free(limiter)
    drive(getattr(body, how)())
    assert (True, True) == (body.closed, body.cut)
    assert is_free(limiter)
    asked = [] if how == "read_chunk" else [how]
    assert ["hurry 2.0", *asked] == bottom.source.asked


def test_trailers_pass(run_client):
    async def scenario(client):
        with Peer() as peer:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            peer.handlers = [peer.holding(head + b"1\r\nx\r\n0\r\nDigest: y\r\n\r\n")]
            assert "y" == (await client.get(peer.url)).trailers["Digest"]
            await client.close()

    run_client(scenario, adapters=limited(1))


def test_a_switched_connection_holds_its_slot_until_it_is_closed(run_client):
    async def scenario(client):
        with Peer() as peer:
            head = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
            peer.handlers = [peer.holding(head), peer.holding(response())]
            headers = {"Connection": "upgrade", "Upgrade": "x"}
            answer = await client.get(peer.url, headers=headers)
            with pytest.raises(LimitExceeded):
                await client.get(peer.url)
            await answer.network_stream.close()
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=limited(1, max_wait=0.01))


def test_nobody_waits_past_the_deadline(run_client, tiny):
    async def scenario(client):
        answer = await client.get(tiny.url + "/large/7", stream=True)
        with pytest.raises(LimitExceeded, match=r"it may wait for 0\.\d\d s at most"):
            await client.get(tiny.url + "/id/7", timeout=Timeout(total=0.05))
        await answer.close()

    run_client(scenario, adapters=limited(1))


def test_a_key_that_may_be_a_secret_is_not_shown(run_client, tiny):
    async def scenario(client):
        headers = {"Authorization": "Bearer s3cret"}
        answers = [
            await client.get(tiny.url + "/large/7", headers=headers, stream=True) for _ in range(2)
        ]
        with pytest.raises(LimitExceeded, match="all 2 slots of its key stayed taken") as caught:
            await client.get(tiny.url + "/id/7", headers=headers)
        assert "s3cret" not in repr(caught.value) + str(caught.value)
        for answer in answers:
            await answer.close()

    adapters = limited(2, max_wait=0.01, key=lambda request: request.headers["Authorization"])
    run_client(scenario, adapters=adapters)


def test_small_answers_give_their_slot_back_at_once(run_client, tiny):
    async def scenario(client):
        answers = [await client.get(tiny.url + "/id/7", stream=True) for _ in range(3)]
        assert [b"7"] * 3 == [await answer.read() for answer in answers]

    run_client(scenario, adapters=limited(1, max_wait=0.0))


@pytest.mark.parametrize("job", [chunked, left_early, redirected], ids=lambda job: job.__name__)
def test_an_interruption_at_any_await_loses_no_slot(world, job):
    async def run(walk, first):
        limiter = ConcurrencyLimiter(1)
        backend = WalkBackend(world.name, walk)
        async with world.client(
            backend=backend, trust_env=False, adapters=limited(limiter)
        ) as client:
            await interrupt(world, walk, backend, client, "http://127.0.0.1", job, first=first)
        assert is_free(limiter)

    with nothing_left():
        for first in (True, False):
            assert walk_through(world, partial(run, first=first)) >= 5


def test_who_comes_first_is_served_first(tiny):
    served = []

    async def scenario():
        async with httpcore.Client(trust_env=False, adapters=limited(1)) as client:

            async def get(number):
                await client.get(f"{tiny.url}/id/{number}")
                served.append(number)

            await asyncio.gather(*map(get, range(20)))

    AsyncioWorld().run(scenario)
    assert [*range(20)] == served


def test_a_slot_that_is_given_to_one_who_has_given_up_goes_to_the_next():
    limiter = ConcurrencyLimiter(1)
    first, second, third, fourth = (limiter.enter("k", SyncBackend().event) for _ in range(4))
    assert first.held
    third.release()  # it leaves the line
    for slot, heir in ((first, second), (second, fourth)):
        assert not drive(heir.given.wait(0.0))
        for _ in range(2):
            slot.release()
        assert drive(heir.given.wait(0.0))
    assert fourth.held
    fourth.release()
    assert is_free(limiter)


def test_a_wait_that_ends_late_is_over(world, tiny, monkeypatch):
    """The timer of a look at what was dropped fires behind the longest wait."""
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.01)
    limiter = ConcurrencyLimiter(1)
    limiter.enter("k", SyncBackend().event)

    async def scenario():
        adapters = limited(limiter, key=lambda request: "k", max_wait=0.01 + 1e-6)
        async with world.client(trust_env=False, adapters=adapters) as client:
            with pytest.raises(LimitExceeded):
                await client.get(tiny.url + "/id/7")

    world.run(scenario)


def test_it_tells_what_it_is():
    adapter = ConcurrencyLimitAdapter(4)
    assert "<ConcurrencyLimitAdapter 4>" == repr(adapter)
    again = pickle.loads(pickle.dumps(adapter))
    assert "<ConcurrencyLimiter 4>" == repr(again.limiter)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ([0], ValueError, "ConcurrencyLimiter(limit) must be at least 1, not 0"),
        (["4"], TypeError, "ConcurrencyLimiter(limit) must be a whole number, not str"),
    ],
)
def test_what_makes_no_limit_is_refused(arguments, error, message):
    with pytest.raises(error) as caught:
        ConcurrencyLimitAdapter(*arguments)
    assert message in str(caught.value)
