"""What the tests of HPACK share."""

import copy

import pytest
from hpack.exceptions import InvalidTableIndexError

FIRST_DYNAMIC = 62  # RFC 7541 2.3.3


@pytest.fixture
def table_of():
    """Return the dynamic entries of a decoder, newest first, by asking a copy of it for each."""

    def table_of(decoder):
        decoder = copy.deepcopy(decoder)
        decoder.max_header_list_size = 1 << 30
        entries = []
        while True:
            index = FIRST_DYNAMIC + len(entries) - 0x7F
            octet = bytes([0x80 | index + 0x7F]) if index < 0 else bytes([0xFF, index])
            try:
                entries += decoder.decode(octet)
            except InvalidTableIndexError:
                return entries

    return table_of
