"""Our codec and the library hpack understand each other, and refuse the same blocks.

The one difference: after we lowered the table's size and raised it again, we ask for the smallest size as
RFC 7541 4.2 does; the library looks at the last one only (test_decoder.py has the rule).
"""

import random

import pytest
from hpack import Decoder as PeerDecoder
from hpack import Encoder as PeerEncoder
from hpack.exceptions import HPACKDecodingError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from httpcore_pool.hpack import Decoder, Encoder

MANY = settings(max_examples=100, deadline=None)

NAMES = st.sampled_from(
    [
        *(b":method", b":path", b":status", b"accept", b"content-length", b"cookie", b"date"),
        *(b"authorization", b"user-agent", b"x-id", b"traceparent", b"", b"x" * 200),
    ]
)
VALUES = (
    st.sampled_from([b"", b"GET", b"200", b"/", b"same", b"v" * 126, b"v" * 300, b"v" * 1500])
    | st.integers(0, 3).map(b"%d".__mod__)
    | st.binary(max_size=40)
    | st.integers(4040, 4100).map(lambda size: b"v" * size)
)
HEADS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
SIZES = st.sampled_from([0, 31, 64, 100, 300, 2000, 4095, 4096]) | st.integers(0, 4096)
# Heads of a connection, some of them again and again, each after some changes of the table's size.
CONNECTIONS = st.lists(HEADS, min_size=1, max_size=4).flatmap(
    lambda heads: st.lists(
        st.tuples(st.lists(SIZES, max_size=3) | st.just([]), st.sampled_from(heads)), max_size=12
    )
)


@MANY
@given(connection=CONNECTIONS)
def test_what_we_write_is_read_by_both(connection):
    encoder, ours, theirs = Encoder(), Decoder(), PeerDecoder()
    for sizes, head in connection:
        for size in sizes:
            encoder.header_table_size = size
            ours.max_allowed_table_size = theirs.max_allowed_table_size = size
        block = encoder.encode(head)
        assert head == ours.decode(block)
        assert head == theirs.decode(block, raw=True)


def peer_blocks(connection):
    """Yield the blocks that the library writes, and the settings that they follow."""
    encoder = PeerEncoder()
    for sizes, head in connection:
        # It tells all changes one after the other, which is right for a fall, a rise, or one of each.
        allowed = sorted({size for size in sizes[:2] if size != encoder.header_table_size})
        for size in allowed:
            encoder.header_table_size = size
        yield allowed, encoder.encode(head), head


@MANY
@given(connection=CONNECTIONS)
@example(connection=[([100, 4096], []), ([], [(b"accept", b"same")]), ([0], [])])
def test_what_the_library_writes_is_read_by_us(connection):
    decoder = Decoder()
    for allowed, block, head in peer_blocks(connection):
        for size in allowed:
            decoder.max_allowed_table_size = size
        assert head == decoder.decode(block)


def outcome(decoder, block):
    try:
        return [tuple(field) for field in decoder.decode(block, raw=True)]
    except HPACKDecodingError:
        return "refused"


def assert_same(blocks, limit=1 << 16):
    """Compare block after block, up to the first that is refused."""
    ours, theirs = Decoder(limit), PeerDecoder(limit)
    for block in blocks:
        for _ in range(2):  # what was remembered is the same
            expected = outcome(theirs, block)
            assert expected == outcome(ours, block)
            if expected == "refused":
                return


def mutated(block, chance):
    octets = bytearray(block)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(octets) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            octets.insert(at, chance.randrange(256))
        elif kind == 1:
            del octets[at : at + chance.choice([1, 1, 3])]
        elif kind == 2 and at < len(octets):
            octets[at] ^= 1 << chance.randrange(8)
        else:
            octets[at:at] = chance.choice([b"\x80", b"\xff", b"\x20", b"\x3f\xe1\x1f", b"\x00\x84"])
    return bytes(octets)


@MANY
@given(
    connection=CONNECTIONS, seed=st.integers(0, 1 << 32), limit=st.sampled_from([60, 400, 1 << 16])
)
def test_mutated_blocks_are_read_or_refused_alike(connection, seed, limit):
    chance = random.Random(seed)
    encoder, peer_encoder = Encoder(), PeerEncoder()
    blocks = []
    for _, head in connection:
        blocks += [encoder.encode(head), mutated(peer_encoder.encode(head), chance)]
        blocks[-2] = mutated(blocks[-2], chance) if chance.random() < 0.3 else blocks[-2]
    assert_same(blocks, limit)


OCTETS = st.sampled_from(
    b"\x00\x01\x02\x10\x1f\x20\x3f\x40\x41\x7f\x80\x81\x82\xbe\xbf\xc0\xfe\xff"
)


@MANY
@given(
    blocks=st.lists(st.binary(max_size=30) | st.lists(OCTETS, max_size=12).map(bytes), max_size=4)
)
def test_any_octets_are_read_or_refused_alike(blocks):
    assert_same(blocks)


@pytest.mark.parametrize("first", range(256))
def test_short_blocks_are_read_or_refused_alike(first):
    entry = b"\x40\x04name\x05value"
    for second in range(256):
        for block in (bytes([first, second]), bytes([first, second, 1, 0x81, 0x07])):
            assert_same([entry, block])
