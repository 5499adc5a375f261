"""`Scrubber`: takes the secrets out of what is recorded. Pure.

The same is done to a live request before it is looked for in a recording, so that both still match.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeAlias

from .._siblings import URL, Headers, QueryParams, masking
from ..content._parts import Part, changed_parts

__all__ = ["SECURE", "ScrubBody", "Scrubber"]

SECURE = "[secure]"
_SECURE = SECURE.encode()
ScrubBody: TypeAlias = Callable[[bytes, Headers], bytes]
"""Is given a body, its content codings undone, and its fields; returns what is recorded."""

# Names of parameters and members that are secrets, without case, "-" and "_": of OAuth (RFC 6749, 7521, 7523)
# and from the references of those who sign URLs. Fewer than `httpcore_urls.masking` hides from people:
# requests are told apart by what is left, and bodies are answered again (docs/adr/0031).
_NAMES = frozenset(
    {
        *("accesskey", "accesskeyid", "appkey", "assertion", "authkey", "authorization", "bearer"),
        *("clientassertion", "codeverifier", "credential", "credentials", "jwt", "passphrase"),
        *(
            "jsessionid",
            "passwd",
            "privatekey",
            "pwd",
            "secretkey",
            "sessionid",
            "signature",
            "subscriptionkey",
        ),
        *("cvv", "cvc", "tokens", "accesstokens", "refreshtokens"),
        *("xamzcredential", "xamzsignature", "xgoogcredential", "xgoogsignature"),
    }
)
_ENDINGS = ("apikey", "password", "secret", "token", "apikeys", "passwords", "secrets")
# Those that are secrets in URLs; elsewhere they mean anything.
_OF_QUERIES = frozenset({"auth", "key", "sig"})
_OF_URLS = ("location", "content-location", "referer", "refresh", "link")

_MOST_CODED = 4  # times that a name may be encoded

# In texts that have URLs in them.
_USERINFO = re.compile(r"(?<=//)[^/?#\s<>\"]*@")
_PARAM = re.compile(r"(?<=[?&#;])([^?&#;=\s<>\"]+)=([^&#;\s<>\"]*)")

# A string of JSON, with its value if it is a member's name. Strings are taken whole, so that what is in them
# is taken for nothing else; the last may be cut off. What is around them may be anything: lines, events.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_MEMBER = re.compile(
    rb"(%(s)s)(?:(\s*+:\s*)(%(s)s|-?[0-9][^\s,\]}]*|\[(?:[^]\[{}\"]|%(s)s)*+(?:\]|\Z)))?"
    % {b"s": _STRING},
    re.DOTALL,
)
_BOUNDARY = re.compile(
    r"\A(multipart/[^;]*;(?:.*;)?\s*boundary=)(?:\"([^\"]+)\"|([^\";\s]+))", re.IGNORECASE
)


class Scrubber:
    """Takes secrets out of fields, URLs and bodies.

    Args:
        names: further names of fields, parameters and JSON members whose values are secrets.
        scrub_body: what is done to bodies besides.

    Raises:
        TypeError: the names are one str.
    """

    def __init__(self, names: Iterable[str] = (), scrub_body: ScrubBody | None = None) -> None:
        if isinstance(names, (str, bytes)):
            raise TypeError(f"secrets must be several names, such as ['x-key'], not {names!r}")
        own = tuple(names)
        self._fields = frozenset(name.lower() for name in own)
        self._names = _NAMES | {_folded(name) for name in own}
        self._scrub_body = scrub_body

    def fields(self, headers: Headers) -> Headers:
        """Return fields without secrets."""
        pairs: list[tuple[str, str]] = []
        for name, value in headers.multi_items():
            lower = name.lower()
            if lower in ("cookie", "set-cookie"):
                value = self._cookie(lower, value)
            elif lower in ("authorization", "proxy-authorization"):
                scheme, space, _ = value.partition(" ")
                value = f"{scheme} {SECURE}" if space else SECURE
            elif headers.is_sensitive(name) or lower in self._fields:
                value = SECURE
            elif lower in _OF_URLS:
                value = self._urls_in(value)
            pairs.append((name, value))
        return Headers(pairs)

    @staticmethod
    def _cookie(name: str, value: str) -> str:
        if name == "cookie":
            return ";".join(map(_masked_cookie, value.split(";")))
        cookie, semicolon, attributes = value.partition(";")
        return f"{_masked_cookie(cookie)}{semicolon}{attributes}"

    def url(self, url: URL) -> str:
        """Return a URL without secrets: without userinfo, and with such parameters masked."""
        if url.username or url.password:
            url = url.copy_with(username="", password="")
        if url.fragment:
            url = url.copy_with(fragment="")
        return self._params_in(str(url))

    def _urls_in(self, value: str) -> str:
        """Scrub a reference, or what has URLs in it."""
        return self._params_in(_USERINFO.sub("", value))

    def _params_in(self, text: str) -> str:
        def masked(param: re.Match[str]) -> str:
            if self._is_secret_param(param[1], _OF_QUERIES):
                return f"{param[1]}={SECURE}"
            nested = masking.masked_form(f"_={param[2]}", SECURE).removeprefix("_=")
            return f"{param[1]}={nested}"

        return _PARAM.sub(masked, text)

    def _is_secret_param(self, written: str, more: frozenset[str] = frozenset()) -> bool:
        name = written
        for _ in range(_MOST_CODED if "%" in written or "+" in written else 0):
            name = next(iter(QueryParams(name)), name)
        return self.is_secret(name) or name.lower() in more

    def is_secret(self, name: str) -> bool:
        """Tell whether a parameter or member of this name is a secret."""
        words = map(_folded, re.split(r"[\[\].]", name))  # of a name such as user[password]
        return any(word in self._names or word.endswith(_ENDINGS) for word in words)

    def body(self, content: bytes, headers: Headers) -> bytes:
        """Return a body, its content codings undone, without secrets.

        Raises:
            TypeError: `scrub_body` returned no bytes.
        """
        content = self._known(content, headers.get("Content-Type", ""))
        if self._scrub_body is not None:
            content = self._scrub_body(content, headers)
            if not isinstance(content, bytes):
                raise TypeError(f"scrub_body must return bytes, not {type(content).__name__}")
        return content

    def _known(self, content: bytes, content_type: str) -> bytes:
        kind = content_type.lower()
        if "json" in kind or "event-stream" in kind:
            return _MEMBER.sub(self._member, content)
        text = content.decode("utf-8", "surrogateescape")
        if "x-www-form-urlencoded" in kind:
            text = "&".join(map(self._pair, text.split("&")))
        elif "form-data" in kind:
            text = changed_parts(text, content_type, self._part)
        return text.encode("utf-8", "surrogateescape")

    def _part(self, part: Part) -> str:
        """Scrub a field of a form (RFC 7578)."""
        if self.is_secret(part.name):
            return SECURE
        content = part.content.encode("utf-8", "surrogateescape")
        return self._known(content, part.content_type).decode("utf-8", "surrogateescape")

    def _pair(self, pair: str) -> str:
        name, mark, _ = pair.partition("=")
        return f"{name}={SECURE}" if mark and self._is_secret_param(name) else pair

    def _member(self, member: re.Match[bytes]) -> bytes:
        if member[3] is None:
            return member[0]
        try:
            name = str(json.loads(member[1]))
        except ValueError:
            return member[0]
        return b'%s%s"%s"' % (member[1], member[2], _SECURE) if self.is_secret(name) else member[0]


def boundary_of(headers: Headers) -> str:
    """Return the boundary of a multipart body; "" where there is none."""
    match = _BOUNDARY.match(headers.get("Content-Type", ""))
    return match[2] or match[3] if match else ""


def with_fixed_boundary(headers: Headers, content: bytes) -> bytes:
    """Give a multipart body, and its fields, always the same boundary: it is chosen by chance."""
    boundary = boundary_of(headers)
    if not boundary:
        return content
    headers["Content-Type"] = _BOUNDARY.sub(r"\1boundary", headers["Content-Type"])
    return content.replace(b"--" + boundary.encode(), b"--boundary")


def _masked_cookie(cookie: str) -> str:
    name, mark, _ = cookie.partition("=")
    return f"{name}={SECURE}" if mark else SECURE


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace("-", "").replace("_", "")
