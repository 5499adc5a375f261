"""What the clients share and what waits for nothing: their settings, and building requests from them."""

from __future__ import annotations

from typing import Any

from ._options import (
    AuthTypes,
    ClientOptions,
    CookieTypes,
    HeaderTypes,
    ParamTypes,
    RequestOptions,
    as_auth,
    as_jar,
    check_options,
    merged,
)
from ._siblings import URL, Headers, pool
from ._version import __version__
from .policy._cookie_field import joined
from .policy._redirects import without_credentials

__all__ = ["Settings"]

_OPTIONS = tuple(RequestOptions.__annotations__)
_DEFAULT_HEADERS = Headers(
    [
        ("Accept", "*/*"),
        ("Accept-Encoding", pool.ACCEPT_ENCODING),
        ("User-Agent", f"httpcore/{__version__}"),
    ]
)
_BODIES = ("content", "data", "json")


class Settings:
    """A client's defaults, and how they go into a request."""

    def __init__(
        self,
        *,
        timeout: pool.TimeoutTypes,
        headers: HeaderTypes,
        cookies: CookieTypes,
        auth: AuthTypes,
        params: ParamTypes,
    ) -> None:
        self.timeout = pool.Timeout.of(timeout)
        self.auth = as_auth(auth)
        # What rides on a request that says nothing of its own; frozen, so all can share it.
        self.options = ClientOptions(timeout=self.timeout, auth=self.auth)
        self.params = params
        self.headers = merged(headers, _DEFAULT_HEADERS)
        self.cookies = as_jar(cookies)

    def build(self, method: str, url: str | URL, options: RequestOptions) -> pool.Request:
        """Build the request that a verb was called for.

        Raises:
            TypeError: an option is unknown or has the wrong type.
            InvalidRequest, InvalidURL, InvalidHeader: what was given can't be sent.
        """
        if not options and self.params is None:  # as for nearly every GET
            return pool.Request(method, url, None, self.headers, options=self.options)
        check_options(options, _OPTIONS)
        if isinstance(url, str):
            url = URL(url)
        elif not isinstance(url, URL):
            raise TypeError(f"url must be a str or a URL, not {type(url).__name__}")
        if "auth" in options and (url.username or url.password):
            url = url.copy_with(username="", password="")  # what is said for this request counts
        for params in (self.params, options.get("params")):
            if params is not None:
                url = url.merge_params(params)
        headers = Headers(options.get("headers"))
        content, media_type = _content(options)
        if media_type is not None and "Content-Type" not in headers:
            headers.add("Content-Type", media_type)
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
            options=_changed(self.options, options),
        )

    def prepare(self, request: pool.Request, options: RequestOptions) -> pool.Request:
        """Return the request with the client's defaults where it leaves something open."""
        riding = ClientOptions.of(request.options)
        auth, defaults = self.auth, self.headers
        if riding.foreign:  # redirects led there: what is for the caller's own requests stays here
            auth, defaults = None, without_credentials(defaults)
        riding = riding.copy_with(
            timeout=self.timeout if riding.timeout is None else riding.timeout,
            auth=auth if riding.auth is None else riding.auth,
        )
        return pool.Request(
            request.method,
            request.url,
            request.body,
            merged(request.headers, defaults),
            options=_changed(riding, options),
        )


def _changed(riding: ClientOptions, options: RequestOptions) -> ClientOptions:
    """Return the options for the stack: what was said now, else what rides already."""
    changes: dict[str, Any] = {}
    if "timeout" in options:
        changes["timeout"] = pool.Timeout.of(options["timeout"])
    if "auth" in options:
        changes["auth"] = auth = as_auth(options["auth"])
        changes["netrc"] = auth is not None
    if "allow_redirects" in options:
        changes["allow_redirects"] = options["allow_redirects"]
    for name in ("trace", "on_informational"):
        callback: object = options.get(name)
        if callback is not None:
            if not callable(callback):
                raise TypeError(f"{name} must be callable or None, not {type(callback).__name__}")
            changes[name] = callback
    proxy = options.get("proxy")
    if proxy is not None:
        changes["proxy"] = pool.Proxy.of(proxy)
    return riding.copy_with(**changes) if changes else riding


def _content(options: RequestOptions) -> tuple[pool.Content, str | None]:
    given = [name for name in _BODIES if options.get(name) is not None]
    if len(given) > 1:
        raise TypeError(f"{' and '.join(name + '=' for name in given)} exclude each other")
    value: Any = options.get("json")
    if value is not None:  # as for the others, None is nothing; `null` is content="null"
        from .content import encode_json  # each is imported by who has content of its kind

        return encode_json(value)
    data: Any = options.get("data")
    if data is None or isinstance(data, (str, bytes)):
        return options.get("content") if data is None else data, None
    from .content import encode_form

    return encode_form(data)
