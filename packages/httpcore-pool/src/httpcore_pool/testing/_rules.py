"""What series of rules have in common, and how a rule says that it does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

__all__ = ["Rules", "demand", "fail", "fails_with"]


class Rules:
    """A series of rules. Iterating gives them in their order; each is called and awaited.

    Their names are for test runners: `@pytest.mark.parametrize("rule", BackendRules(MyBackend))` has one
    test for each.
    """

    def __iter__(self) -> Iterator[Callable[[], Coroutine[object, object, None]]]:
        names = [name for base in reversed(type(self).__mro__) for name in vars(base)]
        for name in dict.fromkeys(names):
            if not name.startswith("_"):
                yield getattr(self, name)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def demand(holds: object, otherwise: str) -> None:
    """Let a rule fail unless something holds; a statement `assert` would be gone under ``python -O``.

    Raises:
        AssertionError: it does not hold; the text is `otherwise`.
    """
    if not holds:
        fail(otherwise)


async def fails_with(
    errors: type[BaseException] | tuple[type[BaseException], ...],
    what: str,
    call: Awaitable[object],
) -> BaseException:
    """Return the error of one of these kinds that a call ends with.

    Raises:
        AssertionError: it ended in another way.
    """
    kinds = errors if isinstance(errors, tuple) else (errors,)
    wanted = " or ".join(kind.__name__ for kind in kinds)
    try:
        came = f"it returned {await call!r:.100}"
    except kinds as error:
        return error
    except Exception as error:
        raise AssertionError(f"{what} must raise {wanted}, not {error!r}") from error
    raise AssertionError(f"{what} must raise {wanted}; {came}")


def fail(text: str) -> NoReturn:
    """Let a rule fail."""
    raise AssertionError(text)
