"""Certificates of any content, signed by whom the octets say, in DER (X.690, RFC 5280), without a library."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, TRUE = (
    0x30,
    0x31,
    0x02,
    0x03,
    0x04,
    0x06,
    b"\x01\x01\xff",
)
UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
UTC, GENERALIZED = 0x17, 0x18
DNS, ADDRESS = 0x82, 0x87  # of a GeneralName: RFC 5280 4.2.1.6
BEGIN_DATE, END_DATE = b"200101000000Z", b"99991231235959Z"  # of UTC and GENERALIZED
CONSTRAINTS, ALTERNATIVE = b"\x55\x1d\x13", b"\x55\x1d\x11"  # extensions: RFC 5280 4.2.1
_COMMON_NAME = b"\x55\x04\x03"
_ALGORITHM = b"\x30\x05\x06\x03\x2b\x65\x70"  # Ed25519: RFC 8410 3
_VERSION_3 = b"\xa0\x03\x02\x01\x02"


def der(tag, *contents):
    """Give one element."""
    content = b"".join(contents)
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return (
        bytes([tag])
        + (bytes([size]) if size < 128 else bytes([128 | len(octets)]) + octets)
        + content
    )


def name(tag, text):
    """Give a distinguished name that has a common name only."""
    return der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, _COMMON_NAME), der(tag, text))))


def extension(oid, content, *, critical=False):
    return der(SEQUENCE, der(OID, oid), TRUE if critical else b"", der(OCTETS, content))


class Key:
    """A key that is the same in each run."""

    def __init__(self, seed):
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.info = der(SEQUENCE, _ALGORITHM, der(BITS, b"\0", public))
        self.pem = self._key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()

    def certificate(self, *, subject, issuer, begin, end, of, extensions):
        """Sign one, of the public key of another."""
        signed = der(
            SEQUENCE,
            *(
                _VERSION_3,
                der(INTEGER, b"\1"),
                _ALGORITHM,
                issuer,
                der(SEQUENCE, begin, end),
                subject,
            ),
            of.info,
            der(0xA3, der(SEQUENCE, *extensions)) if extensions else b"",
        )
        return der(SEQUENCE, signed, _ALGORITHM, der(BITS, b"\0", self._key.sign(signed)))


def authority(key, subject):
    """Give the certificate that others rest on, which has signed itself."""
    return key.certificate(
        subject=subject,
        issuer=subject,
        begin=der(UTC, BEGIN_DATE),
        end=der(GENERALIZED, END_DATE),
        of=key,
        extensions=[extension(CONSTRAINTS, der(SEQUENCE, TRUE), critical=True)],
    )


def pem(certificate):
    encoded = base64.encodebytes(certificate).decode()
    return f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n"
