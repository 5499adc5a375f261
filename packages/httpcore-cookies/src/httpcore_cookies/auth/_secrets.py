"""What all holders of credentials have in common.

Decides how secrets are kept from leaking by accident, and which text may be a credential at all.
No scheme may live here.
"""

import re
from functools import partial
from typing import Any, Self, SupportsIndex

from ._errors import InvalidCredentials

__all__ = ["MASK", "SecretHolder", "refuse_controls"]

MASK = "[secure]"
_SURROGATES = re.compile(r"[\ud800-\udfff]")  # not by encoding: that error would hold the text
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class SecretHolder:
    """A base of what holds a secret and doesn't change: it copies as itself and isn't pickled.

    A class that states its `_arguments` is: as what it was made with, in the clear, and with nothing that
    it has learnt. Callers have a use for that when they send a client to another process.
    """

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Refuse to be pickled, or say how to make such an object."""
        make = vars(type(self)).get("_arguments")  # a subclass does not say how it is made
        if make is None:
            raise TypeError(
                f"{type(self).__name__} is not pickled: its secret would be written in the clear;"
                " make a new one where it is needed"
            )
        positional, named = make(self)
        return partial(type(self), **named), positional

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def refuse_controls(what: str, text: str) -> str:
    """Return a text that is str, has no control characters and goes into UTF-8."""
    if not isinstance(text, str):
        raise TypeError(f"the {what} must be str, not {type(text).__name__}")
    if _SURROGATES.search(text):
        raise InvalidCredentials(f"the {what} holds a lone surrogate")
    if _CONTROLS.search(text):
        raise InvalidCredentials(f"the {what} holds a control character")
    return text
