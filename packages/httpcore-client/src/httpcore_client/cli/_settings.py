"""What a client is made with, of what the options say."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from .._siblings import CookieFileError, CookieJar, cookies, pool
from .._trust_env import TrustEnv

if TYPE_CHECKING:
    from .._options import AuthTypes
    from ._options import Given

__all__ = ["load_cookies", "save_cookies", "settings"]

_RESOLVE = re.compile(r"(?P<host>[^:]+(?::[0-9]{1,5}(?=:))?):(?P<address>.+)")


def settings(given: Given) -> dict[str, Any]:
    """Return the keyword arguments for a client, sync or async.

    Raises:
        TypeError, ValueError, OSError: an option can't be used.
        click.UsageError: the same.
    """
    found: dict[str, Any] = {
        "ssl": _ssl(given),
        "timeout": _timeout(given),
        "auth": _auth(given),
        "http2": given.http2,
        "http1": not given.prior_knowledge,
        "allow_redirects": given.follow,
        "max_redirects": given.max_redirects,
        "trust_env": TrustEnv(netrc=not given.ignore_netrc) if not given.ignore_env else False,
    }
    if given.proxy is not None:
        found["proxy"] = given.proxy if given.proxy.lower() not in ("", "none") else False
    if given.resolve or given.unix_socket is not None:
        found["network"] = _network(given)
    if given.prior_knowledge and not given.http2:
        raise click.UsageError("--http2-prior-knowledge and --no-http2 exclude each other.")
    return found


def _network(given: Given) -> pool.Network:
    if given.resolve and given.unix_socket is not None:
        raise click.UsageError("--resolve and --unix-socket exclude each other.")
    hosts = dict(map(_resolved, given.resolve))
    try:
        return pool.Network(hosts=hosts, unix_socket=given.unix_socket)
    except ValueError as error:
        text = str(error).replace("Network(hosts=...)", "--resolve")
        text = text.replace("Network(unix_socket=...)", "--unix-socket")
        raise click.UsageError(text) from error


def _ssl(given: Given) -> pool.SSLTypes:
    source = given.cacert if given.verify else False
    if not given.verify and given.cacert is not None:
        raise click.UsageError("--cacert and --no-verify exclude each other.")
    if given.cert is None:
        return source
    own = pool.ClientCertificate(given.cert, given.cert_key, _key_password)
    return pool.TLSConfig(source, certificate=own)


def _key_password() -> str:
    return _ask("Password of the key")


def _timeout(given: Given) -> pool.Timeout:
    # 0 is for none, as at curl and HTTPie.
    limits = pool.Timeout() if given.timeout is None else pool.Timeout.of(given.timeout or None)
    changes: dict[str, float | None] = {}
    if given.connect_timeout is not None:
        changes["connect"] = given.connect_timeout or None
    if given.max_time is not None:
        changes["total"] = given.max_time or None
    return limits.copy_with(**changes)


def _auth(given: Given) -> AuthTypes:
    if given.auth is None:
        return None
    if given.auth_type == "bearer":
        return cookies.BearerAuth(given.auth)
    user, colon, password = given.auth.partition(":")
    if not colon:
        password = _ask(f"Password of {user}")
    if given.auth_type == "digest":
        return cookies.DigestAuth(user, password)
    return user, password


def _ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{what} is needed, and there is no terminal to ask on.")
    answer: str = click.prompt(what, hide_input=True, default="", show_default=False, err=True)
    return answer


def _resolved(text: str) -> tuple[str, str]:
    found = _RESOLVE.fullmatch(text)
    if found is None:
        raise click.UsageError(f"--resolve {text}: write HOST:ADDRESS or HOST:PORT:ADDRESS.")
    return found["host"], found["address"]


def load_cookies(path: str) -> CookieJar:
    """Return the jar of a file; it is empty if there is none yet.

    Raises:
        click.UsageError: the file can't be read.
    """
    jar = CookieJar()
    try:
        jar.load(path)
    except FileNotFoundError:
        pass
    except (CookieFileError, OSError) as error:
        raise click.UsageError(f"--cookies {path}: {error}") from error
    return jar


def save_cookies(jar: CookieJar, path: str) -> None:
    """Write a jar back, in the format that the file had; a new one's follows from its name.

    Raises:
        OSError: it can't be written.
    """
    file = Path(path)
    start = file.read_bytes()[:1] if file.exists() else b""
    kept: Literal["json", "netscape"] | None = None
    if start:
        kept = "json" if start == b"{" else "netscape"
    try:
        jar.save(path, format=kept)
    except OSError as error:  # which names the file that was to take its place
        raise OSError(error.errno, error.strerror, path) from error
