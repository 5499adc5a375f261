"""Our reading of what a server sends against that of h2: random frames, some of them broken.

Frame by frame, what h2 takes we take, with the same meaning, and what we take h2 takes too. `WE_TAKE` and
`WE_REFUSE` name all that differs, and why; the grounds of the former are in `_http2_referee`.
"""

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import hyperframe.frame as frames
from hypothesis import event, given, settings
from hypothesis import strategies as st

from .conftest import parsed

CODES = h2.settings.SettingCodes

WE_TAKE = {
    "a stream that is over": "content is dropped without an answer, and fields, where they may be late",
    "windows that widen": "h2 counts those of streams that are over, too (RFC 9113 6.9.2)",
    "behind a GOAWAY": "a server that is going away still answers (RFC 9113 6.8)",
    "a Content-Length in trailers": "it says nothing any more (RFC 9110 6.5.1)",
    "an ALTSVC frame": "whatever is wrong with it, it is ignored (RFC 7838 4)",
    "a PRIORITY frame": "at worst it is an error of its stream (RFC 9113 5.3.2, 6.3)",
    "204 or 304": "their Content-Length says nothing about this response (RFC 9110 8.6)",
}
WE_REFUSE = {
    "which is not open": "h2 lets frames for streams pass that nobody opened (RFC 9113 5.1)",
    "its status is": "a status has three digits (RFC 9110 15), which h2 does not look at",
    "content before the head": "h2 does not look at the order (RFC 9113 8.1)",
    "101 has no place in HTTP/2": "RFC 9113 8.6",
    "has forbidden characters": "h2 looks at names, and at the ends of values (RFC 9113 8.2.1)",
    "no field name in lower case": "h2 allows what is no token",
    "is a field about the connection": "h2 lets them pass in trailers",
    "its Content-Length is": "h2 takes the first of two, and what int() takes",
    "bytes of content instead of": "h2 counts where a DATA frame ends it, not at other ends",
    "more content than its 0 bytes": "h2 takes content where there is none (RFC 9110 6.4.1)",
    "a second head": "h2 takes a second response for trailers",
}

NAMES = st.sampled_from(
    [
        b"x-a",
        b"x-b",
        b"X-Upper",
        b"x y",
        b"",
        b":path",
        b"connection",
        b"te",
        b"content-length",
        b"cookie",
    ]
)
VALUES = st.sampled_from([b"", b"b", b"0", b"5", b"trailers", b" b", b"b\t", b"a\r\nb", b"\xff"])
GOOD = st.sampled_from(
    [[], [(b"x-a", b"b")], [(b"content-length", b"5")], [(b"cookie", b"a"), (b"cookie", b"b")]]
)
FIELDS = GOOD | st.lists(st.tuples(NAMES, VALUES), max_size=2)
STATUSES = st.sampled_from(
    [b"200"] * 6 + [b"404", b"100", b"103", b"101", b"204", b"304", b"20", b"abc"]
)
STREAMS = st.sampled_from([1, 1, 1, 3, 3, 3, 5, 5, 7, 2, 0])
SOMETIMES = st.sampled_from([False, False, False, True])

FRAMES = st.one_of(
    st.tuples(st.just("head"), STREAMS, STATUSES, FIELDS, SOMETIMES, SOMETIMES),
    st.tuples(st.just("head"), STREAMS, st.just(b"200"), GOOD, SOMETIMES, SOMETIMES),
    st.tuples(st.just("block"), STREAMS, FIELDS, st.booleans()),
    st.tuples(st.just("data"), STREAMS, st.sampled_from([0, 2, 3, 5, 100]), SOMETIMES, SOMETIMES),
    st.tuples(st.just("data"), STREAMS, st.just(5), st.booleans(), SOMETIMES),
    st.tuples(st.just("reset"), STREAMS, st.sampled_from([0, 7, 8, 0xABC])),
    st.tuples(st.just("window"), STREAMS, st.sampled_from([1, 1000, 0, 2**31 - 1])),
    st.tuples(
        st.just("settings"),
        st.sampled_from([3, 4, 5, 8, 99]),
        st.sampled_from([0, 1, 2**14, 2**31]),
    ),
    st.tuples(
        st.just("raw"),
        st.sampled_from([2, 3, 4, 6, 7, 8]),
        st.integers(0, 9),
        STREAMS,
        st.integers(0, 1),
    ),
    st.tuples(st.just("goaway"), st.sampled_from([0, 1, 3, 2**31 - 1])),
    st.sampled_from([("ping",), ("unknown",), ("push",), ("continuation",), ("open block",)]),
    st.tuples(st.just("priority"), STREAMS, STREAMS),
)


def octets(kind, stream_id, payload=b"", flags=0):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4) + payload


class Server:
    """Writes frames by their descriptions; one whole thing each, which may be several frames."""

    def __init__(self, state):
        self._encode = state._encoder.encode

    def write(self, kind, *rest):
        return getattr(self, "_" + kind.replace(" ", "_"))(*rest)

    def _head(self, stream_id, status, fields, end, cut):
        return self._block(stream_id, [(b":status", status), *fields], end, cut)

    def _block(self, stream_id, fields, end, cut=False):
        block = self._encode(fields)
        at = len(block) // 2 if cut else len(block)
        first = octets(1, stream_id, block[:at], (0 if cut else 4) | end)
        return first + octets(9, stream_id, block[at:], 4) if cut else first

    def _data(self, stream_id, size, end, padded):
        payload = bytes([2]) + bytes(size + 2) if padded else bytes(size)
        return octets(0, stream_id, payload, (8 if padded else 0) | end)

    def _reset(self, stream_id, code):
        return octets(3, stream_id, code.to_bytes(4))

    def _window(self, stream_id, increment):
        return octets(8, stream_id, increment.to_bytes(4))

    def _settings(self, code, value):
        return octets(4, 0, code.to_bytes(2) + value.to_bytes(4))

    def _raw(self, kind, size, stream_id, flags):
        return octets(kind, stream_id, bytes(size), flags)

    def _goaway(self, last):
        return octets(7, 0, last.to_bytes(4) + bytes(4))

    def _ping(self):
        return octets(6, 0, b"12345678")

    def _unknown(self):
        return octets(0x42, 1, b"hi")

    def _push(self):
        return octets(5, 1, (2).to_bytes(4), 4)

    def _continuation(self):
        return octets(9, 1, b"", 4)

    def _open_block(self):
        return octets(1, 1, b"")

    def _priority(self, stream_id, on):
        return octets(2, stream_id, on.to_bytes(4) + b"\x10")


REQUESTS = [("GET", True), ("POST", False), ("HEAD", True)]


def status(head):
    return b":status", b"%d" % head.status_code


class Ours:
    def __init__(self, client):
        self.client = client.greet()
        self.streams = {}
        for method, end in REQUESTS:
            stream = client.open(method, end=end)
            self.streams[stream.id] = stream
        self._data = dict.fromkeys(self.streams, b"")

    def hear(self, data):
        self.client.hear(data)
        for number, stream in self.streams.items():
            self._data[number] += stream.take() or b""

    def why_refused(self):
        """Why something was refused, if it was: a reset is no refusal."""
        failures = [
            self.client.state.failure,
            *(stream.failure for stream in self.streams.values()),
        ]
        told = [str(failure) for failure in failures if failure is not None]
        return [
            words for words in told if "reset the stream" not in words and "going away" not in words
        ]

    def meaning(self):
        return {
            number: (
                [b"%d" % each.status_code for each in stream.interim],
                None if (head := stream.head) is None else [status(head), *head.fields],
                self._data[number],
                stream.trailers,
                stream.ended,
                stream.failure is not None and not stream.ended,
            )
            for number, stream in self.streams.items()
        }


class Theirs:
    def __init__(self):
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(header_encoding=None, normalize_inbound_headers=False)
        )
        self.h2.local_settings = h2.settings.Settings(
            client=True, initial_values={CODES.ENABLE_PUSH: 0}
        )
        self.h2.initiate_connection()
        self.h2.receive_data(frames.SettingsFrame(0).serialize())
        self._found = {}
        for number, (method, end) in enumerate(REQUESTS):
            fields = [
                (":method", method),
                (":scheme", "https"),
                (":authority", "a"),
                (":path", "/"),
            ]
            self.h2.send_headers(2 * number + 1, fields, end_stream=end)
            self._found[2 * number + 1] = [[], None, b"", None, False, False]
        self.h2.data_to_send()

    def hear(self, data):
        """Take frames; return whether that is possible."""
        try:
            events = self.h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            return False
        noted = [self._note(each) for each in events]
        return all(noted) and not self._resets()

    def _resets(self):
        """Whether h2 answers with RST_STREAM, and tells no event where the stream was reset before."""
        said = parsed(self.h2.data_to_send())
        return any(isinstance(frame, frames.RstStreamFrame) for frame in said)

    def _note(self, each):
        found = self._found.get(getattr(each, "stream_id", None))
        if found is None:
            return True
        if isinstance(each, h2.events.InformationalResponseReceived):
            found[0].append(each.headers[0][1])
        elif isinstance(each, h2.events.ResponseReceived):
            found[1] = [tuple(field) for field in each.headers]
        elif isinstance(each, h2.events.DataReceived):
            found[2] += each.data
        elif isinstance(each, h2.events.TrailersReceived):
            found[3] = [tuple(field) for field in each.headers]
        elif isinstance(each, h2.events.StreamEnded):
            found[4] = True
        elif isinstance(each, h2.events.StreamReset):
            found[5] = not found[4]
            return each.remote_reset
        return True

    def meaning(self):
        return {number: tuple(found) for number, found in self._found.items()}


def excuse(ours, made, data):
    """Why h2 may refuse what we take."""
    stream_id = int.from_bytes(data[5:9]) & 0x7FFF_FFFF
    stream = ours.client.state.streams.get(stream_id)
    if ours.client.state.draining:
        return "behind a GOAWAY"
    if made[:2] == ("raw", 10):
        return "an ALTSVC frame"
    if made[0] == "priority" or made[:2] == ("raw", 2):
        return "a PRIORITY frame"
    if made[:2] == ("settings", 4) and len(ours.client.state.streams) < len(ours.streams):
        return "windows that widen"
    if stream_id in ours.streams and (stream is None or stream.ended):
        return "a stream that is over"
    if stream is not None and stream.head is not None and stream.head.status_code in (204, 304):
        return "204 or 304"
    if made[0] == "head" and made[2] in (b"204", b"304"):
        return "204 or 304"
    if made[0] == "block" and b"content-length" in dict(made[2]):
        return "a Content-Length in trailers"
    return None


def compare(state, descriptions, note=lambda said: None):
    """Let us and h2 hear the same frames, until one of both hears no more.

    Args:
        state: a new one of a client's connection.
        descriptions: of the frames.
        note: is told where only one of both refuses one, and why that may be.
    """
    ours, theirs = Ours(state), Theirs()
    server = Server(ours.client)
    for made in descriptions:
        written = server.write(*made)
        why = excuse(ours, made, written)
        ours.hear(written)
        refused = ours.why_refused()
        taken = theirs.hear(written)
        if refused and taken:
            grounds = [each for each in WE_REFUSE if each in refused[0]]
            assert grounds, (refused, made)
            note(f"we refuse: {grounds[0]}")
        elif not refused and not taken:
            assert why in WE_TAKE, made
            note(f"we take: {why}")
        elif taken and not ours.client.state.draining:  # after a GOAWAY all is over for h2
            assert theirs.meaning() == ours.meaning(), (theirs.meaning(), ours.meaning())
            continue
        break


@given(st.lists(FRAMES, min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_frames_mean_to_us_what_they_mean_to_h2(h2_state, descriptions):
    compare(h2_state(), descriptions, event)


@given(st.lists(FRAMES, min_size=1, max_size=12), st.lists(st.integers(1, 40), max_size=30))
@settings(max_examples=300, deadline=None)
def test_frames_mean_the_same_however_they_are_cut(h2_state, descriptions, sizes):
    def outcome(cut):
        ours = Ours(h2_state())
        server = Server(ours.client)
        written = b"".join(server.write(*made) for made in descriptions)
        for piece in cut(written):
            if ours.client.state.failure is None:  # else nobody reads on
                ours.hear(piece)
        state = ours.client.state
        streams = [(str(stream.failure), stream.go_ahead) for stream in ours.streams.values()]
        return ours.meaning(), streams, str(state.failure), state.draining, state.take()

    def pieces(octets):
        for size in sizes:
            if octets:
                yield octets[:size]
            octets = octets[size:]
        if octets:
            yield octets

    whole = outcome(lambda octets: [octets])
    assert whole == outcome(pieces)
    assert whole == outcome(lambda octets: [octets[at : at + 1] for at in range(len(octets))])
