"""What storages keep, and what they drop; what a file may be."""

import json
import os
import pickle
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest

from httpcore_client import Headers
from httpcore_client.cache import (
    CacheAdapter,
    CacheFileError,
    MemoryStorage,
    SQLiteStorage,
    StoredResponse,
    _memory,
    _sqlite,
)
from httpcore_client.cache._storage import MOST_VARIANTS


def stored(variant=b"", received=0.0, **changes):
    head = StoredResponse(
        status_code=200,
        reason_phrase="OK",
        protocol="HTTP/1.1",
        headers=Headers([("A", "1"), ("a", "2"), ("B", "\xe9")]),
        received=received,
        initial_age=1.5,
        varies_on=("accept",),
        variant=variant,
    )
    return head.copy_with(**changes)


def body(storage, key, variant=b""):
    """The body of the head that a storage gives for a variant, or None."""
    for head in storage.find(key):
        if head.variant == variant:
            return storage.body(key, head)
    return None


class Ticking:
    """A clock whose every look is an hour later."""

    def __init__(self):
        self.hours = 0

    def __call__(self):
        self.hours += 1
        return self.hours * 3600.0


@pytest.fixture(params=["memory", "file"])
def make(request, tmp_path):
    made = []

    def make(**limits):
        if request.param == "memory":
            made.append(MemoryStorage(**limits))
        else:
            made.append(SQLiteStorage(tmp_path / "cache", time=Ticking(), **limits))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_response_is_given_back_as_it_was(make):
    storage = make()
    storage.put(b"k", stored(), b"\0body")
    assert storage.find(b"k") == [stored()]
    assert storage.find(b"k")[0].headers.raw == [(b"A", b"1"), (b"a", b"2"), (b"B", b"\xe9")]
    assert body(storage, b"k") == b"\0body"
    assert (storage.find(b"other"), body(storage, b"k", b"other")) == ([], None)


def test_variants_stand_side_by_side_the_last_first(make):
    storage = make()
    storage.put(b"k", stored(b"1", 1.0), b"one")
    storage.put(b"k", stored(b"2", 2.0), b"two")
    storage.put(b"k", stored(b"1", 3.0), b"one again")
    assert [each.variant for each in storage.find(b"k")] == [b"1", b"2"]
    assert body(storage, b"k", b"1") == b"one again"


def test_a_head_may_be_replaced_if_it_is_still_there(make):
    storage = make()
    storage.put(b"k", stored(), b"body")
    [head] = storage.find(b"k")
    storage.update(b"k", head, stored(received=9.0, status_code=203))
    storage.update(b"gone", head, stored())
    assert [each.status_code for each in storage.find(b"k")] == [203]
    assert body(storage, b"k") == b"body"
    assert storage.find(b"gone") == []


def test_what_is_removed_is_gone(make):
    storage = make()
    for key in (b"k", b"l"):
        for variant in (b"1", b"2"):
            storage.put(key, stored(variant), b"body")
    storage.remove(b"k", b"1")
    assert [each.variant for each in storage.find(b"k")] == [b"2"]
    storage.remove(b"k")
    storage.remove(b"nothing")
    assert (storage.find(b"k"), len(storage.find(b"l"))) == ([], 2)
    storage.clear()
    assert storage.find(b"l") == []


def test_one_url_has_so_many_variants_and_no_more(make):
    storage = make()
    for number in range(MOST_VARIANTS + 5):
        storage.put(b"k", stored(b"%d" % number, float(number)), b"body")
    kept = [each.variant for each in storage.find(b"k")]
    assert kept == [b"%d" % n for n in reversed(range(5, MOST_VARIANTS + 5))]


def test_the_least_recently_used_make_room(make):
    storage = make(max_bytes=200_000)
    for number in range(6):
        storage.put(b"%d" % number, stored(), b"x" * 30_000)
        body(storage, b"0")
    storage.put(b"6", stored(), b"x" * 100_000)
    assert body(storage, b"6") is not None
    assert body(storage, b"1") is None


def test_memory_holds_so_many_and_no_more():
    storage = MemoryStorage(max_entries=2)
    for key in (b"a", b"b", b"a", b"c"):
        storage.put(key, stored(), b"body")
    assert [bool(storage.find(key)) for key in (b"a", b"b", b"c")] == [True, False, True]
    assert repr(storage) == "<MemoryStorage 2 responses, 3,568 bytes>"


def test_the_body_limit_is_a_part_of_memory():
    assert MemoryStorage(max_bytes=800).max_body_bytes == 100


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (1.5, TypeError), (True, TypeError)])
@pytest.mark.parametrize("name", ["max_bytes", "max_body_bytes"])
def test_a_limit_is_a_number_of_bytes(tmp_path, name, value, error):
    for make in (MemoryStorage, lambda **limits: SQLiteStorage(tmp_path / "cache", **limits)):
        with pytest.raises(error, match=f"^{name} must be"):
            make(**{name: value})
    assert not (tmp_path / "cache").exists()


def test_a_file_is_for_its_owner(tmp_path):
    storage = SQLiteStorage(tmp_path / "cache")
    storage.put(b"k", stored(), b"body")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    storage.close()
    assert modes == dict.fromkeys(["cache", "cache-wal", "cache-shm"], 0o600)


def test_a_file_stays_when_it_is_closed_and_opens_again(tmp_path):
    storage = SQLiteStorage(tmp_path / "cache")
    storage.put(b"k", stored(), b"body")
    storage.close()
    storage.close()
    assert storage.find(b"k") == [stored()]
    storage.close()
    assert repr(storage) == f"<SQLiteStorage {str(tmp_path / 'cache')!r}>"


def foreign(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()


def newer(path):
    SQLiteStorage(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (foreign, "it is a database of another kind"),
        (newer, "it was made by a newer version of this library"),
        (lambda path: path.write_bytes(b"a text\n" * 1000), "file is not a database"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: None, "No such file or directory"),
    ],
    ids=["foreign", "newer", "text", "folder", "missing-folder"],
)
def test_a_file_that_is_no_cache_is_refused_and_left_alone(tmp_path, spoil, why):
    path = tmp_path / "cache"
    if why.startswith("No such"):
        path = tmp_path / "missing" / "cache"
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(CacheFileError, match=f"^can't use '{path}' as a cache: .*{why}"):
        SQLiteStorage(path)
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_file_of_an_older_version_is_emptied(tmp_path):
    path = tmp_path / "cache"
    storage = SQLiteStorage(path)
    storage.put(b"k", stored(), b"body")
    storage.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    storage = SQLiteStorage(path)
    assert storage.find(b"k") == []
    storage.put(b"k", stored(), b"body")
    storage.close()


def test_what_fails_half_way_is_undone(tmp_path, monkeypatch):
    storage = SQLiteStorage(tmp_path / "cache")
    monkeypatch.setattr(_sqlite, "_size", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        storage.put(b"k", stored(), b"body")
    assert storage.find(b"k") == []
    storage.close()


def test_a_response_that_is_larger_than_the_file_may_be_goes_at_once(tmp_path):
    storage = SQLiteStorage(tmp_path / "cache", max_bytes=1)
    storage.put(b"k", stored(), b"body")
    assert storage.find(b"k") == []
    storage.close()


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """A storage whose file somebody else is writing to."""
    monkeypatch.setattr(_sqlite, "_BUSY_SECONDS", 0.01)
    storage = SQLiteStorage(tmp_path / "cache")
    storage.put(b"k", stored(), b"body")
    other = sqlite3.connect(tmp_path / "cache", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield storage, other
    other.close()
    storage.close()


def test_a_file_that_is_locked_for_long_fails_and_is_read(locked):
    storage, _ = locked
    with pytest.raises(sqlite3.OperationalError, match=r"^database is locked$"):
        storage.put(b"l", stored(), b"body")
    assert body(storage, b"k") == b"body"
    assert storage.find(b"l") == []


def test_it_is_waited_for_once_and_written_to_again_after_a_while(locked, monkeypatch):
    storage, other = locked
    with pytest.raises(sqlite3.OperationalError):
        storage.remove(b"k")
    other.execute("ROLLBACK")
    for write in (
        storage.clear,
        lambda: storage.remove(b"k"),
        lambda: storage.put(b"k", stored(), b""),
    ):
        with pytest.raises(sqlite3.OperationalError, match="left alone for 5 s"):
            write()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    storage.put(b"l", stored(), b"body")
    assert body(storage, b"l") == b"body"


def test_a_hit_does_not_fail_because_its_time_can_not_be_noted(locked):
    storage, _ = locked
    storage._time = Ticking()
    assert [body(storage, b"k") for _ in range(2)] == [b"body"] * 2


def test_who_opens_a_cache_waits_for_nobody(locked, tmp_path):
    storage = SQLiteStorage(tmp_path / "cache")
    assert body(storage, b"k") == b"body"
    storage.close()


def test_memory_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CacheFileError, match=r"use MemoryStorage\(\)"):
        SQLiteStorage(":memory:")
    with pytest.raises(CacheFileError, match="embedded null"):
        SQLiteStorage("a\0b")
    assert list(tmp_path.iterdir()) == []


def test_a_file_stays_the_same_when_the_folder_changes(tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    storage = SQLiteStorage("cache")
    storage.close()
    monkeypatch.chdir(tmp_path / "other")
    storage.clear()
    storage.close()
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("received", "NaN"),
            ("initial_age", "1e999"),
            ("lifetime", "-1e300"),
            ("received", '""'),
        ),
        *(("status_code", "100"), ("status_code", "10000"), ("status_code", "null")),
        *(("reason_phrase", "1"), ("reason_phrase", '"a\\nb"'), ("protocol", "null")),
        *(("varies_on", "[1]"), ("headers", '[["a","b\\n"]]'), ("headers", "1")),
    ],
)
def test_a_head_that_was_spoiled_is_refused(field, value):
    fields = json.loads(stored().to_bytes())
    fields[field] = "here"
    data = json.dumps(fields).replace('"here"', value).encode()
    with pytest.raises((ValueError, TypeError)):
        StoredResponse.from_bytes(data, b"")


def test_a_body_belongs_to_one_head(make):
    storage = make()
    storage.put(b"k", stored(), b"old")
    [old] = storage.find(b"k")
    storage.put(b"k", stored(received=1.0), b"new")
    assert storage.body(b"k", old) is None
    storage.update(b"k", old, stored(received=2.0))
    assert [head.received for head in storage.find(b"k")] == [1.0]
    assert body(storage, b"k") == b"new"


def test_threads_may_use_one_storage(make):
    storage = make()
    errors = []

    def work(number):
        chosen = random.Random(number)
        try:
            for turn in range(40):
                key = b"%d" % chosen.randrange(3)
                text = b"%d/%d" % (number, turn)
                storage.put(key, stored(headers=Headers({"ETag": text})), text)
                for head in storage.find(key):
                    found = storage.body(key, head)
                    assert found in (None, head.headers["ETag"].encode())
                    storage.update(key, head, head.copy_with(received=chosen.random()))
                if turn % 10 == 9:
                    storage.remove(key)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert errors == []


def test_memory_counts_what_it_holds():
    storage, chosen = MemoryStorage(max_entries=5, max_bytes=20_000), random.Random(1)
    for _ in range(2000):
        key, variant = b"%d" % chosen.randrange(4), b"%d" % chosen.randrange(3)
        match chosen.randrange(5):
            case 0:
                storage.remove(key, variant if chosen.random() < 0.5 else None)
            case 1:
                for head in storage.find(key):
                    longer = Headers([("A", "x" * chosen.randrange(900))])
                    storage.update(key, head, head.copy_with(headers=longer))
            case 2:
                body(storage, key, variant)
            case _:
                storage.put(key, stored(variant), bytes(chosen.randrange(9000)))
        kept = [(k, head) for k in (b"0", b"1", b"2", b"3") for head in storage.find(k)]
        sizes = [_memory._size(head, body(storage, k, head.variant)) for k, head in kept]
        assert (len(storage._used), storage._bytes) == (len(kept), sum(sizes))
        assert len(kept) <= 5
        assert sum(sizes) <= 20_000


PROCESS = """
import sys
from httpcore_client import Headers
from httpcore_client.cache import SQLiteStorage, StoredResponse
name = sys.argv[2].encode()
head = StoredResponse(status_code=200, reason_phrase="OK", protocol="HTTP/1.1", headers=Headers(),
    received=0.0, initial_age=0.0)
storage = SQLiteStorage(sys.argv[1])
for turn in range(50):
    storage.put(name + b"%d" % turn, head, name)
storage.close()
"""


def test_processes_may_use_one_file(tmp_path):
    path = tmp_path / "cache"
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, path, name]) for name in ("one", "two")
    ]
    assert [process.wait(30) for process in running] == [0, 0]
    storage = SQLiteStorage(path)
    for name in (b"one", b"two"):
        assert [body(storage, name + b"%d" % turn) for turn in range(50)] == [name] * 50
    storage.close()


def test_a_fork_opens_the_file_anew(tmp_path, monkeypatch):
    storage = SQLiteStorage(tmp_path / "cache")
    storage.put(b"k", stored(), b"body")
    inherited = storage._connection
    storage._lock.acquire()  # by a thread that the child has not
    monkeypatch.setattr(os, "getpid", lambda: 1)
    storage.close()  # not the parent's
    assert inherited.execute("SELECT 1").fetchone() == (1,)
    assert storage.find(b"k") == [stored()]
    assert storage._connection is not inherited
    storage.close()
    inherited.close()


def test_a_cache_travels_to_another_process_as_its_settings(tmp_path):
    for storage in (
        MemoryStorage(max_entries=3, max_body_bytes=7),
        SQLiteStorage(tmp_path / "cache", max_bytes=9_000_000),
    ):
        cache = CacheAdapter(storage, shared=True)
        storage.put(b"k", stored(), b"body")
        there = pickle.loads(pickle.dumps(cache))
        assert there.shared
        assert type(there.storage) is type(storage)
        assert there.storage.max_bytes == storage.max_bytes
        assert there.storage.max_body_bytes == storage.max_body_bytes
        assert len(there.storage.find(b"k")) == (0 if type(storage) is MemoryStorage else 1)
        storage.close()
        there.storage.close()
