"""`ASGIAdapter`: what an application is told and what its caller gets, message by message."""

import gc
import re
import threading
import warnings

import anyio
import pytest
from flask import Flask

import httpcore_pool as pool
from httpcore_client import (
    Headers,
    InvalidHeader,
    LocalProtocolError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    StreamClosed,
    SyncBackend,
    SyncClient,
    Timeout,
    TotalTimeout,
)
from httpcore_client.testing import ASGIAdapter
from httpcore_client.testing._asgi_messages import Said, http_scope
from testkit.worlds import ThreadWorld, drive

URL = "http://app.example/"


@pytest.fixture
def run(run_client):
    def run(app, scenario, *, lifespan="off", options=None, **given):
        adapter = ASGIAdapter(app, lifespan=lifespan, **given)
        return run_client(scenario, adapters=[adapter], **(options or {}))

    return run


def start(status=200, headers=(), **more):
    return {"type": "http.response.start", "status": status, "headers": headers, **more}


def body(data=b"", *, more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


async def hello(scope, receive, send):
    await send(start(headers=[(b"content-type", b"text/plain")]))
    await send(body(b"hello"))


# The request.


def test_the_scope_is_that_of_the_specification():
    request = Request(
        "POST",
        "https://u:p@app.example:8443/a%20b/%C3%BC%2F?q=%20",
        [b"x"],
        Headers([("X-A", "1"), ("x-a", "2")]),
    )
    scope = http_scope(request, root_path="/rööt", client=("::1", 9), state={"db": 1})
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/rööt/a b/ü/",
        "raw_path": b"/r%C3%B6%C3%B6t/a%20b/%C3%BC%2F",
        "query_string": b"q=%20",
        "root_path": "/rööt",
        "headers": [
            (b"host", b"app.example:8443"),
            (b"x-a", b"1"),
            (b"x-a", b"2"),
            (b"transfer-encoding", b"chunked"),
        ],
        "client": ("::1", 9),
        "server": ("app.example", 8443),
        "extensions": {"http.response.trailers": {}},
        "state": {"db": 1},
    }
    assert "state" not in http_scope(request, root_path="", client=("::1", 9), state=None)


def test_content_is_read_when_the_application_asks_for_it(run):
    events = []

    def pieces():
        for piece in (b"a", b"b"):
            events.append(f"read {piece}")
            yield piece

    async def app(scope, receive, send):
        await send(start())
        while True:
            events.append("asks")
            message = await receive()
            await send(body(message["body"], more=message["more_body"]))
            if not message["more_body"]:
                return

    async def scenario(client):
        assert b"ab" == (await client.post(URL, content=pieces())).content

    run(app, scenario)
    assert ["asks", "read b'a'", "asks", "read b'b'", "asks"] == events


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        (None, [(b"", False)]),
        (b"abc", [(b"abc", False)]),
        ([b"abc"], [(b"abc", True), (b"", False)]),
    ],
    ids=str,
)
def test_content_comes_in_messages(run, content, messages):
    got = []

    async def app(scope, receive, send):
        while not got or got[-1][1]:
            message = await receive()
            got.append((message["body"], message["more_body"]))
        await hello(scope, receive, send)

    async def scenario(client):
        await client.put(URL, content=content)

    run(app, scenario)
    assert messages == got


def test_what_the_content_raises_is_raised_and_the_application_hears_of_it(run):
    got = []

    def pieces():
        yield b"a"
        raise KeyError("mine")

    async def app(scope, receive, send):
        while not got or got[-1] != "http.disconnect":
            got.append((await receive())["type"])

    async def scenario(client):
        with pytest.raises(KeyError, match="mine"):
            await client.put(URL, content=pieces())

    run(app, scenario)
    assert ["http.request", "http.disconnect"] == got


# The response.


def test_pieces_reach_the_caller_as_they_are_sent(run):
    sent = []

    async def app(scope, receive, send):
        await send(start())
        for number in range(4):
            sent.append(number)
            await send(body(b"%d" % number, more=True))
        await send(body())

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            stream = response.stream()
            assert b"0" == await anext(stream)
            assert len(sent) <= 3  # one is with the caller, one waits to be, and one to be sent
            assert b"123" == b"".join([piece async for piece in stream])

    run(app, scenario)


def test_work_behind_the_response_is_done_when_it_was_read(run):
    done = []

    async def app(scope, receive, send):
        await hello(scope, receive, send)
        await anyio.sleep(0.01)
        done.append(True)

    async def scenario(client):
        await client.get(URL)
        assert done == [True]
        async with client.stream("GET", URL):
            pass
        assert done == [True, True]

    run(app, scenario)


def test_behind_a_response_there_is_nothing_more_to_receive(run):
    got = []

    async def app(scope, receive, send):
        async def listen():
            while not got or got[-1] != "http.disconnect":
                got.append((await receive())["type"])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            await anyio.sleep(0.01)
            await hello(scope, receive, send)
        got.append((await receive())["type"])

    async def scenario(client):
        assert "hello" == (await client.get(URL)).text

    run(app, scenario)
    assert ["http.request", "http.disconnect", "http.disconnect"] == got


def test_trailers_come_behind_the_body(run):
    async def app(scope, receive, send):
        await send(start(trailers=True))
        await send(body(b"x"))
        for more in (True, False):
            trailers = [(b"x-%d" % more, b"1")]
            await send(
                {"type": "http.response.trailers", "headers": trailers, "more_trailers": more}
            )

    async def scenario(client):
        response = await client.get(URL)
        assert [b"x", {"x-1": "1", "x-0": "1"}] == [response.content, dict(response.trailers)]

    run(app, scenario)


def test_a_response_to_head_has_no_body_however_long_it_is(run):
    async def endless(scope, receive, send):
        await send(start(headers=[(b"content-length", b"9")]))
        while True:
            await send(body(b"x" * 40_000, more=True))

    async def scenario(client):
        response = await client.head(URL)
        assert [b"", "9"] == [response.content, response.headers["Content-Length"]]

    run(endless, scenario)


def test_a_response_closed_early_disconnects_the_application(run):
    got = []

    async def app(scope, receive, send):
        await receive()
        await send(start())
        await send(body(b"x", more=True))
        got.append((await receive())["type"])
        got.append((await receive())["type"])
        try:
            await send(body(b"y"))
        except OSError as error:
            got.append(str(error))

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            assert b"x" == await anext(response.stream())
        assert ["http.disconnect", "http.disconnect", "the client has disconnected"] == got

    run(app, scenario)


def test_a_response_closed_while_it_is_read_is_closed(run, world):
    async def app(scope, receive, send):
        await send(start())
        await receive()
        await receive()

    async def scenario(client):
        reading = pool.SyncBackend().event()
        async with client.stream("GET", URL) as response:

            async def read():
                reading.set()
                with pytest.raises(StreamClosed):
                    await response.read()

            async def close():
                if world.name == "threads":
                    drive(reading.wait(10))
                    drive(pool.SyncBackend().event().wait(0.02))
                else:
                    await anyio.sleep(0.02)
                await response.close()

            await world.gather(read, close)

    run(app, scenario)


def test_an_application_that_is_held_back_hears_of_it_too(run):
    got = []

    async def app(scope, receive, send):
        await send(start())
        try:
            while True:
                await send(body(b"x", more=True))
        finally:
            got.append("ended")

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            await anext(response.stream())
        assert ["ended"] == got

    run(app, scenario)


def test_an_application_that_does_something_else_is_cancelled(run):
    got = []

    async def app(scope, receive, send):
        await send(start())
        try:
            await anyio.sleep_forever()
        finally:
            got.append("ended")

    async def scenario(client):
        async with client.stream("GET", URL):
            pass
        assert ["ended"] == got

    run(app, scenario)


def test_an_application_that_does_not_heed_is_cancelled(run, monkeypatch):
    monkeypatch.setattr("httpcore_client.testing._asgi_exchange._LEAVE_SECONDS", 0.01)
    got = []

    async def app(scope, receive, send):
        await send(start())
        await send(body(b"x", more=True))
        await receive()
        got.append((await receive())["type"])
        await anyio.sleep_forever()

    async def scenario(client):
        async with client.stream("GET", URL):
            pass
        assert ["http.disconnect"] == got

    run(app, scenario)


def test_an_application_that_survives_is_left_to_itself(run, monkeypatch):
    for name in ("_LEAVE_SECONDS", "_END_SECONDS"):
        monkeypatch.setattr(f"httpcore_client.testing._asgi_exchange.{name}", 0.01)
    ended = []

    async def app(scope, receive, send):
        await send(start())
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.1)
            ended.append(True)

    async def scenario(client):
        async with client.stream("GET", URL):
            pass
        assert not ended

    run(app, scenario)


def test_a_response_that_is_dropped_cancels_the_application(world, run):
    got = []

    async def app(scope, receive, send):
        await send(start())
        try:
            await anyio.sleep_forever()
        finally:
            got.append("ended")

    async def scenario(client):
        with pytest.warns(ResourceWarning, match="dropped without being read"):
            await client.get(URL, stream=True)
        if world.name != "threads":
            await anyio.sleep(0.01)

    run(app, scenario)
    assert ["ended"] == got


def test_slowness_is_a_timeout(run):
    got = []

    async def app(scope, receive, send):
        try:
            if scope["path"] == "/body":
                await send(start())
            await anyio.sleep_forever()
        finally:
            got.append("ended")

    async def scenario(client):
        for path in ("head", "body"):
            with pytest.raises(ReadTimeout, match=r"sent nothing for 0\.05 s") as caught:
                await client.get(URL + path, timeout=Timeout(read=0.05))
            assert URL + path == caught.value.url
        with pytest.raises(TotalTimeout):
            await client.get(URL, timeout=Timeout(read=None, total=0.05))

    run(app, scenario)
    assert ["ended"] * 3 == got


def test_cancelling_the_caller_ends_the_application(world, run):
    async def scenario(client):
        begun, ended = anyio.Event(), anyio.Event()
        events.extend((begun, ended))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.get, URL)
            await begun.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(10):
            await ended.wait()

    events = []

    async def app(scope, receive, send):
        begun, ended = events
        try:
            begun.set()
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0)
            ended.set()

    if world.name != "threads":  # where nothing can be cancelled
        run(app, scenario)


def test_an_interrupt_ends_the_application(monkeypatch):
    got = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            got.append("ended")

    class Interrupted:
        def __init__(self, event):
            self._event = event
            self.set = event.set

        async def wait(self, timeout=None):
            if timeout != 33:
                return await self._event.wait(timeout)
            await self._event.wait(0.05)
            raise KeyboardInterrupt

    class World(SyncBackend):
        def event(self):
            return Interrupted(super().event())

    client = SyncClient(
        adapters=[ASGIAdapter(app, lifespan="off")], backend=World(), timeout=Timeout(read=33)
    )
    with client, pytest.raises(KeyboardInterrupt):
        client.get(URL)
    assert ["ended"] == got


# What goes wrong.


class Mine(Exception):
    pass


async def fails_first(scope, receive, send):
    raise Mine


async def fails_late(scope, receive, send):
    await send(start())
    await send(body(b"x", more=True))
    raise Mine


async def fails_behind(scope, receive, send):
    await hello(scope, receive, send)
    raise Mine


@pytest.mark.parametrize("app", [fails_first, fails_late, fails_behind])
def test_what_the_application_raises_is_raised(run, app):
    async def scenario(client):
        with pytest.raises(Mine):
            await client.get(URL)

    run(app, scenario)


def test_or_it_is_a_500_or_a_body_that_breaks_off(run):
    apps = {"/first": fails_first, "/late": fails_late, "/behind": fails_behind}

    async def app(scope, receive, send):
        await apps[scope["path"]](scope, receive, send)

    async def scenario(client):
        assert 500 == (await client.get(URL + "first")).status_code
        assert b"hello" == (await client.get(URL + "behind")).content
        with pytest.raises(RemoteProtocolError, match="failed in the middle") as caught:
            await client.get(URL + "late")
        assert isinstance(caught.value.__cause__, Mine)

    run(app, scenario, raise_app_exceptions=False)


@pytest.mark.parametrize(
    ("messages", "says"),
    [([], "without a response"), ([start()], "before its response was complete")],
    ids=["nothing", "head"],
)
def test_a_response_that_is_missing_is_an_error(run, messages, says):
    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    async def scenario(client):
        with pytest.raises(RemoteProtocolError, match=says) as caught:
            await client.get(URL)
        assert "GET" == caught.value.method

    run(app, scenario)


@pytest.mark.parametrize(
    ("messages", "error", "says"),
    [
        ([body()], RuntimeError, "'http.response.body' was sent where 'http.response.start'"),
        ([start(), start()], RuntimeError, "where 'http.response.body' was expected"),
        ([start(trailers=True), body(), body()], RuntimeError, "'http.response.trailers' was exp"),
        ([start(), body(), body()], RuntimeError, "is complete, but 'http.response.body' was sent"),
        ([start(100)], RuntimeError, "no status from 200 to 999, but 100"),
        ([start(True)], RuntimeError, "no status"),
        ([start("200")], RuntimeError, "no status"),
        ([start(headers=[("a", "b")])], TypeError, "a field is a pair of bytes, not ('a', 'b')"),
        ([start(headers=[(b"a b", b"")])], InvalidHeader, "not allowed"),
        ([start(headers=[(b"content-length", b"x")])], RuntimeError, "no number, but 'x'"),
        ([start(headers=[(b"content-length", b"9" * 5000)])], RuntimeError, "no number, but '999"),
        ([start(headers={b"a": b"b"})], TypeError, "a field is a pair of bytes, not b'a'"),
        ([None], TypeError, "a message is a dict, not NoneType"),
        ([start(headers=[(b"content-length", b"1")]), body(b"ab")], RuntimeError, "longer than"),
        ([start(headers=[(b"content-length", b"3")]), body(b"ab")], RuntimeError, "shorter than"),
        ([start(), {"type": "http.response.body", "body": "x"}], TypeError, "is str, not bytes"),
    ],
    ids=[str(number) for number in range(16)],
)
def test_what_an_application_may_not_send_is_refused(messages, error, says):
    said = Said(bodiless=False)
    for message in messages[:-1]:
        said.take(message)
    with pytest.raises(error, match=re.escape(says)):
        said.take(messages[-1])


def test_a_length_without_content_is_right_where_there_is_none():
    said = Said(bodiless=True)
    assert [b"", b""] == [
        said.take(start(headers=[(b"content-length", b"9")])),
        said.take({"type": "http.response.body"}),
    ]
    assert said.complete


@pytest.mark.parametrize(
    ("args", "named", "says"),
    [
        (("app",), {}, "must be an ASGI application"),
        ((hello,), {"lifespan": "yes"}, 'must be "auto"'),
        ((Flask("app"),), {}, "give it to WSGIAdapter"),
    ],
    ids=["app", "lifespan", "wsgi"],
)
def test_misuse_is_refused(args, named, says):
    with pytest.raises((TypeError, ValueError), match=says):
        ASGIAdapter(*args, **named)


# The lifespan.


class Living:
    """An application with a lifespan, which writes down what happens to it."""

    def __init__(self, **messages):
        self.messages = {"startup": "lifespan.startup.complete", **messages}
        self.log = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.log.append(scope.get("state"))
            await hello(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            message = await receive()
            assert message["type"] == f"lifespan.{step}"
            self.log.append(step)
            scope["state"]["db"] = 1
            answer = self.messages.get(step, f"lifespan.{step}.complete")
            if isinstance(answer, Exception):
                raise answer
            await send({"type": answer, "message": "broken"})
            if answer.endswith("failed"):
                return


def test_it_starts_before_the_first_request_and_ends_with_the_client(run):
    app = Living()

    async def scenario(client):
        assert [] == app.log
        for _ in range(2):
            await client.get(URL)

    run(app, scenario, lifespan="on")
    assert ["startup", {"db": 1}, {"db": 1}, "shutdown"] == app.log


def test_it_starts_once_for_requests_at_once(run, world):
    app = Living()

    async def scenario(client):
        await world.gather(*[lambda: client.get(URL)] * 5)

    run(app, scenario, lifespan="on")
    assert ["startup", *[{"db": 1}] * 5, "shutdown"] == app.log


def test_it_lives_as_long_as_somebody_uses_it(run):
    app = Living()

    async def scenario(client):
        variant = client.replace(headers={"X": "y"})
        await variant.get(URL)
        await client.get(URL)
        await variant.close()
        assert "shutdown" not in app.log

    run(app, scenario, lifespan="auto")
    assert ["startup", {"db": 1}, {"db": 1}, "shutdown"] == app.log


def test_without_a_request_it_never_starts(run):
    app = Living()

    async def scenario(client):
        pass

    run(app, scenario, lifespan="on")
    assert [] == app.log


def test_it_is_left_out_where_that_is_asked_for(run):
    app = Living()

    async def scenario(client):
        await client.get(URL)

    run(app, scenario, lifespan="off")
    assert [None] == app.log


def test_an_application_without_a_lifespan_is_used_as_it_is(run):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        assert "state" not in scope
        await hello(scope, receive, send)

    async def scenario(client):
        assert "hello" == (await client.get(URL)).text

    run(app, scenario, lifespan="auto")


def test_unless_it_is_to_have_one(run):
    async def scenario(client):
        for _ in range(2):
            with pytest.raises(RuntimeError, match="did not start: it knows no lifespan"):
                await client.get(URL)

    async def app(scope, receive, send):
        pass

    run(app, scenario, lifespan="on")


@pytest.mark.parametrize("lifespan", ["auto", "on"])
def test_a_startup_that_fails_is_raised(run, lifespan):
    app = Living(startup="lifespan.startup.failed")

    async def scenario(client):
        with pytest.raises(RuntimeError, match="the application did not start: broken"):
            await client.get(URL)

    run(app, scenario, lifespan=lifespan)


def test_what_a_startup_raises_is_its_cause(run):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed"})
        raise Mine

    async def scenario(client):
        with pytest.raises(RuntimeError, match="did not start") as caught:
            await client.get(URL)
        assert isinstance(caught.value.__cause__, Mine)

    for lifespan in ("auto", "on"):
        run(app, scenario, lifespan=lifespan)


@pytest.mark.parametrize("answer", ["lifespan.shutdown.failed", Mine("broken")], ids=str)
def test_a_shutdown_that_fails_is_a_warning(run, answer):
    async def scenario(client):
        await client.get(URL)

    with pytest.warns(RuntimeWarning, match="the application's shutdown failed: broken"):
        run(Living(shutdown=answer), scenario, lifespan="on")


def test_an_application_that_takes_its_lifespan_for_a_request_has_none(run):
    async def scenario(client):
        assert "hello" == (await client.get(URL)).text

    run(hello, scenario, lifespan="auto")
    with pytest.raises(RuntimeError, match="where 'lifespan.startup.complete' was expected"):
        run(hello, scenario, lifespan="on")


def test_it_says_each_step_once(run):
    said = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await hello(scope, receive, send)
            return
        for kind in ("startup.complete", "startup.complete", "shutdown.complete", None):
            try:
                await send({"type": f"lifespan.{kind}"} if kind else {})
            except RuntimeError as error:
                said.append(str(error))
        await receive()
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def scenario(client):
        await client.get(URL)

    run(app, scenario, lifespan="on")
    wrong = ("lifespan.startup.complete", "lifespan.shutdown.complete", None)
    assert [repr(kind) for kind in wrong] == [text.split(" was sent")[0] for text in said]


def test_a_lifespan_that_breaks_off_is_a_warning(run):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await hello(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise Mine("in between")

    async def scenario(client):
        for _ in range(3):
            assert "hello" == (await client.get(URL)).text

    with pytest.warns(RuntimeWarning, match="the application's lifespan failed: in between"):
        run(app, scenario, lifespan="on")


def application_threads():
    return [each for each in threading.enumerate() if each.name == "httpcore application"]


def test_no_thread_is_left_where_warnings_are_errors():
    client = SyncClient(adapters=[ASGIAdapter(Living(shutdown=Mine("broken")))])
    client.get(URL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="broken"):
            client.close()
    assert [] == application_threads()


def test_an_application_that_nobody_shuts_down_is_told_of():
    client = SyncClient(adapters=[ASGIAdapter(hello)])
    client.get(URL)
    (thread,) = application_threads()
    with pytest.warns(ResourceWarning, match="was not shut down: close its client"):
        del client
        gc.collect()
    thread.join(10)
    assert [] == application_threads()


def test_in_a_loop_as_well(world):
    async def inside():
        for lifespan in ("off", "on"):
            client = world.client(adapters=[ASGIAdapter(Living(), lifespan=lifespan)])
            await client.get(URL)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                del client
                gc.collect()
            assert [lifespan == "on"] == [bool(caught)]

    if world.name != "threads":
        world.run(inside)


def test_a_thread_that_does_not_end_is_left_to_itself(monkeypatch):
    monkeypatch.setattr("httpcore_client.testing._asgi_exchange._END_SECONDS", 0.01)
    monkeypatch.setattr("httpcore_client.backends._app_asyncio._END_SECONDS", 0.01)
    going = threading.Event()

    async def app(scope, receive, send):
        await send(start())
        while not going.is_set():
            try:
                await anyio.sleep(0.01)
            except BaseException:
                pass

    adapter = ASGIAdapter(app, lifespan="off")
    with SyncClient(adapters=[adapter]) as client, client.stream("GET", URL):
        pass
    (thread,) = application_threads()
    going.set()
    thread.join(10)
    assert [] == application_threads()


def test_without_a_loop_for_its_thread_it_fails(monkeypatch):
    def refuse():
        raise OSError(24, "Too many open files")

    with SyncClient(adapters=[ASGIAdapter(hello)]) as client:
        monkeypatch.setattr("asyncio.events.new_event_loop", refuse)
        with pytest.raises(OSError, match="Too many open files"):
            client.get(URL)


def test_there_are_no_websockets(run):
    async def scenario(client):
        with pytest.raises(LocalProtocolError, match="run the application on a server"):
            await client.get(URL, headers={"Upgrade": "WebSocket"})

    run(hello, scenario)


def test_a_startup_has_no_longer_than_the_request(run):
    ended = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        except BaseException:
            ended.append(True)
            raise Mine from None

    async def scenario(client):
        for _ in range(2):
            with pytest.raises(TotalTimeout):
                await client.get(URL, timeout=Timeout(total=0.05))

    run(app, scenario, lifespan="auto")
    assert [True, True] == ended


def test_who_waits_for_a_startup_has_no_longer_either(run, world):
    async def app(scope, receive, send):
        await anyio.sleep_forever()

    async def scenario(client):
        async def one(total):
            with pytest.raises(TotalTimeout):
                await client.get(URL, timeout=Timeout(total=total))

        await world.gather(lambda: one(0.2), lambda: one(0.02))

    run(app, scenario, lifespan="auto")


def test_a_shutdown_that_hangs_is_cancelled(run, monkeypatch):
    monkeypatch.setattr("httpcore_client.testing._asgi_lifespan._SHUTDOWN_SECONDS", 0.02)
    ended = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await hello(scope, receive, send)
            return
        await send({"type": "lifespan.startup.complete"})
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def scenario(client):
        await client.get(URL)

    run(app, scenario, lifespan="on")
    assert [True] == ended


def test_a_world_of_which_nothing_is_known_is_refused():
    class Other(SyncBackend):
        name = "other"

    client = SyncClient(adapters=[ASGIAdapter(hello)], backend=Other())
    with client, pytest.raises(TypeError, match="can be run for the backend 'other'"):
        client.get(URL)


def test_no_thread_is_an_error_of_the_system(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    with SyncClient(adapters=[ASGIAdapter(hello)]) as client:
        monkeypatch.setattr("threading.Thread.start", start)
        with pytest.raises(OSError, match="can't start new thread"):
            client.get(URL)


def test_it_says_what_it_is():
    assert ["<ASGIAdapter: hello>", "<ASGIAdapter: Living>"] == [
        repr(ASGIAdapter(app)) for app in (hello, Living())
    ]


def test_one_application_serves_clients_in_several_loops():
    app = Living()
    adapter = ASGIAdapter(app)
    world = ThreadWorld()

    async def one():
        async with world.client(adapters=[adapter]) as client:
            await client.get(URL)

    for _ in range(2):
        world.run(one)
    assert ["startup", {"db": 1}, "shutdown"] * 2 == app.log
