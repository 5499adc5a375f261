"""Our own certificate: from files and from memory, locked and not, and what is wrong with it."""

import os
import ssl
from pathlib import Path

import pytest

from httpcore_pool import TLSConfig
from testkit.certificates import Issued

SERVER = Issued("localhost")


@pytest.fixture(scope="module")
def own():
    return Issued(common_name="us")


@pytest.fixture
def files(own, tmp_path):
    """The paths of the certificate, its key, the key locked with "secret", and both in one."""
    parts = (own.pem, own.key_pem(), own.key_pem(b"secret"), own.pem + own.key_pem())
    paths = [tmp_path / name for name in ("own.pem", "own.key", "locked.key", "both.pem")]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(part)
    return [str(path) for path in paths]


@pytest.fixture
def seen(own, tmp_path, meet):
    """Meet a server that wants to know who we are; return the certificate that it sees."""
    server = SERVER.server_context(tmp_path)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(cadata=own.pem.decode())

    def seen(certificate):
        context = TLSConfig(SERVER.pem, certificate=certificate).context(())
        return meet(context, server)[1].getpeercert(binary_form=True)

    return seen


@pytest.fixture(params=["in memory", "in a temporary folder"])
def memory(request, monkeypatch, tmp_path):
    """Both ways to give what is in memory the name of a file; the folder that must stay empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    if request.param == "in memory":
        assert hasattr(os, "memfd_create")
    else:
        monkeypatch.delattr(os, "memfd_create")
    return folder


def open_files():
    return len(list(Path("/dev/fd").iterdir()))


def test_it_is_read_from_files(own, files, seen):
    certificate, key, locked, both = files
    for given in (both, (certificate, key), (both, None), (certificate, locked, "secret")):
        assert own.der == seen(given)


def test_it_is_read_from_memory_and_nothing_is_left_of_it(own, seen, memory):
    before = open_files()
    for given in (
        own.pem + own.key_pem(),
        (own.pem, own.key_pem()),
        (own.pem.decode(), own.key_pem(b"secret").decode(), b"secret"),
    ):
        assert own.der == seen(given)
    assert [] == list(memory.iterdir())
    assert before == open_files()


def test_a_file_for_it_is_read_by_nobody_else(own, monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    modes = []

    def password():
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.iterdir())
        return "secret"

    TLSConfig(certificate=(own.pem, own.key_pem(b"secret"), password)).context(())
    assert [0o600, 0o600] == modes


def test_a_function_is_asked_for_the_password_once_and_only_if_there_is_one(own, seen):
    asked = []

    def password():
        asked.append(True)
        return "secret"

    assert own.der == seen((own.pem, own.key_pem(b"secret"), password))
    assert [True] == asked
    assert own.der == seen((own.pem, own.key_pem(), password))
    assert [True] == asked


def test_a_key_in_the_place_of_the_certificate_is_told(own):
    with pytest.raises(ValueError, match="there is no certificate in PEM"):
        TLSConfig(certificate=(own.key_pem(), own.key_pem())).context(())


@pytest.mark.parametrize("error", [KeyError("none"), FileNotFoundError(2, "gone", "vault")])
def test_what_a_function_raises_is_left_as_it_is(own, error):
    def password():
        raise error

    with pytest.raises(type(error)) as caught:
        TLSConfig(certificate=(own.pem, own.key_pem(b"secret"), password)).context(())
    assert error is caught.value
    assert getattr(error, "filename", "vault") == "vault"


@pytest.mark.parametrize(
    ("key", "password", "says"),
    [
        ("locked", None, "needs a password"),
        ("locked", "open sesame", "the password is not that of the key"),
        ("locked", "", "the password is not that of the key"),
        ("other", None, "the key is another one than that of the certificate"),
        ("nonsense", None, "there is no private key in PEM"),
        (None, None, "there is no private key in PEM"),
        ("broken", None, "not a certificate and its key in PEM"),
    ],
)
def test_what_is_wrong_with_it_is_said_without_its_secrets(
    own, files, tmp_path, key, password, says
):
    """Nobody is asked on the terminal: OpenSSL would do that for a key that is locked."""
    (tmp_path / "nonsense").write_text("hello")
    keys = {
        "locked": own.key_pem(b"secret"),
        "other": SERVER.key_pem(),
        "nonsense": str(tmp_path / "nonsense"),
        "broken": own.key_pem().replace(b"\n", b"\n?"),
    }
    with pytest.raises(ValueError, match=says) as caught:
        TLSConfig(certificate=(files[0], keys.get(key), password)).context(())
    assert "PRIVATE" not in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_file_that_can_not_be_read_is_named(own, files, tmp_path):
    """A folder stands for all that is there but can't be read: root reads every file."""
    config = TLSConfig(certificate=(files[0], str(tmp_path)))
    with pytest.raises((ValueError, OSError), match=str(tmp_path)):
        config.context(())
    config = TLSConfig(certificate=files[3])
    Path(files[3]).unlink()
    with pytest.raises(OSError, match=files[3]):
        config.context(())


def test_who_has_one_can_be_asked_for_it_later():
    """RFC 8446 4.6.2: a server may learn from the path only that it has to ask."""
    own = Issued(common_name="us")
    context = TLSConfig(certificate=own.pem + own.key_pem()).context(())
    assert (True, False) == (
        context.post_handshake_auth,
        TLSConfig().context(()).post_handshake_auth,
    )
