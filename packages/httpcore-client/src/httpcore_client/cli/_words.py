"""`[METHOD] URL [ITEM...]`: which word is the method, and what a short URL stands for.

Pure. A method is written in capitals, or is one of the usual in small letters; `trace` in small letters asks
for the waterfall. A URL without a scheme is https, on this machine http.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["METHODS", "Words", "complete_url", "read_words"]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
_IN_SMALL_LETTERS = frozenset(method.lower() for method in METHODS)
_METHOD = re.compile(r"[A-Z][A-Z0-9_-]*")
_TRACE = "trace"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|https?:[^0-9]", re.IGNORECASE)
_PORT_OR_PATH = re.compile(r":(?:[0-9]+(?:[/?#]|$)|[/?#]|$)")
_THIS_MACHINE = re.compile(
    r"(?:[^/?#@]*@)?(?:localhost|[^/?#:]+\.localhost|127(?:\.[0-9]+){3}|\[::1\])(?:[:/?#]|$)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[^./:?#@=]*[=@].*", re.DOTALL)


class Words(NamedTuple):
    """What the words are.

    Attributes:
        method: as it was written, or None to choose one.
        url: absolute.
        items: the rest.
        trace: whether the waterfall is asked for.
        assumed: whether the scheme https was not written.
    """

    method: str | None
    url: str
    items: tuple[str, ...]
    trace: bool = False
    assumed: bool = False


def read_words(words: Sequence[str]) -> Words:
    """Tell the words apart.

    Raises:
        ValueError: the URL is missing.
    """
    left = list(words)
    trace = len(left) > 1 and left[0] == _TRACE
    if trace:
        left.pop(0)
    method = None
    if left and (_METHOD.fullmatch(left[0]) or left[0] in _IN_SMALL_LETTERS):
        method = left.pop(0).upper()
    if not left:
        after = f" after {method}" if method else ""
        raise ValueError(f"the URL is missing{after}: httpcore [METHOD] URL [ITEM...]")
    if _ITEM.fullmatch(left[0]):
        raise ValueError(f"{left[0]!r} stands where the URL should: items come after it")
    url = complete_url(left[0])
    assumed = url.startswith("https://") and not left[0].lower().startswith("https:")
    return Words(method, url, tuple(left[1:]), trace, assumed)


def complete_url(text: str) -> str:
    """Return what a URL in short form stands for: `:8000/path`, `localhost/path`, `example.org`."""
    text = text.removeprefix("://")  # what is left when a scheme was cut off
    if _SCHEME.match(text):
        return text
    if _PORT_OR_PATH.match(text):
        return f"http://localhost{text.removeprefix(':') if text[1:2] in ('', *'/?#') else text}"
    return f"{'http' if _THIS_MACHINE.match(text) else 'https'}://{text}"
