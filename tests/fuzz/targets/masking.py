"""What is shown of URLs, queries, forms and JSON, in logs, HAR and errors.

- A secret's value is never shown: put under a secret name, nested in others, it is masked.
- Text without a secret comes back as it was, and beside one all else does. What was masked once stays so;
  nothing is raised.
"""

import json
import re
from urllib.parse import quote

from httpcore_urls import URL, InvalidURL, masking

from ..shapes import Source, spell

PIECES = [
    *("?", "&", "=", "#", ";", "/", "//", "@", ":", "%", "%3D", "%26", "%25", "%2525", "+", '"'),
    *("\\", "{", "}", "[", "]", ",", '": "', "\\u0041", "\n", "\x00", "\ufeff", "\ud800", "é"),
    *("token", "access_token", "password", "user[password]", "X-Amz-Signature", "page", "code"),
    *("q", "http://", "https://user:", "https://example.org/?", "state", "key", "sig"),
    *("redirect_uri=", "null", "1", "true", "\u212aey", "ＰＡＳＳ", "pass\xadword", "-", "_", "."),
    *("'",),
]  # fmt: skip
SEEDS = [
    bytes([kind]) + spell(each, PIECES)
    for kind, each in (
        (0, "https://user:pw@example.org/?page=1&token=abc"),
        (1, "user[password]=x&page=2"),
        (2, '{"password": "x", "page": [1, {"token": null}]}'),
        (3, "redirect_uri=https://example.org/?token=a%26b"),
    )
]
_SECRET = "hunter2"
_MASKS = [
    masking.masked_reference,
    masking.masked_parameters,
    masking.masked_form,
    masking.masked_json,
]
_NAMES = [
    "token",
    "password",
    "X-Amz-Signature",
    "client_secret",
    "user[password]",
    "sig",
    "API-Key",
]


def check(data):
    source = Source(data)
    kind, name = source.octet() % 5, source.pick(_NAMES)
    around = source.text(PIECES)
    for mask in _MASKS:
        shown = mask(around)
        assert isinstance(shown, str)
        assert mask(shown) == shown or "%" in around or "\\" in around, (
            mask,
            around,
            shown,
            mask(shown),
        )
    _under_a_name(kind, name, around)
    _nothing_else(name, _harmless(around))


def _harmless(text):
    """Make words of it that are no names: of the letter z alone. It nests nothing deeply."""
    plain = re.sub(r"\w", "z", re.sub(r"[%@\\]", "", text))
    first, equals, rest = plain.partition("=")
    return first + equals + rest.replace("=", "")


def _nothing_else(name, text):
    for mask in _MASKS:
        assert text == mask(text), (mask, text)
    safe, name = quote(text, safe="", errors="replace"), quote(name)
    for mask, around in (
        (masking.masked_reference, f"https://example.org/?a={safe}&{{}}&b={safe}#{safe}"),
        (masking.masked_parameters, f"/{safe};{{}};a={safe}?{safe}"),
        (masking.masked_form, f"{safe}={safe}&{{}}&{safe}"),
    ):
        shown = around.format(f"{name}={masking.MASK}")
        assert shown == mask(around.format(f"{name}={_SECRET}")), (mask, around)
    written = json.dumps({"a": text, "b": [{"token": masking.MASK}, text], text + "b": 1})
    assert written == masking.masked_json(written.replace(masking.MASK, _SECRET)), written


def _under_a_name(kind, name, around):
    if _SECRET in around:
        return
    form = f"{quote(name)}={_SECRET}"
    safe = quote(around, safe="", errors="replace")
    shown = {
        0: lambda: masking.masked_reference(f"https://example.org/?a={safe}&{form}&b={safe}"),
        1: lambda: masking.masked_form(f"{safe}={safe}&{form}"),
        2: lambda: masking.masked_json(
            json.dumps({"a": around, "b": [{name: _SECRET}], "c": around})
        ),
        3: lambda: masking.masked_form(
            f"a={quote(f'https://example.org/?x={safe}&{form}')}&b={safe}"
        ),
        4: lambda: _of_a_url(safe, form),
    }[kind]()
    assert _SECRET not in shown, shown


def _of_a_url(safe, form):
    try:
        url = URL(f"https://user:{_SECRET}@example.org/{safe}?{form}#{safe}")
    except InvalidURL as error:
        return str(error)
    return f"{url.masked} {url!r} {url.human}"
