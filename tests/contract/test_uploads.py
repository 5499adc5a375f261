"""What is sent: files, forms, streams, with and without a length, in every world over each transport."""

import gzip
import io
import json
import os
from email import message_from_string

import pytest

import httpcore_client as httpcore
from httpcore_pool import AsyncioBackend, SyncBackend, TrioBackend, run_sync
from testkit.peer import response


@pytest.fixture
def sent(run):
    """Post something, and return what came: the method, the fields, the octets and their number."""

    def sent(method="POST", path="/echo", **options):
        async def scenario(client, base):
            answer = (await client.request(method, base + path, **options)).json()
            return {**answer, "fields": {name.lower(): value for name, value in answer["headers"]}}

        return run(scenario)

    return sent


def framing(answer):
    """What says how long the content is; HTTP/2 says nothing if that is not known."""
    fields = answer["fields"]
    return fields.get("content-length"), fields.get("transfer-encoding")


def unknown(answer):
    return (None, "chunked" if answer["http_version"] == "1.1" else None)


def parts_of(answer):
    """A form as (name, filename, media type, content)."""
    message = message_from_string(
        f"Content-Type: {answer['fields']['content-type']}\n\n" + answer["body"]
    )
    return [
        (
            part.get_param("name", header="Content-Disposition"),
            part.get_filename(),
            part["Content-Type"],
            part.get_payload(),
        )
        for part in message.get_payload()
    ]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "digits.txt"
    path.write_bytes(b"0123456789")
    return path


def test_what_remains_of_a_file_is_sent_with_its_length(sent, path):
    with path.open("rb") as file:
        file.read(4)
        answer = sent(content=file)
    assert ("456789", ("6", None)) == (answer["body"], framing(answer))


def test_a_file_larger_than_a_piece_arrives_whole(sent, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"0123456789" * 250_000)
    with path.open("rb") as file:
        answer = sent(content=file)
    assert (2_500_000, ("2500000", None)) == (answer["length"], framing(answer))


def test_a_file_that_grows_is_sent_as_long_as_it_was(run, path):
    async def scenario(client, base):
        with path.open("rb") as file:
            request = client.build("POST", base + "/echo", content=file)
            path.write_bytes(b"0123456789 and more")
            return (await client.send(request)).json()["body"]

    assert "0123456789" == run(scenario)


def test_a_file_that_shrinks_is_an_error_and_the_client_goes_on(run, path):
    async def scenario(client, base):
        with path.open("rb") as file:
            request = client.build("POST", base + "/echo", content=file)
            path.write_bytes(b"0123")
            with pytest.raises(httpcore.LocalProtocolError, match="the file ended 6 bytes before"):
                await client.send(request)
        return (await client.get(base + "/")).text

    assert "hello, world" == run(scenario)


def test_a_pipe_and_a_compressed_file_have_no_length(sent, tmp_path):
    reading, writing = os.pipe()
    os.write(writing, b"piped")
    os.close(writing)
    with open(reading, "rb") as file:
        answer = sent(content=file)
    assert ("piped", unknown(answer)) == (answer["body"], framing(answer))
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b"plain"))
    with gzip.open(path) as file:
        answer = sent(content=file)
    assert ("plain", unknown(answer)) == (answer["body"], framing(answer))


def test_empty_pieces_are_never_sent(sent):
    answer = sent(content=iter([b"", b"a", b"", b"b", b""]))
    assert ("ab", unknown(answer)) == (answer["body"], framing(answer))


def test_an_async_file_needs_an_async_client(run, world):
    class File:
        def __init__(self):
            self.left = [b"a", b"b"]

        async def read(self, size=-1):
            return self.left.pop(0) if self.left else b""

    async def scenario(client, base):
        return (await client.post(base + "/echo", content=File())).json()["body"]

    if world.name == "threads":
        with pytest.raises(TypeError, match="async client"):
            run(scenario)
    else:
        assert "ab" == run(scenario)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_that_means_content_says_that_there_is_none(sent, method):
    answer = sent(method)
    assert ("0", None) == framing(answer)
    assert "content-type" not in answer["fields"]


def test_no_type_is_invented_for_no_content(sent):
    assert {"content-type", "content-length"}.isdisjoint(sent("GET")["fields"])
    assert "content-type" not in sent("POST", content=b"")["fields"]


@pytest.mark.parametrize("status", [303, 302, 301])
def test_a_post_that_becomes_a_get_leaves_its_content_and_all_that_is_said_of_it(
    sent, path, status
):
    own = {"Content-Language": "en", "Content-Type": "text/plain", "Content-Location": "/there"}
    target = f"/redirect-to?status={status}&url=/echo"
    with path.open("rb") as file:
        for content in (file, iter([b"chunked"])):
            answer = sent(path=target, content=content, headers=own)
            assert ("GET", 0, (None, None)) == (
                answer["method"],
                answer["length"],
                framing(answer),
            )
            assert [] == [name for name in answer["fields"] if name.startswith("content-")]


@pytest.mark.parametrize("status", [307, 308])
def test_what_can_be_read_again_follows_a_redirect_whole(sent, path, status):
    target = f"/redirect-to?status={status}&url=/echo"
    with path.open("rb") as file:
        file.read(4)
        assert "456789" == sent(path=target, content=file)["body"]
        file.seek(4)
        answer = sent(path=target, files={"f": file})
        assert [("f", "digits.txt", "text/plain", "456789")] == parts_of(answer)


@pytest.mark.parametrize("kind", ["a generator", "a form with files", "a BufferedReader"])
def test_what_can_be_read_once_is_named_when_it_is_needed_again(run, kind):
    reading, writing = os.pipe()
    os.write(writing, b"once")
    os.close(writing)
    once = (piece for piece in (b"once",))

    async def scenario(client, base):
        url = base + "/redirect-to?status=307&url=/echo"
        with open(reading, "rb") as pipe:
            options = {
                "a generator": {"content": once},
                "a form with files": {"files": {"f": ("a", once)}},
                "a BufferedReader": {"content": pipe},
            }
            with pytest.raises(httpcore.BodyNotReplayable, match=f"{kind}, was used already"):
                await client.post(url, **options[kind])
        return (await client.get(base + "/")).text

    assert "hello, world" == run(scenario)


def test_a_generator_is_closed_when_the_request_fails(run):
    ended = []

    def source():
        try:
            yield b"a" * 100_000
            yield "text"
        finally:
            ended.append(True)

    async def scenario(client, base):
        with pytest.raises(TypeError, match="yielded str"):
            await client.post(base + "/echo", content=source())
        assert [True] == ended

    run(scenario)


def test_a_form_with_files_has_a_length_if_all_is_known(sent, path):
    with path.open("rb") as file:
        answer = sent(data={"a": "1", "b": ["2", "3"]}, files={"f": file, "g": ("g.json", "{}")})
    assert (str(answer["length"]), None) == framing(answer)
    assert [
        ("a", None, None, "1"),
        ("b", None, None, "2"),
        ("b", None, None, "3"),
        ("f", "digits.txt", "text/plain", "0123456789"),
        ("g", "g.json", "application/json", "{}"),
    ] == parts_of(answer)


def test_a_part_of_unknown_length_is_streamed(sent):
    answer = sent(files={"f": ("a.txt", iter([b"a", b"", b"b"]))})
    assert unknown(answer) == framing(answer)
    assert [("f", "a.txt", "text/plain", "ab")] == parts_of(answer)


def test_names_that_could_split_a_head_are_escaped_or_refused(run, sent):
    answer = sent(data={'a"\r\nX: y': "1"}, files={"f": ('b"\r\n.txt', b"2")})
    lines = answer["body"].split("\r\n")
    assert 'Content-Disposition: form-data; name="a%22%0D%0AX: y"' == lines[1]
    assert 'Content-Disposition: form-data; name="f"; filename="b%22%0D%0A.txt"' == lines[5]

    async def scenario(client, base):
        for files in (
            {"f": ("a\0b", b"")},
            {"f": ("a", b"", "text/plain\r\nX: y")},
            {"f": ("a", b"", None, {"X": "1\r\n2"})},
        ):
            with pytest.raises(httpcore.InvalidRequest, match="part 'f': .*control character"):
                await client.post(base + "/echo", files=files)

    run(scenario)


def test_only_a_field_called_content_type_replaces_a_parts_type(sent):
    like, exactly = {"X-Content-Type": "a"}, {"content-type": "image/png"}
    files = [("f", ("a.txt", b"", None, like)), ("f", ("a.txt", b"", None, exactly))]
    assert ["text/plain", "image/png"] == [media for _, _, media, _ in parts_of(sent(files=files))]


def test_progress_is_told_up_to_the_end(sent, path):
    log = []
    with path.open("rb") as file:
        answer = sent(content=file, upload_progress=lambda *told: log.append(told))
    assert ("0123456789", [(10, 10)]) == (answer["body"], log)
    del log[:]
    sent(content=bytes(600_000), upload_progress=lambda *told: log.append(told))
    assert [(262_144, 600_000), (524_288, 600_000), (600_000, 600_000)] == log
    del log[:]
    sent(content=iter([b"a", b"b"]), upload_progress=lambda *told: log.append(told))
    assert [(1, None), (2, None)] == log


def test_progress_is_told_when_the_network_has_taken_a_piece(world):
    log = []

    def tell(sent, total):
        (stream,) = backend.streams
        log.append((sent, stream.written.partition(b"\r\n\r\n")[2]))

    async def scenario(body):
        async with world.client(backend=backend, trust_env=False) as client:
            await client.post("http://a.test/", upload_progress=tell, **body)

    for body, expected in (
        ({"content": b"123"}, [(3, b"123")]),
        (
            {"content": [b"1", b"2"], "headers": {"Content-Length": "2"}},
            [(1, b"1"), (2, b"12")],
        ),
    ):
        backend = httpcore.ScriptedBackend([lambda stream: response(b"")])
        log.clear()
        world.run(scenario, body)
        assert expected == log


def test_progress_begins_again_with_a_redirect(sent):
    log = []
    target = "/redirect-to?status=307&url=/echo"
    sent(path=target, content=b"123", upload_progress=lambda sent, total: log.append(sent))
    assert [3, 3] == log


def test_progress_may_be_a_coroutine_function(sent):
    log = []

    async def tell(*told):
        log.append(told)

    sent(content=b"123", upload_progress=tell)
    assert [(3, 3)] == log


def test_what_progress_raises_ends_the_request(run):
    def tell(sent, total):
        raise KeyError("the caller's own")

    async def scenario(client, base):
        with pytest.raises(KeyError, match="the caller's own"):
            await client.post(base + "/echo", content=[b"1", b"2"], upload_progress=tell)
        return (await client.get(base + "/")).text

    assert "hello, world" == run(scenario)


def test_content_is_compressed_on_request(sent, path):
    text = json.dumps(list(range(1000)), separators=(",", ":"))
    answer = sent(json=list(range(1000)), compress="gzip")
    assert ("gzip", "application/json", str(answer["length"])) == (
        answer["fields"]["content-encoding"],
        answer["fields"]["content-type"],
        answer["fields"]["content-length"],
    )
    assert text == gzip.decompress(answer["body"].encode("latin-1")).decode()
    with path.open("rb") as file:
        answer = sent(content=file, compress="gzip")
    assert unknown(answer) == framing(answer)
    assert b"0123456789" == gzip.decompress(answer["body"].encode("latin-1"))


def test_memory_files_and_the_same_request_can_be_sent_again(run):
    async def scenario(client, base):
        file = io.BytesIO(b"0123456789")
        file.seek(4)
        request = client.build("POST", base + "/echo", content=file)
        return [(await client.send(request)).json()["body"] for _ in range(2)]

    assert ["456789", "456789"] == run(scenario)


def test_one_request_can_be_sent_by_many_at_once_from_memory(run, world):
    async def scenario(client, base):
        request = client.build("POST", base + "/echo", content=b"12" * 100_000)

        async def send():
            return (await client.send(request)).json()["length"]

        return await world.gather(send, send, send)

    assert [200_000] * 3 == run(scenario)


BACKENDS = {"asyncio": AsyncioBackend, "trio": TrioBackend, "threads": SyncBackend}


def test_content_that_is_long_in_coming_holds_nobody_up(run, world):
    """On a new HTTP/2 connection the others wait for what the server allows: somebody has to hear it."""
    answered = BACKENDS[world.name]().event()

    async def later():
        assert await answered.wait(10)
        yield b"late"

    def blocking():
        assert run_sync(answered.wait(10))
        yield b"late"

    async def scenario(client, base):
        async def slow():
            content = blocking() if world.name == "threads" else later()
            return (await client.post(base + "/echo", content=content)).json()["body"]

        async def quick():
            text = (await client.get(base + "/")).text
            answered.set()
            return text

        return await world.gather(slow, quick)

    assert ["late", "hello, world"] == run(scenario)
