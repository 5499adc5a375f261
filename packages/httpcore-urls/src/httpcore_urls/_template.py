"""URI templates: from a template and values to the text of a URL reference.

Decides: what may stand in a template, how each value is written into it, and how far a value may
reach (RFC 6570, level 4). What a URL is may not live here: the text is read by others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias, cast

from ._errors import InvalidURL, RefusedError
from ._parse import SCHEME
from ._parts import MAX_URL_CHARACTERS
from ._path import is_dot_segment
from ._percent import C0_CONTROL, EncodeSet
from ._query import QueryParamValue, value_text

TemplateValue: TypeAlias = (
    QueryParamValue | Sequence[QueryParamValue] | Mapping[str, QueryParamValue]
)

_HEX = "[0-9A-Fa-f]"
_ESCAPE = f"%{_HEX}{{2}}"

# RFC 6570 2.1 with erratum 6937, which lets the apostrophe in: what is no control, no blank, none
# of "%<>\^`{|}, and of Unicode what is ucschar or iprivate (RFC 6570 1.5).
_PLANES = "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in (*range(1, 14), 15, 16)
)
_LITERAL = (
    r"[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~"
    f"\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef{_PLANES}\U000e1000-\U000efffd]"
)
_TOKENS = re.compile(
    rf"(?P<literal>(?:{_LITERAL}++|{_ESCAPE})++)|{{(?P<body>[^{{}}]*+)}}|(?P<bad>.)", re.DOTALL
)
# RFC 6570 2.2: for extensions to come.
_RESERVED_OPERATORS = frozenset("=,!@|")
# RFC 6570 2.3 and 2.4.
_NAME = f"(?:[A-Za-z0-9_]|{_ESCAPE})++"
_VARIABLE = re.compile(
    rf"(?P<name>{_NAME}(?:\.{_NAME})*+)(?:(?P<explode>\*)|:(?P<length>[1-9][0-9]{{0,3}}))?"
)

# RFC 3986 2.3 and 2.2. Outside the first set stands also `%`: a value is never taken as escaped.
_UNRESERVED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~"
_RESERVED = ":/?#[]@!$&'()*+,;="
_ALL_BUT_UNRESERVED = EncodeSet("".join(sorted(set(map(chr, range(0x20, 0x7F))) - {*_UNRESERVED})))
_NEITHER = EncodeSet("".join(sorted({*_ALL_BUT_UNRESERVED.extra} - {*_RESERVED, "%"})))
_BARE_PERCENT = re.compile(f"%(?!{_HEX}{{2}})")
# One character of a value that may hold escapes: those of one code point go together.
_CONTINUED = f"%[89ABab]{_HEX}"
_CHARACTER = re.compile(
    f"%[CDcd]{_HEX}{_CONTINUED}|%[Ee]{_HEX}(?:{_CONTINUED}){{2}}"
    f"|%[Ff][0-4](?:{_CONTINUED}){{3}}|{_ESCAPE}|.",
    re.DOTALL,
)


class Expansion(NamedTuple):
    """What a template gives, and what of that no value of an ordinary expansion decides.

    The skeleton is the text with an `x` for each variable of an ordinary expansion (all but `+`
    and `#`), be it long, empty or undefined; only the slash and the question mark of the operators
    `/` and `?` stay. So the paths of both have the same segments, and the skeleton's is the same
    text only where the template and what it trusts wrote all of it. Not a mask of equal length: an
    empty value leaves no trace there, and `.{x}` gives a dot segment just when `x` is empty.
    """

    text: str
    skeleton: str


@dataclass(frozen=True, slots=True)
class _Operator:
    """How an expression joins and escapes (RFC 6570 3.2.1, and appendix A's table)."""

    first: str
    separator: str
    named: bool = False
    if_empty: str = ""
    trusted: bool = False

    def encode(self, text: str) -> str:
        if self.trusted:
            return _NEITHER.encode(_BARE_PERCENT.sub("%25", text))
        return _ALL_BUT_UNRESERVED.encode(text)

    def cut(self, text: str, length: int | None) -> str:
        """Give the first characters (RFC 6570 2.4.1): of what is escaped none is cut in two."""
        if length is None or len(text) <= length:
            return text
        if not self.trusted:
            return text[:length]
        *_, last = islice(_CHARACTER.finditer(text), length)
        return text[: last.end()]

    def piece(self, name: str, text: str) -> str:
        if not self.named:
            return text
        return f"{name}={text}" if text else f"{name}{self.if_empty}"

    def pair(self, name: str, text: str) -> str:
        return self.piece(name, text) if self.named else f"{name}={text}"

    def skeleton(self, text: str) -> str:
        if self.trusted:
            return text
        if self.first in ("/", "?"):
            return f"{self.first}x" * text.count(self.first)
        return "x"


_OPERATORS = {
    "": _Operator("", ","),
    "+": _Operator("", ",", trusted=True),
    "#": _Operator("#", ",", trusted=True),
    ".": _Operator(".", "."),
    "/": _Operator("/", "/"),
    ";": _Operator(";", ";", named=True),
    "?": _Operator("?", "&", named=True, if_empty="="),
    "&": _Operator("&", "&", named=True, if_empty="="),
}


class _Variable(NamedTuple):
    name: str
    explode: bool
    length: int | None
    position: int


class _Expression(NamedTuple):
    operator: _Operator
    variables: list[_Variable]


def expand_template(
    template: str,
    variables: Mapping[str, TemplateValue] | None = None,
    /,
    **values: TemplateValue,
) -> str:
    """Write values into a URI template.

    Args:
        template: a URI template. `str`.
        variables: values by name, of which the template may use any. A mapping, or None.
        values: more by name, which win over those. The template must use each of them, so that a
            misspelt name is found; for a template that another party wrote, give `variables`.

    A value is `str`, `int`, `float`, `bool` (written `true` and `false`), a list or tuple of
    those, or a mapping of `str` to those. None, a missing name and what has no members but None
    are undefined and written as nothing. `{name}` and the operators `.`, `/`, `;`, `?`, `&` escape
    all but unreserved characters, so that a value can't add a delimiter. `{+name}` and `{#name}`
    keep delimiters and escapes: for trusted values alone.

    The text is no URL yet, and a value may still be `..`. Standard: RFC 6570, level 4, with
    erratum 6937 (`'` may stand in a template); but the names of an exploded mapping are escaped as
    values are.

    Raises:
        InvalidURL: the template's syntax is wrong, it cuts (`:3`) a list or mapping, or it or the
            result has over 262,144 characters. The reason counts positions from 0.
        TypeError: a value of another type, or one of `values` that the template does not use.

    >>> expand_template("/users/{name}{?page,tag*}", name="a/b", page=2, tag=["x", "y z"])
    '/users/a%2Fb?page=2&tag=x&tag=y%20z'
    """
    return expand(template, variables, values).text


def expand(
    template: str,
    variables: Mapping[str, TemplateValue] | None,
    values: Mapping[str, TemplateValue],
) -> Expansion:
    """Expand as `expand_template` does, and tell what the values did not decide."""
    if not isinstance(template, str):
        raise TypeError(f"a template must be str, not {type(template).__name__}")
    if not (variables is None or isinstance(variables, Mapping)):
        raise TypeError(f"variables must be a mapping or None, not {type(variables).__name__}")
    template = str.__str__(template)
    given = variables or {}
    try:
        if len(template) > MAX_URL_CHARACTERS:
            raise RefusedError(f"it is longer than {MAX_URL_CHARACTERS} characters")
        parts = list(_parse(template))
        _check_used(values, parts)
        text: list[str] = []
        skeleton: list[str] = []
        room = MAX_URL_CHARACTERS
        for piece in _fill(parts, given, values):
            room -= len(piece.text)
            # Looked at each time: a hostile template may name a long value ten thousand times.
            if room < 0:
                raise RefusedError(f"it gives more than {MAX_URL_CHARACTERS} characters")
            text.append(piece.text)
            skeleton.append(piece.skeleton)
    except RefusedError as error:
        raise InvalidURL(f"can't expand the template: {error}", template) from None
    return Expansion("".join(text), "".join(skeleton))


def check_reach(expansion: Expansion) -> None:
    """Raise RefusedError if values decide more of a URL than the places the template gives them.

    No value of an ordinary expansion may make a dot segment, alone or with what stands beside it.
    And none may, by being empty, move what follows it to the place of the host or of the root: so
    do `{/a*}` and `//{a}/b`, which then begin with `//b` and `///b`, and `{a}/b` with `/b`.
    """
    text, skeleton = map(_after_scheme, expansion)
    segments = zip(_segments(text), _segments(skeleton), strict=True)
    if any(segment != fixed and is_dot_segment(segment) for segment, fixed in segments):
        raise RefusedError("a value makes a segment of the path that means another folder")
    if _leading_slashes(text) != _leading_slashes(skeleton):
        raise RefusedError("an empty value moves what follows it to the place of host or root")


def _segments(text: str) -> list[str]:
    return text.partition("#")[0].partition("?")[0].split("/")


def _leading_slashes(text: str) -> int:
    return len(text) - len(text.lstrip("/"))


def _after_scheme(text: str) -> str:
    scheme = SCHEME.match(text)
    return text[scheme.end() :] if scheme else text


def _parse(template: str) -> Iterator[str | _Expression]:
    """Read literals, escaped as a URL needs it, and expressions (RFC 6570 2 and 3.1)."""
    for token in _TOKENS.finditer(template):
        if token.lastgroup == "literal":
            yield C0_CONTROL.encode(token[0])
        elif token.lastgroup == "body":
            yield _parse_expression(token["body"], token.start("body"))
        else:
            raise RefusedError(_misplaced(token[0], token.start()))


def _misplaced(character: str, position: int) -> str:
    if character == "{":
        return f"the expression at position {position} has no end"
    if character == "}":
        return f"no expression ends at position {position}"
    if character == "%":
        return f"no two hexadecimal digits follow the % at position {position}"
    return f"the character at position {position} must be percent-encoded"


def _parse_expression(body: str, position: int) -> _Expression:
    """Read what stands between braces (RFC 6570 2.2)."""
    sign = body[:1]
    if sign in _RESERVED_OPERATORS:
        raise RefusedError(f"the operator at position {position} is reserved")
    operator = _OPERATORS.get(sign)
    if operator is None:
        operator, sign = _OPERATORS[""], ""
    position += len(sign)
    variables: list[_Variable] = []
    for text in body[len(sign) :].split(","):
        match = _VARIABLE.fullmatch(text)
        if match is None:
            raise RefusedError(
                f"a name, alone or with * or :1 to :9999, is needed at position {position}"
            )
        length = int(match["length"]) if match["length"] else None
        variables.append(_Variable(match["name"], bool(match["explode"]), length, position))
        position += len(text) + 1
    return _Expression(operator, variables)


def _check_used(values: Mapping[str, TemplateValue], parts: list[str | _Expression]) -> None:
    # In the template's order, each once.
    names = {
        variable.name: None
        for part in parts
        if not isinstance(part, str)
        for variable in part.variables
    }
    unused = [name for name in values if name not in names]
    if unused:
        known = ", ".join(map(repr, names)) or "none"
        raise TypeError(
            f"the template does not use {', '.join(map(repr, unused))}; its variables: {known}"
        )


def _fill(
    parts: list[str | _Expression],
    variables: Mapping[str, TemplateValue],
    values: Mapping[str, TemplateValue],
) -> Iterator[Expansion]:
    """Give literals and variables in turn, with what joins them (RFC 6570 3.2.1)."""
    for part in parts:
        if isinstance(part, str):
            yield Expansion(part, part)
            continue
        operator, joint = part.operator, part.operator.first
        for variable in part.variables:
            name = variable.name
            value = values[name] if name in values else variables.get(name)
            pieces = _pieces(variable, operator, value)
            text = joint + operator.separator.join(pieces) if pieces else ""
            joint = operator.separator if pieces else joint
            yield Expansion(text, operator.skeleton(text))


def _pieces(variable: _Variable, operator: _Operator, value: TemplateValue) -> list[str]:
    """Give what of a variable stands between separators: nothing if it is undefined."""
    if value is None:
        return []
    if isinstance(value, (str, int, float)):
        cut = operator.cut(value_text(value), variable.length)
        return [operator.piece(variable.name, operator.encode(cut))]
    if not isinstance(value, (list, tuple, Mapping)):
        raise _wrong_type(variable, value)
    if variable.length is not None:
        # RFC 6570 2.4.1.
        raise RefusedError(
            f"the variable at position {variable.position} is no text, so that it can't be cut"
        )
    if isinstance(value, Mapping):
        pairs = [
            (operator.encode(_key(variable, name)), operator.encode(_scalar(variable, member)))
            for name, member in value.items()
            if member is not None
        ]
        if variable.explode:
            return [operator.pair(name, text) for name, text in pairs]
        members = [text for pair in pairs for text in pair]
    else:
        members = [
            operator.encode(_scalar(variable, member))
            for member in cast("Sequence[QueryParamValue]", value)
            if member is not None
        ]
        if variable.explode:
            return [operator.piece(variable.name, text) for text in members]
    if not members:
        return []
    joined = ",".join(members)
    return [f"{variable.name}={joined}" if operator.named else joined]


def _key(variable: _Variable, name: object) -> str:
    if isinstance(name, str):
        return str.__str__(name)
    raise _wrong_type(variable, name)


def _scalar(variable: _Variable, value: object) -> str:
    if isinstance(value, (str, int, float)):
        return value_text(value)
    raise _wrong_type(variable, value)


def _wrong_type(variable: _Variable, value: object) -> TypeError:
    return TypeError(
        f"the template variable {variable.name!r} takes str, int, float, bool or None, a list or"
        f" tuple of those, or a mapping of str to those, not {type(value).__name__}"
    )
