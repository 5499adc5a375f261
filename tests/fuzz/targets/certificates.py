"""Certificates of any content, which a server shows in a handshake.

- One is trusted only if our authority has signed it, it is valid now, and it has the name: one of its
  subjectAltNames, by a naive reading (RFC 9525 6), and never its common name.
- What is not is refused with CertificateError or ConnectError, whose text is plain and short, whatever stands
  in the certificates that came: names in any encoding, dates that are none, extensions that can't be read.
- Nothing of ours goes out behind a certificate that is refused.
"""

import ssl
import tempfile
from contextlib import nullcontext
from pathlib import Path

from httpcore_client import CertificateError, ConnectError, Options, ScriptedBackend, TLSConfig
from httpcore_pool import ReadTimeout, ScriptedStream, Timeout, run_sync
from httpcore_pool._config import Budget
from httpcore_pool.tls._sessions import SessionCache
from httpcore_pool.tls._stream import TLSStream
from testkit.der import (
    ADDRESS,
    ALTERNATIVE,
    BMP,
    CONSTRAINTS,
    DNS,
    GENERALIZED,
    IA5,
    PRINTABLE,
    SEQUENCE,
    T61,
    UNIVERSAL,
    UTC,
    UTF8,
    Key,
    authority,
    der,
    extension,
    name,
    pem,
)
from testkit.tiny import TLSTalk

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("www.example.org", "*.example.org", "example.org", "*.org", "w*.example.org", "WWW.EXAMPLE.ORG", "*"),
    *("\0", "\x1b[2J", "\n", "\r\n", "\u202e", "é", "漢", "\ud800", "a" * 70, "xn--", "192.0.2.1", "."),
    *("\x80", "\xff", "%", "'", '"', "\\", "localhost", "https://x/", "🐍"),
]  # fmt: skip
_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
_AUTHORITY, _SERVER, _STRANGER = Key(b"authority"), Key(b"server"), Key(b"stranger")
_STRINGS = [UTF8, UTF8, PRINTABLE, IA5, BMP, UNIVERSAL, T61, 0x04, 0x05]
_NAMES = [*[DNS] * 4, ADDRESS, 0x81, 0x86, 0xA0, 0xA4, 0x88]
# Dates, and whether they are before or after now: None where they are none.
_DATES = [
    *((UTC, b"200101000000Z", -1), (GENERALIZED, b"99991231235959Z", 1), (UTC, b"490101000000Z", 1)),
    *((UTC, b"200101000000Z", -1), (UTC, b"490101000000Z", 1), (UTC, b"700101000000Z", -1)),
    *((UTC, b"2001010000xxZ", None), (GENERALIZED, b"00000101000000Z", -1), (UTC, b"", None)),
    *((UTC, b"201301000000Z", None), (GENERALIZED, b"20200101000000.5Z", -1), (UTC, b"\xff" * 13, None)),
    *((GENERALIZED, b"20200101000000+0100", -1), (UTC, b"2001010000Z", -1)),
]  # fmt: skip
_USAGE, _EXTENDED = b"\x55\x1d\x0f", b"\x55\x1d\x25"
_OTHERS = [
    *(
        CONSTRAINTS,
        _USAGE,
        _EXTENDED,
        b"\x55\x1d\x1e",
        b"\x55\x1d\x1f",
        b"\x55\x1d\x20",
        b"\x2a\x03",
    ),
    b"\x2b\x06\x01\x05\x05\x07\x01\x01",  # where its issuer is told: AIA
]
_HOST = "www.example.org"
_ISSUER = name(UTF8, b"authority")
_TRUSTED = pem(authority(_AUTHORITY, _ISSUER)).encode()
_CONFIGS = [
    *[TLSConfig(_TRUSTED)] * 3,
    TLSConfig(_TRUSTED, verify_name="b.example.org"),
    TLSConfig(_TRUSTED, server_name=""),
    TLSConfig(_TRUSTED, pins="sha256//" + "A" * 43 + "="),
]
_NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)
_MOST_CHAIN = 3
SEEDS = [
    bytes([config, extra, signer, 0, 1]) + subject + rest
    for config in (0, 3, 5)
    for extra in (0, 1, 2)
    for signer, subject, rest in (
        (0, b"\0a\xfe", b"\x01\0" + spell("www.example.org", PIECES)),
        (0, b"\0" + spell("www.example.org", PIECES) + b"\xfe", b"\0"),
        (0, b"\x04abc\xfe", b"\x02\0" + spell("*.example.org", PIECES) + b"\xfe\x04\xc0\0\x02\x01"),
        (4, b"\x01\x1b[2J\xfe", b"\x01\0" + spell("www.example.org", PIECES) + b"\xfe"),
        (5, b"\0" + b"\x8e" * 9 + b"\xfe", b"\x01\0" + spell("www.example.org", PIECES)),
    )
]


def check(data):
    source = Source(data)
    config = source.pick(_CONFIGS)
    extra = source.octet() % _MOST_CHAIN
    leaf = _Shown(source, _SERVER)
    others = [_Shown(source, source.pick([_AUTHORITY, _STRANGER])) for _ in range(extra)]
    context = _context(leaf, others)
    if context is None:
        return
    wire = _Wire(TLSTalk(context, _Silent()))
    backend, sessions = ScriptedBackend(), SessionCache(nullcontext())
    stream = TLSStream(wire, config, _HOST, backend, sessions=sessions)
    try:
        run_sync(stream.handshake(_NO_LIMIT))
    except (CertificateError, ConnectError) as error:
        plain_error(error)
        return
    assert leaf.is_trusted, leaf.der
    assert not config.pins
    assert leaf.has(config.verify_name or _HOST), leaf.names
    TLSStream(wire, config, _HOST, backend, sessions=sessions)  # which looks for a session


class _Shown:
    """A certificate as the source has it.

    Attributes:
        der: all of it.
        is_trusted: whether it may be: who signed it, and its dates.
        names: of hosts, that it has.
    """

    def __init__(self, source, key):
        signer = source.octet() % 8
        dates = [source.pick(_DATES) for _ in range(2)]
        tag, said = source.pick(_STRINGS), _octets(source.text(PIECES))
        subject = name(tag, said)
        # Mostly our authority; itself; a stranger by its own name, or by the authority's.
        by, issuer = {
            4: (key, subject),
            5: (_STRANGER, name(tag, said[::-1])),
            6: (_STRANGER, _ISSUER),
        }.get(signer, (_AUTHORITY, _ISSUER))
        self.names = [self._name(source) for _ in range(source.octet() % 4)]
        extensions = [
            extension(
                source.pick(_OTHERS), source.octets(source.octet() % 16), critical=source.flag()
            )
            for _ in range(source.octet() % 3)
        ]
        if self.names:
            found = (der(tag, said) for tag, said in self.names)
            extensions.append(extension(ALTERNATIVE, der(SEQUENCE, *found)))
        begin, end = (der(tag, said) for tag, said, _ in dates)
        self.der = by.certificate(
            subject=subject, issuer=issuer, begin=begin, end=end, of=key, extensions=extensions
        )
        self.is_trusted = by is _AUTHORITY and [when for _, _, when in dates] == [-1, 1]

    @staticmethod
    def _name(source):
        return source.pick(_NAMES), _octets(source.text(PIECES))

    def has(self, host):
        wanted = {host.encode(), b"*." + host.partition(".")[2].encode()}
        return any(tag == DNS and said.lower() in wanted for tag, said in self.names)


def _octets(said):
    """UTF-8, or what is none: an octet for each character."""
    return (
        said.encode("latin-1", "replace")
        if "\x80" in said
        else said.encode("utf-8", "surrogatepass")
    )


def _context(leaf, others):
    """Give a server's context, or None where OpenSSL won't show such a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = "".join(pem(each.der) for each in (leaf, *others))
    with tempfile.NamedTemporaryFile("w", dir=_FOLDER, suffix=".pem") as file:
        file.write(_SERVER.pem + chain)
        file.flush()
        try:
            context.load_cert_chain(file.name)
        except ssl.SSLError:
            return None
    return context


class _Silent:
    """What is behind TLS: it hears nothing before the handshake has ended."""

    def feed(self, data):
        raise AssertionError(data)


class _Wire(ScriptedStream):
    """Leads to a server in memory."""

    def __init__(self, talk):
        super().__init__()
        self._talk = talk
        self._queue = b""

    async def write(self, data, timeout=None):
        self._queue += self._talk.feed(data)

    async def read(self, max_bytes, timeout=None):
        if not self._queue:
            raise ReadTimeout("it is silent", timeout)
        said, self._queue = self._queue, b""
        return said
