"""Certificates that OpenSSL reads and Python can't: who shows one gets an answer or an error of ours."""

import ssl
from contextlib import nullcontext

import pytest

from httpcore_pool import SessionCache, TLSConfig
from httpcore_pool.tls._errors import Peer, refused
from httpcore_pool.tls._names import is_for, parsed
from testkit.der import (
    ALTERNATIVE,
    BEGIN_DATE,
    DNS,
    END_DATE,
    GENERALIZED,
    SEQUENCE,
    UTC,
    UTF8,
    Key,
    authority,
    der,
    extension,
    name,
    pem,
)

HOST = "localhost"
PEER = Peer(HOST, HOST, TLSConfig(), is_proxy=False)
AUTHORITY, SERVER, STRANGER = Key(b"authority"), Key(b"server"), Key(b"stranger")
BEGIN, END = der(UTC, BEGIN_DATE), der(GENERALIZED, END_DATE)
ROOT = authority(AUTHORITY, name(UTF8, b"authority"))
# Further names: a number too long to be written, and what is no text.
ODD = {"ssl.SSLError": der(0x88, b"w" * 3000), "ValueError": der(0x86, b"\xff")}


def leaf(odd=b"", *, by=AUTHORITY, end=END):
    names = der(SEQUENCE, der(DNS, HOST.encode()), odd)
    return by.certificate(
        subject=name(UTF8, b"server"),
        issuer=name(UTF8, b"authority"),
        begin=BEGIN,
        end=end,
        of=SERVER,
        extensions=[extension(ALTERNATIVE, names)],
    )


@pytest.fixture
def shown(meet, tmp_path):
    """The client's end, to which a server has shown a certificate."""

    def shown(certificate):
        path = tmp_path / "server.pem"
        path.write_text(SERVER.pem + pem(certificate))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(path)
        ours = []

        class Client:
            def wrap_bio(self, *args, **options):
                context = TLSConfig(pem(ROOT).encode()).context(())
                ours.append(context.wrap_bio(*args, **options))
                return ours[0]

        try:
            meet(Client(), server)
        except ssl.SSLCertVerificationError as error:
            return ours[0], error
        return ours[0], None

    return shown


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_one_that_is_not_trusted_is_refused_for_its_reason(shown, odd):
    tls, error = shown(leaf(odd, by=STRANGER))
    assert "is not trusted: certificate signature failure" in str(refused(error, tls, PEER))


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_one_that_has_expired_is_refused_without_its_date(shown, odd):
    tls, error = shown(leaf(odd, end=der(UTC, b"210101000000Z")))
    assert "it, or one on which it rests, has expired" in str(refused(error, tls, PEER))


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_one_that_openssl_trusts_has_no_names_for_us_and_its_session_is_not_resumed(shown, odd):
    tls, error = shown(leaf(odd))
    cache = SessionCache(nullcontext())
    cache.keep("a", tls, nullcontext())
    assert (None, False) == (error, is_for(parsed(tls), HOST))
    assert cache.take("a") is None


def test_the_session_of_one_that_is_too_large_to_be_kept_is_not_resumed(shown):
    tls, error = shown(leaf(der(DNS, b"a" * 95_000)))
    cache = SessionCache(nullcontext())
    cache.keep("a", tls, nullcontext())
    assert (None, None) == (error, cache.take("a"))
    assert is_for(parsed(tls), HOST)


def test_a_year_that_python_does_not_know_is_told_apart(shown):
    tls, error = shown(leaf(end=der(GENERALIZED, b"00000101000000Z")))
    assert "it, or one on which it rests, has expired" in str(refused(error, tls, PEER))
    assert is_for(parsed(shown(leaf())[0]), HOST)
