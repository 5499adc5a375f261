"""The file of a recording: JSON that a person can read, edit and compare. Version 1.

    {"format": "httpcore recording", "version": 1, "exchanges": [
      {"request": {"method", "url", "headers": [[name, value]], "body"},
       "response": {"status_code", "reason_phrase", "protocol", "headers", "body", "trailers"},
       "error": {"class", "message"}}]}

A body is {"text": ...} where it is text, else {"base64": ...}; an empty one is left out. An exchange with an
error and no response failed before it had one; with both, in the middle of the body.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, TypeVar, cast

from .._siblings import Headers, pool

__all__ = ["Exchange", "RecordingError", "load", "save"]

_Kind = TypeVar("_Kind")
_FORMAT, _VERSION = "httpcore recording", 1
_TEXTUAL = ("text/", "json", "xml", "javascript", "x-www-form-urlencoded", "graphql")


class RecordingError(ValueError):
    """A file is no recording, or of a version that is not known here."""


class Exchange:
    """A request and what became of it, without secrets.

    Attributes:
        method, url, headers, body: of the request.
        status_code: of the response; 0 where there was none.
        reason_phrase, protocol, response_headers, response_body, trailers: of the response.
        error: the class and the message of the error that ended it, or None.
    """

    def __init__(self, method: str, url: str, headers: Headers, body: bytes) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.status_code = 0
        self.reason_phrase = ""
        self.protocol = "HTTP/1.1"
        self.response_headers = Headers()
        self.response_body = b""
        self.trailers: Headers | None = None
        self.error: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what is written of it."""
        request: dict[str, Any] = {"method": self.method, "url": self.url}
        request["headers"] = _pairs(self.headers)
        request |= _body("body", self.body, self.headers)
        written: dict[str, Any] = {"request": request}
        if self.status_code:
            response: dict[str, Any] = {
                "status_code": self.status_code,
                "reason_phrase": self.reason_phrase,
                "protocol": self.protocol,
                "headers": _pairs(self.response_headers),
            }
            response |= _body("body", self.response_body, self.response_headers)
            if self.trailers:
                response["trailers"] = _pairs(self.trailers)
            written["response"] = response
        if self.error is not None:
            written["error"] = dict(zip(("class", "message"), self.error, strict=True))
        return written

    @classmethod
    def from_json(cls, written: Any) -> Exchange:
        """Read what `to_json` gives.

        Raises:
            ValueError: it is something else; it says which field is.
        """
        request = _object(written, "request")
        method, url = _get(request, "method", str), _get(request, "url", str)
        asked = pool.Request(method, url)  # which refuses what nobody can ask for
        exchange = cls(method, url, _headers(request), _bytes(request))
        if "response" in written:
            response = _object(written, "response")
            exchange.status_code = _get(response, "status_code", int)
            if not 200 <= exchange.status_code <= 999:
                raise ValueError(
                    f"status_code is from 200 to 999, not {exchange.status_code!r:.20}"
                )
            exchange.reason_phrase = _get(response, "reason_phrase", str)
            pool.Response(200, request=asked, reason_phrase=exchange.reason_phrase)  # the same here
            exchange.protocol = _get(response, "protocol", str)
            exchange.response_headers = _headers(response)
            exchange.response_body = _bytes(response)
            if "trailers" in response:
                exchange.trailers = _headers(response, "trailers")
        if "error" in written:
            error = _object(written, "error")
            exchange.error = _get(error, "class", str), _get(error, "message", str)
            kind = getattr(pool, exchange.error[0], None)
            if not (isinstance(kind, type) and issubclass(kind, pool.TransportError)):
                raise ValueError("class names no error of the network, such as ReadTimeout")
        if not (exchange.status_code or exchange.error):
            raise ValueError("it has neither a response nor an error")
        return exchange


def _as(kind: type[_Kind], name: str, value: object) -> _Kind:
    if type(value) is not kind:  # bool is an int
        # Never the value itself, which may be a secret where somebody wrote the file by hand.
        raise ValueError(f"{name} must be {_JSON[kind]}, not {_JSON[type(value)]}")
    return value


def _get(written: Any, name: str, kind: type[_Kind]) -> _Kind:
    """Return a member of an object.

    Raises:
        ValueError: it is not there, or of another kind.
    """
    if name not in written:
        raise ValueError(f"{name} is missing")
    return _as(kind, name, written[name])


def _object(written: Any, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", _get(written, name, dict))


def _list(written: Any, name: str) -> list[object]:
    return cast("list[object]", _get(written, name, list))


_JSON: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _pairs(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers.multi_items()]


def _headers(message: Any, name: str = "headers") -> Headers:
    fields: list[tuple[str, str]] = []
    for number, pair in enumerate(_list(message, name), 1):
        match pair:
            case [str() as field, str() as value]:
                fields.append((field, value))
            case _:
                raise ValueError(f"{name} are pairs of strings, which number {number} is not")
    return Headers(fields)


def _body(name: str, content: bytes, headers: Headers) -> dict[str, dict[str, str]]:
    if not content:
        return {}
    kind = headers.get("Content-Type", "").lower()
    if any(each in kind for each in _TEXTUAL) or kind.startswith("multipart/") or not kind:
        try:
            return {name: {"text": content.decode("utf-8")}}
        except UnicodeDecodeError:
            pass
    return {name: {"base64": base64.b64encode(content).decode("ascii")}}


def _bytes(message: Any) -> bytes:
    if "body" not in message:
        return b""
    body = _object(message, "body")
    if "text" in body:
        return _get(body, "text", str).encode()
    return base64.b64decode(_get(body, "base64", str), validate=True)


def load(path: Path) -> list[Exchange]:
    """Read a recording.

    Raises:
        OSError: the file can't be read.
        RecordingError: it is no recording; it says which exchange and field is none.
    """
    try:
        written: object = json.loads(path.read_bytes())
    except ValueError as error:
        raise RecordingError(f"{path} is no JSON: {error}") from error
    except RecursionError:
        raise RecordingError(
            f"{path} is no recording of httpcore: it is nested too deeply"
        ) from None
    file = cast("dict[str, object]", written) if isinstance(written, dict) else {}
    version = file.get("version")
    if file.get("format") != _FORMAT or not isinstance(version, int):
        raise RecordingError(f"{path} is no recording of httpcore")
    if version != _VERSION:
        raise RecordingError(
            f"{path} has version {version!r:.20} of the format, of which {_VERSION} is known here"
        )
    number = 0
    try:
        exchanges: list[Exchange] = []
        for each in _list(file, "exchanges"):
            number += 1
            exchanges.append(Exchange.from_json(_as(dict, "it", each)))
    except ValueError as error:
        where = f"exchange {number}: " if number else ""
        raise RecordingError(f"{path} can't be replayed: {where}{error}") from error
    return exchanges


def save(path: Path, exchanges: list[Exchange]) -> None:
    """Write a recording: whole, or not at all.

    Raises:
        OSError: it can't be written; what was there stays.
    """
    written = {
        "format": _FORMAT,
        "version": _VERSION,
        "exchanges": [exchange.to_json() for exchange in exchanges],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{id(exchanges)}")
    try:
        # A lone surrogate, which an operating system's text may have, is written as JSON escapes it.
        with part.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            json.dump(written, file, indent=2, ensure_ascii=False)
            file.write("\n")
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
