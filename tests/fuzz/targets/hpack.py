"""HPACK: header blocks as octets, one after the other, and header lists to write.

- Our decoder and the library give the same fields or refuse both; what we decode is bounded.
- What our encoder writes both read back, whatever came before on the connection. Credentials are marked as
  never indexed, and no table has them (RFC 7541, 7.1.3).
"""

import hpack
from hpack.exceptions import HPACKError
from hpack.struct import NeverIndexedHeaderTuple

from httpcore_pool.hpack import Decoder, Encoder

from ..shapes import Source

_NAMES = [
    b":status",
    b":path",
    b"content-type",
    b"x-a",
    b"cookie",
    b"",
    b"a" * 70,
    b"date",
    b"authorization",
]
_VALUES = [b"200", b"/", b"", b"v", b"v" * 200, b"\xff\x00", b"text/html", b"v" * 4100]
_LIMIT = 8192
SEEDS = [
    b"\x00\x02\x88\xc0",
    b"\x00\x08\x40\x03x-a\x01bx",
    b"\x00\x05\x20\x3f\xe1\x1f\x88",
    b"\x01\x02\x00\x00\x03\x03\x01\x02\x03\x03",
    b"\x00\x0c\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b",
]


def check(data):
    source = Source(data)
    ours, theirs = Decoder(), hpack.Decoder(_LIMIT)
    ours.max_header_list_size = _LIMIT
    encoder = Encoder()
    read, read_by_them = Decoder(), hpack.Decoder(2**20)
    read.max_header_list_size = 2**20
    refused = False
    for _ in range(12):
        if not source:
            break
        if source.flag():
            _write(source, encoder, read, read_by_them)
        elif not refused:
            refused = _read(source.octets(source.octet()), ours, theirs)


def _read(block, ours, theirs):
    try:
        expected = [tuple(field) for field in theirs.decode(block, raw=True)]
    except HPACKError:
        expected = None
    try:
        found = ours.decode(block)
    except HPACKError:
        found = None
    assert expected == found, (expected, found, block)
    if found is not None:
        assert sum(len(name) + len(value) + 32 for name, value in found) <= _LIMIT
    return found is None


def _write(source, encoder, read, read_by_them):
    if source.octet() % 4 == 0:
        size = source.pick([0, 64, 4096, 100, 1])
        encoder.header_table_size = size
        read.max_allowed_table_size = read_by_them.max_allowed_table_size = size
    fields = [(source.pick(_NAMES), source.pick(_VALUES)) for _ in range(source.octet() % 6)]
    block = encoder.encode(fields)
    assert fields == read.decode(block), (fields, block)
    found = read_by_them.decode(block, raw=True)
    assert fields == [tuple(field) for field in found]
    for field in found:
        assert isinstance(field, NeverIndexedHeaderTuple) == _is_secret(*field), field
    assert not any(_is_secret(*field) for field in read_by_them.header_table.dynamic_entries)


def _is_secret(name, value):
    return (name == b"authorization" and value != b"") or (
        name == b"cookie" and 0 < len(value) < 20
    )
