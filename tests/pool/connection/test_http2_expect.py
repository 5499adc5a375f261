"""Expect: 100-continue over HTTP/2 (RFC 9110 10.1.1): content waits for the go-ahead, but not for ever."""

import h2.errors
import h2.events
import h2.settings
import pytest

from httpcore_pool import (
    ReadTimeout,
    ScriptedStream,
    Timeout,
    TotalTimeout,
    run_sync,
)
from testkit.scripted_h2 import facts_of, post, raised_by, respond

ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


def asking(content=b"hello", **options):
    return post(content, headers={"Expect": "100-continue"}, **options)


def test_content_waits_for_the_go_ahead(run, h2_peer):
    async def scenario():
        peer, before = h2_peer(), []

        def note(act):
            return peer.step(lambda p: (before.append(p.content(1)), act(p)))

        connection = peer.connect(
            note(lambda p: p.head(1, 103)), note(lambda p: p.head(1, 100)), note(respond(1))
        )
        return await facts_of(connection, asking()), before

    waiting = (b"", False)
    assert ((200, "HTTP/2", b""), [waiting, waiting, (b"hello", True)]) == run(scenario)


def test_a_final_response_spares_the_content(run, h2_peer):
    async def scenario():
        peer, asked = h2_peer(), []

        async def pieces():
            asked.append("content")
            yield b"hello"

        connection = peer.connect(peer.step(respond(1, b"no", 417)))
        facts = await facts_of(connection, asking(pieces()))
        return facts, asked, peer.content(1), peer.resets()

    assert ((417, "HTTP/2", b"no"), [], (b"", False), [(1, ERRORS.CANCEL)]) == run(scenario)


def test_patience_ends_and_the_content_goes_out(run, h2_peer):
    async def scenario():
        class Silent(ScriptedStream):
            """Says nothing to who waits for the go-ahead."""

            async def read(self, max_bytes, timeout=None):
                waited.append(timeout)
                if len(waited) == 1:
                    raise ReadTimeout("silence", timeout)
                return await super().read(max_bytes, timeout)

        waited, peer = [], h2_peer()
        connection = peer.connect(
            peer.step(respond(1)), stream=Silent, timeout=Timeout(read=30, expect=2)
        )
        facts = await facts_of(connection, asking())
        return facts[0], waited, peer.content(1), connection.is_closed

    assert (200, [2, 30], (b"hello", True), False) == run(scenario)


def test_the_total_may_end_the_wait_for_the_go_ahead(h2_peer):
    peer = h2_peer()

    def late(stream):
        peer.backend.time += 3.0

    connection = peer.connect(late, timeout=Timeout(expect=5, total=2))
    error = run_sync(raised_by(connection.send(asking())))
    assert (TotalTimeout, 2) == (type(error), error.limit)
