"""What is wrong with a body is a `DecodingError`; what follows its end is not part of it."""

import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import DecodingError
from testkit.codings import CODERS, PLAIN, decode, octets, packed, raw_deflate, squeezed

# RFC 8878 3.1.1.1.2: a window descriptor of 1024 << exponent, and its eighths.
WINDOW_8_MIB, WINDOW_9_MIB, WINDOW_128_MIB = 13 << 3, 13 << 3 | 1, 17 << 3


# One raw block, the last (RFC 8878 3.1.1.2).
BLOCK = (len(PLAIN) << 3 | 1).to_bytes(3, "little") + PLAIN


def with_window(descriptor):
    """A frame that says nothing of its size."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([descriptor]) + BLOCK


def sized_with_window(descriptor):
    """A frame that says how large it will be."""
    size = (len(PLAIN) - 256).to_bytes(2, "little")
    return b"\x28\xb5\x2f\xfd\x40" + bytes([descriptor]) + size + BLOCK


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", packed(PLAIN)),
        ("deflate", zlib.compress(PLAIN)),
        ("deflate", raw_deflate(PLAIN)),
        ("zstd", squeezed(PLAIN)),
    ],
)
@pytest.mark.parametrize("junk", [b"junk", b"\0", b"\x1fX", b"\0" * 9, b"\x28\xb5junk", b"\x5aX"])
def test_what_follows_the_end_is_ignored(coding, coded, junk):
    assert PLAIN == decode([coding], [coded + junk, b"more", packed(PLAIN)])
    assert PLAIN == decode([coding], [coded, *octets(junk), coded])


@pytest.mark.parametrize(("coding", "start"), [("gzip", b"\x1f"), ("zstd", b"\x28\xb5\x2f")])
def test_half_a_magic_number_is_a_member_cut_off_and_no_junk(coding, start):
    for pieces in ([CODERS[coding](PLAIN) + start], [CODERS[coding](PLAIN), start]):
        with pytest.raises(DecodingError, match=f"the {coding} body is cut off before its end"):
            decode([coding], pieces)


@pytest.mark.parametrize("data", [b"", PLAIN, bytes(100_000)])
@pytest.mark.parametrize("junk", [b"j", b"\0" * 9, brotli.compress(PLAIN)])
def test_what_follows_the_end_of_brotli_is_an_error_in_every_split(data, junk):
    coded = brotli.compress(data)
    for pieces in ([coded + junk], [coded, junk], octets(coded + junk)):
        with pytest.raises(DecodingError, match="the body is not valid br: "):
            decode(["br"], pieces)


@pytest.mark.parametrize("coding", CODERS)
def test_an_empty_body_is_empty(coding):
    assert b"" == decode([coding], []) == decode([coding], [b""])


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_of_nothing_is_empty(coding):
    assert b"" == decode([coding], [CODERS[coding](b"")])


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", b"this is not gzip"),
        ("gzip", b"\x1f\x8b\x07" + bytes(20)),
        ("gzip", packed(PLAIN)[:-8] + b"12345678"),
        ("gzip", packed(PLAIN) + b"\x1f\x8bnot a member"),
        ("deflate", b"\xff\xff\xff\xff"),
        ("deflate", b"\x78\x9cneither zlib nor raw"),
        ("deflate", zlib.compress(PLAIN)[:-4] + b"1234"),
        ("deflate", b"\x78\x9c" + b"\0\0\0\xff\xff" * 300 + b"\xff" * 9),
        ("br", b"\xff\xff\xff\xff"),
        ("zstd", b"this is not zstd"),
        ("zstd", b"\x27\xb5\x2f\xfd, as before version 0.8"),
        ("zstd", squeezed(PLAIN) + b"\x28\xb5\x2f\xfd" + b"\xff" * 20),
        ("zstd", with_window(WINDOW_9_MIB)),
        ("zstd", with_window(WINDOW_128_MIB)),
        ("zstd", sized_with_window(WINDOW_128_MIB)),
    ],
)
def test_a_body_that_is_damaged_is_an_error_in_every_split(coding, coded):
    for pieces in ([coded], octets(coded), *([coded[:at], coded[at:]] for at in range(1, 12))):
        with pytest.raises(DecodingError, match=f"the body is not valid {coding}: "):
            decode([coding], pieces)


def test_a_window_of_8_mib_is_allowed():
    assert PLAIN == decode(["zstd"], [with_window(WINDOW_8_MIB)])
    assert PLAIN == decode(["zstd"], [sized_with_window(WINDOW_8_MIB)])


@pytest.mark.parametrize("cut", [0, 1])
def test_a_chain_passes_the_errors_of_each_part(cut):
    inner = zlib.compress(PLAIN)
    coded = packed(inner[:-3]) if cut else packed(inner)[:-3]
    with pytest.raises(DecodingError, match="cut off"):
        decode(["deflate", "gzip"], [coded])


@settings(max_examples=300, deadline=None)
@given(
    coding=st.sampled_from(sorted(CODERS)),
    places=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    end=st.integers(0, 10_000),
    junk=st.binary(max_size=9),
    limit=st.integers(1, 1000),
)
def test_a_mutated_body_is_decoded_or_a_decoding_error_in_every_split(
    coding, places, end, junk, limit
):
    coded = bytearray(CODERS[coding](PLAIN[:99]) + CODERS[coding](PLAIN))
    for place, octet in places:
        coded[place % len(coded)] = octet
    coded = bytes(coded[: end % (len(coded) + 1)]) + junk
    outcomes = set()
    for pieces in ([coded], octets(coded), [coded[:20], coded[20:]]):
        try:
            outcomes.add(decode([coding], pieces, limit))
        except DecodingError:
            outcomes.add(None)
    assert 1 == len(outcomes)
