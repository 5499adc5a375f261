"""Integers with a prefix (RFC 7541 5.1)."""

import pytest
from hpack.exceptions import HPACKDecodingError
from hypothesis import given
from hypothesis import strategies as st

from httpcore_pool.hpack._integers import decode_integer, encode_integer


@pytest.mark.parametrize(
    ("value", "prefix_bits", "octets"),
    [(10, 5, "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a")],
)
def test_the_examples_of_appendix_c_1(value, prefix_bits, octets):
    assert bytes.fromhex(octets) == encode_integer(value, prefix_bits)
    assert (value, len(octets) // 2) == decode_integer(bytes.fromhex(octets), 0, prefix_bits)


@given(
    value=st.integers(0, 1 << 32) | st.integers(0, 300),
    prefix_bits=st.integers(1, 8),
    pattern=st.integers(0, 255),
    before=st.binary(max_size=3),
)
def test_what_is_written_is_read(value, prefix_bits, pattern, before):
    pattern &= 0xFF << prefix_bits & 0xFF
    data = before + encode_integer(value, prefix_bits, pattern)
    assert pattern == data[len(before)] & 0xFF << prefix_bits
    assert (value, len(data)) == decode_integer(data + b"\xff", len(before), prefix_bits)


def test_zeros_at_the_end_are_part_of_it():
    assert (31, 4) == decode_integer(b"\x1f\x80\x80\x00", 0, 5)


def test_five_octets_after_the_prefix_are_read_and_no_more():
    assert (0x7F + (1 << 35) - 1, 6) == decode_integer(b"\xff\xff\xff\xff\xff\x7f", 0, 7)
    for longer in (b"\xff" * 7, b"\xff\x80\x80\x80\x80\x80\x00"):
        with pytest.raises(HPACKDecodingError, match="more than 5 octets"):
            decode_integer(longer, 0, 7)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\x80", b"\xff\x80\x80\x80\x80"])
def test_one_that_is_cut_off_is_out_of_range(data):
    with pytest.raises(IndexError):
        decode_integer(data, 0, 7)
