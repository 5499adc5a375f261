"""How an upload says how it goes."""

import pytest

from httpcore_client import BodyNotReplayable
from httpcore_client.content import with_progress
from httpcore_pool import make_body, run_sync

KIB = 1024


async def taken(body, log):
    """Read a body as a connection does, and note what is asked for."""
    reader, data = body.open(), b""
    while piece := await reader.read_chunk():
        data += piece
        log.append(len(piece))
    assert b"" == await reader.read_chunk()
    await reader.close()
    return data


def test_each_piece_is_told_when_the_next_is_asked_for_and_the_last_time_all():
    log = []
    body = with_progress(make_body([b"123", b"4", b"56"]), lambda *told: log.append(told))
    assert b"123456" == run_sync(taken(body, log))
    assert [3, (3, None), 1, (4, None), 2, (6, None)] == log


def test_what_is_large_and_in_memory_is_cut_so_that_there_is_something_to_tell():
    log = []
    content = bytes(range(256)) * 3000
    body = with_progress(make_body(content), lambda sent, total: log.append((sent, total)))
    assert content == run_sync(taken(body, []))
    steps = [262_144, 524_288, 768_000]
    assert [(sent, 768_000) for sent in steps] == log


def test_a_replay_begins_again():
    log = []
    body = with_progress(make_body(b"123"), lambda sent, total: log.append(sent))
    assert (b"123", b"123") == (run_sync(taken(body, [])), run_sync(taken(body, [])))
    assert [3, 3] == log


def test_nothing_is_told_once():
    log = []
    run_sync(taken(with_progress(make_body(b""), lambda *told: log.append(told)), log))
    assert [(0, 0)] == log


def test_a_coroutine_function_is_awaited():
    log = []

    async def tell(*told):
        log.append(told)

    run_sync(taken(with_progress(make_body(b"123"), tell), []))
    assert [(3, 3)] == log


def test_what_the_callback_raises_is_the_callers():
    def tell(sent, total):
        raise KeyError(sent)

    with pytest.raises(KeyError, match="3"):
        run_sync(taken(with_progress(make_body([b"123", b"4"]), tell), []))


def test_the_rest_is_as_of_the_body_itself():
    async def source():
        try:
            yield b"1"
        finally:
            ended.append(True)

    ended = []
    body = with_progress(make_body(source()), print)
    facts = (body.length, body.replayable, body.needs_loop, body.eager, str(body))
    assert (None, False, True, True, "an async_generator") == facts
    reader = body.open()
    run_sync(reader.read_chunk())
    run_sync(reader.close())
    assert [True] == ended
    with pytest.raises(BodyNotReplayable):
        body.open()
