"""Pins: two ways to take a fingerprint, one of which reads DER."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from httpcore_pool.tls._pins import pins_of
from testkit.certificates import Issued

ISSUED = Issued("localhost")
LONG = ec.generate_private_key(ec.SECP521R1())
VERSION = b"\xa0\x03\x02\x01\x02"


def expected_of(issued):
    key = issued.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return f"sha256:{hashlib.sha256(issued.der).hexdigest()}", f"sha256//{digest}"


def sequence(content):
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        LONG,
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=lambda key: type(key).__name__,
)
def test_both_are_as_others_compute_them(key):
    issued = Issued("a.test", *(f"{n}.test" for n in range(50)), issuer=ISSUED, key=key)
    assert expected_of(issued) == pins_of(issued.der)


def test_a_certificate_of_the_first_version_has_no_field_for_it():
    """RFC 5280 4.1.2.1: version 1 is left out."""
    issued = Issued(*(f"{n}.test" for n in range(50)))
    signed = issued.certificate.tbs_certificate_bytes
    without = sequence(signed[signed.index(VERSION) + len(VERSION) :])
    assert pins_of(issued.der)[1] == pins_of(sequence(without))[1]


@pytest.mark.parametrize(
    "wrong",
    [
        *(b"", b"\x30", b"\x31\x00", b"\x30\x00", b"\x30\x80", b"\x30\x81", b"\x30\x81\x00"),
        *(b"\x30\x81\x7f" + bytes(127), b"\x30\x82\x00\x80" + bytes(128), b"\x30\x05\x30\x03"),
        b"\x30\x02\x30\x00",
    ],
)
def test_what_is_no_certificate_is_refused(wrong):
    with pytest.raises(ValueError, match="the certificate is"):
        pins_of(wrong)


def rewritten(old, new):
    """The signed part of a certificate in DER, with other octets in one place."""
    issued = Issued(*(f"{n}.test" for n in range(50)), key=LONG)
    content, was = issued.certificate.tbs_certificate_bytes[4:], old(issued)
    return sequence(sequence(content.replace(was, new(was), 1)))


def key_of(issued):
    """A SubjectPublicKeyInfo of 155 octets: 30 81 9b."""
    return issued.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def serial_of(issued):
    """A serialNumber of about 20 octets, after the version."""
    signed = issued.certificate.tbs_certificate_bytes
    at = signed.index(VERSION) + len(VERSION)
    return signed[at : at + 2 + signed[at + 1]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (serial_of, lambda old: old[:1] + b"\x81" + old[1:]),
        (serial_of, lambda old: old[:1] + b"\x82\0" + old[1:]),
        (key_of, lambda old: b"\x30\x82\0" + old[2:]),
    ],
    ids=["0x81 for less than 128", "0x82 for less than 128", "0x82 for less than 256"],
)
def test_a_length_in_more_octets_than_it_takes_is_refused(old, new):
    """X.690 10.1: two readers could take two keys out of one certificate."""
    assert pins_of(rewritten(old, lambda old: old))
    with pytest.raises(ValueError, match="not in DER"):
        pins_of(rewritten(old, new))


@given(st.integers(0, len(ISSUED.der) - 1), st.integers(0, 255))
def test_whatever_is_wrong_with_one_is_a_value_error_or_other_pins(at, octet):
    changed = bytearray(ISSUED.der)
    changed[at] = octet
    try:
        pins = pins_of(bytes(changed))
    except ValueError:
        return
    assert (pins == pins_of(ISSUED.der)) is (bytes(changed) == ISSUED.der)
