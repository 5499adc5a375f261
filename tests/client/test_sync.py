"""`SyncClient`: no event loop inside, so it works wherever a thread does."""

import asyncio
import threading

import pytest

from httpcore_client import (
    Adapter,
    BodyNotReplayable,
    PoolLimits,
    Request,
    Response,
    ScriptedBackend,
    SyncClient,
    SyncResponse,
)

URL_TEXT = "http://example.org/"


def test_it_works_inside_a_running_loop(origin):
    async def inside():
        with SyncClient() as client, client.stream("GET", origin.plain + "/bytes/10") as answer:
            return len(b"".join(answer.stream()))

    assert 10 == asyncio.run(inside())


def test_one_client_serves_sixteen_threads(origin):
    limits = PoolLimits(max_connections=4)
    results = {}
    with SyncClient(pool_limits=limits, cookies={"shared": "1"}) as client:

        def work(number):
            got = []
            for turn in range(5):
                answer = client.get(f"{origin.plain}/echo", params={"n": number, "turn": turn})
                got.append(answer.json()["target"])
            results[number] = got

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        opened = client.connections_opened
    expected = {n: [f"/echo?n={n}&turn={turn}" for turn in range(5)] for n in range(16)}
    assert expected == results
    assert 4 >= opened


def test_responses_and_history_are_those_for_threads(origin):
    with SyncClient() as client:
        answer = client.get(origin.plain + "/redirect/1")
    assert isinstance(answer, SyncResponse)
    assert [SyncResponse] == [type(earlier) for earlier in answer.history]


def test_a_redirect_can_be_followed_by_hand(origin):
    with SyncClient() as client:
        first = client.get(origin.plain + "/redirect/1", allow_redirects=False)
        second = first.next()
        assert isinstance(second, SyncResponse)
        assert b"{" == second.read()[:1]


class Awaiting(Adapter):
    """An adapter that needs an event loop."""

    def __init__(self):
        self.cleaned = False

    async def send(self, request):
        try:
            await asyncio.sleep(0)
        finally:
            self.cleaned = True

    async def close(self):
        pass


def test_an_adapter_that_awaits_is_named_and_stopped(client_over):
    bottom = Awaiting()
    with pytest.raises(RuntimeError) as caught:
        client_over(bottom).get(URL_TEXT)
    assert (
        "Client._send waited for an event loop, but runs in a thread-synchronous client: "
        "give it a body, auth, hook or adapter that does not await"
    ) == str(caught.value)
    assert bottom.cleaned is True


def test_a_stream_block_over_an_adapter_that_awaits_is_named(client_over):
    with (
        pytest.raises(RuntimeError, match=r"ResponseContext\.__aenter__ waited for an event loop"),
        client_over(Awaiting()).stream("GET", URL_TEXT),
    ):
        pass


def test_a_body_that_awaits_is_refused_by_every_verb():
    async def parts():
        yield b"part"

    with SyncClient(backend=ScriptedBackend()) as client:
        for make in (client.post, lambda url, **o: client.stream("PUT", url, **o)):
            with pytest.raises(TypeError) as caught:
                make(URL_TEXT, content=parts())
            assert "content has to be awaited, which needs an async client" == str(caught.value)


def test_a_request_of_the_callers_own_whose_body_awaits_is_refused():
    async def parts():
        yield b"part"

    request = Request("POST", URL_TEXT, parts())
    with (
        SyncClient(backend=ScriptedBackend()) as client,
        pytest.raises(TypeError, match="content has to be awaited"),
    ):
        client.send(client.prepare_request(request))


def test_a_one_shot_body_is_not_replayed(client_over, fake):
    client = client_over(fake((307, [("Location", "/x")])))
    with pytest.raises(BodyNotReplayable):
        client.post(URL_TEXT, content=iter([b"once"]))


def test_a_body_that_fails_and_stays_open_is_closed(client_over, fake, source):
    class Sticky(source):
        async def read_chunk(self):
            raise KeyboardInterrupt

    bottom = fake((200, (), Sticky()))
    with pytest.raises(KeyboardInterrupt):
        client_over(bottom).get(URL_TEXT)
    assert [True] == [body.closed for body in bottom.sources]


def test_it_takes_an_adapter_that_answers_by_itself(client_over):
    class Canned(Adapter):
        async def send(self, request):
            return Response(200, None, b"canned", request=request)

        async def close(self):
            pass

    assert "canned" == client_over(Canned()).get(URL_TEXT).text
