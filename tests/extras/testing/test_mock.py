"""`MockAdapter`: routes, what they say, and what came."""

import gzip
import io
import re

import pytest

import httpcore_client
from httpcore_client import (
    ConnectError,
    LocalProtocolError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    SyncBackend,
    SyncClient,
    Timeout,
)
from httpcore_client.retry import RetryAdapter
from httpcore_client.testing import Answer, ManualClock, MockAdapter, UnmatchedRequest
from testkit.worlds import ThreadWorld

URL = "https://api.example.org/users"


@pytest.fixture
def mock():
    return MockAdapter()


@pytest.fixture
def run(run_client, mock):
    return lambda scenario, **options: run_client(scenario, adapters=[mock], **options)


def test_a_route_answers_what_it_is_told(run, mock):
    mock.get(URL).respond(201, json={"name": "Ann"}, headers={"X-A": "1"})

    async def scenario(client):
        response = await client.get(URL)
        assert [201, "Created", {"name": "Ann"}] == [
            response.status_code,
            response.reason_phrase,
            response.json(),
        ]
        assert ["application/json", "15", "1"] == [
            response.headers[name] for name in ("Content-Type", "Content-Length", "X-A")
        ]
        assert response.connection is None

    run(scenario)


def test_a_route_that_was_told_nothing_answers_200(run, mock):
    route = mock.route()

    async def scenario(client):
        assert 200 == (await client.post(URL)).status_code

    run(scenario)
    route.assert_called(1)


@pytest.mark.parametrize(
    ("options", "kind", "content"),
    [
        ({"text": "ü"}, "text/plain; charset=utf-8", "ü".encode()),
        ({"html": "<p>"}, "text/html; charset=utf-8", b"<p>"),
        ({"content": "a"}, None, b"a"),
        ({"content": bytearray(b"a")}, None, b"a"),
        ({"text": "a", "headers": {"Content-Type": "text/csv"}}, "text/csv", b"a"),
        ({}, None, b""),
    ],
    ids=str,
)
def test_what_a_body_is_made_of(mock, options, kind, content):
    mock.get().respond(**options)
    with SyncClient(adapters=[mock]) as client:
        response = client.get(URL)
    assert [kind, content] == [response.headers.get("Content-Type"), response.content]


def test_content_codings_are_undone(run, mock):
    mock.get().respond(content=gzip.compress(b"x" * 99), headers={"Content-Encoding": "gzip"})

    async def scenario(client):
        assert b"x" * 99 == (await client.get(URL)).content

    run(scenario)


def test_head_and_304_have_fields_and_no_body(run, mock):
    mock.head().respond(text="four")
    mock.get().respond(304, headers={"Content-Length": "4"})

    async def scenario(client):
        for method in ("HEAD", "GET"):
            response = await client.request(method, URL)
            assert [b"", "4"] == [response.content, response.headers["Content-Length"]]

    run(scenario)


def test_a_204_has_no_length(mock):
    mock.get().respond(204)
    with SyncClient(adapters=[mock]) as client:
        assert "Content-Length" not in client.get(URL).headers


def test_answers_are_given_in_turn_the_last_for_ever(run, mock):
    mock.get().respond(503, times=2).fail(ConnectError).respond(200)

    async def scenario(client):
        assert [503, 503] == [(await client.get(URL)).status_code for _ in range(2)]
        with pytest.raises(ConnectError) as caught:
            await client.get(URL)
        assert [False, "GET", URL] == [
            caught.value.sent,
            caught.value.method,
            caught.value.url,
        ]
        assert [200, 200] == [(await client.get(URL)).status_code for _ in range(2)]

    run(scenario)


def test_a_route_that_has_said_all_is_for_no_further_request(run, mock):
    mock.get().respond(201).respond(202, times=1)
    mock.get().respond(203, times=1)

    async def scenario(client):
        assert [201, 202, 203] == [(await client.get(URL)).status_code for _ in range(3)]
        with pytest.raises(UnmatchedRequest, match="it has said all that it has to say"):
            await client.get(URL)

    run(scenario)


def test_errors_are_new_each_time(run, mock):
    given = ReadTimeout("slow", 3.0)
    mock.get().fail(given)

    async def scenario(client):
        raised = []
        for _ in range(2):
            with pytest.raises(ReadTimeout, match="slow") as caught:
                await client.get(URL)
            raised.append(caught.value)
        assert [3.0, 3.0] == [each.limit for each in raised]
        assert len({id(each) for each in (given, *raised)}) == 3
        assert given.method is None

    run(scenario)


def test_errors_of_others_are_raised_as_they_are(mock):
    given = KeyError("x")
    mock.get().fail(given)
    with SyncClient(adapters=[mock]) as client, pytest.raises(KeyError) as caught:
        client.get(URL)
    assert caught.value is given
    assert [given] == [call.error for call in mock.calls]


def test_a_function_answers_with_the_named_parts(run, mock):
    def user(request, name):
        return Answer(json=[name, request.content.decode()])

    mock.post(URL + "/{name}").call(user)

    async def scenario(client):
        response = await client.post(URL + "/a%20b", content=[b"one", b"two"])
        assert ["a b", "onetwo"] == response.json()

    run(scenario)


def test_an_async_function_answers_where_there_is_a_loop(run, world, mock):
    async def answer(request):
        return Answer(202)

    mock.get().call(answer)

    async def scenario(client):
        if world.name == "threads":
            with pytest.raises(TypeError, match="needs an async client"):
                await client.get(URL)
        else:
            assert 202 == (await client.get(URL)).status_code

    run(scenario)


def test_a_function_that_returns_no_answer_is_told_so(mock):
    mock.get().call(lambda request: {"a": 1})
    with SyncClient(adapters=[mock]) as client, pytest.raises(TypeError, match="return an Answer"):
        client.get(URL)


# Bodies.


def test_a_body_comes_by_the_piece_as_it_is_asked_for(run, mock):
    drawn = []

    def pieces():
        for piece in (b"a", b"", b"b", b"c"):
            drawn.append(piece)
            yield piece

    mock.get().respond(stream=pieces, trailers={"X-End": "1"})

    async def scenario(client):
        drawn.clear()
        async with client.stream("GET", URL) as response:
            assert "chunked" == response.headers["Transfer-Encoding"]
            stream = response.raw()
            assert [b"a", [b"a"]] == [await anext(stream), drawn]
            assert [b"b", b"c"] == [piece async for piece in stream]
            assert "1" == response.trailers["X-End"]
        assert b"abc" == (await client.get(URL)).content

    run(scenario)


def test_a_generator_is_closed_with_the_response(mock):
    closed = []

    def pieces():
        try:
            yield from (b"a", b"b")
        finally:
            closed.append(True)

    mock.get().respond(stream=pieces)
    with SyncClient(adapters=[mock]) as client, client.stream("GET", URL) as response:
        next(response.stream())
        assert not closed
    assert closed == [True]


def test_async_pieces_are_streamed_and_closed(world, run, mock):
    closed = []

    async def pieces():
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append(True)

    mock.get().respond(stream=pieces, protocol="HTTP/2")

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            assert "HTTP/2" == response.protocol
            assert "Transfer-Encoding" not in response.headers
            assert b"a" == await anext(response.stream())
        assert closed == [True]
        closed.clear()
        assert b"ab" == (await client.get(URL)).content
        assert closed == [True]

    run(scenario)


def test_what_is_used_up_is_no_answer_again(mock):
    mock.get().respond(stream=iter([b"once"]))
    with SyncClient(adapters=[mock]) as client:
        assert b"once" == client.get(URL).content
        with pytest.raises(RuntimeError, match="was used up by an answer before"):
            client.get(URL)


def test_an_error_among_the_pieces_breaks_the_body(run, mock):
    mock.get().respond(stream=[b"half", ReadError])

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            stream = response.stream()
            assert b"half" == await anext(stream)
            with pytest.raises(ReadError) as caught:
                await anext(stream)
            assert [True, "GET"] == [caught.value.answered, caught.value.method]
            assert response.is_closed

    run(scenario)


def test_what_is_no_piece_is_refused(mock):
    mock.get().respond(stream=["text"])
    with SyncClient(adapters=[mock]) as client, pytest.raises(TypeError, match="not 'text'"):
        client.get(URL)


@pytest.mark.parametrize(("length", "content"), [("2", b"ab"), ("0", b"")])
def test_what_is_longer_than_its_length_is_cut(mock, length, content):
    mock.get().respond(content=b"abc", headers={"Content-Length": length})
    with SyncClient(adapters=[mock]) as client:
        assert content == client.get(URL).content


def test_what_is_shorter_than_its_length_is_an_error(run, mock):
    mock.get().respond(content=b"abc", headers={"Content-Length": "5"})

    async def scenario(client):
        with pytest.raises(RemoteProtocolError, match="received 3 bytes, expected 5"):
            await client.get(URL)

    run(scenario)


def test_nothing_is_drawn_behind_the_end():
    drawn = []

    def endless():
        while True:
            drawn.append(True)
            yield b"ab"

    mock = MockAdapter()
    mock.get().respond(stream=endless, headers={"Content-Length": "4"})
    with SyncClient(adapters=[mock]) as client, client.stream("GET", URL) as response:
        stream = response.raw()
        assert [b"ab", b"ab"] == list(stream)
        assert [] == list(stream)
    assert len(drawn) == 3


# Time.


def test_a_delay_takes_no_time_but_counts(run, mock):
    mock.get().respond(delay=lambda: 2, stream=[b"a", b"b"], piece_delay=1)

    async def scenario(client):
        await client.get(URL)
        with pytest.raises(ReadTimeout, match=r"sent nothing for 1\.5 s") as caught:
            await client.get(URL, timeout=Timeout(read=1.5))
        assert 1.5 == caught.value.elapsed
        with pytest.raises(ReadTimeout, match=r"sent nothing for 0\.5 s"):
            await client.get(URL, timeout=Timeout(head=0.5))

    run(scenario)
    assert [2, 1, 1, 1.5, 0.5] == mock.clock.sleeps


def test_a_body_may_be_too_slow_as_well(run, mock):
    mock.get().respond(stream=[b"a", b"b"], piece_delay=7)

    async def scenario(client):
        with pytest.raises(httpcore_client.TotalTimeout):
            await client.get(URL, timeout=Timeout(read=None, total=10))

    run(scenario)
    assert [7, 3] == mock.clock.sleeps


def test_a_redirect_is_not_waited_for_long(run, mock):
    mock.get(URL).respond(302, headers={"Location": "/next"}, stream=[b"x"] * 9, piece_delay=0.4)
    mock.get("/next").respond(text="there")

    async def scenario(client):
        assert "there" == (await client.get(URL)).text

    run(scenario)
    assert mock.clock.elapsed == pytest.approx(1)


def test_it_may_be_on_a_clock_of_the_caller(mock):
    clock = ManualClock()
    assert clock is MockAdapter(clock).clock


# What a route is for.


def matched(mock, **options):
    """Send a POST with this, and return what the error says is different, or None."""
    with SyncClient(adapters=[mock]) as client:
        try:
            client.post(URL, **options)
        except UnmatchedRequest as error:
            return re.findall("but (.*)", str(error))
    return None


def test_routes_match_by_the_query(mock):
    mock.post(URL, params={"a": 1, "b": ["x", "y"]})
    assert matched(mock, params=[("b", "x"), ("b", "y"), ("c", "z"), ("a", 1)]) is None
    assert ["the query has not b=x, y"] == matched(mock, params={"a": 1})


def test_routes_match_by_fields(mock):
    mock.post(headers={"X-A": "1", "X-B": re.compile("^t"), "X-C": None, "Authorization": "x"})
    good = {"X-A": "1", "X-B": "two", "Authorization": "x"}
    assert matched(mock, headers=good) is None
    assert ["the field X-A is '2'"] == matched(mock, headers={**good, "X-A": "2"})
    assert ["the field X-C is ''"] == matched(mock, headers={**good, "X-C": ""})
    assert ["the field Authorization is another"] == matched(
        mock, headers={**good, "Authorization": "hidden"}
    )
    assert ["the field X-B is not there"] == matched(
        mock, headers={"X-A": "1", "Authorization": "x"}
    )


def test_routes_match_by_content(mock):
    mock.post(content="abc")
    mock.post(content=b"123")
    mock.post(content=re.compile(b"^xyz"))
    assert [None, None, None] == [
        matched(mock, content=content) for content in ("abc", "123", "xyz...")
    ]
    assert matched(mock, content=b"?" * 300)[0].endswith("???'...")


def test_routes_match_by_json(mock):
    mock.post(json={"a": [1, 2.0]})
    assert matched(mock, content='{ "a" : [1, 2] }') is None
    assert ["the content is not that JSON, but b'{\"a\":1}'"] == matched(mock, json={"a": 1})
    assert ["the content is not that JSON, but b'{'"] == matched(mock, content="{")


def test_json_is_compared_as_json(mock):
    mock.post(json={"on": True, "at": (1, 2), 3: []})
    assert matched(mock, json={"3": [], "at": [1.0, 2], "on": True}) is None
    for wrong in ({"on": 1}, {"at": [True, 2]}, {"at": [1]}, {"3": {}}, {"4": 0}):
        assert matched(mock, json={"3": [], "at": [1, 2], "on": True} | wrong) is not None


def test_routes_match_by_form(mock):
    mock.post(data={"a": 1, "b": "*"})
    assert matched(mock, data={"a": "1", "b": "any", "c": "more"}) is None
    assert ["the form has no b"] == matched(mock, data={"a": "1"})
    mock.post(data={"a": "ü"})
    assert [None, None] == [matched(mock, content="a=ü"), matched(mock, content="a=%C3%BC")]


def test_routes_match_by_what_a_function_says(mock):
    def is_long(request):
        return len(request.content) > 3

    mock.post(where=is_long)
    assert matched(mock, content="long") is None
    assert ["where=is_long says no"] == matched(mock, content="no")


def test_the_first_route_that_matches_counts(mock):
    mock.get("https://api.example.org/**").respond(201)
    mock.get(URL).respond(202)
    with SyncClient(adapters=[mock]) as client:
        assert 201 == client.get(URL).status_code


@pytest.mark.parametrize("method", ["get", "options", "head", "post", "put", "patch", "delete"])
def test_there_is_a_method_for_each_verb(mock, method):
    route = getattr(mock, method)(URL)
    with SyncClient(adapters=[mock]) as client:
        getattr(client, method)(URL)
    assert [method.upper()] == [call.request.method for call in route.calls]


async def _never(request):
    return False


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda mock: mock.get(URL, parms={}), "did you mean 'params'"),
        (lambda mock: mock.route(5), "method must be a str"),
        (lambda mock: mock.get().respond(jsn={}), "did you mean 'json'"),
        (lambda mock: mock.get().respond(status=404), "did you mean 'status_code'"),
        (lambda mock: mock.get().respond("200"), "status_code must be an int"),
        (lambda mock: mock.get().respond(100), "from 200 to 599"),
        (lambda mock: mock.get().respond(204, text="x"), "has no body"),
        (lambda mock: mock.get().respond(text="x", json={}), "text= and json= exclude"),
        (lambda mock: mock.get().respond(content=5), "content must be bytes or str"),
        (lambda mock: mock.get().respond(stream=b"x"), "stream must be an iterable"),
        (lambda mock: mock.get().respond(times=0), "times must be at least 1"),
        (lambda mock: mock.get().respond(times="1"), "times must be a whole number"),
        (lambda mock: mock.get().respond(text=b"x"), "text must be a str, not bytes"),
        (lambda mock: mock.get().respond(delay="3"), "delay must be a number, not str"),
        (lambda mock: mock.get().respond(piece_delay=-1), "piece_delay must be at least 0"),
        (lambda mock: mock.get().fail("ConnectError"), "an error is an exception"),
        (lambda mock: mock.get().call(Answer()), "function must be callable"),
        (lambda mock: mock.post(content=5), "content must be bytes, a str or a pattern of bytes"),
        (lambda mock: mock.post(content=re.compile("x")), "content must be bytes, a str or a p"),
        (lambda mock: mock.post(headers=[("A", "b")]), "headers must be a mapping of names, not l"),
        (lambda mock: mock.post(headers={"A": 1}), "headers: A must be a str, a pattern or None"),
        (lambda mock: mock.post(where="x"), "where must be callable, not str"),
        (lambda mock: mock.post(where=_never), "where must not be async"),
        (lambda mock: mock.post(json={1, 2}), "not JSON serializable"),
    ],
    ids=[str(number) for number in range(24)],
)
def test_misuse_is_refused_where_it_happens(mock, misuse, says):
    with pytest.raises((TypeError, ValueError), match=re.escape(says)):
        misuse(mock)


# What came.


def test_calls_are_kept(run, mock):
    first = mock.post(URL)
    second = mock.get(URL)

    async def scenario(client):
        await client.post(URL, json={"a": 1})
        await client.get(URL)
        await client.post(URL, data={"b": "2"})

    run(scenario)
    assert ["POST", "GET", "POST"] == [call.request.method for call in mock.calls]
    assert [b'{"a":1}', {"a": 1}] == [first.calls[0].content, first.calls[0].json()]
    assert "2" == first.calls[1].form()["b"]
    assert 200 == first.calls[0].response.status_code
    assert first.called
    first.assert_called()
    first.assert_called(2)
    mock.assert_all_called()
    with pytest.raises(AssertionError, match="^1 request came for .*, not 2"):
        second.assert_called(2)
    assert f"<Call POST {URL}: <Response [200 OK]>>" == repr(first.calls[0])
    assert [f"<Route POST {URL}: 2 calls>", f"<Route GET {URL}: 1 call>"] == [
        repr(first),
        repr(second),
    ]
    assert "<MockAdapter: 2 routes, 3 calls>" == repr(mock)


def test_what_was_not_called_is_said(mock):
    route = mock.get(URL, params={"a": 1})
    mock.pass_through("//localhost:*/**")
    for check in (mock.assert_all_called, route.assert_called):
        with pytest.raises(AssertionError, match=re.escape(f"GET {URL} (with params)")):
            check()
    with pytest.raises(AssertionError, match="0 requests came for .*, not 2"):
        route.assert_called(2)


def test_what_was_unmatched_is_remembered_and_shown(run, mock):
    mock.post(URL)
    for number in range(25):
        mock.get(f"/{number}")

    async def scenario(client):
        with pytest.raises(UnmatchedRequest) as caught:
            await client.post(URL + "?x=1", headers={"X": "y"}, content=b"abc", auth=("u", "pw"))
        return str(caught.value)

    mock.routes[0]._method = "PUT"
    text = run(scenario)
    assert f"no route for POST {URL}?x=1\n  with the content b'abc'" in text
    assert f"the nearest route is PUT {URL}\n  but the method is POST" in text
    assert "other: GET /0" in text
    assert "and 5 more" in text
    with pytest.raises(AssertionError, match="no route was for"):
        mock.assert_all_called()


def test_a_mock_without_routes_says_so(mock):
    client = SyncClient(adapters=[mock])
    with client, pytest.raises(UnmatchedRequest, match="there is no route at all"):
        client.get("https://user:pw@example.org/")
    assert ["https://user:[secure]@example.org/"] == [each.url.masked for each in mock.unmatched]


def test_no_secret_is_shown(mock):
    mock.post("/other", json=1)
    with SyncClient(adapters=[mock]) as client:
        with pytest.raises(UnmatchedRequest) as caught:
            client.post(URL + "?token=hidden", json={"password": "hidden"})
        mock.route()
        client.post(URL + "?token=hidden")
    with pytest.raises(AssertionError, match="no route was for") as lost:
        mock.assert_all_matched()
    assert [] == re.findall("hidden", f"{caught.value} {lost.value} {mock.calls}")


def test_reset_forgets_what_came(mock):
    route = mock.get().respond(201).respond(202)
    with SyncClient(adapters=[mock]) as client:
        assert [201, 202] == [client.get(URL).status_code for _ in range(2)]
        with pytest.raises(UnmatchedRequest):
            client.post(URL)
        mock.reset()
        assert [[], [], []] == [mock.calls, mock.unmatched, route.calls]
        assert 201 == client.get(URL).status_code


# Requests.


def test_content_is_read_as_a_connection_would(run, mock):
    route = mock.post()

    async def scenario(client):
        await client.post(URL, content=io.BytesIO(b"file"))
        await client.post(URL, content=(piece for piece in (b"a", b"b")))
        await client.post(URL, files={"f": b"x"})
        with pytest.raises(LocalProtocolError, match="1 bytes shorter than the 3"):
            await client.post(URL, content=[b"ab"], headers={"Content-Length": "3"})
        with pytest.raises(LocalProtocolError, match="longer than the 1 bytes") as caught:
            await client.post(URL, content=[b"ab"], headers={"Content-Length": "1"})
        assert "POST" == caught.value.method

    run(scenario)
    assert [b"file", b"ab"] == [call.content for call in route.calls[:2]]
    assert b'name="f"' in route.calls[2].content


def test_async_content_is_read_in_loops(run, world, mock):
    route = mock.post()

    async def pieces():
        yield b"a"
        yield b"b"

    async def scenario(client):
        await client.post(URL, content=pieces())

    if world.name != "threads":
        run(scenario)
        assert b"ab" == route.calls[0].content


def test_the_rest_of_the_client_is_as_ever(run, mock):
    mock.get(URL, headers={"Cookie": None}).respond(
        302, headers={"Location": "/b", "Set-Cookie": "a=1"}
    )
    mock.get("/b", headers={"Authorization": "Basic dTpw", "Cookie": "a=1"}).respond(text="in")

    async def scenario(client):
        response = await client.get(URL, auth=("u", "p"))
        assert ["in", 1] == [response.text, len(response.history)]

    run(scenario)


def test_requests_pass_through_to_the_network(run, mock, origin):
    mock.pass_through(f"{origin.plain}/**")
    mock.post("https://none.example/").respond(404)

    async def scenario(client):
        response = await client.post(f"{origin.plain}/echo", content=[b"a", b"b"])
        assert response.connection is not None
        assert [200, 404] == [
            response.status_code,
            (await client.post("https://none.example/")).status_code,
        ]

    run(scenario)
    assert [200, 404] == [call.response.status_code for call in mock.calls]


def test_others_get_their_turn(run, world, mock):
    mock.get()

    async def scenario(client):
        await world.gather(*[lambda: client.get(URL)] * 20)

    run(scenario)
    assert 20 == len(mock.calls)


# In the place of every pool.


def test_every_client_meets_an_installed_mock(world, mock):
    mock.get(URL).respond(text="mocked", delay=4)

    async def inside():
        before = world.client()
        with mock.installed():
            mock.clock.advance(100)
            async with world.client() as client, before:
                for each in (client, before, client.replace(headers={"X": "y"})):
                    response = await each.get(URL, timeout=Timeout(read=None, total=5))
                    assert "mocked" == response.text
                    with pytest.raises(httpcore_client.TotalTimeout):
                        await each.get(URL, timeout=Timeout(read=None, total=3))

    world.run(inside)
    assert [4, 3] * 3 == pytest.approx(mock.clock.sleeps, abs=0.5)


def test_an_installed_mock_leaves_nothing_behind(world, mock, origin):
    mock.pass_through(f"{origin.plain}/**")
    names = ("__init__", "send")
    kept = [getattr(httpcore_client.ConnectionPool, name) for name in names]

    async def inside():
        with mock.installed():
            client = world.client(trust_env=False)
            mock.clock.advance(100)
            response = await client.get(f"{origin.plain}/", timeout=Timeout(total=20))
            assert 200 == response.status_code
        async with client:
            assert 200 == (await client.get(f"{origin.plain}/")).status_code

    world.run(inside)
    assert kept == [getattr(httpcore_client.ConnectionPool, name) for name in names]
    assert 1 == len(mock.calls)


def test_a_client_from_before_passes_through_on_its_own_clock(world, mock, origin):
    mock.pass_through(f"{origin.plain}/**")

    async def inside():
        async with world.client(trust_env=False) as client:
            with mock.installed():
                mock.clock.advance(100)
                response = await client.get(f"{origin.plain}/", timeout=Timeout(total=20))
                assert 200 == response.status_code

    world.run(inside)


def test_the_functions_of_the_package_meet_it_too(mock):
    mock.get(URL).respond(text="mocked")
    with mock.installed():
        assert "mocked" == httpcore_client.get(URL).text


def test_a_world_gets_its_own_time_back(mock):
    backend, driven = SyncBackend(), SyncBackend()
    clock = ManualClock()
    with mock.installed():
        SyncClient(backend=backend)
        SyncClient(backend=clock.drive(driven))
        clock.drive(driven)
        mock.clock.advance(10_000)
        assert backend.now() == mock.clock.now()
    assert [True, True] == [backend.now() < mock.clock.now(), driven.now() == clock.now()]


def test_installed_blocks_may_end_in_any_order(world):
    first, second, third = mocks = [MockAdapter() for _ in range(3)]
    first.get().respond(text="first")
    second.pass_through("*")
    third.get().respond(text="third")
    blocks = [mock.installed() for mock in mocks]
    got = []

    async def inside():
        async with world.client() as client:
            for block in blocks[:2]:
                block.__enter__()
            got.append((await client.get(URL)).text)
            blocks[2].__enter__()
            got.append((await client.get(URL)).text)
            async with world.client() as later:
                got.append((await later.get(URL)).text)
                for block in (blocks[2], blocks[0]):
                    block.__exit__(None, None, None)
                second.get().respond(text="second")
                second._routes.pop(0)
                got.append((await later.get(URL)).text)
            blocks[1].__exit__(None, None, None)

    kind = httpcore_client.ConnectionPool
    kept = kind.__init__, kind.send
    world.run(inside)
    assert ["first", "third", "third", "second"] == got
    assert (kind.__init__, kind.send) == kept


def test_threads_share_a_mock(mock):
    mock.get().respond(201, times=100).respond(202, times=100).respond(203)
    world, got = ThreadWorld(), []

    async def many():
        for _ in range(20):
            got.append(client.get(URL).status_code)

    with SyncClient(adapters=[mock]) as client:
        world.run(lambda: world.gather(*[many] * 32))
    assert [100, 100, 440] == [got.count(status) for status in (201, 202, 203)]


def test_adapters_that_were_given_no_clock_wait_by_that_of_an_installed_mock(world, mock):
    """A program that makes its own client with retries does not wait in its tests."""
    mock.get("/y").respond(503, headers={"Retry-After": "60"}, times=1).respond(200)

    async def scenario():
        async with world.client(adapters=[RetryAdapter()], trust_env=False) as client:
            return (await client.get("http://a.test/y")).status_code

    with mock.installed():
        assert 200 == world.run(scenario)
    assert mock.clock.elapsed >= 60


def test_a_path_in_the_place_of_a_method_is_refused(mock):
    with pytest.raises(ValueError, match=r"'/x' is no method: write get\('/x'\), or route\(None"):
        mock.route("/x")
