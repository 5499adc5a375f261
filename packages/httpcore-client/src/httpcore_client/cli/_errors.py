"""Exit statuses by class of failure, and what is said of one: a line, with what to do if that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import pool

if TYPE_CHECKING:
    from ._words import Words

__all__ = ["INTERRUPTED", "STATUSES", "USAGE", "exit_status", "explained", "status_of_response"]

OTHER, USAGE, CONNECT, TLS, TIMEOUT, PROTOCOL, REDIRECT = 1, 2, 6, 7, 8, 9, 10
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it

# For --help and the documentation.
STATUSES = (
    ("0", "a response was had, whatever its status"),
    ("1", "any other failure, such as a file that can't be written"),
    ("2", "the command can't be understood: an option, item, URL or file is wrong"),
    ("3, 4, 5", "with --check-status, or a download: the status is 3xx, 4xx or 5xx"),
    ("6", "no connection: the name is unknown, the server or proxy refuses"),
    ("7", "TLS: the certificate is not trusted, or the handshake failed"),
    ("8", "a timeout"),
    ("9", "the connection broke, or what came is no HTTP"),
    ("10", "a redirect can't be followed, or there are too many"),
    ("130", "Ctrl-C"),
)

_BY_CLASS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], int], ...] = (
    (pool.RequestTimeout, TIMEOUT),
    (pool.CertificateError, TLS),
    ((pool.ConnectError, pool.ProxyError), CONNECT),
    ((pool.NetworkError, pool.ProtocolError, pool.DecodingError), PROTOCOL),
    (pool.RedirectError, REDIRECT),
    (pool.InvalidRequest, USAGE),
)


def exit_status(error: BaseException) -> int:
    """Return the exit status for an error."""
    if _is_tls(error):
        return TLS
    if isinstance(error, pool.HTTPStatusError):  # of a download
        return status_of_response(error.status_code) or OTHER
    return next((status for kinds, status in _BY_CLASS if isinstance(error, kinds)), OTHER)


def status_of_response(status_code: int) -> int:
    """Return the exit status for a response with --check-status; above 599 it is as 5xx (RFC 9110 15)."""
    return min(status_code // 100, 5) if status_code >= 300 else 0


def explained(error: BaseException, words: Words) -> str:
    """Return what is said of an error."""
    text = str(error) or type(error).__name__
    if isinstance(error, pool.CertificateError):
        text = text.partition("; ssl=")[0]  # what follows is advice for programs
        return f"{text}; --cacert FILE trusts other authorities, --no-verify trusts anybody"
    if isinstance(error, pool.TooManyRedirects):
        return f"{text}; --no-follow shows the first, --max-redirects takes more"
    if (
        words.assumed
        and isinstance(error, pool.ConnectError)
        and (error.attempts or _is_tls(error))
    ):
        return f"{text}; https was assumed: write http:// if it is that"
    return text


def _is_tls(error: BaseException) -> bool:
    # By name: who speaks no TLS has not imported it.
    return isinstance(error, pool.ConnectError) and type(error.__cause__).__module__ == "ssl"
