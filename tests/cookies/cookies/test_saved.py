"""Saving, loading and exchanging whole jars. The formats are tested in test_persist and test_stdlib."""

import http.cookiejar
import json
import pickle

import pytest

from httpcore_cookies import CookieFileError, CookieJar, InvalidCookie

NOW = 1767225600.0


def make_jar(now=NOW):
    return CookieJar(clock=lambda: now)


@pytest.fixture
def jar():
    """A jar with a cookie of each kind."""
    jar = make_jar()
    values = ["host=1; Secure", "below=2; Domain=a.test; Max-Age=100; SameSite=Lax; HttpOnly"]
    jar.extract(values, scheme="https", host="www.a.test", path="/")
    jar["unscoped"] = "3"
    return jar


def names(jar):
    return list(jar)


@pytest.mark.parametrize("name", ["jar.json", "jar", "cookies.text"])
def test_json_keeps_everything(jar, tmp_path, name):
    jar.save(tmp_path / name)
    again = make_jar()
    again.load(tmp_path / name)
    assert jar.cookies() == again.cookies()


@pytest.mark.parametrize("name", ["cookies.txt", "COOKIES.TXT"])
def test_a_name_that_ends_in_txt_gets_the_format_of_curl(jar, tmp_path, name):
    jar.save(str(tmp_path / name))
    assert (tmp_path / name).read_text().startswith("# Netscape HTTP Cookie File\n")
    again = make_jar()
    again.load(str(tmp_path / name))
    kept = [(c.name, c.domain, c.host_only, c.secure, c.http_only) for c in again.cookies()]
    assert [
        ("host", "www.a.test", True, True, False),
        ("below", "a.test", False, False, True),
    ] == kept


@pytest.mark.parametrize(("kind", "first"), [("json", b"{"), ("netscape", b"#")])
def test_the_format_can_be_said(jar, tmp_path, kind, first):
    for name in ("a.txt", "a.json"):
        jar.save(tmp_path / name, format=kind)
        assert first == (tmp_path / name).read_bytes()[:1]


def test_another_format_is_refused_before_anything_is_written(jar, tmp_path):
    with pytest.raises(ValueError, match="format must be 'json' or 'netscape', not 'pickle'"):
        jar.save(tmp_path / "jar", format="pickle")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["jar.json", "cookies.txt"])
def test_session_cookies_can_be_left_out(jar, tmp_path, name):
    jar.save(tmp_path / name, session_cookies=False)
    again = make_jar()
    again.load(tmp_path / name)
    assert ["below"] == names(again)


@pytest.mark.parametrize("name", ["jar.json", "cookies.txt"])
def test_what_has_expired_is_not_loaded(jar, tmp_path, name):
    jar.save(tmp_path / name)
    later = make_jar(NOW + 200)
    later.load(tmp_path / name)
    assert "below" not in later
    assert "host" in later


def test_loaded_cookies_take_the_place_of_the_same_and_leave_others(jar, tmp_path):
    jar.save(tmp_path / "jar")
    again = make_jar()
    values = ["host=old", "other=4"]
    again.extract(values, scheme="https", host="www.a.test", path="/")
    again.load(tmp_path / "jar")
    assert "1" == again["host"]
    assert {"host", "other", "below", "unscoped"} == set(again)


@pytest.mark.parametrize(
    ("name", "damage", "line"),
    [
        ("jar.json", lambda data: data[:-20], 4),
        ("jar.json", lambda data: data.replace(b'"secure": false', b'"secure": 0'), 3),
        ("cookies.txt", lambda data: data.replace(b"\tTRUE\t/", b"\tPERHAPS\t/"), 5),
        ("cookies.txt", lambda data: data + b"<html>", 6),
    ],
)
def test_damage_names_its_line_and_leaves_the_jar_as_it_was(jar, tmp_path, name, damage, line):
    path = tmp_path / name
    jar.save(path)
    path.write_bytes(damage(path.read_bytes()))
    again = make_jar()
    again["mine"] = "1"
    with pytest.raises(CookieFileError) as caught:
        again.load(path)
    assert line == caught.value.line
    assert f"{path}, line {line}: " in str(caught.value)
    assert ["mine"] == names(again)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        make_jar().load(tmp_path / "no")


class Runs:
    """What runs when it is unpickled."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return open, (str(self._path), "w")


@pytest.mark.parametrize("protocol", [None, *range(pickle.HIGHEST_PROTOCOL + 1)])
def test_nothing_of_a_saved_jar_is_run(tmp_path, protocol):
    path, ran = tmp_path / "jar", tmp_path / "ran"
    if protocol is None:
        path.write_text(json.dumps({"py/object": "builtins.open", "py/reduce": [str(ran), "w"]}))
    else:
        path.write_bytes(pickle.dumps(Runs(ran), protocol))
    with pytest.raises(CookieFileError):
        make_jar().load(path)
    assert [path] == list(tmp_path.iterdir())


def test_a_jar_goes_to_the_standard_library_and_back(jar):
    theirs = jar.to_stdlib()
    assert isinstance(theirs, http.cookiejar.CookieJar)
    expected = [(c.name, c.domain, c.host_only) for c in jar.cookies() if c.domain]
    # That jar sorts by domain; the clock is the system's, so what has expired there is set anew.
    for cookie in theirs:
        cookie.expires = None
    again = CookieJar.from_stdlib(theirs)
    assert sorted(expected) == sorted((c.name, c.domain, c.host_only) for c in again.cookies())


def test_what_no_server_may_set_is_not_taken_from_the_standard_library(jar):
    theirs = jar.to_stdlib()
    for cookie in theirs:
        cookie.value = "a\nb"
    with pytest.raises(InvalidCookie):
        CookieJar.from_stdlib(theirs)
