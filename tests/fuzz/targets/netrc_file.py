"""netrc files.

- A text is read, or a NetrcError names a line of it and shows nothing that stands in it.
- What is written anew, with all words in quotes, reads the same.
- Where CPython's reader takes the text too, it finds the same entries, but for what is said here.
- No repr shows a password; a host gets its own entry or the default's, never another one's.
"""

import netrc as stdlib
import tempfile

from httpcore_cookies import Netrc, NetrcError

from ..judges import plain_error
from ..shapes import spell, text

PIECES = [
    *("machine ", "default ", "login ", "user ", "account ", "password ", "macdef ", "\n", "\n\n"),
    *("\r\n", "\t", "#", '"', "\\", '\\"', " ", "a.test", "A.TEST", "b.test", "hunter2", "\ufeff"),
    *("é", "\x00", "\x0b", "\x85", "machine a.test login ann password hunter2\n"),
    *("default login x password y\n", "macdef init\ncd /\n\n", "machine", "password", "\u2028"),
    *("\x1c", "\ud800"),
]  # fmt: skip
SEEDS = [
    spell(each, PIECES)
    for each in (
        "machine a.test login ann password hunter2\ndefault login x password y\n",
        'machine a.test login "a \\" b" password "#x"\n# comment\n',
        "macdef init\ncd /\n\nmachine b.test account x user ann password p\n",
    )
]
_SECRET = "hunter2"


def check(data):
    written = text(data, PIECES)
    try:
        read = Netrc.parse(written)
    except NetrcError as error:
        plain_error(error, _SECRET)
        _is_there(error.line, written)
        return
    if not any(_SECRET in host for host, _ in read.entries):
        assert _SECRET not in repr(read)
    for _, entry in [*read.entries, ("", read.default)]:
        shown = "" if entry is None else repr(entry)
        assert _SECRET not in shown or _SECRET in entry.login + entry.account, shown
    again = Netrc.parse(_written(read))
    assert (read.entries, read.default) == (again.entries, again.default)
    for host in {host for host, _ in read.entries} | {"nobody.test"}:
        _is_its_own(read, host)
    _as_cpython_reads_it(written, read)


def _is_there(line, written):
    assert 1 <= line <= written.count("\n") + 1


def _written(read):
    def words(entry):
        return "".join(
            f" {name} {_quoted(value)}"
            for name in ("login", "account", "password")
            if (value := getattr(entry, name))
        )

    lines = [f"machine {_quoted(host)}{words(entry)}\n" for host, entry in read.entries]
    if read.default is not None:
        lines.append(f"default{words(read.default)}\n")
    return "".join(lines)


def _quoted(word):
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_its_own(read, host):
    own = [entry for name, entry in read.entries if name == host]
    entry = own[0] if own else read.default
    said = None if entry is None else (entry.login, entry.password)
    found = read.get(host)
    assert found == (said if said and any(said) else None)


def _as_cpython_reads_it(written, read):
    """CPython lets the last entry of a host count, looks for a comment's end and escapes otherwise."""
    if any(each in written for each in '#"\\') or not written.isascii() or "macdef" in written:
        return
    hosts = [host for host, _ in read.entries]
    is_plain = written == written.lower() and "\x00" not in written and "default" not in hosts
    if not is_plain or len({*hosts}) < len(hosts) or written.count("default") > 1:
        return
    if any(octet in written for octet in "\x0b\x0c\x1c\x1d\x1e\x1f\r"):
        return  # blanks to us, letters to them
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as file:
        file.write(written)
        file.flush()
        try:
            theirs = stdlib.netrc(file.name).hosts
        except stdlib.NetrcParseError:
            return
    for host, (login, account, password) in theirs.items():
        entry = read.default if host == "default" else dict(read.entries)[host]
        assert (login, account, password) == (entry.login, entry.account, entry.password), host
