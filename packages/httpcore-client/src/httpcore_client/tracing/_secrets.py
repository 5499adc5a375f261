"""What is not shown of a request: userinfo, sensitive fields, and whatever goes by the name of a secret.

Of URLs, forms and JSON `httpcore_urls.masking` says which names those are; here it is said of fields, of
bodies by their types, and of the parts of multipart content.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._siblings import masking
from ..content._parts import changed_parts

if TYPE_CHECKING:
    from .._siblings import URL, Headers
    from ..content._parts import Part

__all__ = ["MASK", "masked_body", "masked_content", "masked_fields", "masked_url", "masked_value"]

MASK = masking.MASK
masked_value = masking.masked_value

_REFERENCES = ("location", "content-location", "referer")  # fields that are a URL, and nothing else
_FORM = "application/x-www-form-urlencoded"

_SPAN = re.compile(r"""[^\s<>"']+""")  # what may be a URL in a field


def masked_url(url: URL, mask: str = MASK, userinfo: str = f"{MASK}@") -> str:
    """Return a URL without the secrets in its userinfo, query and fragment; the rest is as it was.

    Args:
        url: what to show.
        mask: what stands for the value of a secret.
        userinfo: what stands for user and password where there are any.
    """
    if not (url.username or url.password):
        return masking.masked_reference(str(url), mask)
    text = masking.masked_reference(str(url.copy_with(username="", password="")), mask)
    scheme, _, rest = text.partition("//")
    return f"{scheme}//{userinfo}{rest}"


def masked_fields(headers: Headers, mask: str = MASK) -> list[tuple[str, str]]:
    """Return fields without the secrets that they are, and those of the URLs in them."""
    found: list[tuple[str, str]] = []
    for name, value in headers.multi_items():
        if headers.is_sensitive(name):
            shown = mask
        elif name.lower() in _REFERENCES:
            shown = masking.masked_reference(value, mask)
        else:
            shown = _SPAN.sub(lambda span: masking.masked_reference(span[0], mask), value)
        found.append((name, shown))
    return found


def masked_body(text: str, content_type: str, mask: str = MASK) -> str:
    """Return a body without the secrets that have names: forms of both kinds, and JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return masking.masked_form(text, mask)
    if kind.startswith("multipart/"):
        return _masked_parts(text, content_type, mask)
    if "json" in kind or text.lstrip()[:1] in ("{", "["):
        return masking.masked_json(text, mask)
    return text


def masked_content(data: bytes, content_type: str, mask: str = MASK) -> bytes:
    """Return the same of content that is no text yet, and may be none."""
    text = data.decode("utf-8", "surrogateescape")
    return masked_body(text, content_type, mask).encode("utf-8", "surrogateescape")


def _masked_parts(text: str, content_type: str, mask: str) -> str:
    """Return multipart content (RFC 7578) with the secrets among its parts masked."""

    def masked(part: Part) -> str:
        shown = masked_value(part.name, part.content, mask)
        if part.content_type and shown != mask:
            return masked_body(part.content, part.content_type, mask)
        return shown

    return changed_parts(text, content_type, masked)
