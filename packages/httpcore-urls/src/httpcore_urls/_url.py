"""The URL value.

Decides: what of a URL is shown under which name, what equality means, and which operations give a
new one. Grammar (`_parse`), changes (`_change`) and text (`_write`) are pure functions elsewhere;
no rule of the standard may live here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from . import _change, _write
from ._change import UNSET, Unset
from ._errors import InvalidURL, RefusedError
from ._origin import Origin, origin_of
from ._parse import parse, parse_with_care
from ._parts import DEFAULT_PORTS, PLAIN_URL_CHARACTERS, Fields, Parts
from ._percent import decode
from ._query import QueryParams, QueryParamsInput
from ._quick import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._template import TemplateValue


@final
class URL:
    """An immutable URL, parsed and normalised as browsers do it.

    Args:
        url: the text, or a `URL`, which gives an equal one. `str` of at most 262,144 characters.
        allow_relative: take a relative reference too, read as against an http base. `bool`.

    Two are equal when they are written the same after normalising; a `URL` never equals a `str`.
    Standard: WHATWG URL for http, https, ws, wss and ftp; other schemes by its generic rules.
    Beyond it are refused: whitespace, controls and backslashes before the path, labels and hosts
    too long for DNS, empty labels, and `xn--` labels that are no valid IDNA.

    Raises:
        InvalidURL: no URL, or a relative one without `allow_relative`.
        TypeError: neither `str` nor `URL`.

    >>> url = URL("HTTPS://user:secret@Bücher.example:443/a/../b?q=1#top")
    >>> url
    URL('https://user:[secure]@xn--bcher-kva.example/b?q=1#top')
    >>> url.host, url.port, url.full_path, url.host_header
    ('xn--bcher-kva.example', 443, '/b?q=1', 'xn--bcher-kva.example')
    """

    # The parts stand in slots of their own, as most are read once at most: see `_made` and `_parts`.
    __slots__ = (
        "_fragment",
        "_host",
        "_origin",
        "_password",
        "_path",
        "_port",
        "_query",
        "_scheme",
        "_text",
        "_username",
    )

    _scheme: str
    _username: str
    _password: str
    _host: str | None
    _port: int | None
    _path: str
    _query: str | None
    _fragment: str | None
    _text: str | None  # None: not written yet
    _origin: Origin | None

    def __new__(cls, url: str | URL, allow_relative: bool = False) -> URL:  # noqa: FBT001, FBT002
        """Parse."""
        if type(url) is str:
            return _made(read(url) or parse_with_care(url, relative=allow_relative))
        if isinstance(url, str):
            return URL(str.__str__(url), allow_relative)
        if isinstance(url, URL):
            if url.is_relative_url and not allow_relative:
                raise InvalidURL("an absolute URL is needed, and this one is relative", url.masked)
            return url
        kind = type(url)
        if kind.__name__ == "URL":  # as yarl, httpx and others call theirs
            raise TypeError(
                f"url must be a str or a URL of ours, not {kind.__module__}.URL: give str(url)"
            )
        raise TypeError(f"url must be a str or a URL, not {kind.__name__}")

    @classmethod
    def template(
        cls,
        template: str,
        variables: Mapping[str, TemplateValue] | None = None,
        /,
        *,
        allow_relative: bool = False,
        **values: TemplateValue,
    ) -> URL:
        """Make a URL from a URI template, in which no value leaves its place.

        Args:
            template, variables, values: as for `expand_template`.
            allow_relative: as for `URL`. `bool`.

        A value in `{name}` can't add a delimiter, be a dot segment or, left empty, move the host;
        values in `{+name}` and `{#name}` may do all that, so only trusted ones belong there.
        Standard: RFC 6570, level 4.

        Raises:
            InvalidURL: the template's syntax is wrong, a value leaves its place, or the result is
                no URL.
            TypeError: as for `expand_template`.

        >>> URL.template("https://api.example/users/{name}{?page}", name="a/b", page=2)
        URL('https://api.example/users/a%2Fb?page=2')
        """
        # Imported here: few programs expand templates.
        from ._template import check_reach, expand

        expansion = expand(template, variables, values)
        try:
            check_reach(expansion)
        except RefusedError as error:
            raise InvalidURL(f"can't expand the template: {error}", template) from None
        return cls(expansion.text, allow_relative)

    @property
    def scheme(self) -> str:
        """The scheme in lower case, empty for a relative reference. `str`."""
        return self._scheme

    @property
    def authority(self) -> str:
        """`userinfo@host:port` as on the wire, with the password. `str`, empty if there is none."""
        return _write.authority(self._parts)

    @property
    def username(self) -> str:
        """The user name, percent-decoded. `str`, empty if there is none."""
        return decode(self._username)

    @property
    def password(self) -> str:
        """The password, percent-decoded. `str`, empty if there is none."""
        return decode(self._password)

    @property
    def host(self) -> str:
        """The canonical ASCII host, IPv6 without brackets. `str`, empty if there is none."""
        return self._host or ""

    @property
    def port(self) -> int | None:
        """The port that is dialled: explicit, else the scheme's, else None. `int | None`."""
        return DEFAULT_PORTS.get(self._scheme) if self._port is None else self._port

    @property
    def explicit_port(self) -> int | None:
        """The port as written; None if left out or the scheme's own. `int | None`."""
        return self._port

    @property
    def host_header(self) -> str:
        """The value for a Host field: IPv6 in brackets, no default port. `str` (RFC 9110 7.2)."""
        return _write.host_and_port(self._host, self._port)

    @property
    def path(self) -> str:
        """The path, percent-encoded, at least `/` where there is an http or ws host. `str`."""
        return self._path

    @property
    def query(self) -> str:
        """The query without `?`, percent-encoded, empty if there is none. `str`."""
        return self._query or ""

    @property
    def full_path(self) -> str:
        """Path and query, which is the target of a request. `str` (RFC 9112 3.2.1)."""
        return self._path if self._query is None else f"{self._path}?{self._query}"

    @property
    def fragment(self) -> str:
        """The fragment without `#`, percent-encoded, empty if there is none. `str`."""
        return self._fragment or ""

    @property
    def params(self) -> QueryParams:
        """The query as parameters. `QueryParams` (WHATWG URL 5.1)."""
        return QueryParams(self._query)

    @property
    def is_ssl(self) -> bool:
        """Whether the scheme is `https` or `wss`. `bool`."""
        return self._scheme in ("https", "wss")

    @property
    def is_absolute_url(self) -> bool:
        """Whether there is a scheme. `bool`."""
        return bool(self._scheme)

    @property
    def is_relative_url(self) -> bool:
        """Whether there is no scheme. `bool`."""
        return not self._scheme

    @property
    def origin(self) -> Origin:
        """Scheme, host and port. `Origin`. Raises InvalidURL as `Origin` does."""
        if self._origin is None:
            self._origin = origin_of(self)
        return self._origin

    @property
    def masked(self) -> str:
        """The text with secrets replaced by `[secure]`, for logs and errors. `str`.

        Those are the password, a user without one, which may be a token, and values of parameters by
        their names (`masking` says which).
        """
        return _write.write(self._parts, masked=True)

    @property
    def human(self) -> str:
        """The text for people: Unicode host, readable escapes decoded, masked. `str`.

        Never send it or decide by it: different URLs may look the same.
        """
        return _write.human(self._parts)

    @property
    def _parts(self) -> Parts:
        return Parts(
            self._scheme,
            self._username,
            self._password,
            self._host,
            self._port,
            self._path,
            self._query,
            self._fragment,
        )

    def copy_with(
        self,
        *,
        scheme: str | Unset = UNSET,
        authority: str | Unset = UNSET,
        username: str | Unset = UNSET,
        password: str | Unset = UNSET,
        host: str | Unset = UNSET,
        port: int | Unset | None = UNSET,
        path: str | Unset = UNSET,
        query: str | Unset | None = UNSET,
        params: QueryParamsInput | Unset = UNSET,
        fragment: str | Unset | None = UNSET,
    ) -> URL:
        """Give a copy with parts replaced, validated as a whole.

        Args:
            scheme: `str`; empty gives a relative reference.
            authority: `userinfo@host:port`, percent-encoded. `str`; not together with its own
                parts.
            username, password: in the clear, so that `%` means itself. `str`, empty to remove.
            host: name or address, IPv6 with or without brackets. `str`.
            port: `int` from 0 to 65535, or None for the scheme's own.
            path: percent-encoded, or not: `?`, `#` and what may not stand there is escaped. `str`.
            query, fragment: without the delimiter. `str`; None or empty to remove.
            params: replaces the query, and removes it if there are none. As for `QueryParams`.

        A part can't smuggle in another. Standard: WHATWG URL 6.1, API setters; but what they ignore
        is an error here, and tabs and line breaks are escaped or refused, never dropped.

        Raises:
            InvalidURL: the result is no URL.
            TypeError: another name or type, or two arguments for one part.

        >>> URL("http://example.org:8080/a?b=1").copy_with(scheme="https", port=None, path="/c d")
        URL('https://example.org/c%20d?b=1')
        """
        if authority is not UNSET and any(
            part is not UNSET for part in (username, password, host, port)
        ):
            raise TypeError(
                "authority already holds username, password, host and port: give one or the others"
            )
        if query is not UNSET and params is not UNSET:
            raise TypeError("query and params both replace the query: give one")
        parts = self._parts
        try:
            if scheme is not UNSET:
                parts = _change.set_scheme(parts, scheme)
            if authority is not UNSET:
                parts = _change.set_authority(parts, authority)
            if host is not UNSET:
                parts = _change.set_host(parts, host)
            if port is not UNSET:
                parts = _change.set_port(parts, port)
            if username is not UNSET:
                parts = _change.set_username(parts, username)
            if password is not UNSET:
                parts = _change.set_password(parts, password)
            if path is not UNSET:
                parts = _change.set_path(parts, path)
            if query is not UNSET:
                parts = _change.set_query(parts, query)
            if params is not UNSET:
                parts = _change.set_query(parts, str(QueryParams(params)))
            if fragment is not UNSET:
                parts = _change.set_fragment(parts, fragment)
            return _made(_change.verified(parts))
        except RefusedError as error:
            raise InvalidURL(f"can't change the URL: {error}", self.masked) from None

    def merge_params(self, params: QueryParamsInput) -> URL:
        """Give a copy with parameters added after the query, whose own bytes stay as they are.

        Args:
            params: as for `QueryParams`; none give the URL itself.

        Raises:
            InvalidURL: the result is too long.
            TypeError: as for `QueryParams`.

        >>> URL("https://example.org/?path=a%2fb").merge_params({"page": 2})
        URL('https://example.org/?path=a%2fb&page=2')
        """
        added = str(QueryParams(params))
        if not added:
            return self
        query = self.query
        separator = "&" if query and not query.endswith("&") else ""
        query = f"{query}{separator}{added}"
        if self._host and len(str(self)) + len(added) < PLAIN_URL_CHARACTERS:
            # A form escapes all that could mean anything else, so there is nothing to verify.
            return _made((*self._parts[:6], query, self._fragment, None))
        return self.copy_with(query=query)

    def resolve_with(self, url: str | URL) -> URL:
        """Resolve a reference against this URL, as for a link or a Location field.

        Args:
            url: absolute or relative. `str` or `URL`. Of this URL never the fragment, and only for
                an empty path the query, is kept; path segments after the last slash are replaced.

        Standard: WHATWG URL 4.4, relative state; RFC 3986 5.2.

        Raises:
            InvalidURL: this URL is relative, or the reference is not valid.
            TypeError: neither `str` nor `URL`.

        >>> URL("https://example.org/api/v1?k=1").resolve_with("../users")
        URL('https://example.org/users')
        """
        if self.is_relative_url:
            raise InvalidURL("a reference can't be resolved against a relative one", self.masked)
        if isinstance(url, URL):
            return url if url.is_absolute_url else _made(parse(str(url), base=self._parts))
        return _made(parse(_change.require_str("url", url), base=self._parts))

    def __str__(self) -> str:
        if self._text is None:
            self._text = _write.write(self._parts)
        return self._text

    def __repr__(self) -> str:
        return f"URL({self.masked!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, URL) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __copy__(self) -> URL:
        return self

    def __deepcopy__(self, memo: object) -> URL:
        return self

    def __reduce__(self) -> tuple[type[URL], tuple[str, bool]]:
        return (URL, (str(self), self.is_relative_url))


def _made(parts: Fields) -> URL:
    url = object.__new__(URL)
    (
        url._scheme,
        url._username,
        url._password,
        url._host,
        url._port,
        url._path,
        url._query,
        url._fragment,
        url._text,
    ) = parts
    url._origin = None
    return url
