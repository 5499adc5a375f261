"""The codec inside an h2 connection: settings reach it, its errors are what h2 expects."""

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
import pytest
from h2.errors import ErrorCodes
from hyperframe.frame import Frame, HeadersFrame

from httpcore_pool.hpack import Decoder, Encoder

TABLE_SIZE = h2.settings.SettingCodes.HEADER_TABLE_SIZE
LIST_SIZE = h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE
REQUEST = [
    (b":method", b"GET"),
    (b":authority", b"www.example.org"),
    (b":scheme", b"https"),
    (b":path", b"/"),
    (b"authorization", b"Basic abc"),
    (b"user-agent", b"httpcore/0.1"),
]
RESPONSE = [(b":status", b"200"), (b"server", b"test"), (b"content-length", b"0")]


class Connection:
    """A client of h2 with our codec, or with h2's own, and h2's server, in memory."""

    def __init__(self, *, ours=True):
        self.client = h2.connection.H2Connection(
            h2.config.H2Configuration(
                header_encoding=None,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        if ours:
            self.client.encoder = Encoder()
            self.client.decoder = Decoder()
        self.server = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding=None)
        )
        self.client.initiate_connection()
        self.server.initiate_connection()
        self.pump()

    def pump(self):
        """Carry octets until there are none; return the events of the client and of the server."""
        events = ([], [])
        while True:
            up, down = self.client.data_to_send(), self.server.data_to_send()
            if not up and not down:
                return events
            events[1].extend(self.server.receive_data(up))
            events[0].extend(self.client.receive_data(down))

    def ask(self):
        """Send a request; return the stream's identifier and the fields that the server saw."""
        stream = self.client.get_next_available_stream_id()
        self.client.send_headers(stream, REQUEST, end_stream=True)
        _, events = self.pump()
        (headers,) = [e.headers for e in events if isinstance(e, h2.events.RequestReceived)]
        return stream, headers

    def exchange(self):
        stream, request = self.ask()
        self.server.send_headers(stream, RESPONSE, end_stream=True)
        events, _ = self.pump()
        (headers,) = [e.headers for e in events if isinstance(e, h2.events.ResponseReceived)]
        return request, headers

    def answer(self, block):
        """Send a block of octets as the head of a response."""
        stream, _ = self.ask()
        frame = HeadersFrame(stream, block, flags=["END_HEADERS", "END_STREAM"])
        return self.client.receive_data(frame.serialize())

    def last_frame(self):
        """Return the last frame that the client has to send."""
        data = memoryview(self.client.data_to_send())
        frame = None
        while data:
            frame, length = Frame.parse_frame_header(data[:9])
            frame.parse_body(data[9 : 9 + length])
            data = data[9 + length :]
        return frame


def test_exchanges_are_as_with_h2_s_own_codec():
    ours, own = Connection(), Connection(ours=False)
    for _ in range(4):
        assert (REQUEST, RESPONSE) == ours.exchange() == own.exchange()


def test_the_peer_s_table_size_is_kept_from_the_next_block_on():
    connection = Connection()
    for size in (0, 4096, 64, 1 << 20):
        connection.exchange()
        connection.server.update_settings({TABLE_SIZE: size})
        connection.pump()
        assert min(size, 4096) == connection.client.encoder.header_table_size
        assert (REQUEST, RESPONSE) == connection.exchange()


def test_our_table_size_holds_once_the_peer_has_acknowledged_it():
    connection = Connection()
    connection.exchange()
    connection.client.update_settings({TABLE_SIZE: 0})
    assert 4096 == connection.client.decoder.max_allowed_table_size
    connection.pump()
    assert 0 == connection.client.decoder.max_allowed_table_size
    assert (REQUEST, RESPONSE) == connection.exchange()


def test_our_list_size_holds_once_the_peer_has_acknowledged_it():
    connection = Connection()
    connection.exchange()
    connection.client.update_settings({LIST_SIZE: 41})
    connection.pump()
    with pytest.raises(h2.exceptions.DenialOfServiceError):
        connection.exchange()


BROKEN = {
    "an index without an entry": b"\x88\xfe",
    "a string that is cut off": b"\x88\x04\x05abc",
    "a size in the middle": b"\x88\x20",
    "a size that is too large": b"\x3f\xe2\x1f\x88",
    "a wrong huffman code": b"\x88\x04\x81\x00",
    "an endless integer": b"\x88" + b"\xff" * 10,
}


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "h2's own"])
@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_a_broken_block_ends_the_connection_as_with_h2_s_own_decoder(block, ours):
    connection = Connection(ours=ours)
    with pytest.raises(h2.exceptions.ProtocolError, match="Error decoding header block"):
        connection.answer(block)
    assert ErrorCodes.PROTOCOL_ERROR == connection.last_frame().error_code


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "h2's own"])
def test_an_oversized_list_asks_the_peer_to_calm_down(ours):
    connection = Connection(ours=ours)
    with pytest.raises(h2.exceptions.DenialOfServiceError):
        connection.answer(b"\x88" * 2000)
    assert ErrorCodes.ENHANCE_YOUR_CALM == connection.last_frame().error_code
