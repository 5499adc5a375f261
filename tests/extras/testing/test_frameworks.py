"""Applications of Starlette, FastAPI and Flask, tested without a socket."""

import hashlib
from contextlib import asynccontextmanager

import anyio
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from flask import Flask, abort, request, session, stream_with_context
from flask import redirect as flask_redirect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from starlette.routing import Mount, Route

from httpcore_client import DigestAuth, HTTPStatusError, Timeout
from httpcore_client.testing import ASGIAdapter, WSGIAdapter

URL = "https://app.example"


# Starlette.


class Log(list):
    """What happens in the application."""


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def starlette_app(log):
    @asynccontextmanager
    async def lifespan(app):
        log.append("up")
        yield {"greeting": "hello"}
        log.append("down")

    async def count(request):
        request.session["n"] = request.session.get("n", 0) + 1
        return PlainTextResponse(f"{request.state.greeting} {request.session['n']}")

    async def upper(request):
        async def pieces():
            async for piece in request.stream():
                if piece:
                    yield piece.upper()

        return StreamingResponse(pieces())

    async def ticks(request):
        async def forever():
            try:
                number = 0
                while True:
                    yield f"data: {number}\n\n"
                    number += 1
                    await anyio.sleep(0.001)
            finally:
                log.append("unsubscribed")

        return StreamingResponse(forever(), media_type="text/event-stream")

    async def upload(request):
        async with request.form() as form:
            data = await form["file"].read()
            return JSONResponse([form["file"].filename, hashlib.md5(data).hexdigest(), form["a"]])

    def in_thread(request):
        return PlainTextResponse("from a thread" * 100)

    async def fails(request):
        raise KeyError("a bug")

    async def middleware(request, call_next):
        response = await call_next(request)
        response.headers["X-Path"] = request.url.path
        return response

    return Starlette(
        routes=[
            Route("/count", count),
            Route("/away", lambda request: RedirectResponse("/count")),
            Route("/upper", upper, methods=["POST"]),
            Route("/ticks", ticks),
            Route("/upload", upload, methods=["POST"]),
            Route("/thread", in_thread),
            Route("/fails", fails),
            Route("/file", lambda request: FileResponse(__file__)),
            Mount(
                "/sub",
                routes=[Route("/{name}", lambda r: PlainTextResponse(r.path_params["name"]))],
            ),
        ],
        middleware=[
            Middleware(SessionMiddleware, secret_key="x"),
            Middleware(GZipMiddleware),
            Middleware(BaseHTTPMiddleware, dispatch=middleware),
        ],
        lifespan=lifespan,
    )


@pytest.fixture
def starlette(run_client, starlette_app):
    return lambda scenario, **given: run_client(
        scenario, adapters=[ASGIAdapter(starlette_app, **given)], base_url=URL
    )


def test_sessions_redirects_and_state(starlette, log):
    async def scenario(client):
        assert "hello 1" == (await client.get("/count")).text
        response = await client.get("/away")
        assert ["hello 2", 1, "/count"] == [
            response.text,
            len(response.history),
            response.headers["X-Path"],
        ]
        assert "a b" == (await client.get("/sub/a%20b")).text

    starlette(scenario)
    assert ["up", "down"] == log


def test_bodies_stream_both_ways(starlette):
    async def scenario(client):
        async with client.stream("POST", "/upper", content=[b"a", b"b" * 70_000]) as response:
            assert b"A" + b"B" * 70_000 == await response.read()

    starlette(scenario)


def test_events_without_end_stop_with_the_response(starlette, log):
    async def scenario(client):
        async with client.stream("GET", "/ticks") as response:
            lines = response.stream_lines()
            assert ["data: 0", "", "data: 1"] == [await anext(lines) for _ in range(3)]

    starlette(scenario)
    assert "unsubscribed" in log  # by whoever finalises the generator that Starlette has left


def test_files_compression_and_threads(starlette):
    async def scenario(client):
        files = {"file": ("a.txt", b"x" * 100_000)}
        name, digest, field = (await client.post("/upload", files=files, data={"a": "ü"})).json()
        assert ["a.txt", hashlib.md5(b"x" * 100_000).hexdigest(), "ü"] == [name, digest, field]
        response = await client.get("/thread")
        assert ["gzip", "from a thread" * 100] == [
            response.headers["Content-Encoding"],
            response.text,
        ]
        whole = await client.get("/file")
        part = await client.get(
            "/file", headers={"Range": "bytes=3-9", "Accept-Encoding": "identity"}
        )
        assert [206, whole.content[3:10]] == [part.status_code, part.content]

    starlette(scenario)


def test_what_a_handler_raises_is_raised(starlette):
    async def scenario(client):
        with pytest.raises(KeyError, match="a bug"):
            await client.get("/fails")

    starlette(scenario)


def test_or_it_is_what_users_see(starlette):
    async def scenario(client):
        with pytest.raises(HTTPStatusError, match="500 Internal Server Error"):
            (await client.get("/fails")).raise_for_status()

    starlette(scenario, raise_app_exceptions=False)


def test_many_requests_at_once(starlette, world):
    async def scenario(client):
        async def one():
            assert 200 == (await client.get("/thread")).status_code

        await world.gather(*[one] * 20)

    starlette(scenario)


def test_a_mounted_application(run_client, starlette_app):
    async def scenario(client):
        assert "/site/count" == (await client.get("/count")).headers["X-Path"]

    run_client(scenario, adapters=[ASGIAdapter(starlette_app, root_path="/site")], base_url=URL)


# FastAPI.


@pytest.fixture
def fastapi_app(log):
    app = FastAPI()
    basic = HTTPBasic()

    @app.get("/items/{number}")
    async def item(number: int, q: str = ""):
        if number > 9:
            raise HTTPException(404, "no such item")
        return {"id": number, "q": q}

    @app.get("/me")
    def me(who: HTTPBasicCredentials = Depends(basic)):  # noqa: B008 - as FastAPI has it
        return {"name": who.username}

    @app.post("/upload")
    async def upload(file: UploadFile, note: str = Form()):
        return {"size": len(await file.read()), "note": note}

    @app.post("/later")
    async def later(tasks: BackgroundTasks):
        async def work():
            await anyio.sleep(0.01)
            log.append("done")

        tasks.add_task(work)
        return {}

    @app.get("/slow")
    async def slow(request: Request):
        try:
            await anyio.sleep_forever()
        finally:
            log.append("stopped")

    return app


def test_fastapi(run_client, fastapi_app, log):
    async def scenario(client):
        assert {"id": 7, "q": "ü"} == (await client.get("/items/7", params={"q": "ü"})).json()
        assert [404, 422, 405] == [
            (await client.request(method, path)).status_code
            for method, path in [("GET", "/items/10"), ("GET", "/items/x"), ("HEAD", "/items/7")]
        ]
        assert 401 == (await client.get("/me")).status_code
        assert {"name": "ann"} == (await client.get("/me", auth=("ann", "pw"))).json()
        sent = await client.post("/upload", files={"file": b"x" * 9}, data={"note": "n"})
        assert {"size": 9, "note": "n"} == sent.json()
        await client.post("/later")
        assert ["done"] == log
        with pytest.raises(TimeoutError):
            await client.get("/slow", timeout=Timeout(read=0.2))
        assert ["done", "stopped"] == log

    run_client(scenario, adapters=[ASGIAdapter(fastapi_app)], base_url=URL)


# Flask.


@pytest.fixture
def flask_app(log):
    app = Flask("app")
    app.secret_key = "x"

    @app.get("/count")
    def count():
        session["n"] = session.get("n", 0) + 1
        return f"hello {session['n']}"

    @app.get("/away")
    def away():
        return flask_redirect("/count")

    @app.post("/upload")
    def upload():
        return {"size": len(request.files["file"].read()), "note": request.form["note"]}

    @app.post("/raw")
    def raw():
        return request.get_data()

    @app.get("/rows")
    def rows():
        def pieces():
            try:
                for number in range(1000):
                    yield f"{request.args['q']}{number}\n"
            finally:
                log.append("closed")

        return stream_with_context(pieces()), {"Content-Type": "text/csv"}

    @app.get("/secret")
    def secret():
        if request.authorization is None:
            return "", 401, {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
        return request.authorization.username

    @app.get("/fails")
    def fails():
        raise KeyError("a bug")

    @app.get("/gone/<path:what>")
    def gone(what):
        abort(410, what)

    return app


def test_flask(run_client, flask_app, log):
    async def scenario(client):
        assert "hello 1" == (await client.get("/count")).text
        assert "hello 2" == (await client.get("/away")).text
        sent = await client.post("/upload", files={"file": b"x" * 9}, data={"note": "ü"})
        assert {"size": 9, "note": "ü"} == sent.json()
        assert b"ab" == (await client.post("/raw", content=[b"a", b"b"])).content
        assert "ann" == (await client.get("/secret", auth=DigestAuth("ann", "pw"))).text
        response = await client.get("/gone/a%20b")
        assert [410, True] == [response.status_code, "a b" in response.text]

    run_client(scenario, adapters=[WSGIAdapter(flask_app)], base_url=URL)


def test_flask_streams(run_client, flask_app, log):
    async def scenario(client):
        async with client.stream("GET", "/rows?q=r") as response:
            lines = response.stream_lines()
            assert ["r0", "r1"] == [await anext(lines), await anext(lines)]
            assert [] == log
        assert ["closed"] == log
        assert 1000 == (await client.get("/rows?q=r")).text.count("\n")

    run_client(scenario, adapters=[WSGIAdapter(flask_app)], base_url=URL)


def test_flask_fails(run_client, flask_app):
    async def scenario(client):
        assert 500 == (await client.get("/fails")).status_code
        flask_app.testing = True
        with pytest.raises(KeyError, match="a bug"):
            await client.get("/fails")

    run_client(scenario, adapters=[WSGIAdapter(flask_app)], base_url=URL)


def test_flask_mounted(run_client, flask_app):
    async def scenario(client):
        assert "hello 1" == (await client.get("/site/count")).text

    adapter = WSGIAdapter(flask_app, script_name="/site")
    run_client(scenario, adapters=[adapter], base_url=URL)
