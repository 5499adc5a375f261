"""A WebSocket that is open: who waits for what, how it is kept alive, and how it ends."""

import asyncio
import gc
import runpy
import subprocess
import sys
import threading
import warnings
from time import monotonic

import pytest

import httpcore_client
from httpcore_client import ReadError, ReadTimeout, WriteError, WriteTimeout
from httpcore_client.websocket import UnexpectedMessage, WebSocketClosed, _wsproto
from httpcore_pool import run_sync
from testkit.websocket import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Script,
    SocketServer,
    close_frame,
    frame,
    frames_of,
    switching,
)

BYE = close_frame()


def later(octets):
    """A step that counts as nothing before it is asked for."""
    return lambda stream: octets


def closed_by(call, *args):
    with pytest.raises(WebSocketClosed) as caught:
        call(*args)
    return caught.value


# Messages.


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("κ", (TEXT, "κ".encode())),
        (b"a", (BINARY, b"a")),
        (bytearray(b"b"), (BINARY, b"b")),
        (memoryview(b"abcd")[::2], (BINARY, b"ac")),
    ],
    ids=["str", "bytes", "bytearray", "memoryview"],
)
def test_text_is_text_and_bytes_are_bytes(message, sent):
    script = Script(later(BYE))
    with script as ws:
        ws.send(message)
    assert sent == script.sent[0]


def test_other_things_are_no_messages():
    with Script(later(BYE)) as ws:
        for call, value, why in [
            (ws.send, {"a": 1}, "not dict; send_json"),
            (ws.send_text, b"x", "takes a str, not bytes"),
            (ws.send_bytes, "x", "takes bytes, not str"),
        ]:
            with pytest.raises(TypeError, match=why):
                call(value)
        with pytest.raises(UnicodeEncodeError):
            ws.send("\ud800")
        ws.send("after")
        ws.close()


def test_a_message_of_the_other_kind_is_an_error_that_has_it():
    with Script(frame(TEXT, "text") + frame(BINARY, b"bytes") + frame(TEXT, "{") + BYE) as ws:
        with pytest.raises(UnexpectedMessage, match="in text came, not in bytes") as text:
            ws.receive_bytes()
        with pytest.raises(UnexpectedMessage, match="in bytes came, not in text") as data:
            ws.receive_text()
        with pytest.raises(ValueError, match="Expecting"):
            ws.receive_json()
        ws.close()
    assert ("text", b"bytes") == (text.value.received, data.value.received)


def test_json_may_come_in_bytes():
    with Script(frame(BINARY, b'{"a": 1}') + BYE) as ws:
        assert {"a": 1} == ws.receive_json()
        ws.close()


@pytest.mark.parametrize(
    "message",
    ["[" * 100_000, '{"a":' * 100_000, b"\xff", "1" * 5000],
    ids=["lists", "objects", "UTF-8", "digits"],
)
def test_json_that_can_not_be_read_is_a_value_error(message):
    kind = BINARY if isinstance(message, bytes) else TEXT
    with Script(frame(kind, message) + frame(TEXT, "[1]") + BYE) as ws:
        with pytest.raises(ValueError):
            ws.receive_json()
        assert [1] == ws.receive_json()


def test_a_receive_may_be_limited_and_costs_nothing(run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:
            with pytest.raises(ReadTimeout, match=r"no message came within 0.01 s") as caught:
                await ws.receive(0.01)
            await ws.send("still there")
            return caught.value.limit, await ws.receive(5)

    assert (0.01, "still there") == run_client(scenario)


def test_one_can_receive_at_a_time(world, run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:
            found = []

            async def receive():
                try:
                    found.append(await ws.receive(5))
                except RuntimeError as error:
                    found.append(str(error))
                    await ws.send("x")

            await world.gather(receive, receive)
            return found

    assert ["another task is receiving from this WebSocket: one can at a time", "x"] == run_client(
        scenario
    )


# Cancellation.


def test_a_cancelled_receive_loses_no_message(echo):
    async def scenario():
        async with (
            httpcore_client.Client(trust_env=False) as client,
            client.websocket(echo.plain) as ws,
        ):
            found = []
            for number in range(20):
                receiving = asyncio.ensure_future(ws.receive())
                await asyncio.sleep(0)
                await ws.send(str(number))
                for _ in range(number):
                    await asyncio.sleep(0)
                receiving.cancel()
                found += [
                    each
                    for each in await asyncio.gather(receiving, return_exceptions=True)
                    if isinstance(each, str)
                ]
            while len(found) < 20:
                found.append(await ws.receive(5))
            return found

    assert [str(number) for number in range(20)] == asyncio.run(scenario())


def test_an_answer_that_is_cancelled_ends_nothing():
    script = Script(frame(PING), later(frame(TEXT, "m")), later(BYE))
    with script as ws:
        script.stream.write_error = asyncio.CancelledError()
        with pytest.raises(asyncio.CancelledError):
            ws.receive()
        script.stream.write_error = None
        assert "m" == ws.receive()


@pytest.mark.parametrize("reading", [False, True], ids=["nobody reads", "another reads"])
def test_who_stops_waiting_hands_on_what_it_was_woken_for(reading):
    script = Script(later(BYE))
    with script as ws:
        wire = ws._socket._wire
        other = script.backend.event()

        class Late:
            async def wait(self, left):
                wire._reading = reading
                wire._waiting.append(other)  # it was woken, and another one waits since
                return False

        assert run_sync(wire._wait(Late(), 1)) is False
        wire._reading = False
        assert run_sync(other.wait()) is not reading


def test_a_send_that_is_cancelled_half_way_ends_it():
    over = threading.Event()

    async def scenario():
        with SocketServer(lambda sock: over.wait(5)) as server:
            async with (
                httpcore_client.Client(trust_env=False) as client,
                client.websocket(server.url) as ws,
            ):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        while True:  # the server takes nothing
                            await ws.send(bytes(5_000_000))
                with pytest.raises(WebSocketClosed, match="was interrupted") as caught:
                    await ws.send("x")
                over.set()
                return caught.value.code, client.stats().open

    assert (1006, 0) == asyncio.run(scenario())


def test_a_cancelled_block_says_goodbye_without_waiting():
    """As a cancelled task does; in threads it is Ctrl-C."""
    said = []

    def bye(stream):
        said.append(stream)
        return BYE

    script = Script(bye)
    with pytest.raises(KeyboardInterrupt), script:
        raise KeyboardInterrupt
    assert ([(CLOSE, b"\x03\xe9")], [], True) == (script.sent, said, script.stream.closed)


def test_an_error_in_the_block_closes_with_1001():
    script = Script(later(BYE))
    with pytest.raises(LookupError), script:
        raise LookupError
    assert [(CLOSE, b"\x03\xe9")] == script.sent


def test_ctrl_c_in_a_receive_ends_it():
    def interrupt(stream):
        raise KeyboardInterrupt

    script = Script(interrupt)
    with script as ws:
        with pytest.raises(KeyboardInterrupt):
            ws.receive()
        assert "was interrupted" in str(closed_by(ws.send, "x"))
    assert [(CLOSE, b"\x03\xe8")] == script.sent


def test_ctrl_c_in_a_receive_says_goodbye():
    def interrupt(stream):
        raise KeyboardInterrupt

    script = Script(interrupt)
    with pytest.raises(KeyboardInterrupt), script as ws:
        ws.receive()
    assert ([(CLOSE, b"\x03\xe9")], True) == (script.sent, script.stream.closed)


def test_ctrl_c_in_a_send_ends_it():
    script = Script()
    with script as ws:
        script.stream.write_error = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            ws.send("x")
        assert 1006 == closed_by(ws.receive).code


def test_ctrl_c_in_an_answer_ends_it():
    script = Script(frame(PING))
    with script as ws:
        script.stream.write_error = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            ws.receive()
        assert 1006 == ws.close_code


# Pings.


def test_a_ping_waits_for_its_pong():
    def answer(stream):
        script.backend.time += 0.25
        return (
            frame(TEXT, "before")
            + frame(PONG, "other")
            + frame(PONG, frames_of(stream.written)[0][1])
        )

    script = Script(answer, later(BYE))
    with script as ws:
        assert (0.25, "before") == (ws.ping(), ws.receive())
        ws.close()
    assert (PING, 8) == (script.sent[0][0], len(script.sent[0][1]))


def test_an_answer_to_a_ping_is_one_to_all_before_it(world, run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:

            def ping(data):
                async def call():
                    return await ws.ping(data)

                return call

            found = await world.gather(*(ping(data) for data in (b"a", b"b", b"c")))
            return [0 < seconds < 5 for seconds in found]

    assert [True] * 3 == run_client(scenario)


def test_a_ping_without_a_pong_is_late():
    with Script(frame(PONG, "other")) as ws:
        with pytest.raises(ReadTimeout, match="no pong came within 20 s"):
            ws.ping(b"mine")
        with pytest.raises(ReadTimeout, match="no pong came within 1 s"):
            ws.ping(b"mine", 1)


def test_the_end_ends_a_ping():
    with Script(later(close_frame(1001))) as ws:
        assert 1001 == closed_by(ws.ping).code
        assert 1001 == closed_by(ws.ping).code


@pytest.mark.parametrize(
    ("data", "kind"), [("text", TypeError), (bytes(126), ValueError)], ids=["text", "126"]
)
def test_a_ping_has_few_bytes(data, kind):
    with Script(later(BYE)) as ws, pytest.raises(kind, match="a ping has"):
        ws.ping(data)


def test_two_pings_on_their_way_say_different_things(echo):
    async def scenario():
        async with (
            httpcore_client.Client(trust_env=False) as client,
            client.websocket(echo.plain) as ws,
        ):
            first, second = await asyncio.gather(
                ws.ping(b"same"), ws.ping(b"same"), return_exceptions=True
            )
            return type(first), str(second)

    assert (float, "a ping with b'same' is on its way") == asyncio.run(scenario())


def test_who_only_sends_answers_pings_too():
    script = Script(frame(PING, "a"), later(BYE))
    with script as ws:
        ws.send("m")
        ws.close()
    assert [(TEXT, b"m"), (PONG, b"a")] == script.sent[:2]


def test_who_only_sends_learns_that_it_is_closed():
    script = Script(frame(TEXT, "m") + close_frame(1008, "no"))
    with script as ws:
        assert (1008, "no") == ((error := closed_by(ws.send, "x")).code, error.reason)
        assert "m" == ws.receive()


@pytest.mark.parametrize(
    "end", [b"", ReadError("the connection broke: reset")], ids=["end", "reset"]
)
def test_who_only_sends_learns_that_it_is_lost(end):
    with Script(end) as ws:
        assert 1006 == closed_by(ws.send, "x").code


# Keeping it alive.


def test_a_silent_server_is_asked_and_given_up():
    script = Script(ping_interval=7, ping_timeout=3)
    with script as ws:
        error = closed_by(ws.receive)
    assert (1006, [(PING, b"")], True) == (error.code, script.sent, script.stream.closed)
    assert "the server answered no ping for 3 s" in str(error)


def test_anything_is_a_sign_of_life():
    class Late:
        """A step for which one waits longer than the limit, so many times."""

        def __init__(self, times, octets):
            self.times, self.octets = times, octets

        def __call__(self, stream):
            if self.times:
                self.times -= 1
                stream._steps.appendleft(self)
                raise ReadTimeout("late", 1)
            return self.octets

    script = Script(
        *(Late(1, frame(PONG)), Late(1, frame(TEXT, "m")), Late(0, frame(TEXT, "n"))),
        *(Late(0, b""),),
        ping_interval=7,
    )
    with script as ws:
        assert (["m", "n"], 1006) == ([ws.receive(), ws.receive()], closed_by(ws.receive).code)
    assert [(PING, b"")] * 2 == script.sent


def test_silence_is_counted_over_several_waits():
    script = Script(ping_interval=5, ping_timeout=4)
    with script as ws:
        for _ in range(2):
            with pytest.raises(ReadTimeout):
                ws.receive(2)
        before = list(script.sent)
        with pytest.raises(ReadTimeout):
            ws.receive(2)
        assert ([], [(PING, b"")]) == (before, script.sent)
        assert 1006 == closed_by(ws.receive).code


# The end.


def test_the_end_is_known_afterwards():
    with Script(close_frame(4000, "why")) as ws:
        before = ws.close_code, ws.close_reason
        error = closed_by(ws.receive)
        assert ((None, None), 4000, "why") == (before, ws.close_code, ws.close_reason)
    assert (
        "GET http://example.org/chat: the WebSocket is closed: the server closed it: 4000 why"
        == str(error)
    )


def test_messages_that_came_are_had_before_the_end():
    with Script(frame(TEXT, "a") + frame(TEXT, "b") + BYE) as ws:
        assert ["a", "b"] == list(ws)


def test_a_server_that_does_not_close_is_not_waited_for():
    script = Script(frame(TEXT, "m"), close_timeout=2)
    with script as ws:
        ws.close()
        assert (1006, True) == (ws.close_code, script.stream.closed)
        assert "did not close it within 2 s" in str(closed_by(ws.receive))


def test_the_end_of_the_connection_is_waited_for_within_the_limit(run_client):
    over = threading.Event()

    def play(sock):
        sock.recv(100)
        sock.sendall(BYE)
        over.wait(5)

    async def scenario(client):
        with SocketServer(play) as server:
            async with client.websocket(server.url, close_timeout=0.05) as ws:
                began = monotonic()
                await ws.close()
                took = monotonic() - began
            over.set()
        return took < 0.9, ws.close_code

    assert (True, 1000) == run_client(scenario)


def test_messages_behind_our_close_are_dropped():
    script = Script(later(frame(TEXT, "late") + frame(PING) + BYE))
    with script as ws:
        ws.close(3000, "enough")
        assert [] == list(ws)
        ws.close()
    assert [(CLOSE, b"\x0b\xb8enough")] == script.sent


@pytest.mark.parametrize(
    "said", [(1005,), (1006,), (999,), (2000,), ("1000",), (1000, "x" * 124)], ids=str
)
def test_what_can_not_be_said_at_the_end_is_refused(said):
    with Script(later(BYE)) as ws:
        with pytest.raises(ValueError, match="RFC 6455"):
            ws.close(*said)
        ws.send("still open")


def test_a_connection_that_takes_nothing_is_lost():
    script = Script()
    with script as ws:
        script.stream.write_error = WriteError("the connection broke: reset")
        error = closed_by(ws.send, "x")
        assert (1006, WriteError) == (error.code, type(error.__cause__))
        assert "the connection was lost: the connection broke: reset" in str(error)


def test_an_answer_that_can_not_be_sent_ends_it():
    script = Script(frame(TEXT, "m") + frame(PING))
    with script as ws:
        script.stream.write_error = WriteError("reset")
        assert ("m", 1006) == (ws.receive(), closed_by(ws.receive).code)


def test_a_violation_ends_the_connection_too():
    script = Script(frame(TEXT, "m") + b"\xff\x00")
    with script as ws:
        assert ("m", 1002) == (ws.receive(), closed_by(ws.receive).code)
        assert (True, [(CLOSE, b"\x03\xea")]) == (script.stream.closed, script.sent)


def test_a_broken_read_is_the_end():
    with Script(frame(TEXT, "m"), ReadError("the connection broke: reset")) as ws:
        error = (ws.receive(), closed_by(ws.receive))[1]
        assert (1006, ReadError) == (error.code, type(error.__cause__))


def test_closing_the_client_ends_who_waits(world, run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:

            async def receive():
                with pytest.raises(WebSocketClosed) as caught:
                    await ws.receive()
                return caught.value.code

            async def close():
                await ws.ping()
                await client.close()

            return (await world.gather(receive, close))[0]

    assert 1006 == run_client(scenario)


def test_one_may_close_while_another_receives(world, run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:

            async def receive():
                return [message async for message in ws]

            async def close():
                await ws.ping()
                await ws.close(4000)

            return (await world.gather(receive, close))[0], ws.close_code

    assert ([], 4000) == run_client(scenario)


def test_what_is_dropped_open_is_warned_of():
    with httpcore_client.SyncClient(
        backend=httpcore_client.ScriptedBackend([switching()]), trust_env=False
    ) as client:
        ws = client.websocket("ws://example.org/").__enter__()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del ws
            gc.collect()
    (warning,) = caught
    assert (ResourceWarning, True) == (
        warning.category,
        str(warning.message).startswith("<raw stream of GET http://example.org/> was dropped"),
    )


def test_its_repr_tells_the_state():
    with Script(later(BYE)) as ws:
        before = repr(ws)
        ws.close()
    assert (
        "<SyncWebSocket http://example.org/chat, HTTP/1.1, open>",
        "<SyncWebSocket http://example.org/chat, HTTP/1.1, closed, 1000>",
    ) == (before, repr(ws))


def test_who_sends_while_it_is_being_closed_learns_the_code():
    codes = []

    def meanwhile(stream):
        codes.append(closed_by(ws.send, "x").code)
        return BYE

    script = Script(meanwhile)
    with script as ws:
        ws.close(4001)
    assert [4001] == codes


# What is kept for who does not receive.


def test_what_nobody_receives_is_kept_within_bounds(world, run_client, echo):
    async def scenario(client):
        url = f"{echo.plain}/big/1000"
        async with client.websocket(url, max_message_bytes=1000, compression=False) as ws:
            for _ in range(200):
                await ws.send(bytes(1000))
            with pytest.raises(ReadTimeout):  # its pong is behind more than may be kept
                await ws.ping(timeout=0.05)
            kept = len(
                ws._target._socket._state.messages if hasattr(ws, "_target") else ws._state.messages
            )

            async def ping():
                return 0 < await ws.ping() < 5

            async def receive():
                return sum([len(await ws.receive()) for _ in range(201)])

            return kept < 100, await world.gather(ping, receive)

    assert (True, [True, 201_000]) == run_client(scenario)


def test_who_makes_room_lets_others_read_on(world, run_client):
    def play(sock):
        sock.sendall(frame(BINARY, bytes(1000)) * 80)
        for _ in range(2):
            ((_, payload),) = frames_of(sock.recv(100))
            sock.sendall(frame(PONG, payload))
        sock.recv(100)
        sock.sendall(BYE)

    async def scenario(client):
        with SocketServer(play) as server:
            async with client.websocket(
                server.url, max_message_bytes=1000, compression=False
            ) as ws:
                with pytest.raises(ReadTimeout):  # its pong is behind more than may be kept
                    await ws.ping(timeout=0.05)

                async def ping():
                    return 0 < await ws.ping(timeout=5) < 5

                async def receive_some():
                    return sum([len(await ws.receive()) for _ in range(30)])

                return await world.gather(ping, receive_some)

    assert [True, 30_000] == run_client(scenario)


# A server that takes nothing.


async def fill(ws):
    """Send until the server takes nothing more at once; return how many messages of 1000 bytes."""
    wire, count = getattr(ws, "_target", ws), 0
    stream = getattr(wire, "_socket", wire)._wire._stream
    while stream.is_writable():
        await ws.send(bytes(1000))
        count += 1
    return count


def test_who_can_not_answer_goes_on_reading_and_answers_later(world, run_client):
    """Such a server may be waiting for just that, if it does one thing at a time."""
    is_full = threading.Event()

    def play(sock):
        is_full.wait(5)
        sock.sendall(frame(PING, "p") + frame(BINARY, bytes(50_000)) * 200 + frame(TEXT, "end"))
        size = 0
        while size % 1008 != 7:  # messages of 1000 bytes, and at their end a pong
            size += len(sock.recv(1 << 20))
        sock.sendall(close_frame(4000))

    async def scenario(client):
        with SocketServer(play) as server:
            async with client.websocket(server.url, compression=False) as ws:
                await fill(ws)
                is_full.set()
                sizes = {len(await ws.receive(5)) for _ in range(201)}
                with pytest.raises(WebSocketClosed) as caught:
                    await ws.receive(5)
                return sizes, caught.value.code

    assert ({50_000, 3}, 4000) == run_client(scenario)


def test_who_finds_messages_there_answers_too():
    script = Script(frame(PING, "p") + frame(TEXT, "m") + frame(TEXT, "n"), later(BYE))
    with script as ws:
        script.stream.is_writable = lambda: False
        assert ("m", b"") == (ws.receive(), script.stream.written)
        script.stream.is_writable = lambda: True
        assert ("n", [(PONG, b"p")]) == (ws.receive(), script.sent)


def test_an_answer_leaves_as_soon_as_the_server_takes_it():
    def takes(stream):
        stream.is_writable = lambda: True
        raise ReadTimeout("late", 1)

    script = Script(frame(PING, "p") + frame(TEXT, "m"), takes, later(frame(TEXT, "n")), later(BYE))
    with script as ws:
        script.stream.is_writable = lambda: False
        assert ("m", b"") == (ws.receive(), script.stream.written)
        assert ("n", [(PONG, b"p")]) == (ws.receive(), script.sent)


def test_nothing_waits_past_its_limit_for_a_server_that_takes_nothing(world, run_client):
    over = threading.Event()

    def play(sock):
        sock.sendall(frame(PING, "p"))
        over.wait(5)

    async def scenario(client):
        with SocketServer(play) as server:
            async with client.websocket(server.url, compression=False, close_timeout=0.05) as ws:
                await fill(ws)
                began = monotonic()
                with pytest.raises(ReadTimeout, match=r"no message came within 0.05 s"):
                    await ws.receive(0.05)
                with pytest.raises(ReadTimeout, match=r"no pong came within 0.05 s"):
                    await ws.ping(timeout=0.05)
                await ws.close()
                took = monotonic() - began
            over.set()
        return took < 2, ws.close_code, client.stats().in_use

    assert (True, 1006, 0) == run_client(scenario)


def test_a_message_waits_for_another_that_is_being_sent():
    script = Script(later(BYE), timeout=httpcore_client.Timeout(write=3))
    with script as ws:
        writing = ws._socket._wire.writing
        assert run_sync(writing.acquire(None))
        with pytest.raises(WriteTimeout, match="another message was still being sent after 3 s"):
            ws.send("x")
        writing.release()
        ws.send("y")
    assert (TEXT, b"y") == script.sent[0]


def test_the_end_does_not_wait_for_a_message_that_is_being_sent():
    script = Script(frame(PING), later(BYE), later(b""))
    with script as ws:
        assert run_sync(ws._socket._wire.writing.acquire(None))
        assert [] == list(ws)
    assert (1000, b"") == (ws.close_code, script.stream.written)


def test_ctrl_c_does_not_wait_for_a_message_that_is_being_sent():
    script = Script()
    with pytest.raises(KeyboardInterrupt), script as ws:
        assert run_sync(ws._socket._wire.writing.acquire(None))
        raise KeyboardInterrupt
    assert (b"", True) == (script.stream.written, script.stream.closed)


def test_without_wsproto_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "wsproto.extensions", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install httpcore-client\[websocket\]"):
        runpy.run_path(_wsproto.__file__)


def test_importing_the_client_imports_none_of_it():
    program = """
import sys, httpcore_client
print([name for name in sys.modules if name.startswith(("wsproto", "httpcore_client.websocket"))])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "[]\n" == done.stdout
