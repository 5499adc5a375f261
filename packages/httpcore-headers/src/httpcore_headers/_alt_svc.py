"""Alternative services: Alt-Svc (RFC 7838, section 3).

Decides which services a value names, and whether it takes all earlier ones back. Whether a service
may stand in for an origin (RFC 7838, 2.1), how long it is kept, and whether it is used, may not
live here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ._grammar import QUOTED_STRING, TOKEN, decode_percent, unquote
from ._lists import lines_of, split_list
from ._seconds import parse_seconds

__all__ = ["AltService", "AltSvc", "parse_alt_svc"]

_CLEAR = "clear"  # RFC 7838 3: %s"clear", in lower case only
_DEFAULT_MAX_AGE = 24 * 60 * 60  # RFC 7838 3.1
_MAX_PROTOCOL_OCTETS = 255  # RFC 7301 3.1: the length of an ALPN name is one octet

# RFC 7838 3: protocol-id "=" alt-authority, which is a quoted string
_ALTERNATIVE = re.compile(rf"({TOKEN}+)={QUOTED_STRING}", re.DOTALL)
# OWS ";" OWS token "=" ( token / quoted-string ); an empty one says nothing (RFC 9110 5.6.6).
_PARAMETER = re.compile(
    rf"[ \t]*+;[ \t]*+(?:({TOKEN}+)=(?:({TOKEN}+)|{QUOTED_STRING}))?+", re.DOTALL
)
# [ uri-host ] ":" port. Of all that RFC 3986 3.2.2 calls a reg-name, only what names of hosts are
# made of: nothing in it can turn a URL that is built with it into another one.
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9\-._]*+)):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class AltService:
    """A service that may stand in for an origin.

    `protocol` is the name of its protocol in ALPN, such as "h3": octets as ISO-8859-1 text. `host`
    is in lower case, an IPv6 address without its brackets, and "" where it is the origin's own
    host; a name is made of letters, digits, "-", "." and "_" but else unchecked. `max_age` says for
    how many seconds the service may be remembered (at most 2^31), counted from when the response
    was made, so its Age is part of them; `persist` whether a change of network leaves it good.
    RFC 7838, sections 3 and 3.1.

    >>> (service,) = parse_alt_svc('h2="[2001:DB8::1]:8443"; persist=1').services
    >>> service.host, service.port, service.max_age, service.persist
    ('2001:db8::1', 8443, 86400, True)
    """

    protocol: str
    host: str
    port: int
    max_age: int = _DEFAULT_MAX_AGE
    persist: bool = False


@dataclass(frozen=True, slots=True)
class AltSvc:
    """What an Alt-Svc field says.

    `services` are those that it names, the server's favourite first: they take the place of all
    that the origin named before. With `clear` there are none, and those named before are void. With
    neither, nothing in the value could be read. RFC 7838, section 3.

    >>> parse_alt_svc("clear"), parse_alt_svc("rubbish")
    (AltSvc(services=(), clear=True), AltSvc(services=(), clear=False))
    """

    services: tuple[AltService, ...] = ()
    clear: bool = False


def parse_alt_svc(value: str | Iterable[str]) -> AltSvc:
    """Read the services of one field value, or of all values of the field, in order.

    Takes a `str` or an iterable of them; returns an AltSvc. Services that are broken are skipped,
    which is always safe, as no client has to use one; unknown parameters are ignored. "clear" voids
    services in the same response, too. Raises nothing, in linear time. RFC 7838, section 3.

    >>> parse_alt_svc('h3=":443"; ma=3600').services
    (AltService(protocol='h3', host='', port=443, max_age=3600, persist=False),)
    """
    elements = [element for text in lines_of(value) for element in split_list(text)]
    if _CLEAR in elements:
        return AltSvc(clear=True)
    services = (_service(element) for element in elements)
    return AltSvc(tuple(service for service in services if service is not None))


def _service(element: str) -> AltService | None:
    start = _ALTERNATIVE.match(element)
    if start is None:
        return None
    protocol = _protocol(start[1])
    place = _authority(unquote(start[2]))
    terms = _terms(element, start.end())
    if protocol is None or place is None or terms is None:
        return None
    return AltService(protocol, *place, *terms)


def _protocol(text: str) -> str | None:
    """Decode a protocol-id; the one right spelling is its sender's business (RFC 7838 3)."""
    octets = decode_percent(text)
    if octets is None or len(octets) > _MAX_PROTOCOL_OCTETS:
        return None
    return octets.decode("latin-1")


def _authority(text: str) -> tuple[str, int] | None:
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        return None
    address, name, port = found[1], found[2], int(found[3])
    if not 0 < port < 65536:
        return None
    if address is None:
        return name.lower(), port
    import ipaddress  # here: few processes ever meet such an address

    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return None
    return address.lower(), port


def _terms(element: str, position: int) -> tuple[int, bool] | None:
    """Read the parameters from a position on: max_age and persist, or None if one is broken."""
    max_age: int | None = None
    persist = False
    while position < len(element):
        found = _PARAMETER.match(element, position)
        if found is None:
            return None
        position = found.end()
        name = (found[1] or "").lower()
        setting = found[2] or unquote(found[3] or "")
        if name == "ma" and max_age is None:  # the first counts, as with all our parameters
            max_age = parse_seconds(setting)
            if max_age is None:  # nobody said that this one lives a day
                return None
        elif name == "persist":
            # RFC 7838 3.1: any other value is ignored
            persist = persist or setting == "1"
    return _DEFAULT_MAX_AGE if max_age is None else max_age, persist
