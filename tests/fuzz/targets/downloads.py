"""Downloads from a server that changes what it has, breaks off, and knows ranges well, badly or not at all.

What it says of what it sends is true: a strong validator stands for one content, a range is where it says.

- A file that is there is, whole, one that the server had; never parts of two, nor a page of an error.
- It has the checksum that was asked for. What was there before is there until then.
- A download that failed leaves nothing, or what another goes on from; one that succeeded nothing else.
- Only errors of the tree come out, and OSError where a file is in the way; their texts are plain.
"""

import asyncio
import hashlib
import re
import tempfile
from base64 import b64encode
from pathlib import Path
from unittest.mock import patch

from httpcore_client import Client, HTTPError, SyncClient
from httpcore_client.downloads import _ranges, _transfer
from httpcore_client.testing import Answer, ManualClock, MockAdapter
from httpcore_pool import AsyncioBackend, ReadError, RemoteProtocolError, run_sync

from ..judges import plain_error
from ..shapes import Source

_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None  # where fsync costs nothing
_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
_URL = "http://user:hunter2@a.test/file"


class _File:
    """What a server has, and what it says of it."""

    def __init__(self, content, **fields):
        self.content = content
        self.fields = [(name.replace("_", "-"), value) for name, value in fields.items()]
        self.etag = fields.get("ETag")
        self.date = fields.get("Last_Modified")


def _digest(content):
    return f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"


_SIZES = (40, 50, 40, 0, 1)
_A, _B, _C, _EMPTY, _ONE = (bytes([97 + n]) * size for n, size in enumerate(_SIZES))
_FILES = [
    _File(_A, ETag='"a"'),
    _File(_B, ETag='"b"'),
    _File(_C, ETag='"c"', Repr_Digest=_digest(_C)),
    _File(_A, ETag='W/"x"', Last_Modified="Wed, 21 Oct 2015 07:28:00 GMT", Date=_DATE),
    _File(_C, ETag='W/"x"', Last_Modified="Wed, 21 Oct 2015 07:28:00 GMT", Date=_DATE),
    _File(_B, Last_Modified="Wed, 21 Oct 2015 07:28:00 GMT", Date=_DATE),
    _File(_C, Last_Modified=_DATE, Date=_DATE),  # not strong: it may have changed again
    _File(_A, Last_Modified=_DATE, Date=_DATE),
    _File(_A),
    _File(_C),
    _File(_EMPTY, ETag='"e"'),
    _File(_ONE, ETag='"o"'),
    _File(_B, ETag='"g"', Content_Encoding="x"),
]
_WHOLE = {file.content for file in _FILES}
_REFUSALS = [404, 416, 429, 500, 503, 204, 202, 304, 401]
_SPAN = re.compile(r"bytes=(\d+)-(\d*)")
SEEDS = [
    bytes([turns, how, *calls])
    for turns, how in ((0, 0), (0, 5), (1, 5))
    for calls in (
        [0, 0, 0, 0],
        [0, 0, 2, 9, 0, 4, 2, 0],
        [1, 0, 2, 20, 1, 0, 3, 0],
        [0, 1, 3, 7, 0, 8, 0],
    )
]


def check(data):
    source = Source(data)
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        clock = ManualClock(1_800_000_000)
        mock = MockAdapter(clock)
        mock.route().call(_Server(source).answer)
        play = _by_turns if source.flag() else _alone
        play(mock, source, Path(folder, "file"))


def _alone(mock, source, target):
    """One part after the other, in a thread."""
    with SyncClient(adapters=[mock], trust_env=False) as client:

        async def download(*args, **options):
            return client.download(*args, **options)

        run_sync(_downloads(download, source, target))


def _by_turns(mock, source, target):
    """Parts side by side, in an event loop that takes turns in the same order each time."""

    async def main():
        async with Client(adapters=[mock], trust_env=False, backend=_Threadless()) as client:
            await _downloads(client.download, source, target)

    with patch.object(_transfer, "_PROBE_BYTES", 8), patch.object(_ranges, "_LEAST_SHARE_BYTES", 4):
        asyncio.run(main())


class _Threadless(AsyncioBackend):
    async def to_thread(self, function, *args, **others):
        return function(*args)


async def _downloads(download, source, target):
    for _ in range(4):
        if not source:
            break
        await _download(download, source, target)


async def _download(download, source, target):
    how = source.octet()
    before = target.read_bytes() if target.exists() else None
    options = {"overwrite": bool(how & 1), "resume": not how & 2, "connections": 1 + (how >> 1 & 2)}
    wanted = source.pick([_A, _B]) if how & 8 else None
    if wanted is not None:
        options["checksum"] = f"sha256:{hashlib.sha256(wanted).hexdigest()}"
    if how & 16:
        options["max_bytes"] = most = source.octet()
    if how & 32:
        options["retries"] = source.octet() % 3
    try:
        done = await download(_URL, target, **options)
    except FileExistsError:
        assert before is not None
        assert not how & 1
        error = True
    except HTTPError as raised:
        plain_error(raised, "hunter2")
        error = True
    else:
        error = False
    left = sorted(path.name for path in target.parent.iterdir() if path != target)
    if error:
        assert before == (target.read_bytes() if target.exists() else None)
        assert left in ([], ["file.part", "file.part.json"]), left
        return
    content = target.read_bytes()
    assert [] == left
    assert (target, len(content)) == (done.path, done.size)
    assert content in _WHOLE, content
    assert wanted in (None, content)
    assert not how & 16 or len(content) <= most


class _Server:
    def __init__(self, source):
        self._source = source

    def answer(self, request):
        source = self._source
        file, how = source.pick(_FILES), source.octet()
        if how % 8 == 7:
            status = source.pick(_REFUSALS)
            fields = [("Retry-After", "1")] if how & 8 else []
            content = b"" if status in (204, 304) else b"an error"
            return Answer(status, headers=fields, content=content)
        status, first, end, fields = 200, 0, len(file.content), [*file.fields]
        asked = _SPAN.fullmatch(request.headers.get("Range", ""))
        # Who does not know If-Range sends a part of what there is now, and says of what, if there is
        # something to say: else nobody could tell, as a 206 need not have a date (RFC 9110 15.3.7).
        ignores = how & 2 and (file.etag or file.date)
        if asked and how & 1 and (ignores or self._is_same(request, file)):
            first, end = int(asked[1]), min(int(asked[2] or end - 1) + 1, end)
            if first >= end:
                fields = [*file.fields, ("Content-Range", f"bytes */{len(file.content)}")]
                return Answer(416, headers=fields)
            status = 206
            if how & 16:
                end = max(first + 1, end - source.octet() % 16)
            whole = "*" if how & 32 else len(file.content)
            fields.append(("Content-Range", f"bytes {first}-{end - 1}/{whole}"))
        content = file.content[first:end]
        if not how & 64:
            fields.append(("Content-Length", str(len(content))))
        return Answer(status, headers=fields, stream=self._pieces(content, how))

    @staticmethod
    def _is_same(request, file):
        asked = request.headers.get("If-Range")
        if asked is None:
            return True
        is_weak = (file.etag or "").startswith("W/")
        return asked == file.etag and not is_weak if '"' in asked else asked == file.date

    def _pieces(self, content, how):
        if not how & 4:
            return [content]
        at = self._source.octet() % (len(content) + 1)
        error = (ReadError if how & 8 else RemoteProtocolError)("it breaks")
        return [piece for piece in (content[:at], error) if piece]
