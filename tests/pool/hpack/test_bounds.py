"""What a hostile peer can make us spend: time grows with what it sends, memory is bounded."""

import time
import tracemalloc

import pytest
from hpack.exceptions import OversizedHeaderListError
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

from httpcore_pool.hpack import Decoder, Encoder
from httpcore_pool.hpack._integers import encode_integer

CPU_SECONDS = 2  # ten times what is needed
OCTETS = 1 << 17  # twice what we take from a peer as a block
GROWTH_BYTES = 512 * 1024  # of one connection
NO_LIMIT = 1 << 30


huffman = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode


def literal(value, flag=0):
    return b"\x04" + encode_integer(len(value), 7, flag) + value


@pytest.fixture
def quick():
    started = time.process_time()
    yield
    assert time.process_time() - started < CPU_SECONDS


@pytest.fixture
def growth():
    """Return how much memory is held after something was done, the second time."""

    def growth(do):
        do()  # what the process learns for all
        tracemalloc.start()
        held = do()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del held
        return size

    return growth


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        pytest.param(b"\x82" * OCTETS, OCTETS, id="indexed"),
        pytest.param(b"\x40\x00\x00" * (OCTETS // 3), OCTETS // 3, id="inserted"),
        pytest.param(b"\x00\x01n\x01v" * (OCTETS // 5), OCTETS // 5, id="literals"),
        pytest.param(b"\x04\x81\x07" * (OCTETS // 3), OCTETS // 3, id="huffman-coded literals"),
        pytest.param(b"\x20" * OCTETS, 0, id="sizes"),
        pytest.param(literal(b"v" * 8 * OCTETS), 1, id="a string"),
        pytest.param(literal(bytes(5 * OCTETS), 0x80), 1, id="a huffman-coded string"),
    ],
)
def test_reading_takes_time_in_proportion_to_the_block(quick, block, fields):
    assert fields == len(Decoder(NO_LIMIT).decode(block))


def test_an_integer_of_any_length_is_refused_at_once(quick):
    for _ in range(1000):
        with pytest.raises(Exception, match="octets after its prefix"):
            Decoder().decode(b"\xff" * 1000)


def test_a_bomb_is_refused_at_the_limit(quick, growth):
    def explode():
        decoder = Decoder()
        decoder.decode(b"\x40\x01n" + literal(b"v" * 4000)[1:])
        for _ in range(100):
            with pytest.raises(OversizedHeaderListError):
                decoder.decode(b"\xbe" * OCTETS)
        return decoder

    assert growth(explode) < GROWTH_BYTES


def test_writing_takes_time_in_proportion_to_the_head(quick):
    encoder = Encoder()
    fields = [(b"x-%d" % number, b"v" * 10) for number in range(20_000)]
    for _ in range(3):
        encoder.encode([*fields, (b":path", b"p" * 8 * OCTETS)])


@pytest.mark.parametrize(
    ("blocks", "make"),
    [
        pytest.param(2000, lambda n: literal(b"%064d" % n), id="strings"),
        pytest.param(200, lambda n: literal(b"%d" % n) * 90, id="fields"),
        pytest.param(64, lambda n: literal(b"%d" % n) * 900, id="many fields"),
        pytest.param(2000, lambda n: literal(huffman(b"%070d" % n), 0x80), id="huffman-coded"),
        pytest.param(250, lambda n: literal(huffman(b"%03000d" % n), 0x80), id="long strings"),
        pytest.param(
            32, lambda n: b"\x3f\x80\x80\x80\x80\x00" * 3000 + literal(b"%d" % n), id="long blocks"
        ),
        pytest.param(2000, lambda n: b"\x40\x01n" + literal(b"%064d" % n)[1:], id="entries"),
    ],
)
def test_a_decoder_s_memory_is_bounded(growth, blocks, make):
    def read():
        decoder = Decoder()
        for number in range(blocks):
            decoder.decode(make(number))
        return decoder

    assert growth(read) < GROWTH_BYTES


@pytest.mark.parametrize("name", [b"user-agent", b"x-request-id", b":path", b"authorization"])
def test_an_encoder_s_memory_is_bounded_whatever_size_the_peer_allows(growth, name):
    def write():
        encoder = Encoder()
        encoder.header_table_size = 1 << 32
        for number in range(3000):
            for _ in range(2):
                encoder.encode([(name, b"%01900d" % number)])
        return encoder

    assert growth(write) < GROWTH_BYTES
