"""`curl_command`: a request as a command for a shell, in which curl sends the same.

It says what `curl` has to be told for that: mostly what to leave out that it would add by itself. Nothing is
sent here.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from .._options import ClientOptions
from .._siblings import cookies, pool
from ._secrets import MASK, masked_content, masked_fields, masked_url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["curl_command"]

_MOST_IN_COMMAND_BYTES = 1024 * 1024  # of content
_MOST_IN_ARGUMENT_BYTES = 64 * 1024  # half of what Linux takes (MAX_ARG_STRLEN)
_CURL_EXPECTS_BYTES = 1024 * 1024  # above this curl asks for 100 (Continue)
# What curl sends if nothing is said of it.
_CURLS_OWN = ("User-Agent", "Accept")


def curl_command(request: pool.Request, *, secrets: bool = False, ssl: pool.SSLTypes = None) -> str:
    r"""Return a command for a POSIX shell with which curl sends a request as we would.

    The client's defaults are in what `Client.build` returns, cookies and credentials in what
    `Client.prepare_request` returns. Content in memory is part of the command, and what can be read again (a
    form with files, a file) up to 1 MiB; of any other the command reads a file called "content".

    Args:
        request: what to send.
        secrets: whether to show passwords, cookies and other secrets; otherwise they are masked, and the
            command has to be completed.
        ssl: whom the client trusts, for requests that say nothing of that.

    Raises:
        TypeError: `request` is no `Request`.

    >>> from httpcore_client import Request
    >>> print(curl_command(Request("DELETE", "http://example.org/it's")))
    curl -X DELETE 'http://example.org/it'"'"'s' \
      -H User-Agent: \
      -H Accept:
    """
    if not isinstance(request, pool.Request):
        raise TypeError(
            f"request must be a Request, such as client.build(...) returns, not {type(request).__name__}"
        )
    command = _Command(request, secrets=secrets, ssl=ssl)
    return f"{command.before}curl {command.first()}" + "".join(
        f" \\\n  {option}" for option in command.options()
    )


class _Command:
    def __init__(self, request: pool.Request, *, secrets: bool, ssl: pool.SSLTypes) -> None:
        self._request = request
        self._secrets = secrets
        self._ssl = request.options.ssl if request.options.ssl is not None else ssl
        self.before = ""
        self._content = self._read_content()

    def first(self) -> str:
        """Method and URL."""
        request, url = self._request, self._request.url
        has_content = self._content is not None
        if request.method == "HEAD" and not has_content:
            method = "--head "
        elif request.method == ("POST" if has_content else "GET"):
            method = ""
        else:
            method = f"-X {shlex.quote(request.method)} "
        if "Authorization" in request.headers:
            url = url.copy_with(username="", password="")
        text = str(url) if self._secrets else masked_url(url)
        text = text.partition("#")[0]
        globs = "-g " if any(each in text for each in "[]{}") else ""
        return f"{method}{globs}{shlex.quote(text)}"

    def options(self) -> Iterator[str]:
        """All else, an option after the other."""
        yield from self._fields()
        if self._content is not None:
            yield self._content
        yield from self._way()
        yield from self._tls()

    def _fields(self) -> Iterator[str]:
        request, headers = self._request, self._request.headers
        for name, value in headers.multi_items() if self._secrets else masked_fields(headers):
            key = name.lower()
            if key == "host" and value == request.url.host_header:
                continue
            if key == "content-length" and (self._content is not None or value == "0"):
                if self._content is None:
                    yield f"-H {shlex.quote(f'{name}: {value}')}"
                continue
            yield f"-H {_field(f'{name}: {value}' if value else f'{name};')}"
        if "Accept-Encoding" in headers:
            yield "--compressed"
        own = [*_CURLS_OWN, *(("Content-Type",) if self._content is not None else ())]
        length = None if request.body is None else request.body.length
        if self._content is not None and (length is None or length > _CURL_EXPECTS_BYTES):
            own.append("Expect")
        for name in own:
            if name not in headers:
                yield f"-H {shlex.quote(f'{name}:')}"

    def _read_content(self) -> str | None:
        """Return the option that gives the content; what comes before the command is put there."""
        body = self._request.body
        if body is None:
            return None
        data = body.data if isinstance(body, pool.BytesBody) else _read_again(body)
        if data is None or len(data) > _MOST_IN_COMMAND_BYTES:
            return "--data-binary @content"
        if not self._secrets:
            fields = self._request.headers
            if "Content-Encoding" in fields:  # who knows what is in it
                return "--data-binary @content"
            data = masked_content(data, fields.get("Content-Type", ""))
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = "\0"
        # A shell can't take NUL; the others a terminal would act on, where the command is shown.
        if not all(each.isprintable() or each in "\n\t" for each in text):
            self.before = f"printf {shlex.quote(_octal(data))} |\n"
            return "--data-binary @-"
        if len(text.encode()) > _MOST_IN_ARGUMENT_BYTES:
            self.before = f"printf %s {shlex.quote(text)} |\n"
            return "--data-binary @-"
        return f"--data-raw {shlex.quote(text)}"

    def _way(self) -> Iterator[str]:
        """By which way to go."""
        options = ClientOptions.of(self._request.options)
        if isinstance(options.auth, cookies.DigestAuth):
            yield f"--digest --user {shlex.quote(options.auth.username)}"  # it asks for the password
        if options.target is not None:
            yield f"--request-target {shlex.quote(options.target)}"
        if options.proxy is not None:
            url = options.proxy.url
            yield f"--proxy {shlex.quote(str(url) if self._secrets else masked_url(url))}"
            for name, value in options.proxy.headers:
                field = f"{name}: {value if self._secrets else MASK}"
                yield f"--proxy-header {shlex.quote(field)}"
        elif options.direct:
            yield "--noproxy '*'"
        if options.network is not None and options.network.unix_socket is not None:
            yield f"--unix-socket {shlex.quote(options.network.unix_socket)}"
        if options.timeout is not None and options.timeout.total is not None:
            yield f"--max-time {options.timeout.total:g}"

    def _tls(self) -> Iterator[str]:
        """Whom to trust, as far as a command can say it."""
        if not self._request.url.is_ssl or self._ssl is None:
            return
        config = pool.TLSConfig.of(self._ssl)
        if config.source is False:
            yield "--insecure"
        elif _is_path(config.source) and config.source != "system":
            option = "--capath" if Path(config.source).is_dir() else "--cacert"
            yield f"{option} {shlex.quote(config.source)}"
        if (own := config.certificate) is not None:
            if _is_path(own.certificate):
                yield f"--cert {shlex.quote(own.certificate)}"
            if _is_path(own.key):
                yield f"--key {shlex.quote(own.key)}"


def _field(text: str) -> str:
    """Return a field as an argument; its characters stand for octets, whatever the shell writes."""
    if text.isascii():
        return shlex.quote(text)
    return f'"$(printf {shlex.quote(_octal(text.encode("latin-1")))})"'


def _is_path(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and "-----BEGIN " not in value


def _read_again(body: pool.RequestBody) -> bytes | None:
    """Return content that is small and can be read once more when it is sent; None for any other."""
    length = body.length
    if not body.replayable or body.needs_loop or length is None or length > _MOST_IN_COMMAND_BYTES:
        return None
    return pool.run_sync(_all_of(body))


async def _all_of(body: pool.RequestBody) -> bytes:
    reader, data = body.open(), b""
    try:
        while chunk := await reader.read_chunk():
            data += chunk
    finally:
        await reader.close()
    return data


def _octal(data: bytes) -> str:
    """Return what `printf` of any shell turns into these bytes."""
    return "".join(
        chr(octet) if 0x20 <= octet < 0x7F and octet not in b"\\%-'" else f"\\{octet:03o}"
        for octet in data
    )
