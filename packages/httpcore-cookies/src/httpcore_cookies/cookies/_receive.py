"""Which cookie a Set-Cookie field makes (RFC 6265bis, sections 5.5 and 5.7).

Decides by the field and the request that it answers: nothing else, so no cookie that is stored
already. How a field is read stands in `_parse`; what is done with the cookie may not live here.
"""

from collections.abc import Callable

from ._cookie import Cookie
from ._match import default_path, domain_match
from ._parse import ParsedCookie
from ._prefixes import breaks_promise, promises_host
from ._site import covers_strangers, registrable_domain

__all__ = ["received"]

_MAX_PATH_OCTETS = 4096  # of a path that the server did not name, but led to
_MAX_AGE_SECONDS = 400 * 24 * 3600  # RFC 6265bis 5.5: no cookie lives longer than 400 days


def received(
    parsed: ParsedCookie,
    *,
    from_secure: bool,
    host: str,
    path: str,
    now: float,
    is_public_suffix: Callable[[str], bool],
) -> Cookie | None:
    """Return the cookie, expired if the server wants it deleted; None for one to ignore."""
    domain = _domain(parsed.domain or "", host, is_public_suffix)
    if domain is None or (parsed.secure and not from_secure):
        return None
    if parsed.path is None and len(path) > _MAX_PATH_OCTETS:
        return None  # redirects to endless paths must not fill the memory
    cookie = Cookie(
        parsed.name,
        parsed.value,
        domain or host,
        default_path(path) if parsed.path is None else parsed.path,
        not domain,
        parsed.secure,
        parsed.http_only,
        parsed.same_site,
        _expiry(parsed, now),
    )
    # A path that only happens to be "/" is no promise of the server's.
    if breaks_promise(cookie) or (parsed.path is None and promises_host(cookie.name)):
        return None
    return cookie


def _domain(domain: str, host: str, is_public_suffix: Callable[[str], bool]) -> str | None:
    """Return the cookie's domain, "" for the host alone, None for a cookie to ignore."""
    if ":" in host and domain == f"[{host}]":  # an IPv6 address, as URLs write it
        domain = host
    if domain and covers_strangers(domain, is_public_suffix):
        return "" if domain == host else None
    if domain in ("", host):
        return domain
    if not domain_match(host, domain):
        return None
    # Some suffixes lie below domains that are none: s3.amazonaws.com below amazonaws.com, for
    # which no customer may set a cookie. It must be what the host's owner has, or lie below that.
    owned = registrable_domain(host, is_public_suffix)
    return domain if owned is not None and domain_match(domain, owned) else None


def _expiry(parsed: ParsedCookie, now: float) -> float | None:
    # RFC 6265bis 5.7: Max-Age, if there is one, wins over Expires.
    if parsed.max_age is not None:
        return now + min(max(parsed.max_age, 0), _MAX_AGE_SECONDS)
    return None if parsed.expires is None else min(parsed.expires, now + _MAX_AGE_SECONDS)
