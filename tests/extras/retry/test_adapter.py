"""Requests that are sent again, over real connections, in three worlds."""

import pickle
import random

import pytest

import httpcore_client as httpcore
from httpcore_client import Options, Request, Response, SyncBackend, Timeout
from httpcore_client.adapters import EnvironmentAdapter
from httpcore_client.retry import RetryAdapter, RetryBudget, RetryPolicy
from httpcore_client.testing import ManualClock
from httpcore_pool import ByteSource, BytesSource
from testkit.faults import assert_settled, stats
from testkit.peer import Peer, response
from testkit.worlds import drive

BUSY = response(b"later", "503 Service Unavailable")
OK = response(b"hello")
NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


def retrying(clock, policy=None, **options):
    """An adapter that draws the longest waits."""
    return RetryAdapter(policy, clock=clock, random=lambda: 1.0, **options)


@pytest.fixture
def clock():
    return ManualClock(NOW)


def test_a_busy_server_is_asked_again(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, BUSY, OK)]
            assert b"hello" == (await client.get(peer.url)).content
            assert (3, 1) == (len(peer.requests), peer.accepted)
            assert_settled(await stats(client))
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])
    assert [0.5, 1.0] == [round(seconds, 3) for seconds in clock.sleeps]


def test_the_last_answer_is_the_callers(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, BUSY, BUSY, OK)]
            answer = await client.get(peer.url)
            assert (503, b"later") == (answer.status_code, answer.content)
            assert 3 == len(peer.requests)
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])


def test_a_connection_that_breaks_is_made_again(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.resetting(), peer.answering(OK)]
            assert b"hello" == (await client.put(peer.url, content=b"up")).content
            assert [True, True] == [head.startswith(b"PUT / ") for head in peer.requests]

    run_client(scenario, adapters=[retrying(clock)])
    assert pytest.approx([0.5]) == clock.sleeps


def test_the_last_error_says_how_much_was_tried(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.resetting()]
            with pytest.raises(httpcore.TransportError) as caught:
                await client.get(peer.url)
            assert 3 == peer.accepted
        note = "tried 3 times within 1.50 s; not again: that is all of RetryPolicy(attempts=3)"
        assert [note] == caught.value.__notes__
        assert [note] == pickle.loads(pickle.dumps(caught.value)).__notes__

    run_client(scenario, adapters=[retrying(clock)])


def test_what_might_happen_twice_is_not_sent_again(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.resetting()]
            with pytest.raises(httpcore.TransportError) as caught:
                await client.post(peer.url, content=b"up")
            assert not hasattr(caught.value, "__notes__")
            assert 1 == peer.accepted
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, OK)]
            assert 503 == (await client.post(peer.url, content=b"up")).status_code
            headers = {"Idempotency-Key": '"8e03978e"'}
            assert 200 == (await client.post(peer.url, content=b"up", headers=headers)).status_code
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])
    assert [] == clock.sleeps


def test_a_refused_connection_is_tried_again_for_every_method(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            url = peer.url
        with pytest.raises(httpcore.ConnectError) as caught:
            await client.post(url, content=iter([b"up"]))
        assert caught.value.__notes__[0].startswith("tried 3 times within 1.50 s")

    run_client(scenario, adapters=[retrying(clock)])


def test_a_body_that_gives_its_bytes_once_is_not_sent_again(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, OK)]
            answer = await client.put(peer.url, content=iter([b"0"]))
            assert 503 == answer.status_code
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])


def test_a_server_may_ask_for_a_wait_in_seconds_or_by_a_date(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            seconds = response(b"", "429 Too Many Requests", b"Retry-After: 7")
            date = b"Retry-After: Sun, 06 Nov 1994 08:50:00 GMT"
            peer.handlers = [
                peer.holding(seconds, response(b"", "503 Service Unavailable", date), OK)
            ]
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[retrying(clock, RetryPolicy(backoff_initial=0.0))])
    assert [7.0, 16.0] == [round(seconds, 3) for seconds in clock.sleeps]


def test_a_server_that_asks_for_too_long_gets_its_way(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            date = b"Fri, 31 Dec 9999 23:59:59 GMT"
            waits = [b"61", b"1" + b"0" * 30, b"9" * 5000, date]
            peer.handlers = [
                peer.holding(
                    *[response(b"", "503 Busy", b"Retry-After: " + wait) for wait in waits]
                )
            ]
            for _ in waits:
                assert 503 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])
    assert [] == clock.sleeps


def test_a_server_that_asks_for_nothing_sensible_is_waited_for_as_usual(run_client, clock):
    fields = [
        *(b"Retry-After: 0", b"Retry-After: -5", b"Retry-After: soon", b"Retry-After:"),
        *(b"Retry-After: 1\r\nRetry-After: 2", b"Retry-After: Tue, 06 Nov 1601 08:49:37 GMT"),
    ]

    async def scenario(client):
        with Peer() as peer:
            answers = [response(b"", "429 Too Many Requests", field) for field in fields]
            peer.handlers = [peer.holding(*answers, OK)]
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    policy = RetryPolicy(attempts=9, backoff_factor=1)
    run_client(scenario, adapters=[retrying(clock, policy)])
    assert [0.5] * 6 == [round(seconds, 3) for seconds in clock.sleeps]


def test_no_wait_goes_past_the_deadline_of_the_request(run_client):
    """By the real clock: the caller gets what is at hand, at once."""

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [
                peer.holding(response(b"", "503 Service Unavailable", b"Retry-After: 30")),
                peer.resetting(),
            ]
            timeout = Timeout(total=20.0)
            assert 503 == (await client.get(peer.url, timeout=timeout)).status_code
            await client.close()
        assert [] == adapter_waits

    adapter_waits = []
    run_client(scenario, adapters=[RetryAdapter(on_retry=adapter_waits.append)])


def test_retries_end_with_the_budget_that_clients_share(world, clock):
    adapter = retrying(clock, budget=RetryBudget(3, 0))

    async def scenario():
        tries = []
        for _ in range(3):
            with Peer() as peer:
                peer.handlers = [peer.holding(BUSY, BUSY, BUSY)]
                async with world.client(trust_env=False, adapters=[adapter]) as client:
                    assert 503 == (await client.get(peer.url)).status_code
                tries.append(len(peer.requests))
        return tries

    assert [3, 2, 1] == world.run(scenario)


def test_good_answers_fill_the_budget_again(run_client, clock):
    budget = RetryBudget(1, 0.5)

    async def scenario(client):
        with Peer() as peer:
            missing = response(b"", "404 Not Found")
            limited, broken = (response(b"", status) for status in ("429 Slow", "500 Bug"))
            peer.handlers = [peer.holding(BUSY, BUSY, limited, broken, OK, missing, BUSY, OK)]
            found = [(await client.get(peer.url)).status_code for _ in range(6)]
            assert [503, 429, 500, 200, 404, 200] == found
            await client.close()

    run_client(scenario, adapters=[retrying(clock, budget=budget)])
    assert 0.5 == budget.tokens


def test_an_error_that_the_budget_has_no_retry_for_says_so(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.resetting()]
            with pytest.raises(httpcore.TransportError) as caught:
                await client.get(peer.url)
        note = "tried once within 0.00 s; not again: the retry budget is used up"
        assert [note] == caught.value.__notes__

    run_client(scenario, adapters=[retrying(clock, budget=RetryBudget(0))])


def test_who_wants_to_know_is_told_of_each_retry(run_client, world, clock):
    retries, hooked, events = [], [], []

    async def scenario(client):
        busy = response(b"later", "503 Service Unavailable", b"Connection: close")
        with Peer() as peer:
            peer.handlers = [peer.answering(busy), peer.resetting(), peer.holding(OK)]
            answer = await client.get(
                peer.url, headers={"Authorization": "Bearer s3cret"}, trace=events.append
            )
            assert 200 == answer.status_code
            await client.close()

    run_client(
        scenario,
        adapters=[retrying(clock, on_retry=retries.append)],
        hooks={"retry": lambda request, error: hooked.append((request.method, error))},
    )
    first, second = retries
    assert [(1, 0.5), (2, 1.0)] == [(each.attempt, round(each.delay, 3)) for each in retries]
    kind = httpcore.SyncResponse if world.name == "threads" else Response
    assert (kind, 503, True) == (
        *(type(first.response), first.response.status_code, first.response.is_closed),
    )
    assert first.error.response is first.response
    assert "GET " in str(first.error)
    assert ": the server answered 503" in str(first.error)
    assert second.response is None
    assert isinstance(second.error, httpcore.TransportError)
    assert "s3cret" not in repr(retries)
    assert [("GET", first.error), ("GET", second.error)] == hooked
    told = [event.details for event in events if event.name == "request.retry"]
    assert ["HTTPStatusError", type(second.error).__name__] == [each["error"] for each in told]
    assert [1, 2] == [each["attempt"] for each in told]


def test_an_async_client_awaits_who_is_told(clock):
    from testkit.worlds import AsyncioWorld

    told = []

    async def on_retry(retry):
        told.append(retry.attempt)

    async def scenario():
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, OK)]
            adapters = [retrying(clock, on_retry=on_retry)]
            async with httpcore.Client(trust_env=False, adapters=adapters) as client:
                assert 200 == (await client.get(peer.url)).status_code

    AsyncioWorld().run(scenario)
    assert [1] == told


def test_each_hop_of_redirects_has_tries_of_its_own(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            to = response(b"", "302 Found", b"Location: /there")
            peer.handlers = [peer.holding(BUSY, BUSY, to, BUSY, BUSY, OK)]
            answer = await client.get(peer.url)
            assert (200, "/there") == (answer.status_code, answer.url.path)
            assert [302] == [each.status_code for each in answer.history]
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])


def test_each_try_has_credentials_and_cookies_of_its_own(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            challenge = (
                b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
            )
            asking = response(b"", "401 Unauthorized", challenge)
            busy = response(b"", "503 Service Unavailable", b"Set-Cookie: seen=1")
            peer.handlers = [peer.holding(asking, busy, OK)]
            answer = await client.get(peer.url, auth=httpcore.DigestAuth("user", "password"))
            assert 200 == answer.status_code
            await client.close()
        _, second, third = peer.requests
        assert b"nc=00000001" in second
        assert b"nc=00000002" in third
        assert b"Cookie: seen=1" in third

    run_client(scenario, adapters=[retrying(clock)])


def test_what_a_token_takes_is_not_tried_again_by_itself_and_by_the_request(run_client, clock):
    def tokens():
        answer = yield httpcore.AuthRequest("GET", url)
        raise AssertionError(answer)

    async def scenario(client):
        with pytest.raises(httpcore.ConnectError) as caught:
            await client.get("http://127.0.0.1:9/", auth=httpcore.TokenAuth(tokens))
        assert caught.value.__notes__[-1].startswith("tried 3 times")

    with Peer() as peer:
        url = peer.url
    run_client(scenario, adapters=[retrying(clock)])
    assert pytest.approx([0.5, 1.0]) == clock.sleeps


def test_a_token_is_asked_for_again_where_its_server_is_busy(run_client, clock):
    def tokens():
        answer = yield httpcore.AuthRequest("GET", url)
        return answer.content.decode()

    async def scenario(client):
        nonlocal url
        with Peer() as peer:
            url = peer.url + "/token"
            peer.handlers = [peer.holding(BUSY, OK, OK)]
            assert 200 == (await client.get(peer.url, auth=httpcore.TokenAuth(tokens))).status_code
            assert b"Bearer hello" in peer.requests[-1]
            await client.close()

    url = ""
    run_client(scenario, adapters=[retrying(clock)])


def test_a_streamed_response_is_tried_again_until_its_head_is_good(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(BUSY, OK)]
            async with client.stream("GET", peer.url) as answer:
                assert b"hello" == await answer.read()
            await client.close()

    run_client(scenario, adapters=[retrying(clock)])


class Slow(ByteSource):
    """A body that takes 0.2 seconds on a clock."""

    def __init__(self, clock):
        self._clock = clock

    async def read_chunk(self):
        await self.close()
        return b""

    async def close(self):
        if not self.closed:
            self.closed = True
            self._clock.advance(0.2)


class Bottom(httpcore.Adapter):
    """Answers what it is told, and notes which responses were closed."""

    def __init__(self, *answers, source=BytesSource):
        self.answers = list(answers)
        self.source = source
        self.given = []

    async def send(self, request):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.given.append(Response(answer, source=self.source(), request=request))
        return self.given[-1]

    async def close(self):
        pass


def test_the_time_of_all_tries_is_counted_from_the_first_where_it_stands_on_top(clock):
    bottom = Bottom(httpcore.ConnectError("refused"), 200)
    adapter = retrying(clock).over(bottom, SyncBackend())
    options = Options(timeout=Timeout(total=5.0))
    began = clock.now()
    response = drive(adapter.send(Request("GET", "http://a.test/", options=options)))
    riding = response.request.options
    assert (began, began + 5.0) == (riding.started, riding.deadline)
    bottom.answers = [httpcore.ConnectError("refused"), 200]
    options = Options(timeout=Timeout(total=0.5))
    with pytest.raises(httpcore.ConnectError) as caught:
        drive(adapter.send(Request("GET", "http://a.test/", options=options)))
    assert "a wait of 0.50 s would go past the request's deadline" in caught.value.__notes__[0]


def test_the_time_that_the_rest_of_a_response_takes_is_part_of_the_wait(clock):
    adapter = retrying(clock).over(Bottom(503, 200, source=lambda: Slow(clock)), SyncBackend())
    drive(drive(adapter.send(Request("GET", "http://a.test/"))).close())
    assert pytest.approx([0.3]) == clock.sleeps


def test_a_policy_of_the_callers_own_decides(clock):
    class UntilDone(RetryPolicy):
        def retries_status(self, request, status_code):
            return status_code == 202

    bottom = Bottom(202, 202, 503)
    adapter = retrying(clock, UntilDone(attempts=9)).over(bottom, SyncBackend())
    assert 503 == drive(adapter.send(Request("POST", "http://a.test/"))).status_code


def test_a_policy_that_fails_leaves_no_response_open(clock):
    class Broken(RetryPolicy):
        def retries_status(self, request, status_code):
            raise KeyboardInterrupt

    bottom = Bottom(200, source=lambda: Slow(clock))
    with pytest.raises(KeyboardInterrupt):
        drive(
            retrying(clock, Broken())
            .over(bottom, SyncBackend())
            .send(Request("GET", "http://a.test/"))
        )
    assert [True] == [response._body.source.closed for response in bottom.given]


def test_an_error_that_comes_after_retries_says_how_many_there_were(clock):
    bottom = Bottom(503, httpcore.CertificateError("expired"))
    with pytest.raises(httpcore.CertificateError) as caught:
        drive(retrying(clock).over(bottom, SyncBackend()).send(Request("GET", "http://a.test/")))
    assert ["tried 2 times within 0.50 s"] == caught.value.__notes__


def test_it_tells_what_it_is():
    adapter = RetryAdapter(RetryPolicy(attempts=4))
    assert EnvironmentAdapter is adapter.level
    assert "<RetryAdapter attempts=4 <RetryBudget 100 of 100, 0.2 an answer>>" == repr(adapter)
    assert RetryPolicy() == pickle.loads(pickle.dumps(RetryAdapter())).policy


def test_adapters_that_were_sent_to_other_processes_do_not_come_back_alike():
    """Each draws from the generator of its process, not from a copy of ours."""
    random.seed(7)
    sent = pickle.dumps(RetryAdapter())
    drawn = [pickle.loads(sent)._random() for _ in range(3)]
    random.seed(7)
    assert drawn == [random.random() for _ in range(3)]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ([4], {}, r"policy must be a RetryPolicy, such as RetryPolicy\(attempts=4\), not int"),
        ([], {"budget": 10}, "budget must be a RetryBudget, not int"),
        ([], {"on_retry": 1}, "on_retry must be callable or None, not int"),
        ([], {"random": 0.5}, "random must be callable or None, not float"),
        ([], {"attempts": 4}, r"has no argument 'attempts'; give it RetryPolicy\(attempts="),
        ([], {"tries": 4}, r"has no argument 'tries'; give it RetryPolicy\(attempts="),
    ],
)
def test_what_makes_no_adapter_is_refused(arguments, options, message):
    with pytest.raises(TypeError, match=message):
        RetryAdapter(*arguments, **options)
