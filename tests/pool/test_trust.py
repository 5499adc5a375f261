"""What callers may say as ssl=: whom to trust, who we are, and how TLS is spoken."""

import copy
import pickle
import ssl
import subprocess
import sys

import pytest

from httpcore_pool import ClientCertificate, TLSConfig
from testkit.certificates import Issued

HEX = "ab" * 32
KEY = "sha256//" + "A" * 43 + "="


@pytest.fixture
def context():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="module")
def own():
    return Issued(common_name="us")


@pytest.fixture
def own_files(own, tmp_path):
    """The paths of a client certificate and its key, locked with "secret"."""
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.write_bytes(own.pem)
    key.write_bytes(own.key_pem(b"secret"))
    return certificate, key


# The source.


@pytest.mark.parametrize("wrong", [1, object(), (), (1,), ["path"], (None,)])
def test_the_source_has_one_of_few_types(wrong):
    with pytest.raises(TypeError, match="ssl must be a path"):
        TLSConfig(wrong)


def test_a_path_must_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        TLSConfig(str(tmp_path / "none.pem"))
    with pytest.raises(FileNotFoundError, match=r"none\.pem"):
        TLSConfig((str(tmp_path), str(tmp_path / "none.pem")))


def test_a_url_is_no_path():
    """It is the first argument that others' clients have."""
    with pytest.raises(
        ValueError, match="ssl='http://localhost/' is a URL, and not a path: use base_url="
    ):
        TLSConfig("http://localhost/")


def test_a_config_is_taken_as_it_is_and_a_path_as_text(authority, tmp_path):
    config = TLSConfig(authority.bundle)
    assert config is TLSConfig.of(config)
    assert str(tmp_path) == TLSConfig.of(tmp_path).source
    assert (str(tmp_path),) == TLSConfig((tmp_path,)).source
    assert config == TLSConfig.of(authority.bundle)


def test_certificates_in_memory_are_bytes_in_pem_or_der_or_text_in_pem(authority, own):
    pem = authority.ca.cert_pem.bytes()
    for given in (pem, bytearray(pem), pem.decode()):
        assert TLSConfig(pem) == TLSConfig(given)
    assert own.der == TLSConfig(own.der).source
    assert (authority.bundle, pem) == TLSConfig((authority.bundle, pem.decode())).source


@pytest.mark.parametrize(
    "wrong",
    [
        *(b"", b"path", b"0\x82", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        *("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n", (b"path",)),
    ],
)
def test_bytes_that_are_no_certificates_are_refused_where_they_enter(wrong):
    with pytest.raises(ValueError, match="not CA certificates in PEM or DER") as caught:
        TLSConfig(wrong)
    assert "secret" not in str(caught.value)


# Who we are.


def test_a_client_certificate_is_read_from_what_callers_write(own, own_files):
    certificate, key = own_files
    read = ClientCertificate(str(certificate), str(key), "secret")
    assert read == ClientCertificate(certificate, key, "secret")
    assert read == TLSConfig(certificate=(certificate, key, "secret")).certificate
    assert read is TLSConfig(certificate=read).certificate
    assert ClientCertificate(str(certificate)) == TLSConfig(certificate=certificate).certificate
    pem = own.pem + own.key_pem()
    assert ClientCertificate(pem) == TLSConfig(certificate=pem.decode()).certificate
    assert ClientCertificate(pem) == ClientCertificate(bytearray(pem))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((5,), TypeError, "certificate must be a path, not int"),
        ((b"der",), ValueError, "in memory must be in PEM"),
        (("none.pem",), FileNotFoundError, "certificate='none.pem': no such file with a cert"),
        (("README.md", "none.key"), FileNotFoundError, "key='none.key': no such file with a key"),
        (("README.md", None, 5), TypeError, "password must be a str, bytes, a function or None"),
    ],
)
def test_a_client_certificate_that_can_not_be_is_refused_where_it_enters(
    arguments, error, says, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").touch()
    with pytest.raises(error, match=says):
        ClientCertificate(*arguments)


def test_no_repr_shows_what_may_be_secret(own, own_files):
    certificate, key = map(str, own_files)
    config = TLSConfig(own.pem, certificate=(own.pem, own.key_pem(), "secret"))
    pem, key_pem = len(own.pem), len(own.key_pem())
    shown = f"ClientCertificate(<{pem} bytes>, key=<{key_pem} bytes>, password=***)"
    assert f"TLSConfig(source=<{pem} bytes>, certificate={shown})" == repr(config)
    assert f"ClientCertificate({certificate!r})" == repr(ClientCertificate(certificate))
    assert f"TLSConfig(source=({certificate!r}, <{pem} bytes>,))" == repr(
        TLSConfig((certificate, own.pem))
    )
    assert "TLSConfig()" == repr(TLSConfig())


# Versions, ciphers, names, pins, protocols, lists.


def test_the_lowest_version_is_one_that_is_still_safe():
    assert "TLSv1.2" == TLSConfig().minimum_version
    assert "TLSv1.3" == TLSConfig(minimum_version=ssl.TLSVersion.TLSv1_3).minimum_version
    for wrong in ("TLSv1.1", ssl.TLSVersion.TLSv1, "1.2", None, 772):
        with pytest.raises(ValueError, match=r"must be 'TLSv1\.2' or 'TLSv1\.3'"):
            TLSConfig(minimum_version=wrong)


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "TLS_AES_128_GCM_SHA256", "aNULL:@SECLEVEL=0", "eNULL:@SECLEVEL=0"]
)
def test_a_list_of_ciphers_has_something_that_openssl_knows(wrong):
    with pytest.raises(ValueError, match="there is no cipher of TLS 1.2"):
        TLSConfig(ciphers=wrong)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Example.ORG.", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("::0:1", "::1"),
    ],
)
def test_names_are_read_as_hosts_of_urls_are(given, read):
    config = TLSConfig(server_name=given, verify_name=given)
    assert (read, read) == (config.server_name, config.verify_name)


@pytest.mark.parametrize("name", ["server_name", "verify_name"])
@pytest.mark.parametrize(
    "wrong", ["a b", "*.example.org", "a/b", "user@a", "a.test:443", "a..b", "[::1]", "%61"]
)
def test_what_is_no_name_is_refused(name, wrong):
    with pytest.raises(ValueError, match=f"{name}='"):
        TLSConfig(**{name: wrong})
    with pytest.raises(TypeError, match=f"{name} must be a str"):
        TLSConfig(**{name: 5})


def test_no_name_can_be_sent_but_not_verified():
    assert "" == TLSConfig(server_name="").server_name
    with pytest.raises(ValueError, match="verify_name=''"):
        TLSConfig(verify_name="")


def test_pins_have_one_form_however_they_are_written():
    colons = ":".join(["AB"] * 32)
    assert TLSConfig(pins=f"sha256:{HEX}") == TLSConfig(pins=[f"SHA256:{colons}"])
    assert (f"sha256:{HEX}", KEY) == TLSConfig(pins=(f"sha256:{HEX}", KEY)).pins


@pytest.mark.parametrize("wrong", ["", HEX, f"sha256:{HEX}0", "sha256:", f"sha1:{HEX}", KEY[:-1]])
def test_a_pin_in_another_form_is_refused(wrong):
    with pytest.raises(ValueError, match="is no pin: 'sha256:' and"):
        TLSConfig(pins=wrong)


@pytest.mark.parametrize("wrong", [5, None, [b"sha256"]])
def test_a_pin_is_text(wrong):
    with pytest.raises(TypeError, match="must be a str"):
        TLSConfig(pins=wrong)
    with pytest.raises(TypeError, match="pins must be a str or several, not bytes"):
        TLSConfig(pins=b"sha256:")


def test_what_is_offered_is_what_may_be_spoken():
    both, one = ("h2", "http/1.1"), ("http/1.1",)
    assert both == TLSConfig().offered(both)
    turned = TLSConfig(alpn=["http/1.1", "h2"])
    assert (("http/1.1", "h2"), one) == (turned.offered(both), turned.offered(one))
    assert () == TLSConfig(alpn=()).offered(both)
    for alpn, spoken in ((("h2",), one), ((), ("h2",))):
        with pytest.raises(ValueError, match="has nothing of what may be spoken"):
            TLSConfig(alpn=alpn).offered(spoken)


@pytest.mark.parametrize("wrong", ["h2", ("h3",), (5,), 5])
def test_only_protocols_that_we_speak_are_offered(wrong):
    with pytest.raises(ValueError, match="alpn must be a tuple of 'h2' and 'http/1.1'"):
        TLSConfig(alpn=wrong)


def test_revocation_lists_are_paths_that_exist(tmp_path):
    assert (str(tmp_path),) == TLSConfig(crls=tmp_path).crls
    assert (str(tmp_path),) == TLSConfig(crls=[str(tmp_path)]).crls
    with pytest.raises(FileNotFoundError, match="crls='none.pem'"):
        TLSConfig(crls="none.pem")
    with pytest.raises(TypeError, match="crls must be a path, not bytes"):
        TLSConfig(crls=(b"crl",))


# What can't be had together.


@pytest.mark.parametrize(
    ("name", "value", "how"),
    [
        ("keylog", "keys", "keylog_filename"),
        ("certificate", b"-----BEGIN CERTIFICATE-----", "load_cert_chain"),
        ("minimum_version", "TLSv1.3", "minimum_version"),
        ("ciphers", "ECDHE+AESGCM", "set_ciphers"),
        ("alpn", ("h2",), "set_alpn_protocols"),
        ("crls", ".", "load_verify_locations"),
    ],
)
def test_nothing_is_said_that_would_change_a_context_of_the_callers(context, name, value, how):
    with pytest.raises(ValueError, match=f"{name} can't be given for an ssl.SSLContext.*{how}"):
        TLSConfig(context, **{name: value})


@pytest.mark.parametrize("said", [{"verify_name": "a.test"}, {"server_name": ""}])
def test_a_context_that_checks_names_itself_is_given_none_to_check_by_hand(context, said):
    with pytest.raises(ValueError, match="check_hostname=False and verify_mode=CERT_REQUIRED"):
        TLSConfig(context, **said)
    context.check_hostname = False
    assert TLSConfig(context, **said).is_context
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="check_hostname=False and verify_mode=CERT_REQUIRED"):
        TLSConfig(context, **said)


def test_a_context_of_the_callers_goes_with_pins_and_another_name(context):
    config = TLSConfig(context, server_name="a.test", pins=KEY)
    assert (True, context) == (config.is_context, config.context(("h2",)))


@pytest.mark.parametrize("said", [{"verify_name": "a.test"}, {"server_name": ""}, {"crls": "."}])
def test_the_system_verifies_by_itself(said):
    with pytest.raises(ValueError, match="can't be had with ssl='system'"):
        TLSConfig("system", **said)


@pytest.mark.parametrize("said", [{"verify_name": "a.test"}, {"crls": "."}])
def test_where_nothing_is_verified_there_is_nothing_to_verify_by(said):
    with pytest.raises(ValueError, match="say nothing with ssl=False"):
        TLSConfig(False, **said)


# As a value.


def test_each_setting_tells_connections_apart(authority, own, tmp_path):
    """Row 60: what another setting was checked by, or for, is no connection of this one."""
    lists = tmp_path / "revoked.pem"
    lists.touch()
    certificate, key = own.pem, own.key_pem()
    others = {
        "source": [own.pem, False, True],
        "keylog": ["keys"],
        "certificate": [certificate, (certificate, key), (certificate, key, "password"), key],
        "minimum_version": ["TLSv1.3"],
        "ciphers": ["ECDHE-ECDSA-AES128-GCM-SHA256"],
        "server_name": ["a.test", ""],
        "verify_name": ["a.test"],
        "pins": [KEY],
        "alpn": [("h2",), ()],
        "crls": [lists],
    }
    assert set(TLSConfig._fields) == set(others)
    made = [
        TLSConfig(**{"source": authority.bundle, name: value})
        for name, values in others.items()
        for value in values
    ]
    assert len(made) + 1 == len({TLSConfig(authority.bundle), *made})


def test_equal_settings_are_one_in_a_set_and_their_hash_is_made_once(authority, own):
    def make(**changes):
        return TLSConfig(
            **{"source": authority.bundle, "certificate": own.pem, "pins": KEY, **changes}
        )

    assert 1 == len({make(), make()})
    config = make()
    hash(config)
    assert hash(make()) == hash(config) == hash(copy.copy(config))
    assert 4 == len({make(), make(source=own.pem), make(server_name="a.test"), make(alpn=("h2",))})


def test_settings_travel_to_processes_whose_hashes_are_others(authority):
    config = TLSConfig(authority.bundle, server_name="a.test")
    hash(config)
    config.copy_with(pins=KEY).for_others()
    code = (
        "import pickle, sys; c = pickle.loads(sys.stdin.buffer.read())\n"
        "print(c in {type(c)(*c._values())})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(config), capture_output=True, check=True
    )
    assert b"True" == done.stdout.strip()


def test_what_plain_values_say_needs_no_openssl():
    code = (
        "import sys; from httpcore_pool import TLSConfig\n"
        f"TLSConfig('system', keylog='k', server_name='a.test', pins={KEY!r}, alpn=('h2',))\n"
        "print('ssl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert b"False" == done.stdout.strip()


# For a proxy.


def test_a_proxy_is_verified_as_origins_are(authority):
    for config in (TLSConfig(), TLSConfig(authority.bundle, keylog="k"), TLSConfig("system")):
        assert config is config.for_others()


def test_what_is_meant_for_one_server_is_not_for_a_proxy(authority, own):
    config = TLSConfig(
        authority.bundle,
        certificate=own.pem,
        minimum_version="TLSv1.3",
        server_name="a.test",
        verify_name="b.test",
        pins=KEY,
        alpn=("h2",),
    )
    assert TLSConfig(authority.bundle, minimum_version="TLSv1.3") == config.for_others()
    assert config.for_others() is config.for_others()


def test_a_proxy_is_always_verified(context):
    for source in (False, context):
        assert TLSConfig() == TLSConfig(source, pins=KEY).for_others()
