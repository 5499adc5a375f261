"""`WSGIAdapter`: what PEP 3333 asks of a server, and what the caller gets."""

import asyncio
import sys
import threading
import time
from wsgiref.validate import validator

import anyio
import pytest
from starlette.applications import Starlette

from httpcore_client import (
    AsyncioBackend,
    Client,
    InvalidHeader,
    LocalProtocolError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
    StreamClosed,
    SyncBackend,
    SyncClient,
    Timeout,
)
from httpcore_client.backends._app_calls import calls_back_to
from httpcore_client.testing import ASGIAdapter, WSGIAdapter
from httpcore_client.testing._limits import Limits
from httpcore_client.testing._wsgi import _Run
from httpcore_client.testing._wsgi_call import Call
from httpcore_client.testing._wsgi_environ import make_environ
from testkit.worlds import drive

URL = "http://app.example/"


@pytest.fixture
def run(run_client):
    def run(app, scenario, **given):
        return run_client(scenario, adapters=[WSGIAdapter(app, **given)])

    return run


def hello(environ, start_response):
    start_response("200 Fine", [("Content-Type", "text/plain")])
    return [b"hello"]


# The request.


def test_the_environ_is_that_of_the_specification():
    request = Request(
        "POST",
        "https://u:p@app.example/site/a%20b/%C3%BC?q=%20",
        b"x",
        [("Content-Type", "a/b"), ("X-A", "1"), ("x-a", "2"), ("X_B", "3"), ("Cookie", "c=d")],
    )
    pieces = [b"one\ntw", b"o", b""]
    environ = make_environ(request, lambda: pieces.pop(0), script_name="/site", client=("::1", 9))
    stream = environ.pop("wsgi.input")
    assert [b"one\n", b"t", b"wo", b"", b""] == [
        stream.readline(),
        stream.read(1),
        stream.read(),
        stream.read(),
        stream.read(5),
    ]
    assert environ == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/site",
        "PATH_INFO": "/a b/\u00c3\u00bc",
        "QUERY_STRING": "q=%20",
        "REQUEST_URI": "/site/a%20b/%C3%BC?q=%20",
        "RAW_URI": "/site/a%20b/%C3%BC?q=%20",
        "SERVER_NAME": "app.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "::1",
        "REMOTE_PORT": "9",
        "HTTP_HOST": "app.example",
        "HTTP_X_A": "1,2",
        "HTTP_COOKIE": "c=d",
        "CONTENT_TYPE": "a/b",
        "CONTENT_LENGTH": "1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@pytest.mark.parametrize(
    ("script_name", "path", "info"),
    [
        ("", "/a", "/a"),
        ("/a", "/a", ""),
        ("/a", "/ab", "/ab"),
        ("/a", "/a/b", "/b"),
        ("/ü", "/%C3%BC/b", "/b"),
    ],
)
def test_where_the_application_is_mounted(script_name, path, info):
    request = Request("GET", "http://h" + path)
    environ = make_environ(request, bytes, script_name=script_name, client=("::1", 9))
    assert info == environ["PATH_INFO"]
    assert script_name.encode().decode("latin-1") == environ["SCRIPT_NAME"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_it_is_a_server_by_the_validator_of_the_standard_library(run, method):
    @validator
    def app(environ, start_response):
        stream = environ["wsgi.input"]
        parts = [stream.readline(), stream.read(1), *stream]
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(parts[0])
        return parts[1:]

    async def scenario(client):
        async with client.stream(method, URL + "ü/a?b=c", content=None) as response:
            assert 200 == response.status_code
        response = await client.request(method, URL, content=b"a\nbc\nd")
        assert (b"" if method == "HEAD" else b"a\nbc\nd") == response.content

    run(app, scenario)


def test_content_is_read_when_the_application_reads_it(run):
    events = []

    def pieces():
        for piece in (b"a" * 9000, b"b"):
            events.append(f"read {piece[:1]}")
            yield piece

    def app(environ, start_response):
        events.append("called")
        write = start_response("200 OK", [])
        write(environ["wsgi.input"].read(9000)[:1])
        events.append("half")
        yield environ["wsgi.input"].read()

    async def scenario(client):
        assert b"ab" == (await client.post(URL, content=pieces())).content

    run(app, scenario)
    assert ["called", "read b'a'", "half", "read b'b'"] == events


def test_async_content_is_read_from_its_thread(run, world):
    async def pieces():
        yield b"a"
        await anyio.sleep(0)
        yield b"b"

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    async def scenario(client):
        assert b"ab" == (await client.post(URL, content=pieces())).content

    if world.name != "threads":
        run(app, scenario)


def test_what_the_content_raises_reaches_application_and_caller(run):
    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    async def scenario(client):
        with pytest.raises(LocalProtocolError, match="shorter") as caught:
            await client.post(URL, content=[b"x"], headers={"Content-Length": "2"})
        assert "POST" == caught.value.method

    run(app, scenario)


def test_it_runs_in_the_calling_thread_of_a_sync_client():
    threads = []

    def app(environ, start_response):
        threads.append(threading.get_ident())
        return hello(environ, start_response)

    with SyncClient(adapters=[WSGIAdapter(app)]) as client:
        client.get(URL)
    assert [threading.get_ident()] == threads


# The response.


def test_head_and_pieces_are_those_of_the_application(run):
    yielded = []

    def app(environ, start_response):
        start_response("299 Quite fine", [("X-A", "1"), ("X-A", "2")])
        for number in range(3):
            yielded.append(number)
            yield b"%d" % number
            yield b""

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            assert [299, "Quite fine", ["1", "2"]] == [
                response.status_code,
                response.reason_phrase,
                response.headers.get_list("X-A"),
            ]
            stream = response.stream()
            assert [b"0", [0]] == [await anext(stream), yielded]
            assert [b"1", b"2"] == [piece async for piece in stream]

    run(app, scenario)


class Result:
    def __init__(self, *pieces):
        self.pieces = iter(pieces)
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        piece = next(self.pieces)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_close_is_called_when_all_was_read(run, method):
    result = Result(b"a", b"b")

    def app(environ, start_response):
        start_response("200 OK", [])
        return result

    async def scenario(client):
        response = await client.request(method, URL)
        assert (b"ab" if method == "GET" else b"") == response.content

    run(app, scenario)
    assert 1 == result.closed


def test_close_is_called_when_the_rest_is_given_up(run):
    result = Result(b"a", b"b")

    def app(environ, start_response):
        start_response("200 OK", [])
        return result

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            await anext(response.stream())
        assert 1 == result.closed

    run(app, scenario)


class Mine(Exception):
    pass


@pytest.mark.parametrize("pieces", [(Mine(),), (b"a", Mine())], ids=["head", "body"])
def test_close_is_called_when_the_application_fails(run, pieces):
    result = Result(*pieces)

    def app(environ, start_response):
        start_response("200 OK", [])
        return result

    async def scenario(client):
        with pytest.raises(Mine):
            await client.get(URL)

    run(app, scenario)
    assert 1 == result.closed


class BadEnd(Result):
    def close(self):
        raise KeyError("at the end")


def test_what_close_raises_hides_no_error_before(run):
    def app(environ, start_response):
        start_response("200 OK", [])
        return BadEnd(Mine()) if environ["PATH_INFO"] == "/first" else BadEnd(b"a")

    async def scenario(client):
        with pytest.raises(Mine):
            await client.get(URL + "first")
        with pytest.raises(KeyError, match="at the end"):
            await client.get(URL)

    async def not_raised(client):
        assert 500 == (await client.get(URL + "first")).status_code
        assert b"a" == (await client.get(URL)).content

    run(app, scenario)
    run(app, not_raised, raise_app_exceptions=False)


def test_a_failure_is_a_500_or_a_body_that_breaks_off(run):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/first":
            raise Mine
        start_response("200 OK", [])
        return Result(b"a", Mine())

    async def scenario(client):
        assert 500 == (await client.get(URL + "first")).status_code
        with pytest.raises(RemoteProtocolError, match="failed in the middle"):
            await client.get(URL)

    run(app, scenario, raise_app_exceptions=False)


def test_other_errors_are_no_500(run):
    async def scenario(client):
        with pytest.raises(InvalidHeader):
            await client.get(URL)

    def app(environ, start_response):
        start_response("200 OK", [("a b", "c")])

    run(app, scenario)


def test_a_response_shorter_than_its_length_is_an_error(run):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "9")])
        return [b"four"]

    async def scenario(client):
        with pytest.raises(RemoteProtocolError, match="received 4 bytes, expected 9"):
            await client.get(URL)

    run(app, scenario)


# start_response and write, without I/O.


def steps(app):
    """Run an application; return status, fields and pieces."""
    call = Call(app, {})
    pieces = []
    while (piece := call.step()) is not None:
        pieces.append(piece)
    call.close()
    call.close()
    return call.status_code, dict(call.headers), pieces


def test_what_is_written_comes_before_what_is_yielded():
    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"a")
        write(b"b")
        yield b"c"
        write(b"d")

    assert (200, {}, [b"abc", b"d"]) == steps(app)


def test_a_head_may_be_replaced_until_it_was_sent():
    def app(environ, start_response):
        start_response("200 OK", [("A", "1")])
        try:
            raise Mine
        except Mine:
            start_response("500 Oops", [("B", "2")], sys.exc_info())
        return [b""]

    assert (500, {"B": "2"}, []) == steps(app)


@pytest.mark.parametrize(("info", "error"), [(True, Mine), (False, RuntimeError)])
def test_then_the_error_is_raised(info, error):
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"sent"
        try:
            raise Mine
        except Mine:
            start_response("500 Oops", [], sys.exc_info() if info else (None, None, None))

    with pytest.raises(error):
        steps(app)


@pytest.mark.parametrize(
    ("app", "error", "says"),
    [
        (lambda environ, start: [], RuntimeError, "ended without start_response"),
        (lambda environ, start: [b"x"], RuntimeError, "content before start_response"),
        (lambda environ, start: [start("200 OK", []) and "x"], TypeError, "yielded str, not bytes"),
        (lambda environ, start: start("200", []), RuntimeError, "no '200 OK', but '200'"),
        (lambda environ, start: start(b"200 OK", []), TypeError, "start_response bytes, not a str"),
        (lambda environ, start: None, TypeError, "returned NoneType, not an iterable of bytes"),
        (lambda environ, start: [start("200 OK", [])("x")], TypeError, "wrote str, not bytes"),
        (
            lambda environ, start: [start("200 OK", []), start("200 OK", [])],
            RuntimeError,
            "called twice",
        ),
    ],
    ids=["nothing", "early", "text", "status", "kind", "none", "write", "twice"],
)
def test_what_an_application_may_not_do_is_refused(app, error, says):
    with pytest.raises(error, match=says):
        steps(app)


# Time.


def test_slowness_is_a_timeout_and_close_is_called_behind(run, world):
    going, ended = threading.Event(), threading.Event()

    class Slow(Result):
        def close(self):
            ended.set()

    def app(environ, start_response):
        start_response("200 OK", [])
        going.wait(0.05 if world.name == "threads" else 10)
        return Slow(b"x")

    async def scenario(client):
        with pytest.raises(ReadTimeout):
            await client.get(URL, timeout=Timeout(read=0.02))
        going.set()

    run(app, scenario)
    assert ended.wait(10)


def test_a_timeout_of_the_application_is_its_own(run):
    def app(environ, start_response):
        raise TimeoutError("mine")

    async def scenario(client):
        with pytest.raises(TimeoutError, match="mine"):
            await client.get(URL)

    run(app, scenario)


def test_cancelling_the_caller_ends_what_the_application_waits_for(run, world):
    ended = threading.Event()
    errors = []

    async def never():
        await anyio.sleep_forever()
        yield b""

    def app(environ, start_response):
        for _ in range(2):
            try:
                environ["wsgi.input"].read()
            except OSError as error:
                errors.append(str(error))
        ended.set()
        return []

    async def scenario(client):
        with anyio.move_on_after(0.1):
            await client.post(URL, content=never())
        await anyio.to_thread.run_sync(ended.wait, 10)

    if world.name != "threads":
        run(app, scenario)
        assert ["the client has gone"] * 2 == errors


def test_cancelled_anywhere_what_was_begun_is_closed():
    """Threads hand over at points of their own, so that this walks by the callbacks of the loop."""
    events = []

    def app(environ, start_response):
        start_response("200 OK", [])
        events.append("begun")
        try:
            yield environ["wsgi.input"].read()
            yield b"b"
        finally:
            events.append("closed")

    async def cancelled(steps):
        async with Client(adapters=[WSGIAdapter(app)]) as client:
            job = asyncio.ensure_future(client.post(URL, content=[b"a", b"b"]))
            for _ in range(steps):
                await asyncio.sleep(0)
            job.cancel()
            (result,) = await asyncio.gather(job, return_exceptions=True)
            assert isinstance(result, (asyncio.CancelledError, Response)), repr(result)
            assert b"zb" == (await client.post(URL, content=b"z")).content

    for steps in range(120):
        asyncio.run(cancelled(steps))
    until = time.monotonic() + 10
    while events.count("begun") > events.count("closed") and time.monotonic() < until:
        pass  # a thread is about to
    assert events.count("begun") == events.count("closed")


def test_who_waits_for_a_loop_that_never_comes_to_it_is_told():
    errors = []

    async def never():
        raise AssertionError

    async def main():  # which lets nothing else run
        calls = calls_back_to(AsyncioBackend())

        def call():
            with pytest.raises(OSError, match="the client has gone"):
                calls.call(never)
            errors.append(True)

        thread = threading.Thread(target=call)
        thread.start()
        while calls._outcome is None:
            pass
        calls.give_up()
        thread.join(10)
        assert errors == [True]

    async def ended():
        return calls_back_to(AsyncioBackend())

    asyncio.run(main())
    with pytest.raises(OSError, match="the client has gone"):
        asyncio.run(ended()).call(never)


def test_a_step_that_has_its_turn_when_the_caller_is_gone_does_nothing():
    called = []

    def app(environ, start_response):
        called.append(environ)

    request = Request("GET", URL)
    backend = SyncBackend()
    run = _Run(request, backend, Limits(request, backend.now))
    run.call = Call(app, {})
    drive(run.end())
    assert [None, []] == [drive(run.step()), called]


def test_content_that_does_not_end_is_left_to_itself(run, world, monkeypatch):
    monkeypatch.setattr("httpcore_client.testing._wsgi._END_SECONDS", 0.01)
    ended = []

    async def content():
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.2)
            ended.append(True)
        yield b""

    def app(environ, start_response):
        environ["wsgi.input"].read()

    async def scenario(client):
        with pytest.raises(ReadTimeout):
            await client.post(URL, content=content(), timeout=Timeout(read=0.1))
        assert [] == ended
        await anyio.sleep(0.4)

    if world.name != "threads":
        run(app, scenario)
        assert [True] == ended


def test_who_reads_when_the_loop_has_ended_is_told(run, world):
    going, ended = threading.Event(), threading.Event()
    errors = []

    def app(environ, start_response):
        going.wait(10)
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            errors.append(str(error))
        ended.set()
        return []

    async def scenario(client):
        with pytest.raises(ReadTimeout):
            await client.post(URL, content=b"x", timeout=Timeout(read=0.02))

    if world.name != "threads":
        run(app, scenario)
        going.set()
        assert ended.wait(10)
        assert ["the client has gone"] == errors


def test_an_error_of_the_content_is_no_ended_loop(run):
    def content():
        yield b"a"
        raise RuntimeError("mine")

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    async def scenario(client):
        with pytest.raises(RuntimeError, match="mine"):
            await client.post(URL, content=content())

    run(app, scenario)


def test_a_response_closed_while_another_thread_reads_it():
    going = threading.Event()
    closed = []

    def app(environ, start_response):
        start_response("200 OK", [])
        try:
            yield b"a"
            going.wait(10)
            yield b"b"
        finally:
            closed.append(threading.get_ident())

    with SyncClient(adapters=[WSGIAdapter(app)]) as client:
        with client.stream("GET", URL) as response:
            stream = response.stream()
            next(stream)
            failed = []

            def read():
                try:
                    next(stream)
                except StreamClosed as error:
                    failed.append(error)

            thread = threading.Thread(target=read)
            thread.start()
            while not response._body._reading:
                pass
        going.set()
        thread.join(10)
    assert [1, [thread.ident]] == [len(failed), closed]


def test_misuse_is_refused():
    with pytest.raises(TypeError, match="must be a WSGI application, not str"):
        WSGIAdapter("app")
    with pytest.raises(TypeError, match="app is an ASGI application: give it to ASGIAdapter"):
        WSGIAdapter(Starlette())
    assert "<WSGIAdapter: hello>" == repr(WSGIAdapter(hello))


@pytest.mark.parametrize(
    ("adapter", "mount"), [(WSGIAdapter, "script_name"), (ASGIAdapter, "root_path")]
)
def test_where_it_is_and_who_calls_it_are_checked(adapter, mount):
    with pytest.raises(TypeError, match=f"{mount} must be a str, not bytes"):
        adapter(hello, **{mount: b"/x"})
    with pytest.raises(ValueError, match=f"{mount} must begin with a slash, as in '/x', not 'x'"):
        adapter(hello, **{mount: "x"})
    with pytest.raises(TypeError, match="client must be a host and a port"):
        adapter(hello, client="127.0.0.1")
