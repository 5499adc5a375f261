"""Content codings: any split gives the same bytes, in bounded pieces; what is wrong is an error."""

import gzip
import zlib
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import ACCEPT_ENCODING, DecodingError
from httpcore_pool.decoders import make_decoder

PLAIN = b"The quick brown fox. " * 20


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


packed = partial(gzip.compress, mtime=0)  # test ids must not depend on the time
CODERS = {"gzip": packed, "deflate": zlib.compress}


def decode(codings, pieces, limit=1 << 16):
    decoder = make_decoder(codings)
    plain = []
    for piece in pieces:
        decoder.feed(piece)
        while output := decoder.drain(limit):
            assert len(output) <= limit
            plain.append(output)
    decoder.finish()
    return b"".join(plain)


CODED = [
    (["gzip"], packed(PLAIN)),
    (["X-GZIP"], packed(PLAIN)),
    (["gzip"], packed(PLAIN[:99]) + packed(PLAIN[99:])),
    (["deflate"], zlib.compress(PLAIN)),
    (["deflate"], raw_deflate(PLAIN)),
    ([" deflate ", "identity", "gzip"], packed(zlib.compress(PLAIN))),
    (["gzip", "gzip", "deflate"], zlib.compress(packed(packed(PLAIN)))),
]


@pytest.mark.parametrize(("codings", "coded"), CODED)
def test_every_split_gives_the_same_bytes(codings, coded):
    for at in range(len(coded) + 1):
        assert PLAIN == decode(codings, [coded[:at], coded[at:]], 50)


@pytest.mark.parametrize(("codings", "coded"), CODED)
def test_byte_by_byte_gives_the_same_bytes(codings, coded):
    assert PLAIN == decode(codings, [coded[i : i + 1] for i in range(len(coded))], 7)


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


@pytest.mark.parametrize("codings", [[], [""], ["identity"], ["br"], ["gzip", "zork"]])
def test_nothing_is_undone_where_nothing_is_to_do_or_a_coding_is_unknown(codings):
    assert make_decoder(codings) is None


def test_what_is_accepted_can_be_decoded():
    assert all(make_decoder([name]) is not None for name in ACCEPT_ENCODING.split(", "))


def test_more_than_five_codings_are_refused():
    assert make_decoder(["gzip"] * 5) is not None
    with pytest.raises(DecodingError, match="6 content codings in a row; at most 5"):
        make_decoder(["gzip"] * 6)


@pytest.mark.parametrize("junk", [b"junk", b"\x1f", b"\x1fX", b"\0" * 9])
def test_what_follows_a_gzip_body_is_ignored(junk):
    coded = packed(PLAIN)
    assert PLAIN == decode(["gzip"], [coded + junk, b"more"])
    assert PLAIN == decode(["gzip"], [coded, *(junk[i : i + 1] for i in range(len(junk)))])


def test_what_follows_a_deflate_body_is_ignored():
    assert PLAIN == decode(["deflate"], [zlib.compress(PLAIN) + b"junk", b"more"])


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_empty_body_is_empty(coding):
    assert b"" == decode([coding], []) == decode([coding], [b""])


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", packed(PLAIN)),
        ("deflate", zlib.compress(PLAIN)),
        ("deflate", raw_deflate(PLAIN)),
        ("gzip", packed(PLAIN) * 2),
    ],
)
def test_a_body_that_is_cut_off_is_an_error(coding, coded):
    whole = len(coded)
    member = len(packed(PLAIN))
    for at in range(1, whole):
        if at in (member, member + 1) and coding == "gzip":
            continue  # between two members, or in what might have been junk
        with pytest.raises(DecodingError, match=f"{coding} body is cut off"):
            decode([coding], [coded[:at]])


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        ("gzip", b"this is not gzip"),
        ("gzip", packed(PLAIN)[:-8] + b"12345678"),
        ("gzip", packed(PLAIN) + b"\x1f\x8bnot a member"),
        ("deflate", b"\xff\xff\xff\xff"),
        ("deflate", zlib.compress(PLAIN)[:-4] + b"1234"),
    ],
)
def test_a_body_that_is_damaged_is_an_error(coding, coded):
    with pytest.raises(DecodingError, match=f"the body is not valid {coding}"):
        decode([coding], [coded])


@pytest.mark.parametrize("cut", [0, 1])
def test_a_chain_passes_the_errors_of_each_part(cut):
    inner = zlib.compress(PLAIN)
    coded = packed(inner[:-3]) if cut else packed(inner)[:-3]
    with pytest.raises(DecodingError, match="cut off"):
        decode(["deflate", "gzip"], [coded])


def test_a_bomb_costs_no_more_than_a_piece():
    decoder = make_decoder(["gzip"])
    decoder.feed(packed(bytes(10_000_000)))
    assert 1000 == len(decoder.drain(1000))
