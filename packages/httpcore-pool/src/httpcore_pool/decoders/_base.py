"""The interface of a content decoder."""

from __future__ import annotations

from abc import ABC, abstractmethod

__all__ = ["Decoder"]


class Decoder(ABC):
    """Turns coded bytes into plain ones, by the piece."""

    @abstractmethod
    def feed(self, data: bytes) -> None:
        """Take the next coded bytes. All earlier output must have been drained."""
        ...

    @abstractmethod
    def drain(self, limit: int) -> bytes:
        """Return up to `limit` plain bytes, which is 1 or more; b"" when more input is needed.

        Raises:
            DecodingError: the input is not what the coding allows.
        """
        ...

    @abstractmethod
    def finish(self) -> None:
        """Say that there is no more input.

        Raises:
            DecodingError: the input stopped in the middle.
        """
        ...
