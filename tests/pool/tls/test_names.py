"""Names that we check by hand: never more than OpenSSL would accept."""

import ssl

import pytest

from httpcore_pool import TLSConfig
from httpcore_pool.tls._names import is_for
from testkit.certificates import Issued

HOSTS = [
    *("test", "a.test", "b.test", "a.b.test", "x.a.b.test", "xa.b.test", "xn--bcher-kva.b.test"),
    *("a_b.b.test", "-.b.test", "1.b.test", "com", "a.com", "127.0.0.1", "127.0.0.2", "::1", "::2"),
    "::ffff:7f00:1",
]
NAMES = [
    *("a.test", "*.test", "*.b.test", "x*.b.test", "*.*.test", "a.*.test", "*a.b.test", "*"),
    *("*.com", "xn--bcher-kva.b.test", "xn--*.b.test", "A.B.Test", "b.test", ".b.test"),
    *("127.0.0.1", "::1"),
]


def issued(name):
    return Issued(name, common_name="a.b.test")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_accepted_where_openssl_accepts_it(name, meet, tmp_path):
    made = issued(name)
    server = made.server_context(tmp_path)
    by_openssl = []
    for host in HOSTS:
        try:
            meet(TLSConfig(made.pem).context(()), server, host)
            by_openssl.append(host)
        except ssl.SSLCertVerificationError:
            pass
    by_hand = TLSConfig(made.pem, verify_name="unused.test").context(())
    certificate = meet(by_hand, server)[0].getpeercert()
    assert by_openssl == [host for host in HOSTS if is_for(certificate, host)]


@pytest.mark.parametrize(
    ("kind", "given", "name", "expected"),
    [
        ("DNS", "A.Test", "a.tEST", True),
        ("DNS", "127.0.0.1", "127.0.0.1", False),  # an address in a name is none
        ("IP Address", "0:0:0:0:0:0:0:1", "::1", True),
        ("IP Address", "<invalid>", "a.test", False),
        ("URI", "a.test", "a.test", False),
        ("email", "a.test", "a.test", False),
    ],
)
def test_a_name_counts_as_what_it_is(kind, given, name, expected):
    assert expected is is_for({"subjectAltName": ((kind, given),)}, name)


def test_a_common_name_is_none():
    subject = ((("commonName", "a.test"),),)
    assert not is_for({"subject": subject}, "a.test")
