"""What tests of the HTTP/2 modules share: our state without I/O and frames both ways."""

import hyperframe.frame as frames
import pytest

from httpcore_pool import HTTP2Settings, MessageLimits
from httpcore_pool.connection._http2_fields import RequestHead
from httpcore_pool.connection._http2_protocol import Protocol
from httpcore_pool.connection._http2_receiver import Receiver
from httpcore_pool.hpack import Encoder

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class H2State:
    """One connection of ours without I/O: frames in, frames out, a clock that stands still.

    Attributes:
        state: the connection's state.
        clock: the time of now.
    """

    def __init__(self, limits=None, settings=None):
        limits, settings = limits or MessageLimits(), settings or HTTP2Settings()
        self.clock = 0.0
        self.state = Protocol(limits, settings)
        self.receiver = Receiver(self.state, limits, settings, lambda: self.clock)
        self._encoder = Encoder()

    def greet(self, settings=None):
        """Take the server's SETTINGS, forget what was said so far."""
        self.hear(frames.SettingsFrame(0, settings or {}))
        self.state.take()
        return self

    def open(self, method="GET", *, end=True, fields=()):
        head = RequestHead([(b":method", method.encode()), *fields], None, expects=False)
        return self.state.open(head, method, end=end)

    def hear(self, *made):
        """Take frames, or octets, all at once."""
        octets = [each if isinstance(each, bytes) else each.serialize() for each in made]
        self.receiver.receive(b"".join(octets))

    def head(self, stream_id, *fields, status=b"200", end=False, flags=("END_HEADERS",)):
        """A frame with the head of a response."""
        block = self._encoder.encode([(b":status", status), *fields])
        return self.fields(stream_id, block, end=end, flags=flags)

    def trailers(self, stream_id, *fields, end=True):
        return self.fields(stream_id, self._encoder.encode([*fields]), end=end)

    def fields(self, stream_id, block, *, end=False, flags=("END_HEADERS",)):
        frame = frames.HeadersFrame(stream_id, block, flags=flags)
        if end:
            frame.flags.add("END_STREAM")
        return frame

    def data(self, stream_id, data, *, end=False, padding=None):
        frame = frames.DataFrame(stream_id, data)
        if end:
            frame.flags.add("END_STREAM")
        if padding is not None:
            frame.flags.add("PADDED")
            frame.pad_length = padding
        return frame

    def said(self):
        """The frames that are to be sent."""
        return parsed(self.state.take())

    def told(self):
        """The same in short: (type, stream, what it says)."""
        return [(type(frame).__name__[:-5], frame.stream_id, _gist(frame)) for frame in self.said()]


def parsed(octets):
    """Octets as frames."""
    octets = memoryview(octets.removeprefix(_PREFACE))
    found = []
    while octets:
        frame, length = frames.Frame.parse_frame_header(octets[:9])
        frame.parse_body(octets[9 : 9 + length])
        found.append(frame)
        octets = octets[9 + length :]
    return found


def _gist(frame):
    for name in ("window_increment", "error_code", "settings", "data", "opaque_data"):
        if hasattr(frame, name):
            gist = getattr(frame, name)
            return bytes(gist) if isinstance(gist, memoryview) else gist
    return None


@pytest.fixture(params=["ours", "h2"])
def request_lane(request, monkeypatch):
    """Whoever writes the requests: a test that uses this holds for both."""
    monkeypatch.setattr(Protocol, "h2_only", request.param == "h2")


@pytest.fixture(scope="session")
def h2_state():
    return H2State


@pytest.fixture
def parse():
    return parsed


def _raised(fault, call):
    with pytest.raises(fault) as caught:
        call()
    return caught.value.code, str(caught.value)


@pytest.fixture
def fault_of():
    """The code and the words of a fault: `fault_of(kind, call)`."""
    return _raised
