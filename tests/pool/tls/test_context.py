"""Contexts: what is in them, and that they are made once."""

import ssl
import sys
import warnings
from pathlib import Path

import pytest
import trustme
import truststore

from httpcore_pool import TLSConfig
from testkit.certificates import Issued


def authorities(source):
    return TLSConfig(source).context(()).cert_store_stats()["x509_ca"]


def test_contexts_are_made_once_for_all_that_want_the_same(authority):
    config = TLSConfig(authority.bundle)
    first = config.context(("h2",))
    assert first is TLSConfig(authority.bundle).context(("h2",))
    assert first is TLSConfig(authority.bundle, server_name="a.test").context(("h2",))
    assert first is not config.context(("http/1.1",))
    assert first is not TLSConfig(authority.bundle, verify_name="a.test").context(("h2",))
    assert first is not TLSConfig(authority.bundle, minimum_version="TLSv1.3").context(("h2",))


def test_a_context_is_used_as_given():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    before = context.minimum_version
    assert context is TLSConfig(context).context(("h2",))
    assert before == context.minimum_version


@pytest.mark.parametrize("source", [None, True])
def test_by_default_the_certifi_bundle_is_trusted(source):
    context = TLSConfig(source).context(("h2",))
    assert context.cert_store_stats()["x509_ca"] > 50
    assert (ssl.CERT_REQUIRED, True, False, ssl.TLSVersion.TLSv1_2) == (
        context.verify_mode,
        context.check_hostname,
        context.hostname_checks_common_name,
        context.minimum_version,
    )


def test_a_file_a_folder_and_bytes_are_the_whole_trust(authority, tmp_path):
    pem = authority.ca.cert_pem.bytes()
    assert 1 == authorities(authority.bundle)
    for source in (pem, "Größe\n" + pem.decode(), ssl.PEM_cert_to_DER_cert(pem.decode())):
        assert 1 == authorities(source)


def test_several_sources_are_the_whole_trust_together(authority, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    assert 2 == authorities((authority.bundle, str(other)))
    assert 2 == authorities((authority.bundle, str(tmp_path)))
    assert 2 == authorities((authority.bundle, other.read_bytes()))
    assert 1 == authorities((str(other),))


def test_of_a_plain_folder_all_files_with_certificates_are_trusted(tmp_path):
    for name in ("a.pem", "b.CRT", "c.cer", "d.txt", "0123abcd.0.bak"):
        trustme.CA().cert_pem.write_to_path(tmp_path / name)
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
    (tmp_path / "der.crt").write_bytes(b"\x30\x82")
    assert 3 == authorities(str(tmp_path))


def test_where_no_certificate_is_at_all_nobody_could_be_trusted(authority, tmp_path):
    empty, keys = tmp_path / "empty", tmp_path / "keys"
    empty.mkdir()
    keys.mkdir()
    (keys / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
    for source in (empty, keys, (empty, keys)):
        with pytest.raises(ValueError, match="there is no CA certificate in it"):
            TLSConfig(source).context(())
    assert 1 == authorities((str(empty), authority.bundle))


def test_a_folder_with_hashed_names_is_left_to_openssl(tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "0123abcd.0")
    trustme.CA().cert_pem.write_to_path(tmp_path / "a.pem")
    assert 0 == authorities(str(tmp_path))  # it looks when it needs one


def test_a_file_of_something_else_is_named(tmp_path):
    path = tmp_path / "not.pem"
    path.write_text("hello")
    with pytest.raises(ValueError, match="not a file of CA certificates in PEM"):
        TLSConfig(str(path)).context(())
    with pytest.raises(ValueError, match="not a file of revocation lists in PEM"):
        TLSConfig(crls=str(path)).context(())


def test_a_revocation_list_brings_no_trust(authority, tmp_path):
    """OpenSSL reads both from one file."""
    with pytest.raises(ValueError, match="certificates in it, which would be trusted"):
        TLSConfig(authority.bundle, crls=authority.bundle).context(())
    root = Issued(common_name="root", is_ca=True)
    context = TLSConfig(root.pem, crls=root.revoke(tmp_path / "crl.pem")).context(())
    assert {"x509": 1, "crl": 1, "x509_ca": 1} == context.cert_store_stats()


# No verification.


def test_no_verification_warns_once_in_a_process():
    with pytest.warns(UserWarning, match="certificates are not verified") as warned:
        for alpn in ((), ("h2",)):
            context = TLSConfig(False).context(alpn)
    assert 1 == len(warned)
    assert __file__ == warned[0].filename
    assert (ssl.CERT_NONE, False) == (context.verify_mode, context.check_hostname)


def test_pins_in_place_of_verification_need_no_warning():
    context = TLSConfig(False, pins="sha256:" + "00" * 32).context(())
    assert ssl.CERT_NONE == context.verify_mode


def test_contexts_are_made_without_warnings(authority):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TLSConfig(authority.bundle).context(("h2", "http/1.1"))


# The system's store.


def test_system_means_truststore(authority, monkeypatch, meet):
    own = Issued(common_name="us")
    config = TLSConfig(
        "system",
        certificate=own.pem + own.key_pem(),
        minimum_version="TLSv1.3",
        ciphers="ECDHE+AESGCM",
    )
    context = config.context(("h2",))
    assert (truststore.SSLContext, ssl.TLSVersion.TLSv1_3) == (
        type(context),
        context.minimum_version,
    )
    monkeypatch.setenv("SSL_CERT_FILE", authority.bundle)  # what the system trusts, on Linux
    ours, theirs = meet(context, authority.server_context(alpn=("http/1.1", "h2")))
    assert ("h2", "TLSv1.3") == (ours.selected_alpn_protocol(), theirs.version())


def test_what_the_system_does_not_trust_is_refused(authority, meet):
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(TLSConfig("system").context(()), authority.server_context())


def test_system_without_truststore_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "truststore", None)
    with pytest.raises(ImportError, match=r"install httpcore-pool\[truststore\]"):
        TLSConfig("system").context(())


# The key log.


def test_who_wants_a_key_log_has_contexts_of_their_own(authority, tmp_path):
    path = str(tmp_path / "keys")
    plain = TLSConfig(authority.bundle)
    logging = TLSConfig(authority.bundle, keylog=path)
    assert plain != logging
    assert path == logging.context(("h2",)).keylog_filename
    assert logging.context(("h2",)) is TLSConfig(authority.bundle, path).context(("h2",))
    assert plain.context(("h2",)).keylog_filename is None
    assert Path(path).read_text().startswith("#")


def test_a_key_log_that_can_not_be_written_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"none"):
        TLSConfig(keylog=str(tmp_path / "none" / "keys")).context(())
