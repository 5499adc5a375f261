"""What a caller may say about a request, and how it rides down the stack.

`RequestOptions` types the keyword arguments of the verbs, `SendOptions` those of `send`; `ClientOptions` is
the frozen object that the adapters read. A name that is neither is refused here, with the nearest right one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypedDict, cast

from ._siblings import URL, Auth, AuthFunction, CookieJar, Headers, QueryParamsInput, pool

if TYPE_CHECKING:
    import http.cookiejar

    from .content import FilesTypes, UploadProgress

__all__ = [
    "AuthTypes",
    "ClientOptions",
    "CookieTypes",
    "HeaderTypes",
    "ParamTypes",
    "ProxyTypes",
    "RequestOptions",
    "SendOptions",
    "as_auth",
    "as_jar",
    "check_options",
    "refuse_others",
]

_OneAuth: TypeAlias = tuple[str, str] | Auth | AuthFunction | None
AuthTypes: TypeAlias = _OneAuth | Mapping[str, _OneAuth]
CookieTypes: TypeAlias = "Mapping[str, str] | CookieJar | http.cookiejar.CookieJar | None"
HeaderTypes: TypeAlias = pool.HeaderTypes
ParamTypes: TypeAlias = QueryParamsInput
ProxyTypes: TypeAlias = str | URL | pool.Proxy | Literal[False] | None


class SendOptions(TypedDict, total=False):
    """The keyword arguments of `send`, which are about how a request is sent.

    Keys:
        auth: `(user, password)` for Basic, an `Auth` such as `DigestAuth`, or a function that is given
            an `AuthRequest` and sets its headers; or a mapping with one of these for each of some
            origins, and none for all others; None switches the client's off, and netrc. It takes the
            place of userinfo in the URL, and gives way to an Authorization field in `headers`.
        timeout: a `Timeout`, seconds for every phase, or None for no limits.
        allow_redirects: whether redirects are followed.
        proxy: the proxy to go through; False for none, whatever the client and the environment say.
        ssl: whom to trust for this request, as for `Client`.
        stream: whether to return as soon as the head is read, with the body still open.
        body_limits: how much of a body is accepted, as a `BodyLimits`.
        trace: is called with each `TraceEvent` of the request, redirects and replays included.
        on_informational: is called with each informational (1xx) response, as an `Informational`.
    """

    auth: AuthTypes
    timeout: pool.TimeoutTypes
    allow_redirects: bool
    proxy: ProxyTypes
    ssl: pool.SSLTypes
    stream: bool
    body_limits: pool.BodyLimits | None
    trace: pool.Trace | None
    on_informational: pool.OnInformational | None


class RequestOptions(SendOptions, total=False):
    """The keyword arguments of `request` and of the verbs; those of `SendOptions` too.

    Keys:
        params: added to the URL's query: a mapping, pairs, `QueryParams` or encoded text.
        replace_params: the whole query instead: of the URL's own, and of what the client adds, nothing
            is left.
        content: the body: bytes, text, a binary file, an iterable or (async clients) an async
            iterable of bytes.
        data: a form, sent urlencoded: a mapping (a list gives several fields) or pairs. With `files`
            its fields come first among the parts.
        json: anything `json.dumps` takes, sent as compact UTF-8; None is no body.
        files: a multipart form: a mapping or pairs of a field's name and a file, text, bytes,
            `(filename, content)`, `(filename, content, content_type)` or that with a fourth, the headers
            of the part. Without a file name (None) it is a plain field.
        headers: fields that replace the client's of the same name.
        cookies: name to value, for this URL's origin and this request only, with redirects within the
            origin; of a jar those that belong to the URL.
        compress: the coding to send the body in: "gzip", "deflate", or "br", "zstd" with their extras.
        upload_progress: is called with the bytes of the body sent so far and how many there are (None if
            that is not known).
    """

    params: ParamTypes
    replace_params: ParamTypes
    content: pool.Content
    data: Mapping[str, Any] | Sequence[tuple[str, Any]] | str | bytes | None
    json: Any
    files: FilesTypes | None
    headers: HeaderTypes
    cookies: CookieTypes
    compress: str | None
    upload_progress: UploadProgress | None


def check_options(
    options: Mapping[str, object], known: Collection[str], what: str = "option", call: str = ""
) -> None:
    """Refuse names that are not options, and say which was probably meant.

    Args:
        options: what was given.
        known: the names that there are.
        what: they are called.
        call: the client's method whose options they are, if it has some of its own.

    Raises:
        TypeError: a name is unknown.
    """
    for name in options:
        if name not in known:
            # Imported here: who makes no mistakes has no use for it.
            from ._elsewhere import meant

            raise TypeError(f"unknown {what} {name!r}; {meant(name, known, call)}")


def refuse_others(
    call: str,
    others: Collection[str],
    known: Collection[str],
    of: str = "",
    fields: Collection[str] = (),
) -> None:
    """Refuse arguments that a call of ours does not take, and say what was probably meant.

    Args:
        call: what is called.
        others: the names that it was given besides its own.
        known: its own.
        of: the class of an object that it is given, for the rules.
        fields: what that is made with.

    Raises:
        TypeError: there are any.
    """
    for name in others:
        from ._elsewhere import meant_by  # here, as above

        raise TypeError(
            f"{call}() has no argument {name!r}; {meant_by(call, name, known, of, fields)}"
        )


def as_auth(auth: object) -> Auth | None:
    """Read what callers may write as `auth=`.

    Raises:
        TypeError: it is neither a pair of strings, nor an `Auth`, nor a function, nor a mapping of these.
        ValueError: a key of a mapping is no origin, or there twice.
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
        case Mapping():
            from ._auth_by_origin import AuthByOrigin

            given = cast("Mapping[str, object]", auth)
            return AuthByOrigin({origin: as_auth(each) for origin, each in given.items()})
        case _ if callable(auth):
            from ._siblings import FunctionAuth

            return FunctionAuth(cast("AuthFunction", auth))
        case _:
            raise TypeError(
                'auth must be a pair ("user", "password"), an Auth such as BearerAuth, a function, a mapping '
                f"of origins to these, or None, not {type(auth).__name__}"
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


class ShownField(NamedTuple):
    """A field that a caller sees on a request before a level has sent it.

    Attributes:
        name: of the field.
        own: the value that the caller has given, or None.
        shown: the value with what the level will add.
    """

    name: str
    own: str | None
    shown: str

    def __repr__(self) -> str:  # both values are secrets
        return f"<ShownField {self.name}>"


class ClientOptions(pool.Options, kw_only=True):
    """What rides on a request for the adapters, besides what the pool reads.

    Attributes:
        auth: who answers challenges of the request's origin; a redirect to another drops it.
        netrc: whether credentials may come from a netrc where there are no others.
        allow_redirects: whether the `RedirectAdapter` follows.
        foreign: whether redirects have led away from the origin that the caller asked: then nothing
            goes along that was meant for the caller's own requests (unscoped cookies, netrc).
        led_from: the hosts from which redirects have led here, each once.
        proxy_by_url: whether `proxy` and `direct` are what a route or the environment says for the URL.
        direct: whether there is to be no proxy, whatever the environment says.
        of_flow: whether an auth flow makes the request, for itself: callers' hooks are not told of it.
        renew: returns the request to send again in place of one, after a response to it that no level
            above will see; the `CookieAdapter` sets it for the `AuthAdapter`.
    """

    auth: Auth | None = None
    netrc: bool = True
    allow_redirects: bool = True
    foreign: bool = False
    led_from: tuple[str, ...] = ()
    proxy_by_url: bool = False
    direct: bool = False
    of_flow: bool = False
    renew: Callable[[pool.Request, pool.Response], pool.Request] | None = None
    shown: tuple[ShownField, ...] = ()

    def for_own_request(self) -> ClientOptions:
        """Return the options for a request that an auth flow makes on the way, to wherever it likes.

        It runs within the same limits. Redirects are not followed, as it may hold secrets, and what was
        meant for the caller's own requests does not go along.
        """
        return ClientOptions(
            timeout=self.timeout,
            started=self.started,
            deadline=self.deadline,
            proxy=None if self.proxy_by_url else self.proxy,
            direct=self.direct and not self.proxy_by_url,
            trace=self.trace,
            allow_redirects=False,
            foreign=True,
            of_flow=True,
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
