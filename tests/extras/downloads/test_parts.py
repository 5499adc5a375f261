"""What a download keeps on the disk, and what it decides without a network."""

import errno
import gc
import json
import os
import sys
from types import SimpleNamespace

import pytest

import httpcore_client
from httpcore_client import URL
from httpcore_client.downloads import ChecksumMismatch, DownloadInUse
from httpcore_client.downloads._part import PartFile
from httpcore_client.downloads._patience import pause
from httpcore_client.downloads._progress import Meter
from httpcore_client.downloads._ranges import Ranges, Shares, Span
from httpcore_client.downloads._representation import Representation
from httpcore_client.downloads._state import State, key_of
from httpcore_pool import SyncBackend, run_sync

KNOWN = Representation('"1"', None, 10)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "a"


def part_of(target, *, key="k", resume=True, **how):
    return PartFile(target, key, resume=resume, **how)


def test_ranges_are_kept_in_order_and_joined():
    ranges = Ranges([(20, 30), (0, 5), (40, 40)])
    assert (ranges.as_list(), ranges.total, ranges.end) == ([(0, 5), (20, 30)], 15, 30)
    ranges.add(5, 10)
    assert ranges.as_list() == [(0, 10), (20, 30)]
    assert ranges.gaps(Span(0)) == [(10, 20), (30, None)]
    assert ranges.gaps(Span(12, 25)) == [(12, 20)]
    assert ranges.gaps(Span(5, 15)) == [(10, 15)]
    assert ranges.gaps(Span(0, 40)) == [(10, 20), (30, 40)]
    ranges.add(8, 22)
    assert ranges.as_list() == [(0, 30)]
    assert ranges.gaps(Span(0, 30)) == []
    assert (Ranges().end, Ranges().gaps(Span(0, 0)), Ranges().gaps(Span(3))) == (0, [], [(3, None)])


def test_shares_are_taken_one_after_another_and_may_be_left_to_others():
    mib = 2**20
    shares = Shares([Span(0, 2 * mib), Span(3 * mib, 3 * mib + 5)], 8)
    assert shares.workers == 3
    first, second, third = shares.take(), shares.take(), shares.take()
    assert (first, second, third) == ((0, mib), (mib, 2 * mib), (3 * mib, 3 * mib + 5))
    assert shares.leave(second) is True
    assert shares.take() == second
    assert shares.take() is None  # one of the two is done
    assert shares.leave(first) is False  # and nobody would do it
    assert Shares([Span(0, 10**18)], 4).workers == 4
    assert Shares([Span(0, 10**18)], 4).take() == (0, 2**25)
    assert Shares([], 4).workers == 0


def test_state_is_read_as_it_was_written():
    state = State("k", KNOWN, [(0, 4), (6, 8)])
    assert State.from_json(state.to_json() + b"what a longer one has left behind") == state


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"format": "x"}, {"etag": 1}, {"last_modified": []}, {"length": "10"},
        {"done": [[0, 11]]}, {"done": [[4, 2]]}, {"done": [[-1, 2]]}, {"done": [[1]]}, {"done": 1},
        {"done": [["x", 2]]}, {"url_sha256": None}, {"done": [[2, 4], [0, 1]]}, {"done": [[0, 1e999]]},
        {"etag": '"1"\r\nX: y'}, {"etag": 'W/"1"'}, {"etag": None, "last_modified": "x"},
        {"length": -1, "done": []}, {"etag": '"1"', "x": "y" * 2**20},
    ],
    ids=str,
)  # fmt: skip
def test_state_that_makes_no_sense_is_none(target, change):
    right = json.loads(State("k", KNOWN, [(0, 4)]).to_json())
    (target.parent / "a.part").write_bytes(b"0123")
    (target.parent / "a.part.json").write_text(json.dumps(right | change))
    part = part_of(target)
    assert part.done.total == 0
    part.discard()
    assert State.from_json(b"") is None
    assert State.from_json(b"[" * 100_000) is None


@pytest.mark.parametrize("replaced", ["gone", "another"])
def test_a_part_that_is_not_ours_any_more_is_not_put_in_its_place(target, replaced):
    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"0123456789"])
    path = target.with_name("a.part")
    path.unlink()
    if replaced == "another":
        path.write_bytes(b"not ours!!")
    with pytest.raises(FileNotFoundError, match=r"the file was removed meanwhile: '.*a\.part'"):
        part.finish(10, [], overwrite=False)
    assert part.suspend() is False
    assert [each.read_bytes() for each in target.parent.iterdir()] == (
        [b"not ours!!"] if replaced == "another" else []
    )


def test_a_part_that_is_in_its_place_already_is_not_written_to(target):
    """So a process leaves it that is killed between the two."""
    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"0123456789"])
    part.suspend()
    os.link(target.with_name("a.part"), target)
    part = part_of(target)
    assert part.done.total == 0
    part.begin(KNOWN)
    assert target.read_bytes() == b"0123456789"
    part.discard()


def test_key_is_of_what_is_asked_for():
    plain = key_of(URL("https://a.example/x?y=1"))
    assert key_of(URL("https://user:secret@a.example/x?y=1#z")) == plain
    assert key_of(URL("https://a.example/x?y=2")) != plain


def test_octets_that_are_not_there_do_not_count(target):
    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"01", b"23"])
    assert part.suspend() is True
    os.truncate(target.with_name("a.part"), 3)
    part = part_of(target)
    assert part.done.total == 0
    part.discard()
    assert list(target.parent.iterdir()) == []


def test_state_is_saved_now_and_then(target):
    clock = [0.0]
    part = part_of(target, now=lambda: clock[0])
    part.begin(KNOWN)
    saved = lambda: json.loads(target.with_name("a.part.json").read_bytes())["done"]  # noqa: E731
    part.write(0, [b"0123"])
    assert saved() == []
    clock[0] = 2.0
    part.write(4, [b"4"])
    assert saved() == [[0, 5]]
    clock[0] = 3.9
    part.write(5, [b"5"])
    assert saved() == [[0, 5]]
    part.discard()
    part.discard()  # again does nothing


@pytest.mark.parametrize("overwrite", [False, True])
def test_file_appears_as_a_whole(target, overwrite):
    if overwrite:
        target.write_bytes(b"old")
    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"0123456789 and what is not of it"])
    part.finish(10, [], overwrite=overwrite)
    assert target.read_bytes() == b"0123456789"
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def test_somebody_who_is_faster_wins(target, monkeypatch):
    link = os.link

    def late(source, destination):
        target.write_bytes(b"theirs")
        link(source, destination)

    monkeypatch.setattr(os, "link", late)
    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"0"])
    with pytest.raises(FileExistsError, match="overwrite=True replaces it"):
        part.finish(1, [], overwrite=False)
    assert part.suspend() is True
    assert target.read_bytes() == b"theirs"
    part = part_of(target)
    assert part.done.as_list() == [(0, 1)]
    part.discard()


def test_file_system_without_links_will_do(target, monkeypatch):
    def refuse(source, destination):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    part = part_of(target)
    part.begin(KNOWN)
    part.finish(0, [], overwrite=False)
    assert target.read_bytes() == b""


def test_two_do_not_work_on_the_same_file(target, monkeypatch):
    part = part_of(target)
    with pytest.raises(DownloadInUse):
        part_of(target)
    part.discard()
    part_of(target).discard()
    # Windows has another lock, and says otherwise that somebody has it.
    locked = []

    def locking(descriptor, how, size):
        if locked:
            raise PermissionError
        locked.append((how, size))

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    part = part_of(target)
    with pytest.raises(DownloadInUse):
        part_of(target)
    assert locked == [(2, 1)]
    part.discard()

    def refuse(descriptor, how, size):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=refuse, LK_NBLCK=2))
    with pytest.raises(OSError, match="no locks"):
        part_of(target)
    gc.collect()  # no file was left open


def test_lock_on_a_file_that_has_gone_is_none(target, monkeypatch):
    """Between opening and locking, the one who had it may finish; another may begin."""
    sidecar = target.with_name("a.part.json")
    happens = [sidecar.unlink, lambda: (sidecar.unlink(), sidecar.write_bytes(b"")), lambda: None]

    def locking(descriptor, how, size):
        happens.pop(0)()

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    part_of(target).discard()
    assert happens == []


def test_lock_is_sought_again_when_its_file_goes_before_it_is_opened(target, monkeypatch):
    sidecar = target.with_name("a.part.json")
    sidecar.touch()
    real = os.open

    def open_late(path, flags, mode=0o777):
        if str(path) == str(sidecar) and not flags & os.O_CREAT:
            sidecar.unlink()
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", open_late)
    part_of(target).discard()


def test_checksum_that_is_not_right_leaves_the_file_where_it_is(target):
    from httpcore_client.downloads._checksum import Checksum

    part = part_of(target)
    part.begin(KNOWN)
    part.write(0, [b"0"])
    with pytest.raises(ChecksumMismatch):
        part.finish(1, [Checksum.of("md5:" + "0" * 32)], overwrite=False)
    part.discard()
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "asked", "least"),
    [
        (429, "7", 7),
        (503, "60", 60),
        (503, "61", None),
        (503, "x", 0),
        (403, "7", None),
        (500, "", None),
    ],
    ids=str,
)
def test_a_status_that_may_pass_is_waited_for_as_long_as_is_asked(status, asked, least):
    error = httpcore_client.HTTPStatusError("busy", status)
    error.response = SimpleNamespace(headers={"Retry-After": asked})
    found = pause(error, 1)
    assert found is None if least is None else least <= found <= least + 0.5


def test_errors_that_last_are_not_waited_for():
    assert pause(httpcore_client.TotalTimeout("late"), 1) is None
    assert 0 <= pause(httpcore_client.ReadError("broke"), 2) <= 1


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.at = 0.0

    def now(self):
        return self.at


def test_progress_is_told_ten_times_a_second_at_most():
    clock, told = Hands(), []
    meter = Meter(told.append, clock, SyncBackend())
    run_sync(meter.count(0, now=True))
    for at in range(1, 101):  # a second, 1 KB each hundredth
        clock.at = at / 100
        run_sync(meter.count(1000))
    assert 9 <= len(told) - 1 <= 10
    assert [round(progress.rate) for progress in told[1:3]] == [100_000, 100_000]
    clock.at = 2.0  # nothing for a second
    run_sync(meter.count(0))
    assert told[-1].rate < 20_000
    assert told[-1].seconds == 2.0
