"""What a caller may say about a request, and how it rides down the stack.

`RequestOptions` types the keyword arguments of the verbs; `ClientOptions` is the frozen object that the
adapters read. A name that is neither is refused here, with the nearest right one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, cast

from ._siblings import URL, Auth, AuthFunction, CookieJar, Headers, QueryParams, pool

if TYPE_CHECKING:
    import http.cookiejar

__all__ = [
    "AuthTypes",
    "ClientOptions",
    "CookieTypes",
    "HeaderTypes",
    "ParamTypes",
    "RequestOptions",
    "as_auth",
    "as_jar",
    "check_options",
]

AuthTypes: TypeAlias = tuple[str, str] | Auth | AuthFunction | None
CookieTypes: TypeAlias = "Mapping[str, str] | CookieJar | http.cookiejar.CookieJar | None"
HeaderTypes: TypeAlias = pool.HeaderTypes
_Value: TypeAlias = str | int | float | bool | None
ParamTypes: TypeAlias = (
    str | QueryParams | Mapping[str, _Value | list[_Value]] | Iterable[tuple[str, _Value]] | None
)


class RequestOptions(TypedDict, total=False):
    """The keyword arguments of `request` and of the verbs.

    Keys:
        params: appended to the URL's query: a mapping, pairs, `QueryParams` or encoded text.
        content: the body: bytes, text, a binary file, an iterable or (async clients) an async
            iterable of bytes.
        data: a form, sent urlencoded: a mapping (a list gives several fields) or pairs.
        json: anything `json.dumps` takes, sent as compact UTF-8; None is no body.
        headers: fields that replace the client's of the same name.
        cookies: name to value, for this URL's origin and this request only, with redirects within the
            origin; of a jar those that belong to the URL.
        auth: `(user, password)` for Basic, an `Auth` such as `DigestAuth`, or a function that is given
            an `AuthRequest` and sets its headers; None switches the client's off, and netrc. It takes
            the place of userinfo in the URL, and gives way to an Authorization field in `headers`.
        timeout: a `Timeout`, seconds for every phase, or None for no limits.
        allow_redirects: whether redirects are followed.
        proxy: the proxy to go through.
        stream: whether to return as soon as the head is read, with the body still open.
        trace: is called with each `TraceEvent` of the request, redirects and replays included.
        on_informational: is called with each informational (1xx) response, as an `Informational`.
    """

    params: ParamTypes
    content: pool.Content
    data: Mapping[str, Any] | Iterable[tuple[str, Any]] | str | bytes
    json: Any
    headers: HeaderTypes
    cookies: CookieTypes
    auth: AuthTypes
    timeout: pool.TimeoutTypes
    allow_redirects: bool
    proxy: str | URL | pool.Proxy | None
    stream: bool
    trace: pool.Trace | None
    on_informational: pool.OnInformational | None


def check_options(options: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse names that are not options, and say which was probably meant.

    Raises:
        TypeError: a name is unknown.
    """
    for name in options:
        if name not in known:
            # Imported here: who makes no mistakes has no use for it.
            from difflib import get_close_matches

            # First what is known: "cert" is near to "content", but does not mean it.
            near = _OTHERS.get(name) or get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise TypeError(f"unknown option {name!r}; {hint}")


# What the same thing is called elsewhere.
_OTHERS = {
    "follow_redirects": ["allow_redirects"],
    "body": ["content"],
    "query": ["params"],
    "proxies": ["proxy"],
    "verify": ["Client(ssl=...)"],
    "cert": ["Client(ssl=...)"],
}


def as_auth(auth: object) -> Auth | None:
    """Read what callers may write as `auth=`.

    Raises:
        TypeError: it is neither a pair of strings, nor an `Auth`, nor a function.
    """
    # What is imported here is imported by who uses it alone.
    if isinstance(auth, type):
        raise TypeError(
            f"auth is the class {auth.__name__}; give an object of it, {auth.__name__}(...)"
        )
    if auth is None or isinstance(auth, Auth):
        return auth
    match auth:
        case (str(user), str(password)):
            from ._siblings import BasicAuth

            return BasicAuth(user, password)
        case _ if callable(auth):
            from ._siblings import FunctionAuth

            return FunctionAuth(cast("AuthFunction", auth))
        case _:
            raise TypeError(
                'auth must be a pair ("user", "password"), an Auth such as BearerAuth, a function, or '
                f"None, not {type(auth).__name__}"
            )


def as_jar(cookies: CookieTypes) -> CookieJar:
    """Read what callers may write as `cookies=`: a `CookieJar` is used as it is, all else is copied.

    Raises:
        TypeError: it is none of what it may be.
        InvalidCookie: a name or value can't be sent.
    """
    if isinstance(cookies, CookieJar):
        return cookies
    jar = CookieJar()
    if cookies is not None:
        jar.update(cookies)
    return jar


_SHARED = tuple(vars(pool.Options()))  # the names of what the pool reads


class ClientOptions(pool.Options, kw_only=True):
    """What rides on a request for the adapters, besides what the pool reads.

    Attributes:
        auth: who answers challenges of the request's origin; a redirect to another drops it.
        netrc: whether credentials may come from a netrc where there are no others.
        allow_redirects: whether the `RedirectAdapter` follows.
        foreign: whether redirects have led away from the origin that the caller asked: then nothing
            goes along that was meant for the caller's own requests (unscoped cookies, netrc).
        led_from: the hosts from which redirects have led here, each once.
        environment_proxy: whether `proxy` is what the environment says for the URL.
        renew: returns the request to send again in place of one, after a response to it that no level
            above will see; the `CookieAdapter` sets it for the `AuthAdapter`.
    """

    auth: Auth | None = None
    netrc: bool = True
    allow_redirects: bool = True
    foreign: bool = False
    led_from: tuple[str, ...] = ()
    environment_proxy: bool = False
    renew: Callable[[pool.Request, pool.Response], pool.Request] | None = None

    def for_own_request(self) -> ClientOptions:
        """Return the options for a request that an auth flow makes on the way, to wherever it likes.

        It runs within the same limits. Redirects are not followed, as it may hold secrets, and what was
        meant for the caller's own requests does not go along.
        """
        return ClientOptions(
            timeout=self.timeout,
            started=self.started,
            deadline=self.deadline,
            proxy=None if self.environment_proxy else self.proxy,
            trace=self.trace,
            allow_redirects=False,
            foreign=True,
        )

    @classmethod
    def of(cls, options: pool.Options) -> ClientOptions:
        """Return the options as the adapters read them, whoever made the request."""
        if isinstance(options, ClientOptions):
            return options
        return cls(**{name: getattr(options, name) for name in _SHARED})


def merged(own: HeaderTypes, defaults: Headers) -> Headers:
    """Return the fields of `own`, then those defaults whose names it does not have."""
    return (own if isinstance(own, Headers) else Headers(own)).with_defaults(defaults)
