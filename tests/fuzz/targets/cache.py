"""A cache, private or shared, in memory or in a file, before origins that say anything of what may be kept.

A naive reader of RFC 9111 (`naive_cache`) judges what came without the origin, which may be asked always:

- It was stored whole, under the same URL, for the same fields that Vary names, and the same credentials where
  it is not for all. Nobody forbade that, no request made it invalid since, no full answer has replaced it.
- It is fresh, or stale by what both sides allow. Age is right; the fields are those that came with it, or
  that a 304 has changed, but those that are hidden.
- A 304 gives the body that its validator belongs to. Conditions of the cache's own are of what it has for
  this request, and their 304 reaches no caller. What stands in for an error may.
- `only-if-cached` reaches no origin. Cache-Status says what happened.
- Only errors of the tree come out; their texts are plain.
"""

import gzip
import tempfile
from pathlib import Path

from httpcore_client import HTTPError, SyncClient
from httpcore_client.cache import CacheAdapter, MemoryStorage, SQLiteStorage, cache_status
from httpcore_client.testing import Answer, ManualClock, MockAdapter
from httpcore_pool import ConnectTimeout, ReadError, RemoteProtocolError

from ..cache_origin import ASKED, STATUSES, URLS, http_date, said_by
from ..judges import plain_error
from ..naive_cache import Caller, Record, directives, secrets, varied
from ..shapes import Source

_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
_NOW = 1_800_000_000
_METHODS = ["GET"] * 12 + ["HEAD", "POST", "DELETE", "PATCH", "OPTIONS"]
_WAITS = [
    0,
    60,
    0,
    61,
    0,
    0.25,
    1,
    4.75,
    5,
    29,
    30,
    31,
    59.75,
    60,
    61,
    90,
    3600,
    90_000,
    10_000_000,
]
_OWN_TAGS = ['"1"', 'W/"2"', '"2", "1"', "*", '"a,b"', '"3"', "1", ""]
_ACCEPTS = [["a"], ["b"], ["a, b"], ["a ,b"], ["a", "b"], [""], ["A"]]
_OTHERS = [
    *(("Range", "bytes=0-3"), ("If-Range", '"1"'), ("If-Match", '"1"'), ("Pragma", "no-cache")),
    *(("Host", "b.test"), ("X-Api-Key", "hunter2"), ("Upgrade", "x")),
]  # fmt: skip
_CHECKED = (
    "cache-control",
    "expires",
    "date",
    "last-modified",
    "etag",
    "vary",
    "x-serial",
    "x-confirmed",
)
_NO_QUESTIONS = frozenset({b"range", b"if-range", b"if-match", b"upgrade"})
_GONE = ("set-cookie", "connection", "x-hop")
SEEDS = [
    bytes([settings, *calls])
    for settings in (0, 1, 2, 7)
    for calls in (
        [0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 2, 0, 0, 128, 8, 0, 0, 4, 0, 0, 0, 0, 0],
        [0, 0, 4, 0, 0, 16, 1, 0, 0, 0, 0, 4, 1, 0, 0, 1, 0, 0, 0, 4, 0],
        [0, 0, 8, 0, 0, 0, 1, 9, 0, 0, 0, 0, 1, 0, 0, 0, 10, 0, 0, 0],
        # What is changed while it is on its way; what is changed as a Content-Location.
        [0, 128, 128, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 224, 0, 0, 0, 0],
        [0, 1, 1, 0, 2, 0, 0, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 16, 0, 0, 2, 0, 1, 1, 0, 2],
    )
]


def check(data):
    source = Source(data)
    settings = source.octet()
    if settings & 7 != 7:
        _Play(source, settings, None).run()
        return
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        _Play(source, settings, folder).run()


class _Play:
    def __init__(self, source, settings, folder):
        self._source = source
        self._clock = ManualClock(_NOW)
        self._shared, self._heuristic = bool(settings & 8), not settings & 16
        if folder is not None:
            self._storage = SQLiteStorage(Path(folder, "cache.db"))
        elif settings & 32:
            self._storage = MemoryStorage(max_entries=2, max_body_bytes=60)
        else:
            self._storage = MemoryStorage()
        self._mock = MockAdapter(self._clock)
        self._mock.route().call(self._serve)
        self._records = []
        self._turns = 0
        self._held = []  # responses that are not read yet
        self._key = None  # of what is asked for now
        self._heard = []  # requests and answers, since then

    def run(self):
        self._one = self._client()
        for _ in range(12):
            if not self._source:
                break
            self._step()
        self._leave()

    def _leave(self):
        """Close the client, whose storage stays."""
        for context, _ in self._held:
            context.__exit__(None, None, None)
        self._held.clear()
        self._one.close()

    def _client(self):
        self._cache = CacheAdapter(
            self._storage, shared=self._shared, heuristic=self._heuristic, clock=self._clock
        )
        return SyncClient(
            adapters=[self._cache, self._mock],
            sensitive_headers=["X-Mine"],
            allow_redirects=False,
            trust_env=False,
            timeout=None,
        )

    # What a caller does.

    def _step(self):
        source = self._source
        how, what = source.octet(), source.octet() & source.octet()  # few at once
        self._clock.advance(source.pick(_WAITS))
        if how % 32 == 31:
            self._leave()
            self._one = self._client()
        if how & 0xE0 and self._held:
            self._finish()
        method = _METHODS[how % 32 % len(_METHODS)]
        is_unsafe = method not in ("GET", "HEAD")
        url, name, origin = source.pick(URLS) if what & 1 or is_unsafe else URLS[0]
        headers, asked, is_conditional = [], {}, False
        if what & 2:
            said = [source.pick(ASKED) for _ in range(1 + source.octet() % 2)]
            headers.append(("Cache-Control", ", ".join(spelt for spelt, _, _ in said)))
            asked = directives(said)
        if what & 4:
            headers += [("Accept", value) for value in source.pick(_ACCEPTS)]
        if what & 8:
            headers.append(("Authorization", f"Bearer hunter2-{source.octet() % 2}"))
        if what & 16:
            kind = source.octet()
            name_of_it = ("Cookie", "X-Mine")[kind % 2]
            headers.append((name_of_it, f"a=hunter2-{kind // 2 % 2}"))
        since = None
        if what & 32:
            is_conditional, kind = True, source.octet()
            if kind & 1:
                headers.append(("If-None-Match", _OWN_TAGS[kind // 4 % len(_OWN_TAGS)]))
            if not kind & 1 or kind & 2:
                since = _NOW - 1000 + source.octet() * 10
                headers.append(("If-Modified-Since", http_date(since, kind // 32)))
        if what & 64:
            headers.append(source.pick(_OTHERS))
        self._key = (name, dict(headers).get("Host"), origin)
        self._heard.clear()
        context = self._one.stream(method, url, headers=headers)
        caller = Caller(asked, is_conditional, since, method)
        try:
            response = context.__enter__()
        except HTTPError as error:
            plain_error(error, "hunter2")
            failed = True
        else:
            failed = False
        if failed:
            assert "only-if-cached" not in asked
            assert self._heard[-1][1] is None
            return
        self._look_at(response, caller)
        if what & 128:
            self._held.append((context, response))
            return
        self._read(response)
        context.__exit__(None, None, None)

    def _finish(self):
        """Read, or leave, what was begun before."""
        how = self._source.octet()
        context, response = self._held.pop(how // 2 % len(self._held))
        if not how & 1:
            self._read(response)
        context.__exit__(None, None, None)

    def _read(self, response):
        serial = response.headers.get("X-Serial")
        record = None if serial is None else self._records[int(serial)]
        try:
            content = response.read()
        except HTTPError as error:
            plain_error(error, "hunter2")
            assert record is not None
            assert not record.is_whole
            return
        if response.request.method == "HEAD" or response.status_code == 304:
            assert b"" == content
        elif record is not None:
            assert record.body == content
            assert record.is_whole

    # The origin.

    def _serve(self, request):
        source = self._source
        now, status, how = self._clock.time(), source.pick(STATUSES), source.octet()
        is_asked = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        if is_asked:
            status = source.pick([304, 304, 304, status, 503, 504])
        if how >= 240:
            self._heard.append((request, None))
            raise source.pick([ReadError, RemoteProtocolError, ConnectTimeout])("it fails")
        delay = source.octet() % 4 if how & 192 == 64 else 0
        said = said_by(source, request, status, how, now, now + delay)
        serial = len(self._records)
        body = (
            f"{serial}|{self._key}|{request.method}".encode() if status not in (204, 304) else b""
        )
        record = Record(serial, self._key, request, said, body)
        sent = body
        if said.lines.get("content-encoding") == ["gzip"]:
            sent = gzip.compress(body, mtime=0) if body else b""
        self._records.append(record)
        self._heard.append((request, record))
        said.lines["x-confirmed" if status == 304 else "x-serial"] = [str(serial)]
        self._note(request, record)
        breaks = how >= 224 and status not in (204, 304)
        headers = [(name, value) for name, lines in said.lines.items() for value in lines]
        if breaks:
            headers.append(("Content-Length", str(len(sent) + how % 2)))
        if not sent:
            self._keep(record, is_whole=not breaks)
            return Answer(status, headers=headers, delay=delay)
        pieces = self._pieces(record, sent, breaks)
        return Answer(status, headers=headers, stream=pieces, delay=delay)

    def _pieces(self, record, sent, breaks):
        if breaks:
            yield sent[: len(sent) // 2]
            if self._source.octet() & 1:
                yield ReadError("it breaks")
                return
            yield sent[len(sent) // 2 + 1 :]
            return
        yield sent
        self._keep(record, is_whole=True)

    def _keep(self, record, *, is_whole):
        self._turns += 1
        record.turn, record.is_whole = self._turns, is_whole

    def _note(self, request, new):
        """Note what is right no more, since this was answered."""
        status = new.said.status
        if request.method not in ("GET", "HEAD", "OPTIONS") and 200 <= status < 400:
            _, name, origin = new.said.means.get("place", (None, None, None))
            gone = {self._key, *([(name, self._key[1], origin)] if origin == self._key[2] else [])}
            for record in self._records[:-1]:
                record.is_gone |= record.key in gone
        replaces = (200 <= status < 400 and status not in (206, 304)) or status in (404, 410)
        if request.method == "GET" and replaces and self._is_question(request):
            fitting = [each for each in self._records[:-1] if self._fits(each, request)]
            if fitting:
                max(fitting, key=lambda each: each.turn).is_gone = True

    @staticmethod
    def _is_question(request):
        """Whether a cache may know the answer to it."""
        fields = request.headers
        is_left_out = "no-store" in fields.get("Cache-Control", "").lower()
        return not is_left_out and fields.isdisjoint(_NO_QUESTIONS)

    # What came of it.

    def _look_at(self, response, caller):
        asked, now = caller.asked, self._clock.time()
        status = cache_status(response)
        if "only-if-cached" in asked:
            assert not self._heard
        assert len(self._heard) <= 2
        own = [record for _, record in self._heard if record is not None]
        self._look_at_conditions(response, caller)
        serial = response.headers.get("X-Serial")
        if serial is None:
            if not self._heard:
                assert (504, "only-if-cached") == (response.status_code, status.detail)
                assert "only-if-cached" in asked
                return
            assert own[-1].said.status == response.status_code == 304
            if not caller.is_conditional:
                assert self._heard[-1][0].headers.isdisjoint(
                    frozenset({b"if-none-match", b"if-modified-since"})
                )
            return
        record = self._records[int(serial)]
        assert status.hit == (not self._heard)
        assert status.from_cache == (record not in own)
        if record in own:
            assert record is own[-1]
            assert record.said.status == response.status_code
            return
        self._look_at_stored(response, caller, record)
        enough = (asked, now, self._shared, self._heuristic)
        if not self._heard:
            assert record.said.is_enough(*enough), (record.said.means, asked, record.said.age(now))
            assert not record.is_gone
        elif (last := self._heard[-1][1]) is None or last.said.status >= 500:
            assert last is None or last.said.status in (500, 502, 503, 504)
            assert record.said.bridges(*enough), (record.said.means, asked, record.said.age(now))
            assert not record.is_gone
        else:
            self._confirm(record, last, self._heard[-1][0])
        self._look_at_fields(response, record, now)

    def _look_at_conditions(self, response, caller):
        """What the cache asks about is something that it has for this request."""
        for request, _ in self._heard:
            tag = request.headers.get("If-None-Match")
            if caller.is_conditional:
                assert tag == response.request.headers.get("If-None-Match")
            elif tag is not None:
                assert any(
                    record.said.lines.get("etag") == [tag] and self._fits(record, request)
                    for record in self._records
                ), tag

    def _fits(self, record, request):
        """Whether it was stored for such a request."""
        said = record.said
        return (
            record.is_whole
            and record.key == self._key
            and said.may_be_stored(self._shared)
            and all(
                varied(record.request.headers, name) == varied(request.headers, name)
                for name in said.means.get("vary", ())
            )
            and (
                said.is_for_all(self._shared)
                or secrets(record.request.headers) == secrets(request.headers)
            )
        )

    def _look_at_stored(self, response, caller, record):
        request, first = response.request, record.request
        said = record.said
        assert caller.method in ("GET", "HEAD")
        assert first.method == "GET"
        assert "no-store" not in caller.asked
        assert self._is_question(request)
        assert self._is_question(first)
        assert self._fits(record, request), (said.means, first.headers, request.headers)
        if self._shared and "Authorization" in first.headers:
            assert not {"public", "must-revalidate", "s-maxage"}.isdisjoint(said.control)
        if response.status_code == 304:
            assert caller.answers(request, said), (request.headers, said.lines)
        else:
            assert said.status == response.status_code

    def _confirm(self, record, last, request):
        """A 304 is about the one that it names, else about the one that was asked about."""
        assert last.said.status == 304
        had, tag = record.said.lines.get("etag"), last.said.lines.get("etag")
        if tag is not None:
            assert had is not None
            assert had[0].removeprefix("W/") == tag[0].removeprefix("W/")
        elif had is not None:
            assert had == request.headers.get_list("If-None-Match")
        else:
            changed = record.said.lines["last-modified"]
            assert changed == request.headers.get_list("If-Modified-Since")
        record.said, record.request = record.said.confirmed_by(last.said), request
        record.is_gone = False
        self._keep(record, is_whole=True)

    def _look_at_fields(self, response, record, now):
        said, headers = record.said, response.headers
        assert abs(int(headers["Age"]) - min(said.age(now), 2**53)) <= 1, (
            headers["Age"],
            said.age(now),
        )
        hidden = said.hides(self._shared) if not self._heard else set()
        for name in _CHECKED:
            assert said.lines.get(name, []) == headers.get_list(name)
        for name in hidden if self._heard else {*hidden, *_GONE}:
            assert name not in headers, name
