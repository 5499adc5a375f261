"""A body is the same in every split, and every truncation of it is an error."""

import struct
import zlib
from itertools import accumulate

import brotlicffi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import DecodingError
from httpcore_pool.decoders import make_decoder
from testkit.codings import (
    CODERS,
    PLAIN,
    decode,
    octets,
    packed,
    raw_deflate,
    skippable,
    squeezed,
)

# FHCRC, FEXTRA, FNAME and FCOMMENT (RFC 1952 2.3.1), and the member's rest.
LONG_HEADER = b"\x1f\x8b\x08\x1e" + bytes(4) + b"\x02\xff\x04\x00abcdname\0comment\0"
LONG_HEADER += struct.pack("<H", zlib.crc32(LONG_HEADER) & 0xFFFF) + packed(PLAIN)[10:]

# Stored blocks; the padding of the first is not zero, so that it begins as zlib's format does.
LIKE_ZLIB = b"\x78\x01\x00\xfe\xff" + PLAIN[:1]
LIKE_ZLIB += b"\x01" + struct.pack("<HH", len(PLAIN) - 1, 0x10000 - len(PLAIN)) + PLAIN[1:]

# Codings, and the body in the parts at whose ends it may end.
SAMPLES = {
    "gzip": (["gzip"], [packed(PLAIN)]),
    "x-gzip": (["X-GZIP"], [packed(PLAIN)]),
    "gzip, two members": (["gzip"], [packed(PLAIN[:99]), packed(PLAIN[99:])]),
    "gzip, empty member": (["gzip"], [packed(b""), packed(PLAIN), packed(b"")]),
    "gzip, long header": (["gzip"], [LONG_HEADER]),
    "deflate": (["deflate"], [zlib.compress(PLAIN)]),
    "deflate, raw": (["deflate"], [raw_deflate(PLAIN)]),
    "deflate, raw, like zlib": (["deflate"], [LIKE_ZLIB]),
    "br": (["br"], [CODERS["br"](PLAIN)]),
    "zstd": (["zstd"], [squeezed(PLAIN)]),
    "zstd, two frames": (["zstd"], [squeezed(PLAIN[:99]), squeezed(PLAIN[99:])]),
    "zstd, skippable frames": (
        ["zstd"],
        [skippable(b"a"), skippable(b""), squeezed(b""), squeezed(PLAIN), skippable(PLAIN)],
    ),
    "deflate in gzip": ([" deflate ", "identity", "gzip"], [packed(zlib.compress(PLAIN))]),
    "gzip in br": (["gzip", "br"], [CODERS["br"](packed(PLAIN))]),
    "br in zstd in deflate": (
        ["br", "zstd", "deflate"],
        [zlib.compress(squeezed(CODERS["br"](PLAIN)))],
    ),
}


@pytest.fixture(params=SAMPLES)
def sample(request):
    return SAMPLES[request.param]


def test_every_split_gives_the_same_bytes(sample):
    codings, parts = sample
    coded = b"".join(parts)
    for at in range(len(coded) + 1):
        assert PLAIN == decode(codings, [coded[:at], coded[at:]], 50)


@pytest.mark.parametrize("limit", [1, 7, 1 << 16])
def test_octet_by_octet_gives_the_same_bytes(sample, limit):
    codings, parts = sample
    assert PLAIN == decode(codings, octets(b"".join(parts)), limit)


def test_asking_in_vain_changes_nothing(sample):
    codings, parts = sample
    decoder = make_decoder(codings)
    plain = b""
    for octet in octets(b"".join(parts)):
        decoder.feed(octet)
        plain += decoder.drain(1 << 16)
        assert [b""] * 20 == [decoder.drain(1 << 16) for _ in range(20)]
    decoder.finish()
    assert PLAIN == plain


def test_every_truncation_is_an_error(sample):
    codings, parts = sample
    coded = b"".join(parts)
    ends = {0, *accumulate(map(len, parts))}
    for at in set(range(len(coded))) - ends:
        for pieces in ([coded[:at]], octets(coded[:at])):
            with pytest.raises(DecodingError, match="body is cut off before its end"):
                decode(codings, pieces)


def test_a_body_may_end_with_each_member(sample):
    codings, parts = sample
    for end in accumulate(map(len, parts)):
        assert PLAIN.startswith(decode(codings, [b"".join(parts)[:end]]))


def test_brotli_of_other_pythons_does_the_same(codec):
    codec("brotli", None)
    coded = brotlicffi.compress(PLAIN)
    for at in range(len(coded)):
        assert PLAIN == decode(["br"], [coded[:at], coded[at:]], 50)
        if at:
            with pytest.raises(DecodingError, match="the br body is cut off"):
                decode(["br"], [coded[:at]])
    for pieces in ([coded + b"junk"], [coded, b"junk"], [b"\xff" * 9]):
        with pytest.raises(DecodingError, match="the body is not valid br: "):
            decode(["br"], pieces)


@settings(max_examples=50, deadline=None)
@given(
    data=st.binary(max_size=2000),
    codings=st.lists(st.sampled_from(sorted(CODERS)), min_size=1, max_size=5),
    size=st.integers(1, 500),
    limit=st.integers(1, 3000),
)
def test_what_was_coded_is_decoded(data, codings, size, limit):
    coded = data
    for coding in codings:
        coded = CODERS[coding](coded)
    pieces = [coded[i : i + size] for i in range(0, len(coded), size)]
    assert data == decode(codings, pieces, limit)
