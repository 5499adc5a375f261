"""`RetryPolicy`: which requests are worth another try, and when it is due. Pure: it waits for nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from sys import float_info
from typing import TYPE_CHECKING, Any

from .._siblings import Value, pool
from ._checks import check_count, check_number, members

__all__ = ["IDEMPOTENT", "RetryPolicy"]

# RFC 9110 9.2.2.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})

# 408 asks for it (RFC 9110 15.5.9); 429 (RFC 6585 4) and 503 say that it is a matter of time; 502 and 504 are
# a gateway's word about a server that may be back (RFC 9110 15.6.3 to 15.6.5). 425 answers early data (RFC
# 8470 5.2), which nothing here sends, and 500 is mostly an error that stays.
_STATUSES = frozenset({408, 429, 502, 503, 504})

_TRANSIENT: tuple[type[Exception], ...] = (
    *(pool.ConnectError, pool.ConnectTimeout, pool.ProxyError),
    *(pool.ReadError, pool.ReadTimeout, pool.WriteError, pool.WriteTimeout),
    pool.RemoteProtocolError,
)
# What would come out in the same way again, or must not go on.
_LASTING = (
    *(pool.InvalidRequest, pool.ClosedError, pool.StreamError, pool.TotalTimeout),
    *(pool.AddressRefused, pool.CertificateError, pool.LocalProtocolError, pool.HTTP11Required),
)
# RFC 1928 6: general failure, network and host unreachable, refused, TTL expired. The others are refusals.
_PASSING_REPLIES = frozenset({1, 3, 4, 5, 6})


class RetryPolicy(Value, kw_only=True):
    """When a request is sent again, and after how long.

    A request is *repeatable* if its method is one of `methods`, or if it has an Idempotency-Key. It is
    sent again after an answer with one of `statuses`, and after one of `errors` if nothing of a response
    had come. Any other request is sent again only after errors from which it is sure that the server has
    not seen it: no connection, a proxy that refused. What can't get better by itself is never tried
    again, such as a certificate that is not trusted, nor what a proxy refuses for good.

    A subclass may decide otherwise: override `retries_error`, `retries_status` or `backoff`.

    Attributes:
        attempts: how often a request is sent at most, the first time included.
        methods: those whose requests are repeatable; by default the idempotent ones (RFC 9110 9.2.2).
        statuses: the statuses, 400 to 599, after which a repeatable request is sent again.
        errors: the classes of errors after which a request is.
        idempotency_key: whether an Idempotency-Key field makes a request repeatable.
        backoff_initial: the longest wait before the first retry, in seconds. Each wait is drawn
            between 0 and its longest ("full jitter"), so that clients don't come back at once.
        backoff_factor: how many times as long the next longest wait is.
        backoff_max: where that ends, in seconds.
        max_retry_after: the most seconds that a server may ask to wait by Retry-After, to which the drawn
            wait is added. If it asks for more, its response is returned: it is not asked earlier.
        total: seconds after the first try in which another may begin; None for no limit but the others.
            It cuts no try: `Timeout(total=...)` does.

    Raises:
        TypeError, ValueError: a field is of another kind, or out of range.
    """

    attempts: int = 3
    methods: Collection[str] = IDEMPOTENT
    statuses: Collection[int] = _STATUSES
    errors: Collection[type[Exception]] = _TRANSIENT
    idempotency_key: bool = True
    backoff_initial: float = 0.5
    backoff_factor: float = 2.0
    backoff_max: float = 30.0
    max_retry_after: float = 60.0
    total: float | None = None

    if not TYPE_CHECKING:

        def __init__(self, /, *attempts, **named):
            if attempts:
                raise TypeError("write out what it is, as in RetryPolicy(attempts=4)")
            super().__init__(**named)

    @classmethod
    def _hint(cls, name: str) -> str:
        from .._elsewhere import meant_by  # here: who makes no mistakes has no use for it

        return f"; {meant_by('RetryPolicy', name, cls._fields, '', ())}"

    def _check(self) -> None:
        check_count("RetryPolicy(attempts=...)", self.attempts)
        values = vars(self)
        for name, kind in (("methods", str), ("statuses", int), ("errors", type)):
            values[name] = tuple(members(f"RetryPolicy({name}=...)", values[name], kind))
        values["methods"] = frozenset(map(str.upper, self.methods))
        values["statuses"] = statuses = frozenset(self.statuses)
        for status in statuses:
            if not 400 <= status <= 599:
                raise ValueError(
                    f"RetryPolicy(statuses=...) must be errors, 400 to 599, not {status}"
                )
        for error in self.errors:
            _check_error(error)
        if not isinstance(self.idempotency_key, bool):
            raise TypeError("RetryPolicy(idempotency_key=...) must be True or False")
        for name, least in (
            *(("backoff_initial", 0), ("backoff_factor", 1), ("backoff_max", 0)),
            ("max_retry_after", 0),
        ):
            check_number(f"RetryPolicy({name}=...)", getattr(self, name), least=least)
        if self.total is not None:
            check_number("RetryPolicy(total=...)", self.total)

    def is_repeatable(self, request: pool.Request) -> bool:
        """Whether to send it twice does the same as to send it once."""
        if request.method.upper() in self.methods:
            return True
        return self.idempotency_key and "Idempotency-Key" in request.headers

    def retries_status(self, request: pool.Request, status_code: int) -> bool:
        """Whether the request is worth another try after an answer with this status."""
        return status_code in self.statuses and self.is_repeatable(request)

    def retries_error(self, request: pool.Request, error: Exception) -> bool:
        """Whether the request is worth another try after this error."""
        if not isinstance(error, tuple(self.errors)) or isinstance(error, _LASTING):
            return False
        if isinstance(error, pool.ProxyError):
            return error.status_code in self.statuses or error.reply_code in _PASSING_REPLIES
        if not getattr(error, "sent", True):
            return True
        return not getattr(error, "answered", False) and self.is_repeatable(request)

    def backoff(self, retry: int, random: Callable[[], float]) -> float:
        """Return the seconds to wait before a retry, without what a server asks for.

        Args:
            retry: its number, 1 for the first.
            random: returns a number from 0 to 1.
        """
        try:
            growth = float(self.backoff_factor) ** (retry - 1)
        except OverflowError:
            growth = float_info.max
        return min(self.backoff_initial * growth, self.backoff_max) * random()


def _check_error(error: type[Any]) -> None:
    if not issubclass(error, Exception):
        raise TypeError(f"RetryPolicy(errors=...) must be errors, not {error.__name__}")
    lasting = issubclass(error, _LASTING)
    if lasting:
        raise ValueError(
            f"RetryPolicy(errors=...): after {error.__name__} the next try would end in the same way"
        )
