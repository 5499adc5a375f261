"""What a refused URL looks like to the caller, and how little of it an error may show.

Decides: the one public error, and the masking, cutting and escaping of the text it carries. Which
URLs are refused is not decided here.

    ValueError
        InvalidURL      public: names the reason and the URL
        RefusedError    private: a reason without the URL, on its way to becoming an InvalidURL
"""

import re

_SHOWN_CHARACTERS = 200
_MASK = "[secure]"
_AT = "@\uff20\ufe6b"  # the others are none in a URL, but people paste them

# Whatever stands before the authority in text that may be broken anywhere: a scheme, slashes either
# way.
_PREFIX = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.\-]*+:(?=\s*[/\\]))?[\s/\\]*")


class RefusedError(ValueError):
    """A rule refused its part of a URL; the reason never quotes it, as it may hold a secret."""


class InvalidURL(ValueError):
    """The text is not a URL this library will use, or not one that fits the operation.

    Args:
        reason: what is wrong, without the URL. `str`.
        url: the text at fault. `str`, shown with a password and the parameters that are secrets
            masked, cut to about 200 characters and escaped; the full text is not kept.

    Nothing was changed when it is raised: all values of this package are immutable. It pickles.
    """

    reason: str
    """What is wrong, without the URL."""
    url: str
    """The URL at fault: secrets masked, cut."""

    def __init__(self, reason: str, url: str = "") -> None:
        self.reason = reason
        self.url = _shown(url)
        # repr() escapes line ends, other controls, direction overrides and lone surrogates.
        super().__init__(f"{reason}: {self.url!r}")

    def __reduce__(self) -> tuple[type["InvalidURL"], tuple[str, str]]:
        return (type(self), (self.reason, self.url))


def _shown(text: str) -> str:
    # Imported here: it is for refused URLs only.
    from .masking import masked_parameters

    # Cut first, as what is refused may be of any length; then again, as a mask may be longer.
    text = masked_parameters(mask_text(text)[: 2 * _SHOWN_CHARACTERS])
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def mask_text(text: str) -> str:
    """Mask what may be a password in text that did not parse.

    The text is broken, so nobody can tell where its authority ends: everything from the first colon
    to the last `@`, of any width, goes, even where that takes a harmless path along.
    """
    at = max(map(text.rfind, _AT))
    prefix = _PREFIX.match(text)
    colon = text.find(":", prefix.end() if prefix else 0)
    if 0 <= colon < at:
        return f"{text[: colon + 1]}{_MASK}{text[at:]}"
    return text
