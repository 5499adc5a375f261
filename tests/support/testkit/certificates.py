"""A throw-away certificate authority for one run."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

import trustme
from cryptography import x509


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
