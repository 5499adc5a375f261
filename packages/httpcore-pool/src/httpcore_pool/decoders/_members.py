"""What gzip and zstd share: a body is members (or frames) in a row, each with a magic number.

What follows the last member and does not begin one is not part of the body: it is ignored, once and
for all. What may be the beginning of a magic number is taken for one, so that no truncation is silent.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from .._errors import DecodingError
from ._base import Decoder
from ._input import Input

__all__ = ["MembersDecoder"]


class MembersDecoder(Decoder):
    """Decodes member after member."""

    _NAME: ClassVar[str]
    _MAGIC_NUMBERS: ClassVar[frozenset[bytes]]  # all of one length
    _MAGIC_BYTES: ClassVar[int]

    def __init__(self, error: type[Exception]) -> None:
        """Start before the first member.

        Args:
            error: what the codec raises.
        """
        self._error = error
        self._input = Input()
        self._member: Any = None  # the codec's object, while a member is not at its end
        self._begun = False
        self._over = False  # what comes now follows the last member

    @abstractmethod
    def _open(self) -> Any:
        """Return the codec's object for a new member. It has an attribute `eof`."""
        ...

    @abstractmethod
    def _decode(self, limit: int) -> bytes:
        """Let the member decode a slice; give back what it did not take."""
        ...

    def feed(self, data: bytes) -> None:
        if not self._over:
            self._input.add(data)

    def drain(self, limit: int) -> bytes:
        while (member := self._member or self._begin()) is not None:
            try:
                output = self._decode(limit)
            except self._error as error:
                raise DecodingError(f"the body is not valid {self._NAME}: {error}") from error
            if member.eof:
                self._member = None
            if output:
                return output
            if not (member.eof or self._input):
                return b""
        return b""

    def _begin(self) -> Any | None:
        """Begin a member and return it, if one begins here."""
        if not self._input:
            return None
        start = self._input.peek(self._MAGIC_BYTES)
        if start in self._MAGIC_NUMBERS:
            self._begun = True
            self._member = self._open()
            return self._member
        if len(start) < self._MAGIC_BYTES and any(
            magic.startswith(start) for magic in self._MAGIC_NUMBERS
        ):
            return None  # the other bytes of the magic number are to come
        if not self._begun:
            raise DecodingError(
                f"the body is not valid {self._NAME}: it does not begin with its magic number"
            )
        self._over = True
        self._input.clear()
        return None

    def finish(self) -> None:
        if self._member is not None or self._input:
            raise DecodingError(f"the {self._NAME} body is cut off before its end")
