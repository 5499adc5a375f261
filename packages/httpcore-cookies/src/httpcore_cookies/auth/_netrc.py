"""Credentials from a netrc file.

Decides how such a file is read and which of its entries a host gets. No standard exists: the
grammar is that of the ftp manual with the quotes and escapes of curl and CPython. When to use a
netrc may not live here.

The user's own file should be readable by nobody else. One that is gets a warning and is used: to
refuse what was read already protects nobody. A file that was named, such as a mounted secret, may
have any permissions.
"""

import os
import re
import stat
import warnings
from collections.abc import Iterator
from typing import Self

from .._siblings import Value
from ._basic import BasicAuth
from ._flow import AuthFlow, AuthRequest
from ._secrets import MASK, SecretHolder

__all__ = ["Netrc", "NetrcAuth", "NetrcEntry", "NetrcError"]

# In the user's home; the first that there is (curl has the second on Windows alone, too).
_FILE_NAMES = (".netrc", "_netrc") if os.name == "nt" else (".netrc",)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SPACE = re.compile(r"\s*")
_LINE = re.compile(r"[^\n]*")
_BARE = re.compile(r"(?:[^\s\\]++|\\.)*+\\?", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MACRO_END = re.compile(r"\n[ \t\r]*\n")  # a macro ends with an empty line


class NetrcError(ValueError):
    """A netrc text that can't be read. The message names the line, never what stands in it."""

    line: int

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message, line)
        self.line = line

    def __str__(self) -> str:
        return f"netrc, line {self.line}: {self.args[0]}"


class NetrcEntry(SecretHolder, Value):
    """What a netrc says for a host: text, empty where nothing was given; `repr` hides secrets."""

    login: str = ""
    account: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"NetrcEntry({self.login!r}, {MASK})"


class Netrc(SecretHolder):
    """The entries of a netrc file, in order.

    `entries` holds (host, entry) pairs, hosts in lower case; `default` is the entry for all other
    hosts, or None. `repr` shows hosts only; pickling is refused.

    >>> netrc = Netrc.parse("machine a.test login user password s3cret")
    >>> netrc, netrc.get("a.test")
    (<Netrc a.test>, ('user', 's3cret'))
    """

    __slots__ = ("default", "entries")

    entries: tuple[tuple[str, NetrcEntry], ...]
    default: NetrcEntry | None

    def __init__(
        self, entries: tuple[tuple[str, NetrcEntry], ...] = (), default: NetrcEntry | None = None
    ) -> None:
        self.entries = entries
        self.default = default

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a netrc file; raises NetrcError with the line that is wrong."""
        if not isinstance(text, str):
            raise TypeError(f"text must be str, not {type(text).__name__}")
        found: list[tuple[str | None, dict[str, str]]] = []
        tokens = _Tokens(text.removeprefix("\ufeff"))
        for word in tokens.keywords():
            if word == "machine":
                host = tokens.value()
                if not host:
                    raise tokens.error("machine without a name")
                found.append((host.lower(), {}))
            elif word == "default":
                found.append((None, {}))
            elif word == "macdef":
                tokens.skip_macro()
            elif word in ("login", "user", "account", "password") and found:
                found[-1][1]["login" if word == "user" else word] = tokens.value()
            else:
                raise tokens.error(
                    "expected machine, default or macdef"
                    + (", login, account or password" if found else "")
                )
        entries = [(host, NetrcEntry(**fields)) for host, fields in found]
        named = tuple((host, entry) for host, entry in entries if host is not None)
        return cls(named, next((entry for host, entry in entries if host is None), None))

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Read a netrc file: `path`, or what NETRC names, or `~/.netrc` (Windows: or `~/_netrc`).

        A file that doesn't exist is an empty one. Raises NetrcError for one that can't be parsed
        and OSError for one that can't be read. Warns of a file in the user's home that others may
        read (POSIX). The text is UTF-8, or else ISO-8859-1.
        """
        named = os.environ.get("NETRC") if path is None else path
        for name in [named] if named else [f"~/{name}" for name in _FILE_NAMES]:
            octets = _read(name, is_own=not named)
            if octets is not None:
                break
        else:
            return cls()
        return cls.parse(_text(octets))

    def get(self, host: str, username: str | None = None) -> tuple[str, str] | None:
        """Return (login, password) for a host, or None.

        The first entry of the host counts, or the first with that login if `username` is given;
        then the default, wherever it stands. What an entry leaves out is empty: never another
        entry's. An entry without login and password gives None.
        """
        if not isinstance(host, str):
            raise TypeError(f"host must be str, not {type(host).__name__}")
        host = host.lower()
        candidates = [entry for name, entry in self.entries if name == host]
        if self.default is not None:
            candidates.append(self.default)
        for entry in candidates:
            if username is None or entry.login == username:
                return (entry.login, entry.password) if entry.login or entry.password else None
        return None

    def __repr__(self) -> str:
        hosts = dict.fromkeys(host for host, _ in self.entries)
        names = [*hosts, *(["default"] if self.default is not None else [])]
        return f"<Netrc {', '.join(names) or 'empty'}>"


class NetrcAuth(SecretHolder):
    """Basic authentication with what a netrc holds for the request's host.

    Takes a Netrc, by default that of the user's file, read at once. A request that has an
    Authorization field, and one to a host without an entry, goes out as it is. Raises what
    `Netrc.load` raises; the flow raises InvalidCredentials for an entry that Basic can't carry.
    """

    __slots__ = ("_netrc",)

    def __init__(self, netrc: Netrc | None = None) -> None:
        self._netrc = Netrc.load() if netrc is None else netrc

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the host's credentials, accept any response."""
        is_open = request.host and "authorization" not in request.headers
        found = self._netrc.get(request.host) if is_open else None
        if found is None:
            yield ()
        else:
            yield from BasicAuth(*found).flow(request)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._netrc!r})"


class _Tokens:
    """A walk over the words of a netrc text, in linear time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._start = 0  # of the last word

    def keywords(self) -> Iterator[str]:
        """Give the words that stand where a keyword must; skip comments."""
        while self._more():
            if self._text[self._position] == "#":
                self._skip(_LINE)
            else:
                yield self.value()

    def value(self) -> str:
        """Return the next word, whatever it looks like; empty if the text is over."""
        if not self._more():
            return ""
        self._start = self._position
        if self._text[self._position] == '"':
            quoted = _QUOTED.match(self._text, self._position)
            if quoted is None:
                raise self.error("a quoted word has no end")
            self._position = quoted.end()
            return _ESCAPED.sub(r"\1", quoted[1])
        return _ESCAPED.sub(r"\1", self._skip(_BARE))

    def skip_macro(self) -> None:
        """Skip a macro's name and lines."""
        end = _MACRO_END.search(self._text, self._position)
        self._position = len(self._text) if end is None else end.end()

    def error(self, message: str) -> NetrcError:
        """Return an error for the last word."""
        return NetrcError(message, self._text.count("\n", 0, self._start) + 1)

    def _more(self) -> bool:
        self._skip(_SPACE)
        return self._position < len(self._text)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        start = self._position
        found = pattern.match(self._text, start)
        self._position = found.end() if found else start
        return self._text[start : self._position]


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _read(path: str | os.PathLike[str], *, is_own: bool) -> bytes | None:
    # os.path: to import pathlib takes longer than all this module does.
    path = os.path.expanduser(os.fspath(path))  # noqa: PTH111
    if path.startswith("~"):
        return None  # this user has no home, and so no such file
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            mode = os.fstat(file.fileno()).st_mode
            octets = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if is_own and os.name == "posix" and mode & _FOR_OTHERS:
        warnings.warn(f"{path} can be read by others: chmod 600 keeps its passwords", stacklevel=3)
    return octets
