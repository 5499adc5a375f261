"""What enters the table, what never does, and what the peer is told of the table's size."""

import pytest
from hpack import Decoder as PeerDecoder
from hpack import HeaderTuple, NeverIndexedHeaderTuple

from httpcore_pool.hpack import Decoder, Encoder

HEAD = [
    (b":method", b"GET"),
    (b":authority", b"www.example.org"),
    (b":scheme", b"https"),
    (b":path", b"/some/where"),
    (b"user-agent", b"httpcore/0.1"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate"),
]
NEVER = 0x10  # RFC 7541 6.2.3


class Peer:
    """Both ends of a connection: our encoder, and decoders that must agree."""

    def __init__(self):
        self.encoder = Encoder()
        self._decoders = [Decoder(), PeerDecoder()]

    def encode(self, fields):
        block = self.encoder.encode(fields)
        for decoder in self._decoders:
            assert fields == decoder.decode(block, raw=True)
        return block

    def allow(self, size):
        self.encoder.header_table_size = size
        for decoder in self._decoders:
            decoder.max_allowed_table_size = size


@pytest.fixture
def peer():
    return Peer()


def test_a_head_that_comes_again_is_an_octet_a_field_but_for_its_path(peer):
    first = peer.encode(HEAD)
    second = peer.encode(HEAD)
    path = b"\x04\x0b/some/where"
    assert path in first
    assert b"\x82\xc0\x87" + path + b"\xbf\xbe\x90" == second
    assert second == peer.encode(HEAD)


@pytest.mark.parametrize("fields", [HEAD[::-1], HEAD[3:] + HEAD[:3], HEAD * 2, []])
def test_fields_are_written_in_the_order_given(peer, fields):
    for _ in range(3):
        peer.encode(fields)


def test_any_iterable_will_do(peer):
    assert Encoder().encode(HEAD) == Encoder().encode(iter(HEAD))


@pytest.mark.parametrize(
    "name",
    [
        *(b":path", b"content-length", b"content-range", b"date", b"range", b"referer"),
        *(b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since"),
    ],
)
def test_what_varies_with_the_request_is_not_indexed(peer, table_of, name):
    field = (name, b"17-abc")
    blocks = [peer.encode([field]) for _ in range(3)]
    assert 1 == len(set(blocks))
    assert 0x00 == blocks[0][0] & 0xF0  # RFC 7541 6.2.2
    assert len(blocks[0]) <= 2 + 1 + len(field[1])  # its name is an index
    assert [] == table_of(peer._decoders[0])


def test_a_name_outside_the_static_table_is_indexed_when_its_value_comes_again(peer):
    field = (b"x-api-version", b"2026-11-01")
    first, second, third = (peer.encode([field]) for _ in range(3))
    assert b"\x00\x0dx-api-version\x0a2026-11-01" == first
    assert b"\x40" + first[1:] == second
    assert b"\xbe" == third


def test_values_that_never_come_again_drive_nothing_out(peer):
    peer.encode(HEAD)
    known = peer.encode(HEAD)
    for number in range(500):
        peer.encode([*HEAD, (b"traceparent", b"00-%032x-%016x-01" % (number, number))])
    assert known == peer.encode(HEAD)


def test_a_field_that_would_fill_half_of_the_table_is_not_indexed(peer, table_of):
    fits = (b"user-agent", b"u" * (2048 - 32 - len(b"user-agent")))
    peer.encode([(b"accept", fits[1] + b"accept")])
    assert [] == table_of(peer._decoders[0])
    peer.encode([fits])
    assert [fits] == table_of(peer._decoders[0])


@pytest.mark.parametrize(
    "field",
    [
        (b"authorization", b"Bearer abc"),
        (b"proxy-authorization", b"Basic abc"),
        (b"cookie", b"c=1234567890123456!"),
        NeverIndexedHeaderTuple(b"x-secret", b"abc"),
        NeverIndexedHeaderTuple(b":path", b"/secret"),
        NeverIndexedHeaderTuple(b"user-agent", b"secret"),
    ],
)
def test_what_is_sensitive_is_never_indexed(peer, table_of, field):
    for _ in range(3):
        assert NEVER == peer.encode([field])[0] & 0xF0
    assert [] == table_of(peer._decoders[0])


def test_a_long_cookie_is_indexed(peer):
    cookie = (b"cookie", b"c=1234567890123456!!")
    peer.encode([cookie])
    assert b"\xbe" == peer.encode([cookie])


def test_h2_s_own_tuples_are_fields_like_others(peer):
    fields = [HeaderTuple(*field) for field in HEAD]
    assert peer.encode(HEAD) == Encoder().encode(fields)
    assert peer.encode(HEAD) == peer.encode(fields)


def test_any_octets_are_carried(peer):
    fields = [(b"\x00\xff", b"\x00\xff\r\n: "), (b"", b""), (b"accept", b""), (b"", b"\x80" * 300)]
    for _ in range(3):
        peer.encode(fields)


@pytest.mark.parametrize("length", [0, 1, 126, 127, 128, 255, 256, 5000, 70_000])
def test_strings_of_any_length_are_carried(length):
    decoder = PeerDecoder(max_header_list_size=1 << 20)
    for field in [(b"accept", b"v" * length), (b"n" * length, b"v"), (b":path", b"p" * length)]:
        assert [field] == decoder.decode(Encoder().encode([field]), raw=True)


def test_the_oldest_entries_make_room_and_come_again(peer, table_of):
    agents = [(b"user-agent", b"%03d" % number + b"u" * 1000) for number in range(10)]
    for agent in agents:
        peer.encode([agent])
    assert agents[:-4:-1] == table_of(peer._decoders[0])
    assert b"\xc0" == peer.encode([agents[-3]])
    assert 0x40 | 58 == peer.encode([agents[0]])[0]
    assert [agents[0], *agents[:-3:-1]] == table_of(peer._decoders[0])


@pytest.mark.parametrize(("size", "entries"), [(39, 3), (40, 2)])
def test_the_table_is_filled_to_the_last_octet(peer, table_of, size, entries):
    sizes = (2048, 2009, size)
    fields = [(b"accept", b"a" * (size - 32 - len(b"accept"))) for size in sizes]
    for field in fields:
        peer.encode([field])
    assert entries == len(table_of(peer._decoders[0]))
    peer.encode(fields)


def test_an_index_moves_as_entries_are_inserted(peer):
    agent = (b"user-agent", b"mine")
    peer.encode([agent])
    for number in range(80):
        block = peer.encode([(b"accept", b"%d" % number), agent])
        assert Encoder().encode([(b"accept", b"%d" % number)]) == block[: -1 if number < 64 else -2]


# RFC 7541 4.2 and 6.3: the table's size.


@pytest.mark.parametrize(
    ("sizes", "updates"),
    [
        pytest.param([], "", id="none"),
        pytest.param([4096], "", id="what it was"),
        pytest.param([100], "3f45", id="lowered"),
        pytest.param([0], "20", id="to nothing"),
        pytest.param([0, 4096], "203fe11f", id="to nothing and back"),
        pytest.param([100, 2000], "3f453fb10f", id="lowered and raised"),
        pytest.param([2000, 30, 100, 70], "3e3f27", id="the smallest and the last"),
        pytest.param([2000, 30], "3e", id="lowered twice"),
        pytest.param([1 << 32], "", id="raised above what we use"),
        pytest.param([1 << 32, 100, 1 << 16], "3f453fe11f", id="not above what we use"),
    ],
)
def test_the_next_block_opens_with_the_smallest_and_the_last_size(peer, sizes, updates):
    for size in sizes:
        peer.allow(size)
    rest = peer.encode(HEAD[:1])
    assert updates + "82" == rest.hex()
    assert b"\x82" == peer.encode(HEAD[:1])


def test_raising_the_size_is_told_once(peer):
    peer.allow(0)
    assert "2082" == peer.encode(HEAD[:1]).hex()
    peer.allow(1 << 20)
    assert "3fe11f82" == peer.encode(HEAD[:1]).hex()
    assert 4096 == peer.encoder.header_table_size
    peer.allow(4096)
    assert "82" == peer.encode(HEAD[:1]).hex()


def test_entries_that_have_no_place_in_a_smaller_table_are_forgotten(peer, table_of):
    fields = [(b"accept", b"a" * 100), (b"user-agent", b"u" * 100)]
    peer.encode(fields)
    assert "bfbe" == peer.encode(fields).hex()
    peer.allow(250)
    peer.allow(4096)
    assert "3fdb01" + "3fe11f" + "be" == peer.encode(fields[1:]).hex()
    assert fields[1:] == table_of(peer._decoders[0])
    assert fields[0][1] in peer.encode(fields)


def test_nothing_is_indexed_in_a_table_of_nothing(peer, table_of):
    peer.allow(0)
    blocks = [peer.encode(HEAD) for _ in range(3)]
    assert blocks[1] == blocks[2] == blocks[0][1:]
    assert [] == table_of(peer._decoders[0])
