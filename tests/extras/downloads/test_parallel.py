"""`client.download(connections=...)`: parts side by side, of one file or not at all."""

import json
import random

import pytest

import httpcore_client
from httpcore_client.adapters import Clock
from httpcore_client.downloads import DownloadInUse, download
from testkit.file_server import FileServer, answer
from testkit.worlds import Lifted

CONTENT = random.Random(1).randbytes(3 * 2**20 + 12_345)
OTHER = random.Random(2).randbytes(2 * 2**20 + 54_321)
PROBE = (b"bytes=0-262143", 206)


@pytest.fixture
def server():
    with FileServer(CONTENT) as server:
        yield server


class NoWait(Clock):
    slept = 0

    async def sleep(self, seconds, until=None):
        self.slept += 1


@pytest.fixture
def run(run_client, server, tmp_path):
    """Download by three connections and return the result, or the error."""

    def run(**how):
        async def scenario(client):
            inner = client._target._client if isinstance(client, Lifted) else client
            how.setdefault("connections", 3)
            run.clock = NoWait(inner._pool.backend)
            try:
                return await download(inner, server.url, tmp_path / "a", clock=run.clock, **how)
            except httpcore_client.HTTPError as error:
                return error

        return run_client(scenario)

    return run


def test_what_is_left_behind_the_workers_fails_with_its_own_error(run, server, tmp_path, left):
    """What was one octet is a longer file by now, which breaks off behind the share of that octet."""
    server.cuts = [10]
    run(connections=1, retries=0)  # leaves a state
    state = json.loads((tmp_path / "a.part.json").read_bytes())
    (tmp_path / "a.part.json").write_text(json.dumps(state | {"length": 1, "done": [[0, 1]]}))
    server.fields, server.cuts = {b"ETag": b'"2"'}, [4]
    server.before = lambda server: answer(503) if len(server.asked) >= 2 else None
    assert isinstance(run(retries=1), httpcore_client.HTTPStatusError)
    assert [200, 200, 503, 503] == [status for *_, status in server.asked]
    assert ["a.part", "a.part.json"] == left()


def test_parts_come_side_by_side(run, server, tmp_path, left):
    told = []
    assert run(progress=told.append).size == len(CONTENT)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.ranges[0] == PROBE
    assert sorted(server.ranges[1:]) == [
        (b"bytes=1310720-2359295", 206), (b"bytes=2359296-3158072", 206), (b"bytes=262144-1310719", 206),
    ]  # fmt: skip
    assert {condition for _, condition, _ in server.asked[1:]} == {b'"1"'}
    assert (told[-1].received, told[-1].total) == (len(CONTENT), len(CONTENT))
    assert left() == ["a"]


def test_a_part_that_breaks_off_is_fetched_again_alone(run, server, tmp_path):
    server.cuts = [1000, None, 700_000]
    assert run().size == len(CONTENT)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server.ranges[1] == (b"bytes=1000-262143", 206)
    assert len(server.asked) == 6


def test_what_is_there_is_not_fetched_again(run, server, tmp_path, left):
    server.cuts = [None, 600_000, 600_000, 700_000]
    error = run(retries=0)
    assert isinstance(error, httpcore_client.TransportError)
    before = json.loads((tmp_path / "a.part.json").read_text())["done"]
    server.cuts.clear()
    for connections in (3, 1):
        server.asked.clear()
        found = run(connections=connections)
        assert (tmp_path / "a").read_bytes() == CONTENT
        assert found.resumed_from == sum(end - first for first, end in before)
        assert all(given is not None for given, _ in server.ranges)
        (tmp_path / "a").rename(tmp_path / "a.part")
        lines = {"format": "httpcore-download", "version": 1, "length": len(CONTENT), "etag": '"1"'}
        server.cuts = []
        state = {**lines, "last_modified": None, "done": before, "url_sha256": key(server.url)}
        (tmp_path / "a.part.json").write_text(json.dumps(state))


def key(url):
    from httpcore_client import URL
    from httpcore_client.downloads._state import key_of

    return key_of(URL(url))


@pytest.mark.parametrize("when", [1, 2, 3])
@pytest.mark.parametrize("conditions", [True, False], ids=["If-Range", "no If-Range"])
def test_a_file_that_changes_meanwhile_begins_anew(run, server, tmp_path, left, when, conditions):
    server.takes_conditions = conditions

    def change(server):
        if len(server.asked) == when:
            server.content, server.fields[b"ETag"] = OTHER, b'"2"'

    server.before = change
    found = run()
    assert (tmp_path / "a").read_bytes() == OTHER
    assert (found.status_code, found.size, found.headers["ETag"]) == (200, len(OTHER), '"2"')
    assert left() == ["a"]


@pytest.mark.parametrize(
    "how", ["no ranges", "no validator", "no ranges, no length", "no ranges, cut"]
)
def test_without_parts_it_comes_as_a_whole(run, server, tmp_path, how):
    server.takes_ranges = "no ranges" not in how
    server.is_chunked = "no length" in how
    if how == "no validator":
        server.fields = {}
    if how == "no ranges, cut":
        server.cuts = [300_000]
    assert run().size == len(CONTENT)
    assert (tmp_path / "a").read_bytes() == CONTENT
    expected = {"no validator": [PROBE, (None, 200)], "no ranges, cut": [(PROBE[0], 200)] * 2}
    got = [(server.ranges[0][0], status) if status == 200 and given else (given, status)
           for given, status in server.ranges]  # fmt: skip
    assert [status for _, status in got] == [s for _, s in expected.get(how, [(None, 200)])]


def test_length_that_comes_to_be_known_later(run, server, tmp_path):
    """One connection has left a part of a file of unknown length; several go on."""
    server.is_chunked = True
    server.cuts = [400_000]
    assert isinstance(run(connections=1, retries=0), httpcore_client.TransportError)
    assert run().size == len(CONTENT)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_an_error_of_one_ends_the_others(run, server, tmp_path, left):
    """What the caller's own function raises, too."""

    def enough(progress):
        if progress.received:
            raise DownloadInUse("enough")

    server.fields = {}
    assert str(run(progress=enough)) == "enough" or (tmp_path / "a").exists()


def test_a_server_that_wants_one_connection_gives_all_by_it(run, server, tmp_path, left):
    """The others leave their parts to it, without another try."""
    refused = iter([answer(429, b"", {b"Retry-After": b"50"}), answer(503)])
    server.before = lambda server: next(refused, None) if server.asked else None
    assert run().size == len(CONTENT)
    assert run.clock.slept < 2  # the last of them may find the others done
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert next(refused, None) is None
    assert left() == ["a"]


def test_a_part_that_breaks_off_is_not_left_to_others(run, server, tmp_path):
    server.cuts = [None, 600_000]
    assert isinstance(run(retries=0), httpcore_client.TransportError)
    assert not (tmp_path / "a").exists()


def test_a_refusal_that_lasts_ends_all(run, server, tmp_path):
    server.before = lambda server: answer(403) if len(server.asked) > 1 else None
    assert isinstance(run(), httpcore_client.HTTPStatusError)
    assert (tmp_path / "a.part.json").exists()


def test_a_length_without_bounds_takes_no_memory(run, server, tmp_path):
    """And what a server says of it is not believed before it has come."""
    lie = {**server.fields, b"Content-Range": b"bytes 0-262143/999999999999999999"}
    first = answer(206, CONTENT[:262_144], lie)
    server.before = lambda server: answer(404) if server.asked else first
    assert isinstance(run(), httpcore_client.HTTPStatusError)
    assert (tmp_path / "a.part").stat().st_size == 262_144
