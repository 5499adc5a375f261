"""Which digest of Repr-Digest a download is checked by (RFC 9530 3), read as RFC 9651 4.2 says."""

import hashlib
from base64 import b64encode

import pytest

from httpcore_client.downloads._checksum import Checksum
from httpcore_headers import Headers

D256, D512 = hashlib.sha256(b"x").digest(), hashlib.sha512(b"x").digest()
SHA256, SHA512 = (f":{b64encode(digest).decode()}:" for digest in (D256, D512))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"sha-256={SHA256}"], ("sha256", D256)),
        ([f"sha-256={SHA256}, sha-512={SHA512}"], ("sha512", D512)),
        ([f"sha-512={SHA512}", f"sha-256={SHA256}"], ("sha512", D512)),
        ([f" sha-256={SHA256};a=1;b \t,\t md5=:YQ==: "], ("sha256", D256)),
        # Base64 without its padding (4.2.7).
        ([f"sha-256={SHA256.replace('=', '')}"], ("sha256", D256)),
        # Of a key that comes again the last one counts (4.2.2), whatever it is.
        ([f"sha-256=:YQ==:, sha-256={SHA256}"], ("sha256", D256)),
        ([f"sha-256={SHA256}, sha-256=:YQ==:"], None),
        ([f"sha-256={SHA256}, sha-256"], None),
        # What stands in another member's text, or in a parameter, is none.
        ([f'a=", sha-256={SHA256}"'], None),
        ([f"a=1;sha-256={SHA256}"], None),
        ([f"a=(b sha-256;c={SHA256})"], None),
        # Members of each other type are passed over.
        (
            [
                f"""a=1, b=-1.5, c="\\"\\\\", d=t/x:y, e=?0, f=@-1, g=%"%c3%a9", h, """
                f"""i=(1 "a");x, *j=();y=?1, sha-256={SHA256}"""
            ],
            ("sha256", D256),
        ),
        # Another size, type or algorithm.
        (["sha-256=:YQ==:"], None),
        ([f'sha-256="{SHA256}"'], None),
        ([f"sha-256=({SHA256})"], None),
        ([f"sha={SHA256}, md5={SHA256}"], None),
        ([], None),
        ([""], None),
    ],
)
def test_the_strongest_digest_is_taken(lines, expected):
    assert expected == Checksum.sent(Headers([("Repr-Digest", line) for line in lines]))


@pytest.mark.parametrize(
    "wrong",
    [
        "SHA-256=:YQ==:",
        "a=",
        "a= 1",
        "a =1",
        "a=:YQ==",
        "a=:Y:",
        "a=:Y!:",
        "a=:YQ==YQ==:",
        "a=:=:",
        "a=:YQ===:",
        "a=1.",
        "a=1.2345",
        "a=1234567890123456",
        "a=1234567890123.1",
        "a=--1",
        'a="\\x"',
        'a="',
        "a=é",
        "a=?2",
        "a=@1.5",
        'a=%"%C3"',
        "a=(1,2)",
        "a=(1",
        "a=(1 2)x",
        "a=(1)(2)",
        "a;B",
        "a;\tb",
        "a b",
        "1=a",
        "=",
        ";a",
        "",
    ],
)
def test_a_field_that_is_no_dictionary_says_nothing(wrong):
    field = f"sha-256={SHA256}"
    for value in (f"{field}, {wrong}", f"{wrong}, {field}", f"{field},{wrong},a"):
        assert Checksum.sent(Headers([("Repr-Digest", value)])) is None


@pytest.mark.parametrize(
    "piece",
    ["a", "a,", "a;b", "a;", "1", "(", "a=(", "a=(1 ", '"', 'a="\\"', ":", "a=:YWFh", " ", "\t,"],
)
def test_a_long_field_is_read_in_linear_time(piece):
    assert Checksum.sent(Headers([("Repr-Digest", piece * 60_000)])) is None
