"""Challenges of an authentication field (RFC 9110, section 11.6.1).

Decides how WWW-Authenticate and Proxy-Authenticate fall apart into challenges. Which challenge to
answer, and how, may not live here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ._grammar import QUOTED_STRING, TOKEN, unquote
from ._lists import lines_of, split_list

__all__ = ["Challenge", "parse_challenges"]

# RFC 9110 11.2: auth-param = token BWS "=" BWS ( token / quoted-string ). Servers forget the quotes
# around values that need them, so an unquoted value may hold anything but whitespace, quotes and
# commas; it does not begin with "=", for abc== is a token68.
_PARAMETER = re.compile(
    rf'({TOKEN})[ \t]*+=[ \t]*+(?:{QUOTED_STRING}|([^\s",=][^\s",]*+))', re.DOTALL
)
_BROKEN_PARAMETER = re.compile(rf"{TOKEN}[ \t]*+=")
_SCHEME = re.compile(rf"({TOKEN})(?:[ \t]++(.*))?", re.DOTALL)
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]++=*+")  # RFC 9110 11.2

# RFC 7616 3.3: qop is a list in quotes, the one list among the parameters of challenges. Where a
# server forgot the quotes, the grammar makes schemes of its further values. No scheme bears their
# names (IANA's registry), so straight after qop they are what the server meant: more of the list.
_QOP = re.compile(rf"((?:{TOKEN}+[ \t]++)?qop[ \t]*+=[ \t]*+)({TOKEN}+)", re.IGNORECASE | re.ASCII)
_QOP_VALUES = frozenset({"auth", "auth-int"})


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge: how a server wants the client to authenticate.

    `scheme` is in lower case; `parameters` maps lower-case names to unquoted values, the first of
    a name only; `token68` is what stands in their place in schemes such as Negotiate. RFC 9110,
    section 11.3.
    """

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict[str, str], hash=False)
    token68: str | None = None

    @property
    def realm(self) -> str | None:
        """The realm parameter, or None (RFC 9110, section 11.5)."""
        return self.parameters.get("realm")


def parse_challenges(value: str | Iterable[str]) -> list[Challenge]:
    """Read the challenges of one field value, or of all values of the field, in order.

    Takes a `str` or an iterable of them; returns a list, empty if there is none. Parts that are
    broken are skipped; of missing quotes, those around a value, or around the list of a Digest
    challenge's qop, are made up for. Raises nothing, in linear time. RFC 9110, section 11.6.1.

    >>> [c.scheme for c in parse_challenges('Basic realm="a, b", Digest realm=x, nonce="n"')]
    ['basic', 'digest']
    """
    return [challenge for text in lines_of(value) for challenge in _challenges(text)]


def _challenges(text: str) -> list[Challenge]:
    found: list[Challenge] = []
    current: Challenge | None = None  # the one that further parameters belong to
    for element in _elements(text):
        # "name=value" continues a challenge; anything else must begin one: a scheme takes no "=".
        parameter = _PARAMETER.fullmatch(element)
        if parameter is not None:
            _keep(current, parameter)
        elif _BROKEN_PARAMETER.match(element) is None:
            current = _begin(element)
            if current is not None:
                found.append(current)
    return found


def _elements(text: str) -> Iterator[str]:
    """Give the elements of a value; a qop list that lacks its quotes is one, and gets them."""
    elements = split_list(text)
    position = 0
    while position < len(elements):
        element = elements[position]
        position += 1
        qop = _QOP.fullmatch(element)
        if qop is not None:
            values = [qop[2]]
            while position < len(elements) and elements[position].lower() in _QOP_VALUES:
                values.append(elements[position])
                position += 1
            element = f'{qop[1]}"{",".join(values)}"'
        yield element


def _begin(element: str) -> Challenge | None:
    start = _SCHEME.fullmatch(element)
    if start is None:
        return None
    scheme, rest = start[1].lower(), start[2]
    if rest and (parameter := _PARAMETER.fullmatch(rest)):
        challenge = Challenge(scheme)
        _keep(challenge, parameter)
        return challenge
    return Challenge(scheme, {}, rest if rest and _TOKEN68.fullmatch(rest) else None)


def _keep(challenge: Challenge | None, parameter: re.Match[str]) -> None:
    # RFC 9110 11.6.1: parameters or a token68, never both
    if challenge is not None and challenge.token68 is None:
        name, quoted, bare = parameter.groups()
        challenge.parameters.setdefault(name.lower(), bare if quoted is None else unquote(quoted))
