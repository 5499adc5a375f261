"""What may be stored of a response, and what a 304 changes of it: hishel's rules, put to it in its terms.

Those of its states are used that ask for no time: `CacheMiss` (RFC 9111 3) and `NeedRevalidation` (RFC 9111
3.2, 4.3.3, 4.3.4). It is shown the fields as `CacheControl` reads them, so that both understand the same.
Which stored response is for which request, and with whose credentials, is decided here. Pure.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

from .._siblings import Headers
from ._control import CacheControl
from ._freshness import Freshness, Policy, initial_age, lifetime_of
from ._storage import StoredResponse

try:
    import hishel
except ImportError as error:
    raise ImportError(
        "caching needs hishel, version 2: pip install httpcore-client[cache]", name="hishel"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .._siblings import URL, pool

__all__ = [
    "conditional",
    "freshened",
    "is_for",
    "may_be_kept",
    "outdated_by",
    "removed_urls",
    "stored_of",
]

# RFC 9110 9.2.1; others may change what is kept under their URL.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# A challenge holds what is good for once; a proxy's, besides, is no answer of the origin.
_CHALLENGES = frozenset({401, 407})
_MOST_REMEMBERED = 2000  # characters: what a server says must not fill our memory
_MOST_VARIED = 100  # names in Vary: each is looked up for each request to that URL
# Set-Cookie is for the one response that it came with: the jar must not be set back by an old one, nor a
# file hold it (Chromium's cache leaves it out, too). Age is counted anew.
_TRANSIENT = frozenset({"set-cookie", "age"})
# RFC 9111 3.5: with one of these shared caches may keep what was answered to Authorization.
_FOR_SEVERAL = frozenset({"public", "must-revalidate", "s-maxage"})
_NOBODY = UUID(int=0)  # hishel's name for an entry: we have but one at a time


def is_for(stored: StoredResponse, request: Headers) -> bool:
    """Whether a stored response was given to a request that is the same in all that it varies on."""
    return stored.variant == _variant(request, stored.varies_on, is_public=stored.is_public)


def conditional(request: pool.Request, stored: StoredResponse) -> pool.Request:
    """Return the request that asks whether a stored response is still right (RFC 9111 4.3.1).

    It is the same request where the response has nothing to ask by.
    """
    conditions = [
        (condition, value)
        for condition, validator in (
            ("If-None-Match", "ETag"),
            ("If-Modified-Since", "Last-Modified"),
        )
        if (value := stored.headers.get(validator)) is not None
    ]
    if not conditions:
        return request
    asking = request.copy_with()
    asking.headers.update(conditions)
    return asking


def stored_of(
    request: pool.Request, response: pool.Response, asked: float, received: float, policy: Policy
) -> StoredResponse | None:
    """Return what to keep of a response; None if it must not be kept, or would be of no use.

    Args:
        request: as it was sent.
        response: its answer; the body is not looked at.
        asked: when the request was sent, in seconds since 1970.
        received: when the head of the response came.
        policy: of the cache.
    """
    control = CacheControl.of(response.headers)
    varies_on = _varies_on(response.headers)
    if (
        request.method != "GET"
        or response.status_code in _CHALLENGES
        or "no-store" in control
        or not _can_be_chosen(varies_on)
    ):
        return None
    names, text = _names(response.headers), str(control)
    is_usual = sum(map(len, names)) + len(text) <= _MOST_REMEMBERED
    kept = (_kept if is_usual else _kept.__wrapped__)(
        response.status_code,
        names,
        text,
        is_authorized="Authorization" in request.headers,
        shared=policy.shared,
    )
    if kept is None:
        return None
    fields = Headers.from_raw(
        [pair for pair in response.headers.raw if pair[0].lower().decode("ascii") in kept],
        like=response.headers,
    )
    lifetime = lifetime_of(response.status_code, fields, received, policy)
    if lifetime <= 0 and fields.isdisjoint(frozenset({b"etag", b"last-modified"})):
        return None  # there is nothing to ask by whether it is still right
    is_public = _is_public(control, shared=policy.shared)
    return StoredResponse(
        status_code=response.status_code,
        reason_phrase=response.reason_phrase,
        protocol=response.protocol,
        headers=fields,
        received=received,
        initial_age=initial_age(response.headers, asked, received),
        lifetime=lifetime,
        varies_on=varies_on,
        is_public=is_public,
        variant=_variant(request.headers, varies_on, is_public=is_public),
    )


def freshened(
    stored: StoredResponse,
    request: pool.Request,
    response: pool.Response,
    asked: float,
    received: float,
    policy: Policy,
) -> StoredResponse | None:
    """Return a stored response as a 304 has confirmed it; None if the 304 is about another one.

    Args:
        stored: what was asked about.
        request: that of `conditional`.
        response: the 304.
        asked: when the request was sent, in seconds since 1970.
        received: when the head of the 304 came.
        policy: of the cache.
    """
    if not _has_its_tag(response.headers, stored.headers):
        return None
    shown = _shown_request(request)
    entry = hishel.Entry(_NOBODY, shown, _shown(stored.status_code, stored.headers))
    state: hishel.AnyState = hishel.NeedRevalidation(
        request=shown,
        original_request=shown,
        revalidating_entries=[entry],
        options=_options(shared=policy.shared),
    ).next(_shown(response.status_code, response.headers))
    if not isinstance(state, hishel.NeedToBeUpdated):
        return None
    merged = state.updating_entries[0].response.headers
    written = {name.lower(): name for name in (*response.headers, *stored.headers)}
    said = {**_lists(stored.headers), **_lists(response.headers)}
    fields = stored.headers.copy()
    fields.clear()
    for name in merged:
        # Cache-Control as it was written, not as it was shown.
        for value in said[name] if name == "cache-control" else merged.get_list(name) or ():
            fields.add(written[name], value)
    if "Date" not in response.headers:  # then it is of when it came (RFC 9110 6.6.1)
        fields.remove("Date")
    varies_on = _varies_on(fields)
    is_public = _is_public(CacheControl.of(fields), shared=policy.shared)
    return stored.copy_with(
        headers=fields,
        received=received,
        initial_age=initial_age(response.headers, asked, received),
        lifetime=lifetime_of(stored.status_code, fields, received, policy),
        varies_on=varies_on,
        is_public=is_public,
        variant=_variant(request.headers, varies_on, is_public=is_public),
    )


def _has_its_tag(confirmation: Headers, stored: Headers) -> bool:
    """Whether a 304 has the ETag of a stored response, or none.

    A server may weaken it, or not, as it codes content: the comparison is the weak one (RFC 9110 8.8.3.2).
    hishel leaves it out where the 304 has a weak one.
    """
    tag = confirmation.get("ETag")
    return tag is None or tag.removeprefix("W/") == stored.get("ETag", "").removeprefix("W/")


def outdated_by(stored: StoredResponse, request: pool.Request, response: pool.Response) -> bool:
    """Whether a response shows that a stored one is right no more (RFC 9111 4.3.3, 4.3.5)."""
    status = response.status_code
    if request.method != "HEAD":
        return (200 <= status < 400 and status not in (206, 304)) or status in (404, 410)
    return status == stored.status_code == 200 and any(
        response.headers.get(name, stored.headers.get(name)) != stored.headers.get(name)
        for name in ("ETag", "Last-Modified", "Content-Length")
    )


def may_be_kept(stored: StoredResponse, request: pool.Request, freshness: Freshness) -> bool:
    """Whether a response may be kept on, as a 304 to this request has changed it."""
    is_of_one_user = (
        freshness.policy.shared
        and "Authorization" in request.headers
        and _FOR_SEVERAL.isdisjoint(freshness.control)
    )
    return not (freshness.forbids_storing or is_of_one_user) and _can_be_chosen(stored.varies_on)


def removed_urls(request: pool.Request, response: pool.Response) -> set[URL]:
    """Return the URLs of what a response to an unsafe request makes invalid (RFC 9111 4.4)."""
    if request.method in _SAFE or not 200 <= response.status_code < 400:
        return set()
    urls = {request.url}
    for name in ("Location", "Content-Location"):
        for value in response.headers.get_list(name)[:1]:
            try:
                url = request.url.resolve_with(value)
                is_own = url.origin == request.url.origin
            except ValueError:  # no URL, or one that has no origin
                continue
            if is_own:  # nobody can clear what others have said
                urls.add(url)
    return urls


def _is_public(control: CacheControl, *, shared: bool) -> bool:
    """Whether a response is for requests with any credentials (RFC 9111 3.5).

    There must-revalidate says so to shared caches, too; but servers use it for what is private.
    """
    return "private" not in control and ("public" in control or (shared and "s-maxage" in control))


def _varies_on(fields: Headers) -> tuple[str, ...]:
    return tuple(sorted({name.lower() for name in fields.get_list("Vary", split_commas=True)}))


def _can_be_chosen(varies_on: Sequence[str]) -> bool:
    """Whether it can be told which requests a response is for (RFC 9111 4.1)."""
    return "*" not in varies_on and len(varies_on) <= _MOST_VARIED


def _variant(request: Headers, varies_on: Iterable[str], *, is_public: bool) -> bytes:
    """Return a digest of what in a request has chosen its response.

    Besides the fields that Vary names (RFC 9111 4.1) these are all that hold secrets, unless the response
    is public: what one user was told is not for another one, whose credentials are others.
    """
    chosen = [
        (name, request.get_list(name, split_commas=True)) for name in varies_on if name in request
    ]
    if not is_public:  # a secret is no list: each octet of it counts
        secrets = sorted([name.lower() for name in request if request.is_sensitive(name)])
        chosen += [(name, request.get_list(name)) for name in secrets]
    if not chosen:
        return b""
    return blake2b(repr(chosen).encode("ascii", "backslashreplace"), digest_size=16).digest()


@lru_cache(maxsize=256)  # servers say the same again and again
def _kept(
    status_code: int, names: tuple[str, ...], control: str, *, is_authorized: bool, shared: bool
) -> frozenset[str] | None:
    """Return which fields of a response may be stored; None if nothing of it may.

    Args:
        status_code: the response's.
        names: of its fields.
        control: its Cache-Control.
        is_authorized: whether the request has an Authorization field.
        shared: whether the cache serves several users.
    """
    asked = hishel.Headers({"authorization": ""} if is_authorized else {})
    shown = {name: [control if name == "cache-control" else ""] for name in names}
    state: hishel.AnyState = hishel.CacheMiss(
        request=hishel.Request("GET", "", asked), options=_options(shared=shared)
    ).next(hishel.Response(status_code, hishel.Headers(shown)))
    return frozenset(state.response.headers) if isinstance(state, hishel.StoreAndUse) else None


def _options(*, shared: bool) -> hishel.CacheOptions:
    return hishel.CacheOptions(shared=shared, supported_methods=["GET"])


def _names(fields: Headers) -> tuple[str, ...]:
    """Return the names, in lower case, of all that is not for one exchange only (RFC 9111 3.1)."""
    dropped = {name.lower() for name in fields.get_list("Connection", split_commas=True)}
    dropped |= _TRANSIENT
    return tuple([name for name in map(str.lower, fields) if name not in dropped])


def _shown_request(request: pool.Request) -> hishel.Request:
    return hishel.Request(request.method, "", hishel.Headers(_lists(request.headers)))


def _shown(status_code: int, fields: Headers) -> hishel.Response:
    """Return a response in hishel's terms."""
    shown = {name: fields.get_list(name) for name in _names(fields)}
    if "cache-control" in shown:
        shown["cache-control"] = [str(CacheControl.of(fields))]
    return hishel.Response(status_code, hishel.Headers(shown))


def _lists(fields: Headers) -> dict[str, list[str]]:
    return {name.lower(): fields.get_list(name) for name in fields}
