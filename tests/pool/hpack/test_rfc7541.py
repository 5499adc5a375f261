"""The examples of RFC 7541, Appendix C."""

import pytest

from httpcore_pool.hpack import Decoder, Encoder

TO_256 = bytes.fromhex("3fe101")  # the examples of C.5 and C.6 have a table of 256 octets

CUSTOM = (b"custom-key", b"custom-header")
GET = (b":method", b"GET")
HTTP, HTTPS = (b":scheme", b"http"), (b":scheme", b"https")
ROOT, INDEX = (b":path", b"/"), (b":path", b"/index.html")
AUTHORITY = (b":authority", b"www.example.com")
NO_CACHE = (b"cache-control", b"no-cache")
CUSTOM_VALUE = (b"custom-key", b"custom-value")

REQUESTS = [  # fields, entries of the table, its size
    ([GET, HTTP, ROOT, AUTHORITY], [AUTHORITY], 57),
    ([GET, HTTP, ROOT, AUTHORITY, NO_CACHE], [NO_CACHE, AUTHORITY], 110),
    ([GET, HTTPS, INDEX, AUTHORITY, CUSTOM_VALUE], [CUSTOM_VALUE, NO_CACHE, AUTHORITY], 164),
]

S302, S307, S200 = ((b":status", code) for code in (b"302", b"307", b"200"))
PRIVATE = (b"cache-control", b"private")
DATE_21 = (b"date", b"Mon, 21 Oct 2013 20:13:21 GMT")
DATE_22 = (b"date", b"Mon, 21 Oct 2013 20:13:22 GMT")
LOCATION = (b"location", b"https://www.example.com")
GZIP = (b"content-encoding", b"gzip")
COOKIE = (b"set-cookie", b"foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1")

RESPONSES = [
    ([S302, PRIVATE, DATE_21, LOCATION], [LOCATION, DATE_21, PRIVATE, S302], 222),
    ([S307, PRIVATE, DATE_21, LOCATION], [S307, LOCATION, DATE_21, PRIVATE], 222),
    ([S200, PRIVATE, DATE_22, LOCATION, GZIP, COOKIE], [COOKIE, GZIP, DATE_22], 215),
]


def size_of(entries):
    return sum(32 + len(name) + len(value) for name, value in entries)


@pytest.mark.parametrize(
    ("block", "field", "entries"),
    [
        pytest.param(
            "400a637573746f6d2d6b65790d637573746f6d2d686561646572", CUSTOM, [CUSTOM], id="C.2.1"
        ),
        pytest.param("040c2f73616d706c652f70617468", (b":path", b"/sample/path"), [], id="C.2.2"),
        pytest.param(
            "100870617373776f726406736563726574", (b"password", b"secret"), [], id="C.2.3"
        ),
        pytest.param("82", GET, [], id="C.2.4"),
    ],
)
def test_each_representation_is_read(block, field, entries, table_of):
    decoder = Decoder()
    assert [field] == decoder.decode(bytes.fromhex(block))
    assert entries == table_of(decoder)


@pytest.mark.parametrize(
    ("before", "blocks", "examples"),
    [
        pytest.param(
            b"",
            [
                "828684410f7777772e6578616d706c652e636f6d",
                "828684be58086e6f2d6361636865",
                "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
            ],
            REQUESTS,
            id="C.3",
        ),
        pytest.param(
            b"",
            [
                "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                "828684be5886a8eb10649cbf",
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
            ],
            REQUESTS,
            id="C.4",
        ),
        pytest.param(
            TO_256,
            [
                "4803333032580770726976617465611d4d6f6e2c203231204f63742032303133"
                "2032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d70"
                "6c652e636f6d",
                "4803333037c1c0bf",
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d"
                "54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f5049"
                "5541585157454f49553b206d61782d6167653d333630303b2076657273696f6e"
                "3d31",
            ],
            RESPONSES,
            id="C.5",
        ),
        pytest.param(
            TO_256,
            [
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a6"
                "2d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
                "4883640effc1c0bf",
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab"
                "77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f"
                "9587316065c003ed4ee5b1063d5007",
            ],
            RESPONSES,
            id="C.6",
        ),
    ],
)
def test_blocks_in_a_row_are_read_with_the_table_that_they_make(before, blocks, examples, table_of):
    decoder = Decoder()
    assert [] == decoder.decode(before)
    for block, (fields, entries, size) in zip(blocks, examples, strict=True):
        assert fields == decoder.decode(bytes.fromhex(block))
        assert entries == table_of(decoder)
        assert size == size_of(entries)


def test_the_requests_of_c_3_are_written_likewise():
    encoder = Encoder()
    blocks = [encoder.encode(fields).hex() for fields, _, _ in REQUESTS]
    assert [
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        # A name that is not in the static table: its first field is not indexed.
        "828785bf000a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ] == blocks
