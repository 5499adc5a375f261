"""A throw-away certificate authority for one run, and certificates that nobody should accept."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID


class Authority:
    """A CA and a server certificate for localhost, as files in a folder."""

    def __init__(self, folder):
        self.ca = trustme.CA()
        self.folder = Path(folder)
        self.bundle = str(self.folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.bundle)
        self.key, self.chain = self.issue("localhost", "127.0.0.1", "::1", "www.example.org")

    def issue(self, *names, **options):
        """Return the paths of a key and a certificate chain for these names."""
        issued = self.ca.issue_cert(*names, **options)
        stem = self.folder / f"cert-{len(list(self.folder.iterdir()))}"
        issued.private_key_pem.write_to_path(f"{stem}.key")
        chain = Path(f"{stem}.pem")
        chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        return f"{stem}.key", str(chain)

    def server_context(self, alpn=("http/1.1",), names=("localhost", "127.0.0.1")):
        """A context for a scripted TLS server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names).configure_cert(context)
        context.set_alpn_protocols(list(alpn))
        return context

    def hashed_name(self):
        """What the CA's certificate is called in a folder where OpenSSL looks for it (X509_NAME_hash)."""
        subject = x509.load_pem_x509_certificate(self.ca.cert_pem.bytes()).subject
        canonical = b""
        for attribute in subject:
            arcs = [int(arc) for arc in attribute.oid.dotted_string.split(".")]
            oid = bytes([40 * arcs[0] + arcs[1], *arcs[2:]])  # X.520's have no larger ones
            pair = _der(0x06, oid) + _der(0x0C, attribute.value.lower().encode())
            canonical += _der(0x31, _der(0x30, pair))
        return f"{int.from_bytes(hashlib.sha1(canonical).digest()[:4], 'little'):08x}.0"


def _der(tag, content):
    """Encode up to 127 octets."""
    return bytes([tag, len(content)]) + content


_NOW = datetime.datetime.now(datetime.UTC)
_DAY = datetime.timedelta(days=1)

# What the key of an authority is for: certificates and revocation lists.
_SIGNS = x509.KeyUsage(*[False] * 5, True, True, False, False)


class Issued:
    """A certificate with its key, as no real authority would issue it if one asks for that.

    Args:
        names: DNS names and IP addresses of the subjectAltName; "DNS:..." is a name, whatever it looks like.
        issuer: who signs; None for itself.
        common_name: the subject's.
        is_ca: what the basic constraints say; None for none.
        start, end: from when to when it is valid, in days from now.
        key: another key than a new one of P-256.
        extensions: further ones, all of them critical.
        sends: what a server sends beside it.
    """

    def __init__(
        self,
        *names,
        issuer=None,
        common_name="a test",
        is_ca=None,
        start=-1,
        end=30,
        key=None,
        extensions=(),
        sends=(),
    ):
        self.key = ec.generate_private_key(ec.SECP256R1()) if key is None else key
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        self.issuer = issuer or self
        self._sends = sends
        builder = (
            x509.CertificateBuilder(self.issuer.subject, self.subject, self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_NOW + start * _DAY)
            .not_valid_after(_NOW + end * _DAY)
        )
        # What default contexts ask for from Python 3.13: RFC 5280 4.2.1.1 to 4.2.1.3.
        own, signing = self.key.public_key(), self.issuer.key.public_key()
        for identifier in (
            x509.SubjectKeyIdentifier.from_public_key(own),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing),
        ):
            builder = builder.add_extension(identifier, critical=False)
        if is_ca:
            builder = builder.add_extension(_SIGNS, critical=True)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        if is_ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        if names:
            alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        self._have(builder.sign(self.issuer.key, hashes.SHA256()))

    def _have(self, certificate):
        self.certificate = certificate
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.der = certificate.public_bytes(serialization.Encoding.DER)

    @property
    def chain(self):
        """What a server sends, in PEM."""
        return b"".join([self.pem, *(each.pem for each in self._sends)])

    def key_pem(self, password=None):
        encryption = (
            serialization.NoEncryption()
            if password is None
            else serialization.BestAvailableEncryption(password)
        )
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )

    def server_context(self, folder, alpn=("http/1.1",)):
        """A context for a server that has this certificate, weak as it may be."""
        path = Path(folder) / f"server-{self.certificate.serial_number}.pem"
        path.write_bytes(self.chain + self.key_pem())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(path)
        context.set_alpn_protocols(list(alpn))
        return context

    def revoke(self, path, *revoked, start=-2, end=30):
        """Write a revocation list of this issuer; return its path."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.subject)
            .last_update(_NOW + start * _DAY)
            .next_update(_NOW + end * _DAY)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder(each.certificate.serial_number, _NOW - _DAY)
            builder = builder.add_revoked_certificate(entry.build())
        signed = builder.sign(self.key, hashes.SHA256())
        Path(path).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return str(path)


def _general_name(name):
    if name.startswith("DNS:"):
        return x509.DNSName(name.removeprefix("DNS:"))
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def rsa_key(bits=2048):
    return rsa.generate_private_key(65537, bits)


def sign_weakly(issued):
    """Have the issuer, whose key is of RSA, sign over SHA-1 (RFC 8017 A.2.4): no library does any more."""
    strong, weak = (bytes.fromhex(f"06092a864886f70d0101{last}") for last in ("0b", "05"))
    signed = issued.certificate.tbs_certificate_bytes.replace(strong, weak)
    signature = issued.issuer.key.sign(signed, padding.PKCS1v15(), hashes.SHA1())
    content = signed + _der(0x30, weak + b"\x05\x00") + b"\x03\x82\x01\x01\x00" + signature
    der = b"\x30\x82" + len(content).to_bytes(2, "big") + content
    issued._have(x509.load_der_x509_certificate(der))
    return issued


def forget_contexts():
    """As in a new process: no context was made, and nobody was warned of any."""
    from httpcore_pool.tls import _context

    _context.shared_context.cache_clear()
    _context.warn_unverified.cache_clear()
