"""The scripted network: what each kind of step does, in every world."""

import pytest

from httpcore_pool import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    ScriptedBackend,
    ScriptedStream,
    WriteError,
    WriteTimeout,
    run_sync,
)


def test_steps_are_played_in_order_and_then_the_peer_is_silent(run):
    async def scenario():
        stream = ScriptedStream([b"bytes", lambda s: s.written + b"!", lambda s: None, b""])
        await stream.write(b"question")
        got = [await stream.read(100, 1) for _ in range(3)]
        with pytest.raises(ReadTimeout, match="script is at its end") as caught:
            await stream.read(100, 1)
        return got, caught.value.limit

    assert ([b"bytes", b"question!", b""], 1) == run(scenario)


def test_a_read_is_cut_at_its_limit():
    stream = ScriptedStream([b"abcdef"])
    assert (b"abcd", b"ef") == (run_sync(stream.read(4)), run_sync(stream.read(4)))


def test_an_exception_is_raised():
    stream = ScriptedStream([KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        run_sync(stream.read(1))


def test_a_closed_stream_breaks():
    stream = ScriptedStream([b"x"])
    run_sync(stream.close())
    with pytest.raises(ReadError):
        run_sync(stream.read(1))
    with pytest.raises(WriteError):
        run_sync(stream.write(b"x"))
    assert stream.is_readable()


@pytest.mark.parametrize("seconds", [0, -1.0])
def test_no_time_is_over_at_once_as_it_is_elsewhere(run, seconds):
    async def scenario():
        backend = ScriptedBackend([b"x"])
        with pytest.raises(ConnectTimeout, match="no time left to connect to a.example:80"):
            await backend.connect_tcp([("a.example", 80)], seconds)
        stream = await backend.connect_tcp([("a.example", 80)], 1)
        with pytest.raises(ReadTimeout, match="no time left"):
            await stream.read(1, seconds)
        for write in (stream.write, stream.write_some):
            with pytest.raises(WriteTimeout, match="no time left"):
                await write(b"x", seconds)
        return await stream.read(1, 1), stream.written

    assert (b"x", b"") == run(scenario)


def test_writes_fail_when_told_to():
    stream = ScriptedStream()
    stream.write_error = WriteError("broken pipe")
    with pytest.raises(WriteError, match="broken pipe"):
        run_sync(stream.write(b"x"))
    assert b"" == stream.written


def test_only_what_needs_no_question_is_readable():
    assert [True, False, False] == [
        ScriptedStream(script).is_readable() for script in ([b"x"], [lambda s: b"x"], [])
    ]


def test_each_connection_gets_the_next_script(run):
    async def scenario():
        backend = ScriptedBackend([b"one"], ConnectTimeout("slow"), [b"two"])
        first = await backend.connect_tcp([("a", 1)], None)
        with pytest.raises(ConnectTimeout):
            await backend.connect_tcp([("b", 2)], None)
        second = await backend.connect_tcp([("c", 3)], None)
        with pytest.raises(ConnectError, match="can't connect to d:4: no script left"):
            await backend.connect_tcp([("d", 4)], None)
        assert [first, second] == backend.streams
        return await first.read(9), await second.read(9), second.peer, backend.dialled

    assert (b"one", b"two", "c:3", [("a", 1), ("b", 2), ("c", 3), ("d", 4)]) == run(scenario)


def test_a_unix_socket_is_dialled_by_its_path_and_a_real_socket_is_none_of_a_scripts(run):
    async def scenario():
        backend = ScriptedBackend([b"one"])
        await backend.connect_unix("/run/socket", 5)
        with pytest.raises(NotImplementedError, match="a script has no sockets"):
            await backend.wrap_socket(None)
        return backend.dialled

    assert [("/run/socket", 0)] == run(scenario)


def test_the_clock_is_moved_by_the_test():
    backend = ScriptedBackend()
    backend.time = 5.0
    assert (5.0, "<ScriptedBackend>") == (backend.now(), repr(backend))


def test_an_event_is_set_or_will_not_be(run):
    async def scenario():
        backend = ScriptedBackend()
        event = backend.event()
        before = await event.wait(5)
        event.set()
        with backend.lock(), backend.shield():
            return before, await event.wait(5)

    assert (False, True) == run(scenario)
