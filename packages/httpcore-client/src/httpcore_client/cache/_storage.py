"""`StoredResponse`: what is kept of a response; `Storage`: where. Neither decides anything about HTTP."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from .._siblings import Headers, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MOST_VARIANTS", "Storage", "StoredResponse"]

_MOST_SECONDS = 2.0**53  # beyond, a float has no single ones
MOST_VARIANTS = 32  # that are kept of one URL: each look-up reads the heads of all


class StoredResponse(Value, kw_only=True):
    """The head of a response that is kept, and which requests it is for.

    Attributes:
        status_code, reason_phrase, protocol, headers: of the response.
        received: when its head came (or that of the 304 that confirmed it last), in seconds since 1970.
        initial_age: how old it was then, in seconds.
        lifetime: up to which age it is fresh, in seconds.
        varies_on: the names of the request's fields that it was chosen by, in lower case.
        is_public: whether it is for everybody, whatever credentials a request has.
        variant: a digest of those fields: requests with another one get another response.
    """

    status_code: int
    reason_phrase: str
    protocol: str
    headers: Headers
    received: float
    initial_age: float
    lifetime: float = 0.0
    varies_on: tuple[str, ...] = ()
    is_public: bool = False
    variant: bytes = b""

    def to_bytes(self) -> bytes:
        """Write it as JSON, without the variant, which is a key."""
        fields = {**vars(self), "headers": self.headers.multi_items()}
        del fields["variant"]
        return json.dumps(fields, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes, variant: bytes) -> StoredResponse:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        fields: dict[str, Any] = json.loads(data)
        _check(fields)
        fields["headers"] = Headers([(name, value) for name, value in fields["headers"]])
        fields["varies_on"] = tuple(fields["varies_on"])
        return cls(**fields, variant=variant)


def _check(fields: dict[str, Any]) -> None:
    """Refuse what would fail a request, from a file that was spoiled.

    Raises:
        ValueError, TypeError, KeyError: it is no head.
    """
    texts = [fields["reason_phrase"], fields["protocol"], *fields["varies_on"]]
    numbers = [fields["received"], fields["initial_age"], fields["lifetime"]]
    if not (
        200 <= fields["status_code"] <= 999
        and all(abs(number) <= _MOST_SECONDS for number in numbers)  # which NaN is not
        and not any(char < " " != char != "\t" for char in "".join(texts))
    ):
        raise ValueError("it is no head of a response")


class Storage(ABC):
    """Where a cache keeps responses: the base of what can be given to a `CacheAdapter`.

    Its methods may be called from several threads at once. What they raise never fails a request.

    Attributes:
        blocks: whether they wait for a disk or a network: then they are called in a thread.
        max_body_bytes: bodies with more bytes as transferred are not kept.
    """

    blocks: ClassVar[bool] = True
    max_body_bytes: int

    @abstractmethod
    def find(self, key: bytes) -> Sequence[StoredResponse]:
        """Return the heads of what is kept under a key, the ones that came last first."""
        ...

    @abstractmethod
    def body(self, key: bytes, stored: StoredResponse) -> bytes | None:
        """Return the body that belongs to one of these heads, as it was transferred.

        None if it has gone, or if another response or head has taken its place since.
        """
        ...

    @abstractmethod
    def put(self, key: bytes, stored: StoredResponse, body: bytes) -> None:
        """Keep a response in place of what has the same key and variant, and make room for it."""
        ...

    @abstractmethod
    def update(self, key: bytes, stored: StoredResponse, new: StoredResponse) -> None:
        """Put a new head of the same variant in place of one that `find` gave, if that is still there."""
        ...

    @abstractmethod
    def remove(self, key: bytes, variant: bytes | None = None) -> None:
        """Forget one variant, or all, of what is kept under a key."""
        ...

    @abstractmethod
    def clear(self) -> None:
        """Forget everything."""
        ...

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Release files and connections. One that is used again opens them again."""
