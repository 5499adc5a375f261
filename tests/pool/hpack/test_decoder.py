"""Each rule by which a block is read or refused."""

import pytest
from hpack.exceptions import (
    HPACKDecodingError,
    InvalidTableIndexError,
    InvalidTableSizeError,
    OversizedHeaderListError,
)
from hpack.table import HeaderTable

from httpcore_pool.hpack import Decoder

GET = b"\x82"
FIELD = (b"name", b"value")
LITERAL = b"\x04name\x05value"  # behind the octet that says how it is indexed
INDEXED, PLAIN, NEVER = b"\x40", b"\x00", b"\x10"
FIRST_DYNAMIC = b"\xbe"


@pytest.fixture
def decoder():
    return Decoder()


@pytest.fixture
def holding(decoder):
    """A decoder with one entry in its table."""
    decoder.decode(INDEXED + LITERAL)
    return decoder


# RFC 7541 6.1 and 2.3.3: indexes.


@pytest.mark.parametrize(("index", "field"), list(enumerate(HeaderTable.STATIC_TABLE, 1)))
def test_each_index_of_the_static_table_has_its_entry(decoder, index, field):
    assert [field] == decoder.decode(bytes([0x80 | index]))


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(b"\x80", id="0"),
        pytest.param(GET + b"\x80", id="0 later"),
        pytest.param(b"\xbf", id="63 where 62 is the last"),
        pytest.param(b"\xfe", id="126"),
        pytest.param(b"\xff\x00", id="127"),
        pytest.param(b"\xff\xff\xff\xff\x7f", id="enormous"),
        pytest.param(b"\x7f\x00\x01v", id="a name with incremental indexing"),
        pytest.param(b"\x0f\x30\x01v", id="a name without indexing"),
        pytest.param(b"\x1f\x30\x01v", id="a name never indexed"),
    ],
)
def test_an_index_without_an_entry_is_refused(holding, block):
    with pytest.raises(InvalidTableIndexError):
        holding.decode(block)


def test_a_dynamic_index_has_no_entry_while_the_table_is_empty(decoder):
    with pytest.raises(InvalidTableIndexError):
        decoder.decode(FIRST_DYNAMIC)


# RFC 7541 6.2: literals.


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x40\x01n", b"n"),
        (b"\x00\x01n", b"n"),
        (b"\x10\x01n", b"n"),
        (b"\x7a", b"user-agent"),
        (b"\x0f\x2b", b"user-agent"),
        (b"\x1f\x2b", b"user-agent"),
        (b"\x7e", b"name"),
        (b"\x0f\x2f", b"name"),
        (b"\x1f\x2f", b"name"),
    ],
)
def test_only_incremental_indexing_makes_an_entry(holding, table_of, start, name):
    assert [(name, b"v")] == holding.decode(start + b"\x01v")
    added = [(name, b"v")] if start[0] & 0x40 else []
    assert [*added, FIELD] == table_of(holding)


def test_names_and_values_may_be_huffman_coded_or_not(decoder):
    name, value = (
        b"\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f",
        b"\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf",
    )
    for block in (name + value, b"\x0acustom-key" + value, name + b"\x0ccustom-value"):
        assert [(b"custom-key", b"custom-value")] == decoder.decode(PLAIN + block)


def test_strings_may_be_empty(decoder):
    assert [(b"", b"")] * 2 == decoder.decode(b"\x00\x00\x00" + b"\x40\x80\x80")


@pytest.mark.parametrize("length", [126, 127, 128, 254, 255, 256, 9000])
def test_long_strings_are_read(decoder, length):
    more = length - 127
    octets = bytes([length]) if more < 0 else b"\x7f" + bytes([more & 0x7F | 0x80, more >> 7])
    assert [(b"", b"v" * length)] == decoder.decode(b"\x00\x00" + octets + b"v" * length)


@pytest.mark.parametrize("kind", [INDEXED, PLAIN, NEVER])
def test_a_block_that_is_cut_off_is_refused(kind):
    block = kind + LITERAL
    for end in range(1, len(block)):
        with pytest.raises(HPACKDecodingError):
            Decoder().decode(block[:end])


@pytest.mark.parametrize("block", [b"\xff", b"\xff\x80", b"\x3f", b"\x7f", b"\x0f", b"\x00\x7f"])
def test_an_integer_that_is_cut_off_is_refused(decoder, block):
    with pytest.raises(HPACKDecodingError, match="cut off"):
        decoder.decode(block)


@pytest.mark.parametrize(
    "start",
    [b"\xff", b"\x7f", b"\x0f", b"\x1f", b"\x3f", b"\x00\x7f", b"\x00\xff", b"\x00\x01n\x7f"],
)
@pytest.mark.parametrize("rest", [b"\x80" * 5 + b"\x00", b"\xff" * 5 + b"\x00", b"\xff" * 5000])
def test_an_integer_that_is_too_long_is_refused(decoder, start, rest):
    with pytest.raises(HPACKDecodingError, match="octets after its prefix"):
        decoder.decode(start + rest)


@pytest.mark.parametrize("coded", [b"\x81\x00", b"\x82\x1f\xff", b"\x84\xff\xff\xff\xff"])
def test_a_huffman_coded_string_that_is_wrong_is_refused(decoder, coded):
    for _ in range(2):
        with pytest.raises(HPACKDecodingError, match="Huffman"):
            decoder.decode(b"\x04" + coded)


def test_errors_do_not_show_what_was_sent(decoder):
    for block in (b"\x10\x06secret\x7fsecret", b"\x04\x8asecretsecret"):
        with pytest.raises(HPACKDecodingError) as caught:
            decoder.decode(block)
        assert "secret" not in str(caught.value)


# RFC 7541 4.1, 4.3 and 4.4: entries and their eviction.


def entry(size, letter):
    """Return a literal that is indexed, and its field, which counts `size` octets."""
    value = letter * (size - 32 - 1)
    length = len(value)
    octets = (
        bytes([length])
        if length < 127
        else bytes([127, length - 127 & 0x7F | 0x80, length - 127 >> 7])
    )
    return b"\x40\x01n" + octets + value, (b"n", value)


def test_an_entry_evicts_the_oldest_until_it_fits(decoder, table_of):
    blocks, fields = zip(
        *(entry(1024, letter) for letter in (b"a", b"b", b"c", b"d", b"e")), strict=True
    )
    decoder.decode(b"".join(blocks[:4]))
    assert [*fields[3::-1]] == table_of(decoder)
    decoder.decode(blocks[4])
    assert [*fields[4:0:-1]] == table_of(decoder)
    block, field = entry(2050, b"f")
    decoder.decode(block)
    assert [field, fields[4]] == table_of(decoder)


def test_an_entry_as_large_as_the_table_stays_alone(holding, table_of):
    block, field = entry(4096, b"a")
    assert [field] == holding.decode(block)
    assert [field] == table_of(holding)


def test_a_larger_one_empties_the_table_and_is_no_error(holding, table_of):
    block, field = entry(4097, b"a")
    assert [field] == holding.decode(block)
    assert [] == table_of(holding)


def test_a_name_may_be_of_an_entry_that_is_evicted_by_it(holding, table_of):
    length = 4096 - 32 - 4
    block = b"\x7e\x7f" + bytes([length - 127 & 0x7F | 0x80, length - 127 >> 7]) + b"v" * length
    assert [(b"name", b"v" * length)] == holding.decode(block)
    assert [(b"name", b"v" * length)] == table_of(holding)


# RFC 7541 4.2 and 6.3: the table's size.


def test_a_smaller_size_evicts(holding, table_of):
    block, field = entry(100, b"a")
    holding.decode(block)
    assert [] == holding.decode(b"\x3f\x45")
    assert [field] == table_of(holding)
    assert [] == holding.decode(b"\x20")
    assert [] == table_of(holding)
    assert [field] == holding.decode(block)
    assert [] == table_of(holding)


def test_sizes_may_change_several_times_at_the_beginning(holding, table_of):
    assert [(b":method", b"GET")] == holding.decode(b"\x20" + b"\x3f\xe1\x1f" + GET)
    assert [] == table_of(holding)


@pytest.mark.parametrize("field", [GET, PLAIN + LITERAL, INDEXED + LITERAL])
def test_the_size_does_not_change_behind_a_field(decoder, field):
    with pytest.raises(HPACKDecodingError, match="middle"):
        decoder.decode(field + b"\x20")


def test_a_size_above_what_we_allow_is_refused(decoder):
    with pytest.raises(InvalidTableSizeError):
        decoder.decode(b"\x3f\xe2\x1f")


def test_a_size_may_grow_as_far_as_we_allow(decoder, table_of):
    decoder.max_allowed_table_size = 5000
    assert 5000 == decoder.max_allowed_table_size
    block, field = entry(4097, b"a")
    decoder.decode(block)
    assert [] == table_of(decoder)  # it does not grow before the peer says so
    decoder.decode(b"\x3f\xe9\x26" + block)
    assert [field] == table_of(decoder)
    with pytest.raises(InvalidTableSizeError):
        decoder.decode(b"\x3f\xea\x26")


@pytest.mark.parametrize("block", [b"", GET, b"\x3f\x46" + GET, b"\x3f\x46\x20"])
def test_after_we_lowered_the_size_the_next_block_has_to_open_with_it(decoder, block):
    decoder.max_allowed_table_size = 100
    with pytest.raises(InvalidTableSizeError):
        decoder.decode(block)


@pytest.mark.parametrize("opening", [b"\x3f\x45", b"\x20", b"\x3f\x44\x3f\x45"])
def test_the_size_that_is_due_is_at_most_the_one_we_set(decoder, opening):
    decoder.max_allowed_table_size = 100
    for block in (opening + GET, GET):
        assert [(b":method", b"GET")] == decoder.decode(block)


def test_the_smallest_of_the_sizes_that_we_set_is_due(decoder):
    decoder.max_allowed_table_size = 100
    decoder.max_allowed_table_size = 4096
    assert [(b":method", b"GET")] == decoder.decode(b"\x3f\x45\x3f\xe1\x1f" + GET)
    decoder.max_allowed_table_size = 100
    decoder.max_allowed_table_size = 4096
    with pytest.raises(InvalidTableSizeError):
        decoder.decode(b"\x3f\xe1\x1f" + GET)


def test_no_size_is_due_while_the_peer_s_table_is_smaller_anyway(decoder):
    decoder.decode(b"\x3f\x45")
    decoder.max_allowed_table_size = 100
    decoder.max_allowed_table_size = 4096
    assert [(b":method", b"GET")] == decoder.decode(GET)


# RFC 9113 6.5.2: the size of a header list.


@pytest.mark.parametrize(
    ("block", "size"),
    [
        pytest.param(GET * 3, 3 * 42, id="static"),
        pytest.param(FIRST_DYNAMIC * 3, 3 * 41, id="dynamic"),
        pytest.param(INDEXED + LITERAL + FIRST_DYNAMIC, 2 * 41, id="inserted"),
        pytest.param((PLAIN + LITERAL) * 3, 3 * 41, id="literal"),
        pytest.param(NEVER + LITERAL, 41, id="never indexed"),
        pytest.param(b"\x00\x00\x00" * 3, 3 * 32, id="empty"),
    ],
)
def test_the_list_may_be_as_large_as_the_limit_and_no_larger(holding, block, size):
    holding.max_header_list_size = size
    assert size == holding.max_header_list_size
    assert 0 < len(holding.decode(block))
    holding.max_header_list_size = size - 1
    with pytest.raises(OversizedHeaderListError):
        holding.decode(block)


def test_the_limit_holds_for_a_block_that_was_read_before(decoder):
    for _ in range(2):
        decoder.decode(GET * 3)
    decoder.max_header_list_size = 3 * 42 - 1
    for _ in range(2):
        with pytest.raises(OversizedHeaderListError):
            decoder.decode(GET * 3)


def test_the_limit_can_be_given_at_the_start():
    with pytest.raises(OversizedHeaderListError):
        Decoder(41).decode(GET)
    assert 1 << 16 == Decoder().max_header_list_size


# What is remembered changes no answer.


def test_the_list_that_is_returned_is_the_caller_s(decoder):
    for _ in range(3):
        fields = decoder.decode(GET)
        assert [(b":method", b"GET")] == fields
        fields.clear()


def test_the_same_block_means_another_field_once_the_table_has_changed(decoder):
    for letter in (b"a", b"b", b"c"):
        decoder.decode(b"\x40\x01n\x01" + letter)
        for _ in range(3):
            assert [(b"n", letter)] == decoder.decode(FIRST_DYNAMIC)


def test_a_block_that_changes_the_table_does_so_each_time(decoder, table_of):
    for times in range(1, 4):
        decoder.decode(INDEXED + LITERAL)
        assert [FIELD] * times == table_of(decoder)


@pytest.mark.parametrize("block", [b"\x20", entry(4097, b"a")[0]], ids=["size", "large entry"])
def test_a_block_loses_its_meaning_with_the_entry(holding, block):
    for _ in range(2):
        assert [FIELD] == holding.decode(FIRST_DYNAMIC)
    holding.decode(block)
    with pytest.raises(InvalidTableIndexError):
        holding.decode(FIRST_DYNAMIC)


def test_a_size_that_is_due_is_asked_of_a_block_that_was_read_before(decoder):
    for _ in range(2):
        decoder.decode(GET)
    decoder.max_allowed_table_size = 0
    with pytest.raises(InvalidTableSizeError):
        decoder.decode(GET)


def test_an_error_in_a_block_that_changed_the_table_leaves_nothing_remembered(holding):
    for _ in range(2):
        assert [FIELD] == holding.decode(FIRST_DYNAMIC)
    with pytest.raises(HPACKDecodingError):
        holding.decode(b"\x40\x01n\x01v" + b"\x80")
    assert [(b"n", b"v")] == holding.decode(FIRST_DYNAMIC)


def test_a_block_that_found_no_place_in_the_table_finds_it_once_there_is(decoder, table_of):
    decoder.decode(b"\x20")
    for _ in range(3):
        assert [FIELD] == decoder.decode(INDEXED + LITERAL)
        assert [] == table_of(decoder)
    decoder.decode(b"\x3f\xe1\x1f")
    assert [FIELD] == decoder.decode(INDEXED + LITERAL)
    assert [FIELD] == table_of(decoder)
