import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import (
    Auth,
    AuthRequest,
    InvalidCredentials,
    Netrc,
    NetrcAuth,
    NetrcEntry,
    NetrcError,
)
from httpcore_headers import Headers

DATA = Path(__file__).parents[2] / "conformance" / "data" / "own"
PARSE = json.loads((DATA / "netrc-parse.json").read_text("utf-8"))["cases"]


def request(host: str, headers: Headers | None = None) -> AuthRequest:
    return AuthRequest("GET", f"https://{host}/", headers or Headers(), host=host)


@pytest.mark.parametrize("case", PARSE, ids=lambda case: case["id"])
def test_own_netrc_parse(case: dict[str, Any]) -> None:
    if case.get("error"):
        with pytest.raises(NetrcError):
            Netrc.parse(case["text"])
        return
    netrc = Netrc.parse(case["text"])
    found = dict(netrc.entries) | ({} if netrc.default is None else {"default": netrc.default})
    assert {host: NetrcEntry(**entry) for host, entry in case["hosts"].items()} == found


def test_the_host_counts_without_case_and_the_login_may_choose() -> None:
    text = "machine A.test login x password 1 machine a.test login y password 2 default login z"
    netrc = Netrc.parse(text)
    assert ("x", "1") == netrc.get("a.TEST") == netrc.get("a.test", "x")
    assert netrc.get("a.test", "y") == ("y", "2")
    assert ("z", "") == netrc.get("a.test", "z") == netrc.get("b.test")
    assert None is netrc.get("a.test", "nobody")
    assert None is Netrc().get("a.test")
    assert None is Netrc.parse("machine a.test account only default login z").get("a.test")
    assert ("", "p") == Netrc.parse("machine a.test password p").get("a.test")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (
            'machine a login "x \\" y" password "\\\\"',
            NetrcEntry("x ' y".replace("'", '"'), "", "\\"),
        ),
        ("machine a login x\\ y password z\\", NetrcEntry("x y", "", "z\\")),
        ('machine a login x\\\ny password "x\\\n\ny"', NetrcEntry("x\ny", "", "x\n\ny")),
        ('machine a login x"y password ""', NetrcEntry('x"y', "", "")),
        ("machine a user x password y # end", NetrcEntry("x", "", "y")),
        ("machine a login x login y", NetrcEntry("y", "", "")),
        (
            "machine a login x macdef init\ncd /\nlogin z\n \t\r\n password y",
            NetrcEntry("x", "", "y"),
        ),
        ("macdef a\nb", None),
        ("macdef", None),
        ("machine a login x macdef", NetrcEntry("x")),
        ("", None),
        ("machine a login \\", NetrcEntry("\\")),
    ],
)
def test_words_may_be_quoted_escaped_and_left_out(text: str, entry: NetrcEntry | None) -> None:
    assert ([] if entry is None else [("a", entry)]) == list(Netrc.parse(text).entries)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("login s3cret", "line 1: expected machine, default or macdef$"),
        ("\n\nlogin s3cret", "line 3: expected machine"),
        ("machine a\nlogin x\n\npasswort s3cret", "line 4: expected .*, login, account or pass"),
        ('machine a password "s3cret\n\n', "line 1: a quoted word has no end"),
        ("machine a\nlogin x machine", "line 2: machine without a name"),
        ('machine ""', "line 1: machine without a name"),
    ],
)
def test_an_error_names_the_line_and_no_word_of_it(text: str, message: str) -> None:
    with pytest.raises(NetrcError, match=f"^netrc, {message}") as caught:
        Netrc.parse(text)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (caught.value.line, str(caught.value)) == (twin.line, str(twin))
    assert f"line {twin.line}: " in str(twin)
    assert "s3cret" not in str(twin)
    assert "passwort" not in str(twin)


def test_what_is_no_text_is_a_type_error() -> None:
    octets: Any = b"machine a"
    with pytest.raises(TypeError, match="text must be str, not bytes"):
        Netrc.parse(octets)
    with pytest.raises(TypeError, match="host must be str, not bytes"):
        Netrc.parse("machine a").get(octets)


def test_repr_hides_secrets_and_pickling_is_refused() -> None:
    netrc = Netrc.parse("machine a.test login u password s3cret account s3cret default login z")
    assert repr(netrc) == "<Netrc a.test, default>"
    assert repr(NetrcAuth(netrc)) == "NetrcAuth(<Netrc a.test, default>)"
    assert repr(netrc.entries[0][1]) == "NetrcEntry('u', [secure])"
    assert repr(Netrc()) == "<Netrc empty>"
    for holder in (netrc, NetrcAuth(netrc)):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(holder)


def test_a_file_is_read_from_the_path_given(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_bytes(b"machine a.test login caf\xe9 password x")
    assert Netrc.load(file).get("a.test") == ("café", "x")
    file.write_text("machine a.test login caf\u00e9 password x", "utf-8")
    assert Netrc.load(str(file)).get("a.test") == ("café", "x")
    assert Netrc.load(tmp_path / "missing").entries == ()
    assert Netrc.load(file / "below").entries == ()
    with pytest.raises(OSError, match=r"."):
        Netrc.load(tmp_path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    return tmp_path


def write(path: Path, login: str, mode: int = 0o600) -> None:
    path.write_text(f"machine a.test login {login}")
    path.chmod(mode)


def test_without_a_path_the_variable_counts_then_the_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / "named", "named")
    write(home / ".netrc", "home")
    for name in ("~/named", str(home / "named")):
        monkeypatch.setenv("NETRC", name)
        assert Netrc.load().get("a.test") == ("named", "")
        assert Netrc.load("~/.netrc").get("a.test") == ("home", "")
    monkeypatch.setenv("NETRC", str(home / "missing"))
    assert Netrc.load().entries == ()
    monkeypatch.setenv("NETRC", "")
    assert Netrc.load().get("a.test") == ("home", "")
    assert list(NetrcAuth().flow(request("a.test"))) == [(("Authorization", "Basic aG9tZTo="),)]
    (home / ".netrc").unlink()
    assert Netrc.load().entries == ()


PROGRAM = """
import os, sys, warnings
os.name = sys.argv[1]
from httpcore_cookies import Netrc
warnings.simplefilter("error")
print(Netrc.load().entries[0][1].login)
"""


@pytest.mark.parametrize(
    ("system", "names", "login"),
    [
        ("nt", [".netrc", "_netrc"], ".netrc"),
        ("nt", ["_netrc"], "_netrc"),
        ("posix", [".netrc", "_netrc"], ".netrc"),
        ("posix", ["_netrc"], None),
    ],
)
def test_windows_has_another_name_for_it_and_no_permissions(
    home: Path, system: str, names: list[str], login: str | None
) -> None:
    for name in names:
        write(home / name, name, 0o644 if system == "nt" else 0o600)
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM, system], capture_output=True, check=False, text=True
    )
    assert (login or "") == shown.stdout.strip()
    assert ("IndexError" in shown.stderr) is (login is None)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o444, 0o777])
def test_a_file_of_the_home_that_others_may_use_gets_a_warning_and_is_used(
    home: Path, mode: int
) -> None:
    write(home / ".netrc", "s3cret", mode)
    with pytest.warns(UserWarning, match="netrc can be read by others: chmod 600 ") as caught:
        netrc = Netrc.load()
    assert netrc.get("a.test") == ("s3cret", "")
    (warning,) = caught
    assert __file__ == warning.filename
    assert str(home / ".netrc") in str(warning.message)
    assert "s3cret" not in str(warning.message)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_the_home_that_is_the_users_alone_gets_none(home: Path, mode: int) -> None:
    write(home / ".netrc", "user", mode)
    assert Netrc.load().get("a.test") == ("user", "")


def test_a_file_that_was_named_may_be_readable_by_all(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / ".netrc", "user", 0o644)
    for name in ("~/.netrc", str(home / ".netrc"), home / ".netrc"):
        assert Netrc.load(name).get("a.test") == ("user", "")
    monkeypatch.setenv("NETRC", "~/.netrc")
    assert Netrc.load().get("a.test") == ("user", "")


def test_a_file_that_can_not_be_read_is_an_error(home: Path) -> None:
    (home / ".netrc").mkdir()
    with pytest.raises(IsADirectoryError):
        Netrc.load()


def test_a_damaged_file_is_an_error_that_names_its_line(home: Path) -> None:
    (home / ".netrc").write_text("machine a.test\nlogin x passwort s3cret")
    (home / ".netrc").chmod(0o600)
    with pytest.raises(NetrcError, match="^netrc, line 2: ") as caught:
        Netrc.load()
    assert "s3cret" not in str(caught.value)


def test_a_user_without_a_home_has_an_empty_netrc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a folder of that name, wherever the program was started, a home."""

    def no_home(path: str) -> str:
        return path

    (tmp_path / "~").mkdir()
    write(tmp_path / "~" / ".netrc", "stranger")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setattr("os.path.expanduser", no_home)
    assert Netrc.load().entries == ()


def test_netrc_auth_answers_for_hosts_it_knows() -> None:
    auth = NetrcAuth(Netrc.parse("machine a.test login u password p machine b.test login u:v"))
    assert isinstance(auth, Auth)
    assert list(auth.flow(request("a.test"))) == [(("Authorization", "Basic dTpw"),)]
    assert list(auth.flow(request("x.a.test"))) == [()]
    with pytest.raises(InvalidCredentials):
        list(auth.flow(request("b.test")))


@pytest.mark.parametrize(
    "given",
    [request("a.test", Headers({"authorization": "Custom"})), request(""), request("b.test")],
    ids=["has-credentials", "no-host", "no-entry"],
)
def test_netrc_auth_leaves_other_requests_as_they_are(given: AuthRequest) -> None:
    default = " default login z" if given.host != "b.test" else ""
    netrc = Netrc.parse(f"machine a.test login u password p{default}")
    assert [()] == list(NetrcAuth(netrc).flow(given))


@pytest.mark.parametrize(
    "unit", ["machine a ", '"', "\\", "# ", "macdef x\n", "\n", "login x ", " ", '"\\']
)
def test_a_hostile_file_takes_linear_time(unit: str) -> None:
    try:
        Netrc.parse("machine a " + unit * 50_000)  # quadratic work would take minutes
    except NetrcError:
        pass


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.text())
def test_any_word_survives_quotes(login: str, rest: str) -> None:
    quoted = '"' + login.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert (
        NetrcEntry(login, "", "p")
        == Netrc.parse(f"machine a login {quoted} password p").entries[0][1]
    )
    try:
        Netrc.parse(rest)
    except NetrcError:
        pass


def test_an_error_of_a_file_in_another_encoding_has_its_text_nowhere_behind_it(tmp_path):
    path = tmp_path / "netrc"
    path.write_bytes("machine a.test login u password s3cr\u00e9t wrong".encode("latin-1"))
    with pytest.raises(NetrcError) as caught:
        Netrc.load(path)
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here."""
    return {"own/netrc-parse.json": {"graded": PARSE}}
