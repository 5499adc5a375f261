"""Files of cookies: how they are told apart, read, and replaced as a whole."""

import errno
import os
import pickle
import stat
import subprocess
import sys

import pytest

from httpcore_cookies.cookies._errors import CookieFileError
from httpcore_cookies.cookies._persist import (
    from_json,
    from_netscape,
    read,
    to_json,
    write,
)
from testkit.saved_cookies import ALL, entry, line, saved


@pytest.mark.parametrize(
    "data", [to_json(ALL).encode(), b"\xef\xbb\xbf \n" + to_json(ALL).encode()]
)
def test_json_is_told_by_its_first_character(data, tmp_path):
    (tmp_path / "any.txt").write_bytes(data)
    assert ALL == read(str(tmp_path / "any.txt"))


def test_an_empty_file_holds_no_cookies(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert [] == read(tmp_path / "empty")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"SQLite format 3\0\x10\0\x01",
            "line 1: this is no text; of a browser's database, export",
        ),
        ("# HTTP Cookie File\n".encode("utf-16"), "line 1: this is no text; of a browser's"),
        (line().encode() + b"\n" + line(value="a\0b").encode(), "line 1: this is no text"),
        (b"\n <!DOCTYPE html>", "line 1: this is HTML or XML, no file of cookies"),
        (
            b'[{"name": "id"}]',
            "line 1: this is JSON of another program: have it export a cookies.txt",
        ),
        (b'{"format":\n"\xff"}', "line 2: broken JSON: this is no UTF-8"),
        (b'{"cookies": []}', "line 1: this is no saved jar"),
        (b"id=s3cret; a=1", "line 1: expected 7 fields with a tab between them, found 1"),
    ],
)
def test_a_file_that_is_neither_is_named_with_its_path_and_line(data, message, tmp_path):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(CookieFileError) as caught:
        read(tmp_path / "file")
    assert str(caught.value).startswith(f"{tmp_path / 'file'}, {message}")
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")


def test_the_error_keeps_its_line_when_pickled():
    error = pickle.loads(pickle.dumps(CookieFileError("broken", 3, "/a")))
    assert ("/a, line 3: broken", 3) == (str(error), error.line)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("text", [line() + "\n", line() + "\t", "#\n", "\r\n", "\t", "a" * 64])
def test_a_large_cookies_txt_takes_linear_time(text):
    count = 2_000_000 // len(text)
    try:
        from_netscape(text.encode() * count)  # quadratic work would take hours
    except CookieFileError:
        pass


@pytest.mark.parametrize(
    "text",
    [
        saved(*[entry()] * 5_000, "1"),
        '{"a": ' + "[" * 1_000_000,
        '{"' + "a" * 2_000_000,
        "{" + " " * 2_000_000,
    ],
)
def test_large_json_takes_linear_time(text):
    with pytest.raises(CookieFileError):
        from_json(text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path):
    write(tmp_path / "new", b"data")
    write(str(tmp_path / "other"), b"")
    assert (b"data", b"") == ((tmp_path / "new").read_bytes(), (tmp_path / "other").read_bytes())
    assert 0o600 == mode(tmp_path / "new")
    assert ["new", "other"] == names(tmp_path)


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o400, 0o400), (0o777, 0o600)])
def test_a_former_file_is_replaced_and_its_mode_kept_if_stricter(before, after, tmp_path):
    (tmp_path / "file").write_bytes(b"former")
    (tmp_path / "file").chmod(before)
    write(tmp_path / "file", b"new")
    assert after == mode(tmp_path / "file")
    (tmp_path / "file").chmod(0o600)
    assert b"new" == (tmp_path / "file").read_bytes()


def test_a_symlink_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "target")
    write(tmp_path / "link", b"first")
    write(tmp_path / "link", b"second")
    assert b"second" == (tmp_path / "there" / "target").read_bytes()
    assert (tmp_path / "link").is_symlink()
    assert ["target"] == names(tmp_path / "there")


def test_what_is_no_file_is_not_replaced(tmp_path):
    with pytest.raises(OSError, match="not a regular file"):
        write(tmp_path, b"")
    with pytest.raises(OSError, match="not a regular file"):
        write(os.devnull, b"")


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write(tmp_path / "none" / "file", b"")
    assert str(tmp_path / "none" / "file") == caught.value.filename


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_after_an_error_the_former_file_is_there_and_nothing_else(
    step, error, tmp_path, monkeypatch
):
    (tmp_path / "file").write_bytes(b"former")

    def fail(*_):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        write(tmp_path / "file", b"new")
    assert b"former" == (tmp_path / "file").read_bytes()
    assert ["file"] == names(tmp_path)


def test_the_data_is_on_the_disk_before_it_takes_the_formers_place(tmp_path, monkeypatch):
    steps = []
    fsync = os.fsync

    def note(descriptor):
        steps.append((os.fstat(descriptor).st_size, (tmp_path / "file").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write(tmp_path / "file", b"data")
    assert [(4, False)] == steps


def test_the_import_brings_nothing_that_only_files_need():
    program = (
        "import sys, httpcore_cookies;"
        " print(sorted({'json', 'http.cookiejar', 'httpcore_cookies.cookies._persist',"
        " 'httpcore_cookies.cookies._stdlib'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == run.stdout.strip()


@pytest.mark.parametrize(
    "data", [b'{"s3cret', b'{"s3cret": \xff}', b'{"s3cret": ' + b"[" * 100_000]
)
def test_no_error_of_a_file_has_its_text_behind_it(tmp_path, data):
    path = tmp_path / "jar"
    path.write_bytes(data)
    with pytest.raises(CookieFileError) as caught:
        read(path)
    error = caught.value
    while error is not None:
        assert not hasattr(error, "doc")
        assert "s3cret" not in repr(error)
        error = error.__context__
