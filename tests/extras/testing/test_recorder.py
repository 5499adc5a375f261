"""`Recorder` and `Replayer`: what is written, and that it comes back."""

import base64
import gzip
import io
import json
import random
import re

import pytest

from httpcore_client import (
    BodyLimits,
    ConnectError,
    ContentTooLarge,
    DecodingError,
    HTTPError,
    ReadTimeout,
    RemoteProtocolError,
    Response,
    SyncClient,
)
from httpcore_client.adapters import AddedAdapter
from httpcore_client.testing import (
    MockAdapter,
    Recorder,
    RecordingError,
    Replayer,
    UnmatchedRequest,
    cassette,
)

URL = "https://api.example.org/"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "tape.json"


@pytest.fixture
def mock():
    return MockAdapter()


@pytest.fixture
def both(run_client, path, mock):
    """Run a scenario twice: while it is recorded, and while it is replayed."""

    def both(scenario, **options):
        scrubbing = {name: options.pop(name) for name in ("secrets",) if name in options}
        recorded = run_client(scenario, adapters=[Recorder(path, **scrubbing), mock])
        replayer = Replayer(path, **scrubbing, **options)
        assert recorded == run_client(scenario, adapters=[replayer])
        assert () == replayer.unused
        return json.loads(path.read_text("utf-8"))["exchanges"]

    return both


def test_what_was_recorded_is_replayed(both, mock):
    mock.get().respond(200, json={"a": "ü"}, headers={"X-A": "1"}).respond(404, text="gone")
    mock.post().respond(201, content=b"\xff\x00", headers={"Content-Type": "image/png"})

    async def scenario(client):
        got = [await client.get(URL), await client.post(URL, json={"q": 1}), await client.get(URL)]
        return [
            (each.status_code, each.reason_phrase, each.content, each.headers.get("X-A"))
            for each in got
        ]

    first, second, third = both(scenario)
    assert {"text": '{"a": "\\u00fc"}'} == first["response"]["body"]
    assert {"base64": base64.b64encode(b"\xff\x00").decode()} == second["response"]["body"]
    assert {"text": '{"q":1}'} == second["request"]["body"]
    assert "body" not in first["request"]
    assert 404 == third["response"]["status_code"]


def test_it_is_over_the_network_as_well(run_client, path, origin):
    seen = []

    async def scenario(client):
        response = await client.get(f"{origin.plain}/")
        async with client.stream("GET", f"{origin.plain}/bytes/300000") as streamed:
            stream = streamed.stream()
            whole = b"".join([piece async for piece in stream])
            assert [] == [piece async for piece in stream]
        seen.append((response.status_code, response.content, whole, response.connection is None))

    run_client(scenario, adapters=[Recorder(path)])
    run_client(scenario, adapters=[Replayer(path)])
    assert [(*seen[0][:3], False), (*seen[0][:3], True)] == seen


def test_secrets_are_not_written_and_still_match(both, path, mock):
    mock.post("/login").respond(
        json={"access_token": "hidden1", "name": "Ann"},
        headers={"Set-Cookie": "sid=hidden2; Path=/", "X-Session": "hidden8"},
    )
    mock.get("/data").respond(text="open")

    async def scenario(client):
        form = {"user": "ann", "password": "hidden3"}
        response = await client.post(URL + "login", data=form, auth=("ann", "hidden4"))
        secrets = {"X-API-Key": "hidden5", "Mine": "hidden6"}
        more = await client.get(URL + "data?token=hidden7", headers=secrets)
        return [response.status_code, response.json()["name"], more.text]

    both(scenario, secrets=["Mine", "X-Session"])
    text = path.read_text("utf-8")
    assert [] == re.findall("hidden|" + base64.b64encode(b"ann:hidden4").decode(), text)
    assert "sid=[secure]; Path=/" in text


def test_content_codings_are_undone(both, mock):
    body = gzip.compress(b'{"password": "x"}')
    fields = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    mock.get().respond(content=body, headers=fields)
    mock.head().respond(headers=fields)

    async def scenario(client):
        await client.head(URL)
        return (await client.get(URL)).status_code

    head, got = both(scenario)
    assert {"text": '{"password": "[secure]"}'} == got["response"]["body"]
    assert {"Content-Type": "application/json", "Content-Length": "24"} == dict(
        got["response"]["headers"]
    )
    assert "gzip" == dict(head["response"]["headers"])["Content-Encoding"]


def test_codings_of_what_is_sent_are_undone_too(both, mock):
    mock.post().respond(200)

    async def scenario(client):
        return (await client.post(URL, json={"password": "hidden"}, compress="gzip")).status_code

    request = both(scenario)[0]["request"]
    assert {"text": '{"password":"[secure]"}'} == request["body"]
    assert "Content-Encoding" not in dict(request["headers"])


def test_no_secret_is_written_of_a_compressed_body_that_was_cut(both, mock):
    body = gzip.compress(
        b'{"password": "hidden", "x": "' + random.Random(7).randbytes(4000).hex().encode()
    )
    fields = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    mock.get().respond(stream=[body[:2000], ReadTimeout("slow")], headers=fields)

    async def scenario(client):
        with pytest.raises(ReadTimeout, match="slow"):
            await client.get(URL)

    text = both(scenario)[0]["response"]["body"]["text"]
    assert text.startswith('{"password": "[secure]", "x": "')


def test_parts_of_a_response_keep_their_boundary(both, mock):
    fields = {"Content-Type": "multipart/byteranges; boundary=xyz"}
    mock.get().respond(content=b"--xyz\r\n\r\na\r\n--xyz--", headers=fields)

    async def scenario(client):
        response = await client.get(URL)
        return response.headers["Content-Type"], response.content

    both(scenario)


@pytest.mark.parametrize("coding", ["gzip", "unknown"])
def test_what_can_not_be_decoded_is_kept_as_it_is(both, mock, coding):
    mock.get().respond(content=b"\xffno", headers={"Content-Encoding": coding})

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            raw = b"".join([piece async for piece in response.raw()])
        return raw, response.headers["Content-Encoding"]

    both(scenario)


def test_what_could_not_be_decoded_can_not_be_replayed_either(both, mock):
    mock.get().respond(stream=[b"\xffno", b"more"], headers={"Content-Encoding": "gzip"})

    async def scenario(client):
        with pytest.raises(DecodingError):
            await client.get(URL)

    both(scenario)


def test_uploads_match_whatever_their_boundary(both, mock):
    mock.post().respond(200)

    async def scenario(client):
        response = await client.post(URL, files={"f": io.BytesIO(b"data")})
        await client.post(URL, content=(each for each in (b"a", b"b")))
        return response.status_code

    first, second = both(scenario)
    assert "--boundary\r\n" in first["request"]["body"]["text"]
    assert {"text": "ab"} == second["request"]["body"]


def test_errors_are_replayed(both, mock):
    mock.get("/no").fail(ConnectError("nobody there"))
    mock.get("/half").respond(stream=[b"half", ReadTimeout("slow", 3.0)])

    async def scenario(client):
        with pytest.raises(ConnectError, match="nobody there") as caught:
            await client.get(URL + "no")
        got = []
        async with client.stream("GET", URL + "half") as response:
            with pytest.raises(ReadTimeout, match="slow") as broken:
                async for piece in response.stream():
                    got.append(piece)
        return [got, caught.value.url, broken.value.url]

    first, second = both(scenario)
    assert {"class": "ConnectError", "message": "nobody there"} == first["error"]
    assert "response" not in first
    assert {"text": "half"} == second["response"]["body"]


def test_a_body_that_was_closed_ends_there(run_client, path, mock):
    mock.get().respond(stream=lambda: iter(lambda: b"data: x\n\n", None))

    async def scenario(client):
        async with client.stream("GET", URL) as response:
            return await anext(response.stream())

    assert b"data: x\n\n" == run_client(scenario, adapters=[Recorder(path), mock])
    assert b"data: x\n\n" == run_client(scenario, adapters=[Replayer(path)])

    async def reads_on(client):
        with pytest.raises(RemoteProtocolError, match="was closed here when it was recorded"):
            await client.get(URL)

    run_client(reads_on, adapters=[Replayer(path)])


class InMemory(AddedAdapter):
    """Answers with a body that is all there."""

    async def send(self, request):
        return Response(200, source=b"all", request=request)


def test_a_body_that_nobody_read_is_recorded_if_it_was_there(run_client, path):
    async def scenario(client):
        async with client.stream("GET", URL) as response:
            return response.status_code

    async def reads(client):
        return (await client.get(URL)).content

    assert 200 == run_client(scenario, adapters=[Recorder(path), InMemory()])
    assert b"all" == run_client(reads, adapters=[Replayer(path)])


def test_no_secret_is_written_of_a_response_that_nobody_read(path, mock):
    mock.get().respond(stream=[b"x"], headers={"Set-Cookie": "sid=hidden"})
    recorder = Recorder(path)
    with SyncClient(adapters=[recorder, mock]) as client:
        response = client.get(URL, stream=True)
        recorder.save()
        assert "hidden" not in path.read_text()
        assert "was closed here" in path.read_text()
        response.close()
        response.close()
    assert "hidden" not in path.read_text()


def test_a_limit_on_bodies_is_none_on_recordings(path, mock):
    mock.get().respond(content=b"x" * 100)
    client = SyncClient(adapters=[Recorder(path), mock], body_limits=BodyLimits(10))
    with client, pytest.raises(ContentTooLarge):
        client.get(URL)
    assert "was closed here" in path.read_text()


def test_a_redirect_is_recorded_like_any_other(both, mock):
    mock.get("/a").respond(302, headers={"Location": "/b"}, text="there")
    mock.get("/b").respond(text="here")

    async def scenario(client):
        response = await client.get(URL + "a")
        return [response.text, len(response.history)]

    both(scenario)


def test_trailers_come_back(both, mock):
    mock.get().respond(stream=[b"a"], trailers={"X-End": "1"})

    async def scenario(client):
        return dict((await client.get(URL)).trailers)

    assert [["X-End", "1"]] == both(scenario)[0]["response"]["trailers"]


def test_secrets_in_trailers_are_not_written(run_client, path, mock):
    fields = {"X-API-Key": "hidden", "Mine": "hidden", "X-End": "1"}
    mock.get().respond(stream=[b"a"], trailers=fields)

    async def scenario(client):
        return dict((await client.get(URL)).trailers)

    recorder = Recorder(path, secrets=["Mine"])
    assert fields == run_client(scenario, adapters=[recorder, mock])
    written = json.loads(path.read_text("utf-8"))["exchanges"][0]["response"]["trailers"]
    assert [["X-API-Key", "[secure]"], ["Mine", "[secure]"], ["X-End", "1"]] == written


def test_errors_that_no_network_makes_are_not_recorded(path, mock):
    mock.get("/a").fail(KeyError)
    mock.get("/b").respond(stream=[b"x", KeyError])
    recorder = Recorder(path)
    with SyncClient(adapters=[recorder, mock]) as client:
        for name in "ab":
            with pytest.raises(KeyError):
                client.get(URL + name)
    assert ["https://api.example.org/b"] == [
        each["request"]["url"] for each in json.loads(path.read_text())["exchanges"]
    ]
    assert repr(recorder) == f"<Recorder {str(path)!r}: 1 exchanges>"


def test_the_file_is_one_that_people_can_read(path, mock):
    mock.get().respond(json={"a": 1})
    with SyncClient(adapters=[Recorder(path), mock], headers={"User-Agent": "x"}) as client:
        client.get(URL, headers={"Accept-Encoding": "identity"})
    assert path.read_text("utf-8").startswith(
        '{\n  "format": "httpcore recording",\n  "version": 1,\n  "exchanges": [\n    {\n'
        '      "request": {\n        "method": "GET",\n        "url": "https://api.example.org/",\n'
    )
    assert [path] == list(path.parent.iterdir())
    assert 0o600 == path.stat().st_mode & 0o600


def test_a_file_that_can_not_be_written_leaves_the_old_one(path, mock, monkeypatch):
    mock.get()
    with SyncClient(adapters=[Recorder(path), mock]) as client:
        client.get(URL)
    before = path.read_bytes()

    def fail(*args, **named):
        raise OSError("disk full")

    client = SyncClient(adapters=[Recorder(path), mock])
    monkeypatch.setattr(json, "dump", fail)
    client.get(URL)
    with pytest.raises(OSError, match="disk full"):
        client.close()
    assert [path, before] == [*path.parent.iterdir(), path.read_bytes()]


# Finding what was recorded.


@pytest.fixture
def tape(path, mock):
    mock.route().respond(text="one").respond(text="two").respond(text="three")
    with SyncClient(adapters=[Recorder(path), mock]) as client:
        client.post(URL + "?a=1&b=2", content="x", headers={"X": "1"})
        client.post(URL + "?a=1&b=2", content="x", headers={"X": "1"})
        client.post(URL + "?a=1&b=2", content="y", headers={"X": "1"})
    return path


def replayed(tape, url=URL + "?a=1&b=2", content="x", method="POST", **options):
    with SyncClient(adapters=[Replayer(tape, **options)]) as client:
        return client.request(method, url, content=content, headers={"X": "1"}).text


@pytest.mark.parametrize(
    ("match", "asked", "text"),
    [
        (["method", "url", "body"], {"content": "y"}, "three"),
        (["method", "path"], {"url": "http://other/", "content": "?"}, "one"),
        (["host", "query"], {"url": URL + "x?b=2&a=1", "method": "PUT"}, "one"),
        (["headers"], {}, "one"),
        (lambda live, recorded: live.body > recorded.body, {"content": "y"}, "one"),
        (lambda live, recorded: recorded.body == b"y", {}, "three"),
    ],
    ids=[str(number) for number in range(6)],
)
def test_it_is_found_by_what_is_asked_for(tape, match, asked, text):
    assert text == replayed(tape, match=match, **asked)


def test_repeats_come_in_order_each_once(tape, run_client):
    async def scenario(client):
        for text in ("one", "two"):
            response = await client.post(URL + "?a=1&b=2", content="x")
            assert text == response.text
        with pytest.raises(UnmatchedRequest, match="it was given back before"):
            await client.post(URL + "?a=1&b=2", content="x")

    replayer = Replayer(tape)
    run_client(scenario, adapters=[replayer])
    assert ("POST https://api.example.org/?a=1&b=2",) == replayer.unused
    assert f"<Replayer {str(tape)!r}: 1 exchanges left>" == repr(replayer)


def test_the_last_may_be_repeated(tape):
    with SyncClient(adapters=[Replayer(tape, repeats=True)]) as client:
        got = [client.post(URL + "?a=1&b=2", content="x").text for _ in range(4)]
    assert ["one", "two", "two", "two"] == got


def test_what_was_not_recorded_is_an_error_with_the_nearest(tape):
    with pytest.raises(UnmatchedRequest) as caught:
        replayed(tape, content="z")
    assert str(caught.value).startswith(
        "no recorded exchange in tape.json for POST https://api.example.org/?a=1&b=2\n"
        "  with the content b'z'\n"
        "the nearest recorded exchange in tape.json is POST https://api.example.org/?a=1&b=2\n"
        "  but the body is another"
    )
    with pytest.raises(UnmatchedRequest, match="nearest"):
        replayed(tape, match=lambda live, recorded: False)
    fields = {"Content-Type": "application/x-www-form-urlencoded"}
    client = SyncClient(adapters=[Replayer(tape, secrets=["own"])], headers=fields)
    with client, pytest.raises(UnmatchedRequest, match=r"b'own=\[secure\]'") as caught:
        client.post(URL + "?own=hidden", content=iter([b"own=hidden"]))
    assert "hidden" not in str(caught.value)


def test_content_that_can_not_be_sent_is_an_error_here_too(tape):
    with SyncClient(adapters=[Replayer(tape)]) as client, pytest.raises(HTTPError) as caught:
        client.post(URL, content=[b"x"], headers={"Content-Length": "2"})
    assert URL == caught.value.url


def edited(*path, value=None):
    """Return a recording of two exchanges in the second of which something is changed, or left out."""
    one = {
        "request": {"method": "GET", "url": URL, "headers": []},
        "response": {"status_code": 200, "reason_phrase": "", "protocol": "", "headers": []},
    }
    written = {"format": "httpcore recording", "version": 1, "exchanges": [one, one]}
    written = at = json.loads(json.dumps(written))
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    if value is None:
        del at[path[-1]]
    return json.dumps(written)


SECOND = ("exchanges", 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "is no recording of httpcore"),
        (
            "{\n  x",
            "is no JSON: Expecting property name enclosed in double quotes: line 2 column 3",
        ),
        (edited("version", value=2), "has version 2 of the format"),
        (edited("exchanges"), "can't be replayed: exchanges is missing"),
        (edited("exchanges", value={}), "exchanges must be a list, not an object"),
        (edited(*SECOND, value="x"), "exchange 2: it must be an object, not a string"),
        (edited(*SECOND, "request", "url"), "exchange 2: url is missing"),
        (edited(*SECOND, "request", "url", value="::x"), "exchange 2: the scheme is missing"),
        (
            edited(*SECOND, "request", "method", value=5),
            "method must be a string, not a whole number",
        ),
        (
            edited(*SECOND, "request", "method", value="G T"),
            "exchange 2: method 'G T' is not a token",
        ),
        (edited(*SECOND, "request", "headers", value=[["A"]]), "of strings, which number 1 is not"),
        (edited(*SECOND, "request", "body", value="x"), "body must be an object, not a string"),
        (edited(*SECOND, "request", "body", value={"base64": "%"}), "exchange 2: Only base64"),
        (edited(*SECOND, "response", "status_code", value=99), "from 200 to 999, not 99"),
        (edited(*SECOND, "response", "status_code", value=True), "whole number, not true or false"),
        (edited(*SECOND, "response", "reason_phrase", value="a\n"), "must not have control"),
        (edited(*SECOND, "response", value=[]), "response must be an object, not a list"),
        (edited(*SECOND, "response"), "exchange 2: it has neither a response nor an error"),
        (
            edited(*SECOND, "error", value={"class": "Response", "message": ""}),
            "exchange 2: class names no error of the network",
        ),
        ("[" * 100_000, "is no recording of httpcore: it is nested too deeply"),
    ],
    ids=[str(number) for number in range(20)],
)
def test_what_is_no_recording_is_refused(tmp_path, text, says):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(RecordingError, match=re.escape(says)):
        Replayer(path)


@pytest.mark.parametrize(
    "text",
    [
        edited(*SECOND, "request", "headers", value={"Authorization": "Bearer hidden"}),
        edited(*SECOND, "request", "headers", value=[["Authorization", "Bearer hidden", 1]]),
        edited(*SECOND, "request", "headers", value=[["Authorization", "hidden\n"]]),
        edited(*SECOND, "request", "url", value="https://user:hidden@h h/"),
        edited(*SECOND, "request", "body", value="password=hidden"),
        edited(*SECOND, "request", "body", value={"base64": "hidden%"}),
        edited(*SECOND, "error", value={"class": "hidden", "message": ""}),
        edited("version", value=["hidden" * 9]),
    ],
)
def test_no_error_shows_what_stands_in_the_file(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(RecordingError) as caught:
        Replayer(path)
    assert "hidden" not in str(caught.value)


def test_text_that_is_no_unicode_is_written_and_read(path, mock, run_client):
    mock.get().fail(ReadTimeout("no answer at a\udcff"))

    async def scenario(client):
        with pytest.raises(ReadTimeout) as caught:
            await client.get(URL)
        return caught.value.message

    first = run_client(scenario, adapters=[Recorder(path), mock])
    assert first == run_client(scenario, adapters=[Replayer(path)])


@pytest.mark.parametrize("match", ["url", ["url", "bodies"]], ids=str)
def test_what_it_can_not_be_found_by_is_refused(tape, match):
    with pytest.raises(ValueError, match="match must be names among method, url, host"):
        Replayer(tape, match=match)


# Both in one.


def test_a_cassette_records_first_and_replays_then(path, mock, world):
    mock.get().respond(text="once", times=1)

    async def inside():
        with mock.installed():
            for _ in range(2):
                with cassette(path).installed():
                    async with world.client() as client:
                        assert "once" == (await client.get(URL)).text

    world.run(inside)
    assert [Recorder, Replayer] == [type(cassette(path, mode)) for mode in ("record", "replay")]
    with pytest.raises(ValueError, match='mode must be "auto"'):
        cassette(path, "none")


def test_without_a_file_there_is_nothing_to_replay(path):
    with pytest.raises(FileNotFoundError):
        cassette(path, "replay")
