"""Content codings from the sender's side, and one way to decode."""

from __future__ import annotations

import gzip
import zlib
from functools import partial

import brotli

from httpcore_pool.decoders import make_decoder
from httpcore_pool.decoders._codecs import zstd

PLAIN = b"The quick brown fox. " * 20

packed = partial(gzip.compress, mtime=0)  # test ids must not depend on the time
squeezed = zstd().compress


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def skippable(data):
    """A frame of zstd that stands for nothing (RFC 8878 3.1.2)."""
    return b"\x5a\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


CODERS = {"gzip": packed, "deflate": zlib.compress, "br": brotli.compress, "zstd": squeezed}


def decode(codings, pieces, limit=1 << 16):
    """Feed piece after piece; return all that comes out, of which no piece may exceed the limit."""
    decoder = make_decoder(codings)
    plain = []
    for piece in pieces:
        decoder.feed(piece)
        while output := decoder.drain(limit):
            assert len(output) <= limit
            plain.append(output)
    decoder.finish()
    return b"".join(plain)


def octets(data):
    """The data, an octet a piece."""
    return [data[at : at + 1] for at in range(len(data))]
