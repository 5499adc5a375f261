"""`client.download`: a file comes whole, goes on where it ended, and is never put together of two."""

import gzip
import hashlib
import io
import json
import os
import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

import httpcore_client
from httpcore_client import Timeout
from httpcore_client.adapters import Clock
from httpcore_client.downloads import (
    ChecksumMismatch,
    Download,
    DownloadError,
    DownloadInUse,
    download,
)
from testkit.file_server import LONG_AGO, NOW, answer
from testkit.worlds import WORLDS, Lifted

# For what is decided without waiting.
in_one_world = pytest.mark.parametrize("world", WORLDS[2:], ids=["threads"], indirect=True)

SHA = "sha256:" + hashlib.sha256(b"0123456789").hexdigest()


@pytest.fixture
def run(run_client):
    """Download, and return the file or the error; there is no waiting between attempts."""

    def run(*args, **how):
        async def scenario(client):
            inner = client._target._client if isinstance(client, Lifted) else client
            try:
                return await download(inner, *args, clock=NoWait(inner._pool.backend), **how)
            except Exception as error:
                assert inner.stats().in_use == 0
                return error

        return run_client(scenario)

    return run


class NoWait(Clock):
    async def sleep(self, seconds, until=None):
        pass


def test_a_file_comes_whole(run_client, server, tmp_path, left):
    async def scenario(client):
        return await client.download(server.url, tmp_path / "a")

    found = run_client(scenario)
    assert isinstance(found, Download)
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert (found.path, found.size, str(found.url)) == (tmp_path / "a", 10, server.url)
    assert (found.status_code, found.headers["ETag"]) == (200, '"1"')
    assert (found.checksum, found.resumed_from) == (None, 0)
    assert 0 < found.seconds < 20
    assert repr(found) == f"<Download '{tmp_path / 'a'}' 10 bytes from {server.url}>"
    assert left() == ["a"]
    assert b"Accept-Encoding: identity" in server.heads[0]


def test_an_empty_file(run, server, tmp_path, left):
    server.content = b""
    for connections in (1, 4):
        assert run(server.url, tmp_path / "a", connections=connections, overwrite=True).size == 0
        assert (tmp_path / "a").read_bytes() == b""
    assert left() == ["a"]


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_file_cut_at_every_octet_goes_on_in_the_same_call(run, server, tmp_path, left, framing):
    server.is_chunked = framing == "chunked"
    if framing == "close":
        server.only_200 = {b"Content-Length": None}
    for cut in range(len(server.content)):
        server.asked.clear()
        server.cuts = [cut + 3 if framing == "chunked" else cut]
        found = run(server.url, tmp_path / str(cut))
        if framing == "close":
            assert found.size == cut  # nothing says that this is not all
            continue
        assert (tmp_path / str(cut)).read_bytes() == server.content
        expected = (b"bytes=%d-" % cut, 206) if cut else (None, 200)
        given = expected[0] and expected[0] + (b"9" if framing == "length" else b"")
        assert server.ranges == [(None, 200), (given, expected[1])]
    assert left() == sorted(map(str, range(10)))


@in_one_world
def test_a_file_goes_on_in_the_next_call(run, server, tmp_path, left):
    for cut in range(1, 10):
        target = tmp_path / "a"
        server.cuts = [cut]
        error = run(server.url, target, retries=0)
        assert isinstance(error, httpcore_client.RemoteProtocolError)
        assert error.__notes__ == [
            f"{cut} bytes are kept in {target}.part: the same download goes on from there"
        ]
        assert left() == ["a.part", "a.part.json"]
        found = run(server.url + "#elsewhere", target)
        assert (found.resumed_from, found.status_code, found.size) == (cut, 206, 10)
        assert target.read_bytes() == server.content
        assert left() == ["a"]
        target.unlink()
        assert server.asked[-1] == (b"bytes=%d-9" % cut, b'"1"', 206)


@pytest.mark.parametrize(
    "how",
    ["another file", "another file, and no If-Range", "another length", "no ranges", "no ETag",
     "another URL", "resume=False", "broken state"],
)  # fmt: skip
@in_one_world
def test_what_is_not_of_the_same_file_is_not_put_together(run, server, tmp_path, left, how):
    target = tmp_path / "a"
    server.cuts = [4]
    run(server.url, target, retries=0)
    url, resume = server.url, True
    server.content = b"abcdefghij"
    if how.startswith("another file"):
        server.fields[b"ETag"] = b'"2"'
        server.takes_conditions = "no If-Range" not in how
    elif how == "another length":
        server.content += b"k"
    elif how == "no ranges":
        server.takes_ranges = False
    elif how == "no ETag":
        server.fields = {}
        server.takes_conditions = False
    elif how == "another URL":
        url += "?x"
    elif how == "resume=False":
        resume = False
    else:
        (tmp_path / "a.part.json").write_text("{")
    found = run(url, target, resume=resume)
    assert (found.resumed_from, found.status_code) == (0, 200)
    assert target.read_bytes() == server.content
    assert left() == ["a"]


@in_one_world
def test_a_date_is_a_validator_if_it_is_old_enough(run, server, tmp_path, left):
    server.fields = {b"Last-Modified": LONG_AGO.encode(), b"Date": NOW.encode()}
    server.cuts = [4]
    assert run(server.url, tmp_path / "a").size == 10
    assert server.asked[1] == (b"bytes=4-9", LONG_AGO.encode(), 206)
    server.fields[b"Date"] = server.fields[b"Last-Modified"]
    server.cuts = [4]
    assert run(server.url, tmp_path / "b").size == 10
    assert server.asked[3] == (None, None, 200)
    server.cuts = [4]
    error = run(server.url, tmp_path / "c", retries=0)
    assert not hasattr(error, "__notes__")
    # Nor is it one beside a weak tag: RFC 9110 13.1.5.
    server.fields = {b"Last-Modified": LONG_AGO.encode(), b"Date": NOW.encode(), b"ETag": b'W/"1"'}
    server.cuts = [4]
    assert run(server.url, tmp_path / "d").size == 10
    assert server.asked[-1] == (None, None, 200)
    assert left() == ["a", "b", "d"]


@pytest.mark.parametrize(
    "fields",
    [
        {b"Content-Range": b"bytes 3-8/10"}, {b"Content-Range": b"bytes 4-9/11"},
        {b"Content-Range": b"octets 4-9/10"}, {b"Content-Range": b"bytes 4-8/10"},
        {b"Content-Range": b"bytes 4-10/11"}, {b"Content-Range": b"bytes */10"},
        {b"Content-Type": b"multipart/byteranges; boundary=x"},
        {b"Content-Range": b"bytes 4-9/10", b"Content-Encoding": b"gzip"},
        {b"Content-Range": b"bytes 4-9/10", b"ETag": b'"2"'},
    ],
    ids=lambda fields: " ".join(value.decode() for value in fields.values()),
)  # fmt: skip
@in_one_world
def test_a_part_that_is_not_the_one_asked_for_is_not_used(run, server, tmp_path, fields):
    wrong = answer(206, b"abcdef", server.fields | fields)
    server.before = lambda server: wrong if len(server.asked) == 1 else None
    server.cuts = [4]
    assert run(server.url, tmp_path / "a").size == 10
    assert (tmp_path / "a").read_bytes() == server.content
    assert [status for _, status in server.ranges] == [200, 206, 200]


@pytest.mark.parametrize("etag", [b'"2"', b'W/"2"'])
def test_a_part_with_a_tag_is_none_of_what_has_a_date_only(run, server, tmp_path, etag):
    server.fields = {b"Last-Modified": LONG_AGO.encode(), b"Date": NOW.encode()}
    of_another = {b"Content-Range": b"bytes 4-9/10", b"ETag": etag}
    wrong = answer(206, b"abcdef", of_another)
    server.before = lambda server: wrong if len(server.asked) == 1 else None
    server.cuts = [4]
    assert run(server.url, tmp_path / "a").size == 10
    assert (tmp_path / "a").read_bytes() == server.content
    assert [status for _, status in server.ranges] == [200, 206, 200]


def test_less_than_was_asked_for_is_taken_and_the_rest_asked_for(run, server, tmp_path):
    some = answer(206, b"456", server.fields | {b"Content-Range": b"bytes 4-6/*"})
    server.before = lambda server: some if len(server.asked) == 1 else None
    server.cuts = [4]
    run(server.url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == server.content
    assert server.ranges[2:] == [(b"bytes=7-9", 206)]


@pytest.mark.parametrize("content", [b"45678901", b"45678"], ids=["more", "less"])
def test_content_that_is_not_as_long_as_its_range_is_an_error(run, server, tmp_path, content):
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    fields = {b"Content-Range": b"bytes 4-9/10", b"Transfer-Encoding": b"chunked"}
    wrong = answer(206, framed, {**server.fields, **fields, b"Content-Length": None})
    server.before = lambda server: wrong if len(server.asked) == 1 else None
    server.cuts = [4]
    run(server.url, tmp_path / "a", retries=0)
    error = run(server.url, tmp_path / "a", retries=0)
    assert isinstance(error, httpcore_client.RemoteProtocolError)
    says = "only 5 of 6 bytes" if len(content) == 5 else "more than the 6 bytes it names"
    assert f"the server has sent {says}" in str(error)
    run(server.url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == server.content


def test_what_is_no_longer_there_begins_anew(run, server, tmp_path):
    def shrink(server):
        if server.asked:
            server.content = b"012"

    server.before = shrink
    server.cuts = [4]
    assert run(server.url, tmp_path / "a").size == 3
    assert server.ranges == [(None, 200), (b"bytes=4-9", 416), (None, 200)]


def test_a_file_whose_length_nobody_tells_ends_with_a_416(run, server, tmp_path, left):
    def without_length(server):
        if len(server.asked) == 1:
            return answer(206, b"456789", server.fields | {b"Content-Range": b"bytes 4-9/*"})
        return None

    server.is_chunked = True
    server.before = without_length
    server.cuts = [7]
    assert run(server.url, tmp_path / "a").size == 10
    assert server.ranges == [(None, 200), (b"bytes=4-", 206), (b"bytes=10-", 416)]


@pytest.mark.parametrize("says", [b"bytes */3", b"bytes */99", b"bytes */x", b"octets */4"])
def test_a_416_that_names_another_length_begins_anew(run, server, tmp_path, says):
    refused = answer(416, b"", server.fields | {b"Content-Range": says})
    server.is_chunked = True
    server.before = lambda server: refused if len(server.asked) == 1 else None
    server.cuts = [3 + 4]
    assert run(server.url, tmp_path / "a").size == 10
    assert server.ranges == [(None, 200), (b"bytes=4-", 416), (None, 200)]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_that_416_may_come_in_a_later_download(run, server, tmp_path, left, size):
    server.content = server.content[:size]
    server.is_chunked = True
    server.cuts = [3 + 1 + size]  # behind the chunk's line and all of its data
    run(server.url, tmp_path / "a", retries=0)
    assert left() == ["a.part", "a.part.json"]
    told = []
    done = run(server.url, tmp_path / "a", progress=told.append)
    assert (size, server.content) == (done.size, (tmp_path / "a").read_bytes())
    assert size - 1 == done.resumed_from
    assert size - 1 == next(each.received for each in told if each.total == size)
    assert (size, size if size > 1 else None) == (told[-1].received, told[-1].total)
    assert left() == ["a"]
    last = b"bytes=%d-%d" % (size - 1, size - 1)
    then = (last, 206) if size > 1 else (None, 200)  # of none that is there nothing can go on
    assert server.ranges == [(None, 200), (b"bytes=%d-" % size, 416), then]


def test_an_attempt_that_ended_before_its_first_octet_leaves_nothing_to_go_on_from(
    run, server, tmp_path, left
):
    """Killed between the head and the end of an empty file, for example."""
    server.cuts = [4]
    run(server.url, tmp_path / "a", retries=0)
    state = json.loads((tmp_path / "a.part.json").read_bytes())
    for length in (0, 10, None):
        (tmp_path / "a.part").write_bytes(b"")
        (tmp_path / "a.part.json").write_text(json.dumps(state | {"length": length, "done": []}))
        done = run(server.url, tmp_path / "a", overwrite=True)
        assert (0, 10, 200) == (done.resumed_from, done.size, done.status_code)
        assert ["a"] == left()


def test_a_whole_that_was_not_put_in_its_place_is_asked_for_its_last_octet(run, server, tmp_path):
    (tmp_path / "a.part").write_bytes(server.content)
    server.cuts = [4]
    run(server.url, tmp_path / "b", retries=0)
    state = json.loads((tmp_path / "b.part.json").read_bytes())
    (tmp_path / "a.part.json").write_text(json.dumps(state | {"done": [[0, 10]]}))
    assert run(server.url, tmp_path / "a").resumed_from == 9
    assert server.asked[-1] == (b"bytes=9-9", b'"1"', 206)


def test_attempts_that_bring_nothing_are_counted(run, server, tmp_path):
    server.cuts = [1, 0, 1, 0, 0, 0]
    error = run(server.url, tmp_path / "a", retries=2)
    assert isinstance(error, httpcore_client.TransportError)
    assert len(server.asked) == 5
    server.cuts = []
    assert run(server.url, tmp_path / "a").resumed_from == 2


@pytest.mark.parametrize(("status", "attempts"), [(503, 3), (429, 3), (403, 1)])
@in_one_world
def test_statuses_that_may_pass_are_waited_for_when_it_has_begun(
    run, server, tmp_path, status, attempts
):
    busy = answer(status, b"busy", {b"Retry-After": b"1", b"Content-Type": b"text/plain"})
    server.before = lambda server: busy if server.asked else None
    server.cuts = [4]
    error = run(server.url, tmp_path / "a", retries=3)
    assert isinstance(error, httpcore_client.HTTPStatusError)
    assert str(error).endswith(f"error {status} X: busy")
    assert len(server.asked) == 1 + attempts


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (404, httpcore_client.HTTPStatusError, "client error 404 X: sorry"),
        (503, httpcore_client.HTTPStatusError, "server error 503 X: sorry"),
        (206, DownloadError, "the status is 206, which brings no file"),
        (304, DownloadError, "the status is 304, which brings no file"),
    ],
)
@pytest.mark.parametrize("name", ["a", ""], ids=["name", "directory"])
@in_one_world
def test_other_answers_fail_at_once(run, server, tmp_path, left, name, status, kind, says):
    server.before = lambda server: answer(
        status, b"" if status == 304 else b"sorry", {b"Content-Type": b"text/plain"}
    )
    error = run(server.url, tmp_path / name)
    assert type(error) is kind
    assert str(error) == f"GET {server.url}: {says}"
    assert left() == []
    assert len(server.asked) == 1


def test_waits_end_with_the_total_limit(run_client, server, tmp_path):
    slept = []

    class Told(Clock):
        async def sleep(self, seconds, until=None):
            slept.append(seconds)

        def now(self):
            return super().now() + 1000 * len(slept)

    asked = answer(503, b"", {b"Retry-After": b"55"})
    server.before = lambda server: asked if server.asked else None
    server.cuts = [4]

    async def scenario(client):
        inner = client._target._client if isinstance(client, Lifted) else client
        told = Told(inner._pool.backend)
        how = {"clock": told, "timeout": Timeout(total=50), "retries": 2}
        with pytest.raises(httpcore_client.HTTPError):
            await download(inner, server.url, tmp_path / "a", **how)

    run_client(scenario)
    assert slept[0] <= 0.5
    assert slept[1] <= 50


@pytest.mark.parametrize("length", [True, False], ids=["told", "not told"])
def test_too_large_a_file_is_refused(run, server, tmp_path, left, length):
    server.is_chunked = not length
    assert run(server.url, tmp_path / "a", max_bytes=10).size == 10
    error = run(server.url, tmp_path / "b", max_bytes=9)
    assert isinstance(error, httpcore_client.ContentTooLarge)
    assert str(error) == f"GET {server.url}: the file has more than 9 bytes (max_bytes)"
    assert error.limit == 9
    assert left() == ["a"]


def test_checksum_is_checked(run, server, tmp_path, left):
    assert (
        run(server.url, tmp_path / "a", checksum=SHA.upper().replace("SHA256", "SHA-256")).checksum
        == SHA
    )
    server.content = b"0123456780"
    error = run(server.url, tmp_path / "b", checksum=SHA)
    assert isinstance(error, ChecksumMismatch)
    assert error.expected == SHA
    assert error.found == "sha256:" + hashlib.sha256(b"0123456780").hexdigest()
    assert str(error) == f"the file has the checksum {error.found}, not {SHA}, and was removed"
    assert left() == ["a"]


@in_one_world
def test_checksum_of_the_server_is_checked(run, server, tmp_path, left):
    right, wrong = hashlib.sha512(server.content).digest(), hashlib.sha256(b"").digest()
    server.fields[b"Repr-Digest"] = b"md5=:AAAA:, sha-256=:%s:, sha-512=:%s:, sha-256=:AA:" % (
        b64encode(wrong), b64encode(right),
    )  # fmt: skip
    assert run(server.url, tmp_path / "a").checksum == f"sha512:{right.hex()}"
    server.fields[b"Repr-Digest"] = b"sha-512=:AAAA:, sha-512=:AA:,sha-256=:%s:" % b64encode(wrong)
    assert isinstance(run(server.url, tmp_path / "b"), ChecksumMismatch)
    assert left() == ["a"]


@pytest.mark.parametrize(
    ("how", "kind", "says"),
    [
        ({"checksum": "0123"}, ValueError, "checksum must be 'sha256:...' with one of blake2b, "),
        ({"checksum": "crc:00"}, ValueError, "checksum must be 'sha256:...'"),
        ({"checksum": "sha256:00"}, ValueError, "must have 64 hexadecimal digits, as sha256 has"),
        ({"checksum": "md5:" + "z" * 32}, ValueError, "must have 32 hexadecimal digits"),
        ({"checksum": b"x"}, TypeError, "checksum must be a str such as 'sha256:...', not bytes"),
        ({"max_bytes": -1}, ValueError, "max_bytes must be at least 0, not -1"),
        ({"connections": 0}, ValueError, "connections must be at least 1, not 0"),
        ({"connections": "4"}, TypeError, "connections must be a whole number, not str"),
        ({"retries": True}, TypeError, "retries must be a whole number, not bool"),
        ({"progress": 1}, TypeError, "progress must be callable or None, not int"),
        ({"json": {}}, TypeError, "a download is a GET request, which takes no json"),
        ({"headers": {"range": "bytes=0-"}}, ValueError, "a download sets Range by itself"),
        ({"conections": 4}, TypeError, "unknown option 'conections'"),
        ({"path": b"x"}, TypeError, "path must be a str or a Path, not bytes"),
        ({"path": 5}, TypeError, "path must be a str or a Path, not int"),
        ({"path": io.BytesIO()}, TypeError, "not BytesIO; client.stream has the pieces for an open"),
        ({"path": "/nowhere/x"}, FileNotFoundError, "there is no such directory: '/nowhere'"),
        ({"path": "nowhere/"}, FileNotFoundError, "there is no such directory: 'nowhere'"),
        ({"path": "/dev/null"}, OSError, "this is no regular file, and is not replaced"),
    ],
    ids=lambda value: "-".join(map(str, next(iter(value.items()))))[:30] if isinstance(value, dict) else "",
)  # fmt: skip
@in_one_world
def test_arguments_are_checked_before_anything_is_sent(run, server, how, kind, says):
    path = how.pop("path", None)
    try:
        error = run(server.url, path, **how)
    finally:
        if path is not None:
            how["path"] = path
    assert isinstance(error, kind)
    assert says in str(error)
    assert server.asked == []


def test_a_file_that_is_there_stays_unless_told_otherwise(run, server, tmp_path, left):
    (tmp_path / "a").write_bytes(b"mine")
    error = run(server.url, tmp_path / "a")
    assert isinstance(error, FileExistsError)
    assert "the file is there already; overwrite=True replaces it" in str(error)
    assert server.asked == []
    assert (tmp_path / "a").read_bytes() == b"mine"
    assert run(server.url, tmp_path / "a", overwrite=True).size == 10
    assert left() == ["a"]


def test_a_file_that_comes_meanwhile_stays(run, server, tmp_path, left):
    server.before = lambda server: (tmp_path / "a").write_bytes(b"mine") and None
    assert isinstance(run(server.url, tmp_path / "a"), FileExistsError)
    assert (tmp_path / "a").read_bytes() == b"mine"


@in_one_world
def test_links_are_replaced_and_not_followed(run, server, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "a").symlink_to(victim)
    run(server.url, tmp_path / "a", overwrite=True)
    assert not (tmp_path / "a").is_symlink()
    for name in ("b.part", "c.part.json"):
        (tmp_path / name).symlink_to(victim)
        assert isinstance(run(server.url, tmp_path / name[0]), OSError)
    assert victim.read_bytes() == b"mine"


@in_one_world
def test_files_have_the_usual_mode_and_the_state_is_the_owners(run, server, tmp_path):
    server.cuts = [4]
    before = os.umask(0o027)
    try:
        run(server.url + "?token=secret", tmp_path / "a", retries=0)
        assert stat.S_IMODE((tmp_path / "a.part.json").stat().st_mode) == 0o600
        state = json.loads((tmp_path / "a.part.json").read_text())
        assert "secret" not in str(state)
        assert state["done"] == [[0, 4]]
        run(server.url + "?token=secret", tmp_path / "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("disposition", "path", "name"),
    [
        (None, "/some/a%20b.txt?x=y", "a b.txt"), (None, "/", "download"), (None, "/a/..%2Fb", "b"),
        (None, "/x/..%5C..%5Cevil.exe", "evil.exe"), (b"inline", "/x", "x"), (b";", "/x", "x"),
        (b'attachment; filename="../../etc/passwd"', "/x", "passwd"),
        (b"attachment; filename*=UTF-8''%e2%82%ac.txt", "/x", "\u20ac.txt"),
        (b'attachment; filename="CON.txt"', "/x", "_CON.txt"),
        (b'attachment; filename="-rf"', "/x", "_-rf"),
        (b'attachment; filename=".."', "/x", "x"),
        (b'attachment; filename="b.PART"', "/x", "b.PART_"),
        (b'attachment; filename="b.part.json"', "/x", "b.part.json_"),
        (b'attachment; filename="' + b"n" * 251 + b'.txt"', "/x", "n" * 236 + ".txt"),
        (b'attachment; filename="' + b"n" * 255 + b'"', "/x", "n" * 240),
    ],
    ids=str,
)  # fmt: skip
@in_one_world
def test_name_of_a_file_in_a_directory(run, server, tmp_path, left, disposition, path, name):
    if disposition is not None:
        server.fields[b"Content-Disposition"] = disposition
    found = run(server.url.replace("/file.bin", path), tmp_path)
    assert found.path == tmp_path / name
    assert left() == [name]


def test_file_of_that_name_stays(run, server, tmp_path, left):
    (tmp_path / "file.bin").write_bytes(b"mine")
    assert isinstance(run(server.url, str(tmp_path)), FileExistsError)
    assert left() == ["file.bin"]


def test_without_a_path_it_goes_to_the_working_directory(run, server, tmp_path, monkeypatch, left):
    monkeypatch.chdir(tmp_path)
    assert str(run(server.url).path) == "file.bin"
    assert left() == ["file.bin"]


@pytest.mark.parametrize("connections", [1, 2])
@pytest.mark.parametrize("changed", [False, True], ids=["the same", "changed"])
def test_a_file_goes_on_whose_name_the_server_gives(
    run, server, tmp_path, left, changed, connections
):
    server.cuts = [4]
    run(server.url, tmp_path, retries=0)
    assert left() == ["file.bin.part", "file.bin.part.json"]
    if changed:
        server.content, server.fields[b"ETag"] = b"abcdefghijk", b'"2"'
    found = run(server.url, tmp_path, connections=connections)
    assert found.resumed_from == (0 if changed else 4)
    assert found.path.read_bytes() == server.content
    assert left() == ["file.bin"]


def test_codings_are_undone_unless_the_file_is_one(run, server, tmp_path):
    plain, server.content = server.content, gzip.compress(server.content)
    server.fields |= {
        b"Content-Encoding": b"gzip",
        b"Repr-Digest": b"sha-256=:%s:" % b64encode(bytes(32)),
    }
    assert run(server.url, tmp_path / "a.txt").size == len(plain)
    assert (tmp_path / "a.txt").read_bytes() == plain
    server.cuts = [4]
    del server.fields[b"Repr-Digest"]
    assert run(server.url, tmp_path / "a.tar.gz").size == len(server.content)
    assert (tmp_path / "a.tar.gz").read_bytes() == server.content
    assert server.ranges[-1][1] == 206
    own = {"headers": {"Accept-Encoding": "gzip"}}
    assert run(server.url, tmp_path / "b", **own).size == 10
    assert b"Accept-Encoding: gzip\r\n" in server.heads[-1]


def test_two_downloads_never_write_to_the_same_file(run, server, tmp_path):
    errors = []

    def another(progress):
        with ThreadPoolExecutor(1) as threads:
            errors.append(threads.submit(run, server.url, tmp_path / "a").result())

    assert run(server.url, tmp_path / "a", progress=another).size == 10
    assert isinstance(errors[0], DownloadInUse)
    assert str(errors[0]) == f"another download writes to {tmp_path / 'a.part'}"


def test_a_part_that_no_download_has_left_stays(run, server, tmp_path, left):
    (tmp_path / "a.part").write_bytes(b"mine")
    error = run(server.url, tmp_path / "a")
    assert isinstance(error, FileExistsError)
    assert "no download has left it" in str(error)
    assert (tmp_path / "a.part").read_bytes() == b"mine"
    assert left() == ["a.part"]
    os.mkfifo(tmp_path / "b.part")
    assert "this is no regular file" in str(run(server.url, tmp_path / "b"))


def test_progress_is_told(run, server, tmp_path):
    told = []
    server.cuts = [4]
    run(server.url, tmp_path / "a", progress=told.append)
    assert told[0].copy_with(seconds=0) == told[0].copy_with(
        path=tmp_path / "a", received=0, total=None, resumed_from=0, rate=0.0, seconds=0
    )
    assert (told[1].received, told[1].total) == (0, 10)  # before any of it has come
    assert (told[-1].received, told[-1].total) == (10, 10)


@pytest.mark.parametrize("length", [True, False], ids=["told", "not told"])
def test_progress_of_what_is_gone_on_with_begins_there(run, server, tmp_path, length):
    told = []
    server.is_chunked = not length
    server.cuts = [4]
    run(server.url, tmp_path / "a", retries=0)
    run(server.url, tmp_path / "a", progress=told.append)
    states = [(at.received, at.total, at.resumed_from) for at in told]
    kept = told[0].received
    assert kept
    expected = [(kept, 10, kept)] if length else [(kept, None, kept), (kept, 10, kept)]
    assert [*expected, (10, 10, kept)] == states


def test_progress_of_what_begins_anew_begins_at_0(run, server, tmp_path):
    told = []
    server.cuts = [4]
    run(server.url, tmp_path / "a", retries=0)
    server.content, server.fields = b"another", server.fields | {b"ETag": b'"2"'}
    run(server.url, tmp_path / "a", progress=told.append)
    states = [(at.received, at.total, at.resumed_from) for at in told]
    assert [(4, 10, 4), (0, 7, 0), (7, 7, 0)] == states


def test_progress_may_be_a_coroutine_function_and_end_it(run, world, server, tmp_path, left):
    async def tell(progress):
        raise KeyError(progress.received)

    error = run(server.url, tmp_path / "a", progress=tell)
    assert (type(error), error.args) == (KeyError, (0,))
    assert left() == []
