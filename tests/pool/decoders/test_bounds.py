"""A body costs time in proportion to its length, and no more memory than a piece and a window."""

import time
import tracemalloc
import zlib

import pytest

from httpcore_pool import DecodingError
from httpcore_pool.decoders import make_decoder
from testkit.codings import CODERS, PLAIN, decode, packed, raw_deflate, skippable, squeezed

PIECE_BYTES = 64 * 1024
BOMB = bytes(30_000_000)
BOMBS = {
    **{coding: ([coding], coder(BOMB)) for coding, coder in CODERS.items()},
    "deflate, raw": (["deflate"], raw_deflate(BOMB)),
    "gzip twice": (["gzip", "gzip"], packed(packed(BOMB))),
    "zstd in br": (["zstd", "br"], CODERS["br"](squeezed(BOMB))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_more_than_a_piece(name):
    codings, coded = BOMBS[name]
    decoder = make_decoder(codings)
    decoder.feed(coded)
    size = 0
    tracemalloc.start()
    try:
        while piece := decoder.drain(PIECE_BYTES):
            assert len(piece) <= PIECE_BYTES
            size += len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    decoder.finish()
    assert len(BOMB) == size
    assert peak < 10 * PIECE_BYTES


@pytest.mark.parametrize(("coding", "count"), [("gzip", 100_000), ("zstd", 20_000)])
@pytest.mark.parametrize("size", [10_000, 10_000_000], ids=["small pieces", "one piece"])
def test_members_cost_time_in_proportion(coding, count, size):
    coded = CODERS[coding](b"x") * count
    pieces = [coded[at : at + size] for at in range(0, len(coded), size)]
    started = time.process_time()
    assert b"x" * count == decode([coding], pieces)
    assert time.process_time() - started < 10  # by the square of it, minutes


def test_deflate_that_gives_nothing_costs_time_in_proportion():
    stored_empty = b"\0\0\0\xff\xff"
    coded = stored_empty * 400_000 + zlib.compressobj(wbits=-15).flush()
    pieces = [coded[at : at + 1000] for at in range(0, len(coded), 1000)]
    started = time.process_time()
    assert b"" == decode(["deflate"], pieces)
    assert time.process_time() - started < 10  # by the square of it, minutes


@pytest.mark.parametrize(
    ("coding", "nothing"),
    [
        ("gzip", packed(PLAIN) + bytes(3_000_000)),
        ("gzip", packed(b"") * 150_000),
        ("deflate", b"\0\0\0\xff\xff" * 600_000),
        ("zstd", skippable(bytes(1000)) * 3_000),
    ],
    ids=["junk", "empty members", "empty blocks", "skippable frames"],
)
@pytest.mark.parametrize("outer", CODERS)
def test_what_expands_to_nothing_for_the_next_coding_is_refused(outer, coding, nothing):
    with pytest.raises(DecodingError, match="a content coding of the body expands to next to not"):
        decode([coding, outer], [CODERS[outer](nothing)])


def test_small_members_are_no_attack_in_a_chain_either():
    members = packed(b"x") * 100_000
    assert b"x" * 100_000 == decode(["gzip", "br"], [CODERS["br"](members)])
