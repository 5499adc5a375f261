"""Which hosts belong together, and which cookies keep to them (RFC 6265bis, sections 5.2, 5.8.3).

Decides on hosts by a rule of public suffixes that it is given: what they share with strangers,
which of them are one site, and which cookies a request that comes from another site goes without.
Which domains are public suffixes may not live here.
"""

from collections.abc import Callable, Iterable

from ._cookie import SameSite
from ._match import domains_of, is_ip

__all__ = ["covers_strangers", "is_cross_site", "registrable_domain", "stays_home"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110 9.2.1


def covers_strangers(domain: str, is_public_suffix: Callable[[str], bool]) -> bool:
    """Tell whether hosts of several owners, or no hosts at all, lie below a domain."""
    # What lies below an address is no host at all; not every resolver knows. The name with the
    # DNS's final dot is of the same owners.
    return is_ip(domain) or is_public_suffix(domain.removesuffix("."))


def registrable_domain(host: str, is_public_suffix: Callable[[str], bool]) -> str | None:
    """Return the domain that the owner of a host has registered: one label below the suffix.

    Takes a host in lower-case ASCII. Returns None for addresses and for public suffixes. Single
    labels, such as "localhost", count as those whatever the function says, by the list's own
    rule for top levels that it doesn't have.

    >>> registrable_domain("www.shop.a.co.uk", {"co.uk", "uk"}.__contains__)
    'a.co.uk'
    """
    below = None
    for domain in domains_of(host):
        if "." not in domain.strip(".") or covers_strangers(domain, is_public_suffix):
            break
        below = domain
    return below


def is_cross_site(
    host: str, led_from: Iterable[str], is_public_suffix: Callable[[str], bool]
) -> bool:
    """Tell whether one of the hosts that led to a request is of another site than its host.

    A site is a registrable domain; what has none is a site by itself. Schemes are not compared:
    from http to https of one host is no other site. RFC 6265bis, section 5.2.
    """
    others = set(led_from) - {host}
    if not others:
        return False
    site = registrable_domain(host, is_public_suffix)
    return site is None or any(
        site != registrable_domain(other, is_public_suffix) for other in others
    )


def stays_home(same_site: SameSite | None, method: str) -> bool:
    """Tell whether a cookie is not for a request that comes from another site.

    Every such request counts as a navigation, which takes cookies that are "lax" along if its
    method is safe. A cookie without the attribute goes along: browsers differ in that, and
    programs rely on it. RFC 6265bis, section 5.8.3.
    """
    return same_site == "strict" or (same_site == "lax" and method not in _SAFE_METHODS)
