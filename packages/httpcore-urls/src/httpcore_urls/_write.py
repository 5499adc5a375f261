"""From the parts of a URL to text: for the wire, for logs, for people.

Decides: where delimiters go (WHATWG URL 4.5), and what each reader may see. Reading a URL, and
changing one, may not live here.
"""

import re

from . import _percent
from ._host import domain_to_unicode
from ._parts import Parts

_MASK = "[secure]"
# Octets beyond ASCII only: an escaped delimiter, blank or control means what it means because it is
# escaped.
_ESCAPES_BEYOND_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])++")


def bracketed(host: str) -> str:
    """Give the host as it stands in a URL: only an IPv6 address holds a colon."""
    return f"[{host}]" if ":" in host else host


def host_and_port(host: str | None, port: int | None) -> str:
    """Give the value for a Host field, for the port that is not the scheme's (RFC 9110 7.2)."""
    shown = bracketed(host or "")
    return shown if port is None else f"{shown}:{port}"


def authority(parts: Parts, *, masked: bool = False) -> str:
    """Give `user:password@host:port`."""
    return f"{_userinfo(parts, masked=masked)}{host_and_port(parts.host, parts.port)}"


def _userinfo(parts: Parts, *, masked: bool) -> str:
    if not parts.username and not parts.password:
        return ""
    if not parts.password:  # then the user may be a token
        return f"{_MASK if masked else parts.username}@"
    return f"{parts.username}:{_MASK if masked else parts.password}@"


def target(parts: Parts) -> str:
    """Give path and query: the target of a request (RFC 9112 3.2.1)."""
    return parts.path if parts.query is None else f"{parts.path}?{parts.query}"


def write(parts: Parts, *, masked: bool = False) -> str:
    """Serialise (WHATWG URL 4.5); `masked` hides the password, a user without one, and secret parameters."""
    if masked:
        return _join(parts, authority(parts, masked=True), *_masked_rest(parts))
    scheme, username, password, host, port, path, query, fragment, _ = parts
    if host and scheme and port is None and fragment is None and not (username or password):
        # What nearly every URL is, without a call for each piece.
        path = path if query is None else f"{path}?{query}"
        return f"{scheme}://{bracketed(host)}{path}"
    return _join(parts, authority(parts), target(parts), fragment)


def human(parts: Parts) -> str:
    """Write for people: Unicode host, readable escapes, password masked. Never for the wire."""
    host = domain_to_unicode(bracketed(parts.host or ""))
    port = "" if parts.port is None else f":{parts.port}"
    shown_target, fragment = _masked_rest(parts)
    return _join(
        parts,
        f"{_readable(_userinfo(parts, masked=True))}{host}{port}",
        _readable(shown_target),
        None if fragment is None else _readable(fragment),
    )


def _masked_rest(parts: Parts) -> tuple[str, str | None]:
    """Give target and fragment without what may be secrets."""
    # Imported here: it is for those who look at a URL, not for those who send it.
    from .masking import masked_parameters

    shown = target(parts)
    at = shown.rfind("@")
    if parts.opaque and at > 0 and parts.scheme != "mailto":
        # `user:password@host` without a scheme reads as a URL of the scheme `user`: hide what may be
        # a password there, but not the whole meaning of an address.
        shown = f"{_MASK}{shown[at:]}"
    fragment = parts.fragment
    # With two slashes it has no authority, but one may have been meant: https://https://user...
    before = "/." if shown.startswith("//") else ""
    masked = masked_parameters(f"{before}{shown}").removeprefix(before)
    return masked, fragment and masked_parameters(f"#{fragment}")[1:]


def _join(parts: Parts, shown_authority: str, shown_target: str, fragment: str | None) -> str:
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    start = ""
    if parts.host is not None:
        start = f"//{shown_authority}"
    elif parts.path.startswith("//"):
        # Or the path would be read as an authority (WHATWG URL 4.5, step 4).
        start = "/."
    end = "" if fragment is None else f"#{fragment}"
    return f"{scheme}{start}{shown_target}{end}"


def _readable(text: str) -> str:
    return _ESCAPES_BEYOND_ASCII.sub(_decoded_if_printable, text) if "%" in text else text


def _decoded_if_printable(match: re.Match[str]) -> str:
    try:
        decoded = _percent.decode_octets(match[0]).decode()
    except UnicodeDecodeError:
        return match[0]
    # isprintable() is false for blanks beyond the plain one, controls, and the marks that reorder
    # text.
    return decoded if decoded.isprintable() else match[0]
