"""Links in header fields (RFC 8288, section 3; read as its appendix B.2 says).

Decides where the value of a Link field falls apart into links, and what each says. Resolving their
targets, which takes a URL, and following them may not live here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ._grammar import QUOTED_OR_CUT
from ._lists import lines_of
from ._parameters import Parameter, first_of_each, read_parameters

__all__ = ["Link", "parse_links"]

# One element of the list: a link with its parameters, up to the comma that ends them, or anything
# else up to a comma that stands in neither <> nor quotes. It matches at any place, and takes each
# character once (nothing possessive is given back): linear.
_ELEMENT = re.compile(
    r"[ \t]*+(?:<([^>]*+)>[ \t]*+"
    rf"((?:;[^=;,]*+(?:=[ \t]*+(?:{QUOTED_OR_CUT})?+[^;,]*+)?+)*+))?+"
    rf'(?:[^",<]++|{QUOTED_OR_CUT}|<[^>]*+(?:>|\Z))*+(?:,|\Z)',
    re.DOTALL,
)
_RELATION = re.compile(r"[^ \t]++")

# RFC 8288 3.4.1 gives an extended form to "title" alone. The others it defines have none (B.2,
# step 2.16.2); those that it doesn't define may have one (3.4.2).
_NEVER_EXTENDED = frozenset({"rel", "anchor", "rev", "hreflang", "media", "type"})


@dataclass(frozen=True, slots=True)
class Link:
    """One link: `target`, and what it is to the context, `rel`.

    `target` and `anchor` are as they were sent, so they can be relative: resolve `target` against
    the URL of the response. `rel` holds the relation types, at least one, in lower case. `anchor`
    is None where the context is the response's own URL; with any other anchor the link is not
    about the response. `hreflang` has all languages. `parameters` maps the other names, in lower
    case, to values, the first of a name only, "" if it had none. RFC 8288, sections 3.1 to 3.4.

    >>> [link] = parse_links('</style.css>; rel=preload; as=style')
    >>> link.target, link.rel, link.parameters
    ('/style.css', ('preload',), {'as': 'style'})
    """

    target: str
    rel: tuple[str, ...]
    anchor: str | None = None
    hreflang: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def title(self) -> str | None:
        """What to call the target, or None; from `title*` before `title` (RFC 8288, 3.4.1)."""
        return self.parameters.get("title")

    @property
    def type(self) -> str | None:
        """A hint at the target's media type, or None (RFC 8288, 3.4.1)."""
        return self.parameters.get("type")

    @property
    def media(self) -> str | None:
        """The media that the target is for, or None (RFC 8288, 3.4.1)."""
        return self.parameters.get("media")


def parse_links(value: str | Iterable[str]) -> list[Link]:
    """Read the links of one field value, or of all values of the field, in order.

    Takes a `str` or an iterable of them; returns a list, empty if there is none. A link with
    several relation types is one Link. Only the first `rel` of a link counts, and one without any
    is none. Links that are broken are skipped, up to the next comma outside of <> and quotes.
    Raises nothing, in linear time. RFC 8288, section 3 and appendices B.2 to B.4.

    >>> links = parse_links('</items?page=2>; rel="next", </items?page=9>; rel="last"')
    >>> {rel: link.target for link in links for rel in link.rel}
    {'next': '/items?page=2', 'last': '/items?page=9'}
    """
    return [link for text in lines_of(value) for link in _links(text)]


def _links(text: str) -> Iterator[Link]:
    for element in _ELEMENT.finditer(text):
        target, parameters = element.groups()
        link = None if target is None else _link(target, parameters)
        if link is not None:
            yield link


def _link(target: str, text: str) -> Link | None:
    read = [
        Parameter(name, value or "", extended)  # B.3, step 2.8: no value is an empty one
        for name, value, extended in read_parameters(text)
        if not (extended and name in _NEVER_EXTENDED)
    ]
    parameters = first_of_each(read)
    # B.2, step 2.17.1, makes lower case of all types: of those that are URIs, too.
    rel = tuple(
        relation.lower() if relation.isascii() else relation
        for relation in _RELATION.findall(parameters.pop("rel", ""))
    )
    if not rel:
        return None
    anchor = parameters.pop("anchor", None)
    hreflang = tuple(value for name, value, _ in read if name == "hreflang" and value)
    return Link(target, rel, anchor, hreflang, parameters)
