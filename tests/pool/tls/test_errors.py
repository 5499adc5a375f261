"""What is said of a failure, as far as Python tells of it. All kinds of it are in the contract."""

import hashlib
import ssl
from types import SimpleNamespace

import pytest

from httpcore_pool import TLSConfig
from httpcore_pool.tls._errors import Peer, reason_of, refused
from testkit.certificates import Issued

PEER = Peer("a.test", "b.test", TLSConfig(), is_proxy=False)
GOOD = Issued("localhost")


def failure(code, message="it is so"):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def told(code, chain=None):
    """The message for a number, where Python tells of this chain or of none."""
    inner = SimpleNamespace() if chain is None else SimpleNamespace(get_unverified_chain=chain)
    return refused(failure(code), SimpleNamespace(_sslobj=inner), PEER)


@pytest.mark.parametrize("chain", [None, lambda: None, list], ids=["never", "none", "empty"])
@pytest.mark.parametrize(
    ("code", "says"),
    [
        (3, "there is no revocation list of its issuer"),
        (9, "it, or one on which it rests, is not valid yet (it is from a later time"),
        (10, "it, or one on which it rests, has expired"),
        (18, "it is signed by itself"),
        (20, "it goes back to unknown, which"),
        (62, "it is for no host"),
    ],
)
def test_where_python_does_not_tell_of_the_chain_there_is_a_reason_all_the_same(chain, code, says):
    error = told(code, chain)
    assert f"the certificate of 'a.test' is not trusted: {says}" in str(error)
    assert (code, None) == (error.verify_code, error.certificate)


def test_what_we_have_no_words_for_is_said_in_those_of_openssl():
    assert "the certificate of 'a.test' is not trusted: it is so" == str(told(99))


@pytest.mark.parametrize(
    "date", ["Jan  1 00:00:00 2999 GMT", "Jan  1 00:00:00 0 GMT", "Bad time value"]
)
def test_where_none_of_those_shown_is_seen_to_have_expired_it_is_told_apart(date):
    """One that was not sent may have; and dates are the server's, who may write what is none."""
    chain = [SimpleNamespace(get_info=lambda: {"notAfter": date})]
    chain[0].public_bytes = lambda: GOOD.pem.decode()
    error = told(10, lambda: chain)
    assert "it, or one on which it rests, has expired" in str(error)
    assert GOOD.der == error.certificate


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ((("organizationName", "us"), ("organizationalUnitName", "here")), "'here'"),
        ((("organizationName", "us"),), "'us'"),
        ((("commonName", "a" * 5000),), f"'{'a' * 100}'"),
        ((("commonName", "\x1b[2J\n"),), r"'\x1b[2J\n'"),
        ((("countryName", "XX"),), "somebody without a name"),
    ],
)
def test_authorities_are_called_by_the_most_telling_name(subject, name):
    shown = SimpleNamespace(get_info=lambda: {"issuer": (subject,)}, public_bytes=GOOD.pem.decode)
    assert f"it is by {name}, which is not trusted" in str(told(20, lambda: [shown]))


def said(reason, *, config=None, is_proxy=False):
    error = ssl.SSLError(1, "in OpenSSL's words")
    error.reason = reason
    peer = Peer("a.test", "a.test", config or TLSConfig(), is_proxy=is_proxy)
    return reason_of(error, peer)


def test_reasons_are_openssls_with_what_they_mean():
    assert "in openssl's words" == said(None)
    assert "something new" == said("SOMETHING_NEW")
    assert "it speaks none of the protocols offered" in said("TLSV1_ALERT_NO_APPLICATION_PROTOCOL")


def test_who_has_shown_no_certificate_is_asked_for_one():
    """What servers answer to that depends on who made them."""
    wanted = (
        "tlsv1 alert unknown ca (it wants a client certificate: {}=TLSConfig(..., certificate=...))"
    )
    reason = "TLSV1_ALERT_UNKNOWN_CA"
    assert wanted.format("ssl") == said(reason)
    assert wanted.format("the proxy's ssl") == said(reason, is_proxy=True)
    assert "it does not accept our client certificate" in said(
        reason, config=TLSConfig(certificate=GOOD.pem)
    )


def test_who_takes_a_proxy_for_one_with_tls_is_told_that_few_have_it():
    hint = "it does not seem to speak TLS there"
    assert f"wrong version number ({hint})" == said("WRONG_VERSION_NUMBER")
    told = f"wrong version number ({hint}; most proxies are http://, even for https URLs)"
    assert told == said("WRONG_VERSION_NUMBER", is_proxy=True)


@pytest.mark.parametrize(
    ("source", "whose"),
    [
        (None, "certifi"),
        (True, "certifi"),
        ("system", "the operating system"),
        (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "your ssl.SSLContext"),
        (__file__, repr(__file__)),
        ((__file__, GOOD.pem), f"{__file__!r} and <{len(GOOD.pem)} bytes>"),
    ],
    ids=["nothing said", "True", "system", "context", "file", "file and bytes"],
)
def test_it_is_said_whose_authorities_are_trusted(source, whose):
    peer = Peer("a.test", "a.test", TLSConfig(source), is_proxy=False)
    error = refused(failure(20), SimpleNamespace(_sslobj=SimpleNamespace()), peer)
    assert f"is not trusted (trusted are those of {whose})" in str(error)


def test_the_pin_of_a_certificate_that_signs_itself_is_told():
    shown = SimpleNamespace(get_info=dict, public_bytes=GOOD.pem.decode)
    pin = f"sha256:{hashlib.sha256(GOOD.der).hexdigest()}"
    says = str(told(18, lambda: [shown]))
    assert f"TLSConfig(False, pins={pin!r})" in says
    assert "if you have checked by another way" in says
