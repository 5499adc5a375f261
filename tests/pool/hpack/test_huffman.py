"""Huffman-coded strings (RFC 7541 5.2 and Appendix B)."""

import pytest
from hpack.exceptions import HPACKDecodingError
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
from hpack.huffman_table import decode_huffman as peer_decode
from hypothesis import given
from hypothesis import strategies as st

from httpcore_pool.hpack._huffman import decode_huffman

encode = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode


def outcome(decode, data):
    try:
        return decode(data)
    except HPACKDecodingError:
        return "refused"


def bits(text):
    assert len(text) % 8 == 0
    return int(text, 2).to_bytes(len(text) // 8, "big")


@pytest.mark.parametrize("symbol", range(256))
def test_each_octet_is_read_from_its_code(symbol):
    for around in (b"", b"0", b"&", b"\x00", b"\xff"):
        text = around + bytes([symbol]) + around
        assert text == decode_huffman(encode(text))


@given(st.binary())
def test_what_was_coded_is_decoded(text):
    assert text == decode_huffman(encode(text))


@given(st.binary() | st.lists(st.sampled_from([0xFF, 0xFE, 0xFD, 0x7F, 0x00, 0x1F])).map(bytes))
def test_any_octets_are_read_or_refused_as_by_others(data):
    assert outcome(peer_decode, data) == outcome(decode_huffman, data)


def test_padding_is_up_to_seven_ones():
    assert b"0" == decode_huffman(bits("00000" + "111"))
    assert b"&" == decode_huffman(bits("11111000"))
    assert b"\\" == decode_huffman(bits("1111111111111110000" + "11111"))
    assert b"0<" == decode_huffman(bits("00000" + "111111111111100" + "1111"))
    assert b"XX0" == decode_huffman(bits("11111100" + "11111100" + "00000" + "111"))
    assert b":01" == decode_huffman(bits("1011100" + "00000" + "00001" + "1111111"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bits("11111111"), id="eight bits and nothing else"),
        pytest.param(bits("11111000" + "11111111"), id="eight bits"),
        pytest.param(bits("00000" + "111" + "11111111"), id="eleven bits"),
        pytest.param(bits("11111000" + "1" * 24), id="twenty-four bits"),
    ],
)
def test_longer_padding_is_refused(data):
    with pytest.raises(HPACKDecodingError, match="no padding"):
        decode_huffman(data)


@pytest.mark.parametrize("padding", ["000", "110", "101", "011"])
def test_padding_that_is_not_all_ones_is_refused(padding):
    with pytest.raises(HPACKDecodingError, match="no padding"):
        decode_huffman(bits("00000" + padding))


@pytest.mark.parametrize("before", ["", "00000", "1011100"])
def test_eos_is_refused(before):
    text = before + "1" * 30 + "00000"
    with pytest.raises(HPACKDecodingError, match="EOS"):
        decode_huffman(bits(text + "1" * (-len(text) % 8)))


def test_nothing_is_the_empty_string():
    assert b"" == decode_huffman(b"")
