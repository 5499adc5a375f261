"""URLs and references, as texts that nobody would write.

- What ours accepts the standard accepts and reads the same; what only ours refuses is of a documented kind
  (`disagreement` in tests/urls/differential.py).
- A URL reads back from its own text, and from the parts of it. No text shows its password but its own.
"""

from collections import Counter

from httpcore_urls import URL, InvalidURL

from ...urls import differential
from ...urls.differential import BASES, STARTS, corpus, disagreement
from ..judges import plain_error
from ..shapes import spell, texts

PIECES = [each for each in differential.PIECES if len(each) > 1 or not each.isascii()]
SEEDS = [
    b"\0" + spelt
    for each in [*corpus()[::9], *(start + "h/a?b#c" for start in STARTS)]
    if len(each) < 200 and (spelt := spell(each, PIECES)) is not None
]
_SECRET = "hunter2"


def check(data):
    choice, data = (data[0], data[1:]) if data else (0, b"")
    text, *others = texts(data, PIECES, 2)
    base = others[0] if others else [None, *BASES][choice % (len(BASES) + 1)]
    message = disagreement(text, base, Counter())
    assert message is None, f"{text!r} against {base!r}: {message}"
    _is_masked(text)


def _is_masked(text):
    """Put a password into it, wherever its user stands."""
    try:
        url = URL(text)
    except InvalidURL as error:
        plain_error(error)
        return
    if not url.host:
        return
    secret = url.copy_with(username="user", password=_SECRET)
    assert _SECRET == secret.password
    assert _SECRET in str(secret)
    assert _SECRET not in repr(secret), repr(secret)
    assert _SECRET not in str(secret.masked), secret.masked
    assert url.copy_with(username="", password="") == secret.copy_with(username="", password="")
