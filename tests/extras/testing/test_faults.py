"""`FaultAdapter`: what goes wrong on purpose."""

import re

import pytest

from httpcore_client import (
    ConnectError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    SyncClient,
    Timeout,
    TotalTimeout,
)
from httpcore_client.testing import FaultAdapter, ManualClock, MockAdapter

URL = "http://a.example/"


@pytest.fixture
def mock():
    mock = MockAdapter()
    mock.route().respond(text="0123456789", trailers={"X-End": "1"})
    return mock


@pytest.fixture
def clock(mock):
    return mock.clock


@pytest.fixture
def faults(clock):
    return FaultAdapter(clock=clock)


@pytest.fixture
def run(run_client, faults, mock):
    return lambda scenario: run_client(scenario, adapters=[faults, mock])


def test_without_a_fault_all_goes_well(run):
    async def scenario(client):
        assert "0123456789" == (await client.get(URL)).text

    run(scenario)


def test_the_nth_request_meets_an_error(run, faults, mock):
    faults.add(nth=[2, 4], error=ReadError)
    faults.add(nth=3, error=ConnectError("nobody there"))

    async def scenario(client):
        met = []
        for _ in range(5):
            try:
                met.append((await client.get(URL)).status_code)
            except (ConnectError, ReadError) as error:
                met.append((type(error).__name__, error.url))
        assert [200, ("ReadError", URL), ("ConnectError", URL), ("ReadError", URL), 200] == met

    run(scenario)
    assert 2 == len(mock.calls)
    assert "GET http://a.example/: error=ReadError" == faults.injected[0]
    assert "<FaultAdapter: 2 faults, 3 injected>" == repr(faults)


def test_content_is_read_before_an_error_that_comes_behind_it(run, faults):
    faults.add(url="/late", error=ReadError)
    faults.add(url="/early", error=ConnectError)
    read = []

    def content():
        read.append(True)
        yield b"x"

    async def scenario(client):
        with pytest.raises(ConnectError):
            await client.post(URL + "early", content=content())
        assert [] == read
        with pytest.raises(ReadError):
            await client.post(URL + "late", content=content())
        assert [True] == read

    run(scenario)


def test_chance_is_the_same_with_the_same_seed(clock):
    def met(seed):
        mock, faults = MockAdapter(clock), FaultAdapter(seed)
        mock.get()
        faults.add(probability=0.3, status_code=503)
        with SyncClient(adapters=[faults, mock]) as client:
            return [client.get(URL).status_code for _ in range(100)]

    assert met(1) == met(1) != met(2)
    assert 15 < met(1).count(503) < 45


def test_faults_are_for_methods_and_urls(run, faults):
    faults.add(method="post", url="http://a.example/**", status_code=500)

    async def scenario(client):
        answers = [
            await client.get(URL),
            await client.post(URL),
            await client.post("http://b.example/"),
        ]
        assert [200, 500, 200] == [each.status_code for each in answers]

    run(scenario)


def test_an_answer_takes_the_place_of_the_servers(run, faults, mock):
    faults.add(status_code=429, headers={"Retry-After": "7"})

    async def scenario(client):
        response = await client.post(URL, content=b"x")
        assert [429, "7"] == [response.status_code, response.headers["Retry-After"]]

    run(scenario)
    assert [] == mock.calls


def test_a_delay_counts(run, faults, clock):
    faults.add(delay=4)

    async def scenario(client):
        assert 200 == (await client.get(URL)).status_code
        with pytest.raises(ReadTimeout):
            await client.get(URL, timeout=Timeout(read=3))
        with pytest.raises(TotalTimeout):
            await client.get(URL, timeout=Timeout(total=2))

    run(scenario)
    assert [4, 3, 2] == clock.sleeps


def test_a_body_breaks_off(run, faults):
    faults.add(cut_after=4)

    async def scenario(client):
        got = []
        async with client.stream("GET", URL) as response:
            with pytest.raises(RemoteProtocolError, match="without sending complete") as caught:
                async for piece in response.stream():
                    got.append(piece)
            assert [[b"0123"], URL] == [got, caught.value.url]

    run(scenario)


def test_a_body_drips(run, faults, clock):
    faults.add(drip_bytes=4, drip_seconds=2)

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            assert [b"0123", b"4567", b"89"] == [piece async for piece in response.stream()]
            assert "1" == response.trailers["X-End"]
        with pytest.raises(TotalTimeout):
            await client.get(URL, timeout=Timeout(total=5))

    run(scenario)
    assert [2, 2, 2, 2, 2, 1] == clock.sleeps


@pytest.mark.parametrize(("off", "length"), [(-4, "6"), (3, "13"), (-99, "0")])
def test_a_length_is_wrong(run, faults, off, length):
    faults.add(length_off=off)

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            assert length == response.headers["Content-Length"]
            if off < 0:
                assert b"0123456789"[: int(length)] == await response.read()
            else:
                with pytest.raises(RemoteProtocolError, match="received 10 bytes, expected 13"):
                    await response.read()

    run(scenario)


def test_a_length_that_is_not_there_is_not_wrong(mock):
    mock, faults = MockAdapter(), FaultAdapter()
    mock.get().respond(stream=[b"a"])
    faults.add(length_off=1)
    with SyncClient(adapters=[faults, mock]) as client:
        assert b"a" == client.get(URL).content


def test_several_faults_take_place_together(run, faults, clock):
    faults.add(delay=1)
    faults.add(delay=2)
    faults.add(cut_after=5)
    faults.add(drip_bytes=3)

    async def scenario(client):
        got = []
        with pytest.raises(RemoteProtocolError):
            async with client.stream("GET", URL) as response:
                async for piece in response.raw():
                    got.append(piece)
        assert [b"012", b"34"] == got

    run(scenario)
    assert [1, 2] == clock.sleeps


def test_it_is_over_the_network_as_well(run_client, origin):
    faults = FaultAdapter()
    faults.add(nth=1, cut_after=3)

    async def scenario(client):
        async with client.stream("GET", f"{origin.plain}/bytes/100000") as response:
            assert response.connection is not None
            with pytest.raises(RemoteProtocolError):
                await response.read()
        async with client.stream("GET", f"{origin.plain}/") as response:
            assert not response.connection.reused

    run_client(scenario, adapters=[faults])


def test_a_body_that_is_dropped_lets_go_of_its_connection(run_client, origin):
    faults = FaultAdapter()
    faults.add(drip_bytes=3)

    async def scenario(client):
        with pytest.warns(ResourceWarning, match="dropped"):
            await client.get(f"{origin.plain}/bytes/1000000", stream=True)
        assert 200 == (await client.get(f"{origin.plain}/")).status_code

    run_client(scenario, adapters=[faults])


def test_a_redirect_is_not_waited_for_long(run_client, clock):
    mock, faults = MockAdapter(clock), FaultAdapter(clock=clock)
    mock.get(URL).respond(302, headers={"Location": "/b"}, stream=[b"x"] * 9, piece_delay=0.4)
    mock.get("/b")
    faults.add(url=URL, drip_bytes=1)

    async def scenario(client):
        assert 1 == len((await client.get(URL)).history)

    run_client(scenario, adapters=[faults, mock])
    assert clock.elapsed == pytest.approx(1)


def test_it_stands_in_for_every_pool(world, faults, mock):
    mock, faults = MockAdapter(), FaultAdapter(clock=ManualClock())
    mock.get()
    faults.add(nth=2, error=ConnectError)

    async def inside():
        with mock.installed(), faults.installed():
            async with world.client() as client:
                assert 200 == (await client.get(URL)).status_code
                with pytest.raises(ConnectError):
                    await client.get(URL)

    world.run(inside)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "a fault is one of error=, status_code="),
        ({"erorr": ReadError}, "did you mean 'error'"),
        ({"error": "ReadError"}, "an error is an exception"),
        ({"probability": 2, "delay": 1}, "probability must be from 0 to 1, not 2"),
        ({"probability": "1", "delay": 1}, "probability must be a number, not str"),
        ({"length_off": "1"}, "length_off must be a whole number, not str"),
        ({"nth": 0, "delay": 1}, "so that it can't be 0"),
        ({"nth": "1", "delay": 1}, "so that it can't be '1'"),
        ({"delay": -1}, "delay must be at least 0, not -1"),
        ({"cut_after": 1.5}, "cut_after must be a whole number, not float"),
        ({"drip_bytes": 0}, "drip_bytes must be at least 1"),
        ({"headers": {"A": "b"}, "delay": 1}, "go with status_code="),
    ],
    ids=str,
)
def test_misuse_is_refused(options, says):
    with pytest.raises((TypeError, ValueError), match=re.escape(says)):
        FaultAdapter().add(**options)
