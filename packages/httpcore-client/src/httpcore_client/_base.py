"""What the clients share and what waits for nothing: their settings, and building requests from them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ._options import (
    ClientOptions,
    RequestOptions,
    SendOptions,
    as_auth,
    as_jar,
    check_options,
    merged,
)
from ._riding import as_callable, changed
from ._siblings import URL, Headers, InvalidURL, pool
from ._version import __version__
from .policy._cookie_field import joined

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings"]

_SEND_OPTIONS = tuple(SendOptions.__annotations__)
_OPTIONS = tuple(RequestOptions.__annotations__)
# Settings of a client that are options of each of its requests.
_FOR_EVERY_REQUEST = ("proxy", "allow_redirects", "body_limits", "default_encoding")
_BODY_OPTIONS = frozenset({"content", "data", "json", "files", "compress", "upload_progress"})


@cache  # for the first client: to know what can be decoded imports the codecs
def _default_headers() -> Headers:
    return Headers(
        [
            ("Accept", "*/*"),
            ("Accept-Encoding", pool.ACCEPT_ENCODING),
            ("User-Agent", f"httpcore/{__version__}"),
        ]
    )


class Settings:
    """A client's defaults, and how they go into a request."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.timeout = pool.Timeout.of(given["timeout"])
        said = {name: given[name] for name in _FOR_EVERY_REQUEST if name in given}
        if given.get("routes"):
            said.pop("proxy", None)  # which is for the URLs that have no route
        # What rides on a request that says nothing of its own; frozen, so all can share it.
        self.options = changed(
            ClientOptions(timeout=self.timeout, auth=as_auth(given.get("auth"))), said
        )
        self.params = given.get("params")
        self.json_encoder = as_callable("json_encoder", given.get("json_encoder"))
        self.sensitive: tuple[str, ...] = given.get("sensitive_headers", ())
        self.headers = Headers(
            merged(given.get("headers"), _default_headers()), sensitive=self.sensitive
        )
        self.cookies = as_jar(given.get("cookies"))
        base_url = given.get("base_url")
        self.base_url = None
        if base_url is not None:
            from .policy._base_url import BaseURL  # here, as for all that few clients have

            self.base_url = BaseURL(base_url)

    def build(self, method: str, url: str | URL, options: RequestOptions) -> pool.Request:
        """Build the request that a verb was called for.

        Raises:
            TypeError: an option is unknown or has the wrong type.
            InvalidRequest, InvalidURL, InvalidHeader: what was given can't be sent.
        """
        if self.base_url is not None:
            url = self.base_url.join(url)
        elif isinstance(text := url, str):
            try:
                url = URL(text)
            except InvalidURL as error:
                if text[:1] not in ("", "/"):
                    raise
                why = "it is relative; give the client a base_url for it"
                raise InvalidURL(why, text) from error
        if not options and self.params is None:  # as for nearly every GET
            return pool.Request(method, url, None, self.headers, options=self.options)
        check_options(options, _OPTIONS)
        url = self._url(url, options)
        headers = Headers(options.get("headers"))
        content: pool.Content | pool.RequestBody = None
        if not _BODY_OPTIONS.isdisjoint(options):
            from .content import content_of

            content = content_of(options, headers, self.json_encoder)
        cookies = options.get("cookies")
        if cookies is not None:
            own = as_jar(cookies).header(scheme=url.scheme, host=url.host, path=url.path)
            if own is not None:
                headers.set("Cookie", joined(headers.get("Cookie"), own))
        return pool.Request(
            method,
            url,
            content,
            merged(headers, self.headers) if headers else self.headers,
            options=changed(self.options, options),
        )

    def _url(self, url: str | URL, options: RequestOptions) -> URL:
        if not isinstance(url, URL):
            url = URL(url)  # which says what is wrong with it
        if "auth" in options and (url.username or url.password):
            url = url.copy_with(username="", password="")  # what is said for this request counts
        replacing = options.get("replace_params")
        if replacing is not None:
            if options.get("params") is not None:
                raise TypeError("params= and replace_params= exclude each other")
            return url.copy_with(params=replacing)
        for params in (self.params, options.get("params")):
            if params is not None:
                url = url.merge_params(params)
        return url

    def prepare(self, request: pool.Request) -> pool.Request:
        """Return the request with the client's defaults where it leaves something open."""
        request = _as_given(request)
        riding, defaults = self._adopted(request.options), self.headers
        if riding.foreign:  # redirects led there: what is for the caller's own requests stays here
            defaults = defaults.without_sensitive()
        return pool.Request(
            request.method,
            request.url,
            request.body,
            merged(request.headers, defaults),
            options=riding,
        )

    def _adopted(self, options: pool.Options) -> ClientOptions:
        """Return the options of a request, with the client's own where nobody has said anything.

        Those that a client has built a request with say all: there None is a choice.
        """
        if isinstance(options, ClientOptions):
            return options
        said = {name: value for name, value in vars(options).items() if value is not None}
        if "proxy" in said:
            said["direct"] = False
        return self.options.copy_with(**said)

    def sending(self, request: pool.Request, options: SendOptions) -> pool.Request:
        """Return the request as it goes down the stack, with what is said when it is sent.

        Raises:
            TypeError: an option is unknown or has the wrong type.
        """
        given = request.options
        if not isinstance(given, ClientOptions):
            # Its fields go out as they are, but not past the client's proxy.
            request = request.with_options(self._adopted(given).copy_with(auth=None))
        elif given.shown:
            request = _as_given(request)
        if options:
            check_options(options, _SEND_OPTIONS)
            riding = changed(ClientOptions.of(request.options), options)
            request = request.with_options(riding)
        return request


def _as_given(request: pool.Request) -> pool.Request:
    """Take out again what a request was only shown with: the levels add what is right by then."""
    riding = request.options
    if not isinstance(riding, ClientOptions) or not riding.shown:
        return request
    request = request.copy_with()
    for name, own, shown in riding.shown:
        if request.headers.get(name) == shown:  # the caller has not changed it
            if own is None:
                request.headers.remove(name)
            else:
                request.headers.set(name, own)
    return request.with_options(riding.copy_with(shown=()))
