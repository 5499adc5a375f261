"""`[METHOD] URL [ITEM...]`: which word is the method, and what a short URL stands for.

Pure. A method is written in capitals, or is one of the usual in any letters; `trace` in small letters asks
for the waterfall. A URL without a scheme is https, on this machine http.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["METHODS", "Words", "complete_url", "read_words"]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
_USUAL = frozenset(method.lower() for method in METHODS)
_LETTERS = re.compile(r"[A-Za-z]+")
_METHOD = re.compile(r"[A-Z][A-Z0-9_-]*")
_TRACE = "trace"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|https?:[^0-9]", re.IGNORECASE)
_PORT_OR_PATH = re.compile(r":(?:[0-9]+(?:[/?#]|$)|[/?#]|$)")
_THIS_MACHINE = re.compile(
    r"(?:[^/?#@]*@)?(?:localhost|[^/?#:]+\.localhost|127(?:\.[0-9]+){3}|\[::1\])(?:[:/?#]|$)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#].*)?", re.DOTALL)  # a host, and perhaps a path
_JSON = re.compile(r"\{|\[\s*[\[{\"]")
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
        ValueError: the URL is missing, or something else stands there.
    """
    left = list(words)
    trace = len(left) > 1 and left[0] == _TRACE
    if trace:
        left.pop(0)
    method = None
    if left and (_METHOD.fullmatch(left[0]) or left[0].lower() in _USUAL):
        method = left.pop(0).upper()
    if not left:
        after = f" after {method}" if method else ""
        raise ValueError(f"the URL is missing{after}: httpcore [METHOD] URL [ITEM...]")
    if method is None and len(left) > 1 and _LETTERS.fullmatch(left[0]) and _is_url(left[1]):
        raise ValueError(_no_method(left[0]))
    if _JSON.match(left[0]):
        raise ValueError(f"{left[0]!r} stands where the URL should: a whole body is --data")
    if _ITEM.fullmatch(left[0]):
        raise ValueError(f"{left[0]!r} stands where the URL should: items come after it")
    url = complete_url(left[0])
    assumed = url.startswith("https://") and not left[0].lower().startswith("https:")
    return Words(method, url, tuple(left[1:]), trace, assumed)


def _is_url(text: str) -> bool:
    """Whether a word is more likely a URL than an item."""
    return any(each.match(text) for each in (_SCHEME, _PORT_OR_PATH, _THIS_MACHINE)) or bool(
        _NAME.fullmatch(text)
    )


def _no_method(word: str) -> str:
    from difflib import get_close_matches  # here: few mistype it

    near = get_close_matches(word.upper(), METHODS, n=1)
    what = f"did you mean {near[0]}?" if near else f"one of your own is in capitals: {word.upper()}"
    return f"{word!r} stands where the method does, and is none: {what}"


def complete_url(text: str) -> str:
    """Return what a URL in short form stands for: `:8000/path`, `localhost/path`, `example.org`."""
    text = text.removeprefix("://")  # what is left when a scheme was cut off
    if _SCHEME.match(text):
        return text
    if _PORT_OR_PATH.match(text):
        return f"http://localhost{text.removeprefix(':') if text[1:2] in ('', *'/?#') else text}"
    return f"{'http' if _THIS_MACHINE.match(text) else 'https'}://{text}"
