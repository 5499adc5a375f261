"""Query parameters: the pairs that a query stands for.

Decides: how `application/x-www-form-urlencoded` text becomes pairs and back (WHATWG URL 5), and
what Python values may be given for them. How a query is joined to a URL may not live here.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import TypeAlias, cast, final

from . import _percent

QueryParamValue: TypeAlias = str | int | float | bool | None


@final
class QueryParams:
    """An immutable multi-dict of query parameters that keeps order and duplicates.

    Args:
        value: a query without its `?` (`str`, decoded as a form), a mapping of names to one value
            or to a list or tuple of values, an iterable of pairs, another `QueryParams`, or None
            for no parameters.

    Values are `str`, `int`, `float`, `bool` (written `true` and `false`) or None (written as
    empty). As a mapping it shows the first value of each name; `multi_items` and `get_list` show
    all. Two are equal when the same pairs stand in the same order. Standard: WHATWG URL 5.

    Raises:
        TypeError: a name is no `str`, or a value is of another type.

    >>> params = QueryParams({"tag": ["a", "b"], "page": 2})
    >>> str(params.add("q", "x & y"))
    'tag=a&tag=b&page=2&q=x+%26+y'
    """

    __slots__ = ("_first", "_pairs")

    _pairs: tuple[tuple[str, str], ...]
    _first: dict[str, str] | None

    def __new__(cls, value: QueryParamsInput = None) -> QueryParams:
        """Build from any of the accepted forms."""
        return _make(tuple(_pairs_of(value)))

    def get(self, name: str, default: str | None = None) -> str | None:
        """Give the first value of the name, or the default (`str` or None)."""
        return self._firsts().get(name, default)

    def get_list(self, name: str) -> list[str]:
        """Give all values of the name in order, as a new `list[str]`, empty if there are none."""
        return [value for key, value in self._pairs if key == name]

    def multi_items(self) -> list[tuple[str, str]]:
        """Give all pairs in order, as a new `list[tuple[str, str]]`."""
        return list(self._pairs)

    def items(self) -> ItemsView[str, str]:
        """Give each name with its first value."""
        return self._firsts().items()

    def keys(self) -> KeysView[str]:
        """Give each name once, in order of first appearance."""
        return self._firsts().keys()

    def values(self) -> ValuesView[str]:
        """Give the first value of each name."""
        return self._firsts().values()

    def add(self, name: str, value: QueryParamValue) -> QueryParams:
        """Give a copy with one more pair at the end. Raises TypeError as above."""
        return _make((*self._pairs, (_name(name), value_text(value))))

    def set(self, name: str, value: QueryParamValue) -> QueryParams:
        """Give a copy with this one value, where the name's first was. TypeError as above."""
        pair = (_name(name), value_text(value))
        if name not in self:
            return _make((*self._pairs, pair))
        place = next(index for index, (key, _) in enumerate(self._pairs) if key == name)
        after = [other for other in self._pairs[place:] if other[0] != name]
        return _make((*self._pairs[:place], pair, *after))

    def remove(self, name: str) -> QueryParams:
        """Give a copy without the name; one that is absent is no error."""
        return _make(tuple(pair for pair in self._pairs if pair[0] != name))

    def merge(self, value: QueryParamsInput) -> QueryParams:
        """Give a copy with these after the present ones, none replaced. TypeError as above."""
        return _make((*self._pairs, *_pairs_of(value)))

    def __getitem__(self, name: str) -> str:
        return self._firsts()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._firsts())

    def __len__(self) -> int:
        return len(self._firsts())

    def __contains__(self, name: object) -> bool:
        return name in self._firsts()

    def __str__(self) -> str:
        return "&".join([f"{_write(name)}={_write(value)}" for name, value in self._pairs])

    def __repr__(self) -> str:
        # Imported here: programs that look at parameters are few.
        from .masking import masked_form

        return f"QueryParams({masked_form(str(self))!r})"

    def __eq__(self, other: object) -> bool:
        return self._pairs == other._pairs if isinstance(other, QueryParams) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __reduce__(self) -> tuple[type[QueryParams], tuple[list[tuple[str, str]]]]:
        return (QueryParams, (self.multi_items(),))

    def _firsts(self) -> dict[str, str]:
        # Built on the first look-up: parameters made only to be written never need it.
        if self._first is None:
            # Backwards, so that the first value stays; in the order of the first names, so over
            # those again.
            last_wins = dict(reversed(self._pairs))
            self._first = {name: last_wins[name] for name, _ in self._pairs}
        return self._first


QueryParamsInput: TypeAlias = (
    QueryParams
    | str
    | Mapping[str, QueryParamValue | Sequence[QueryParamValue]]
    | Sequence[tuple[str, QueryParamValue]]  # mypy infers no mapping's type beside an Iterable
    | Iterator[tuple[str, QueryParamValue]]
    | None
)


def _make(pairs: tuple[tuple[str, str], ...]) -> QueryParams:
    params = object.__new__(QueryParams)
    params._pairs = pairs
    params._first = None
    return params


def _pairs_of(value: QueryParamsInput) -> Iterable[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, QueryParams):
        return value.multi_items()
    if isinstance(value, str):
        return _read(value)
    if isinstance(value, Mapping):
        return [(_name(name), text) for name, given in value.items() for text in _texts(given)]
    given: object = value
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        raise TypeError(_WANTED.format(type(given).__name__))
    return [_pair(pair) for pair in cast("Iterable[object]", given)]


_WANTED = "query parameters must be a mapping, (name, value) pairs, encoded text or None, not {}"


def _pair(pair: object) -> tuple[str, str]:
    # Text of two characters has two items, too.
    if isinstance(pair, (tuple, list)):
        items = cast("Sequence[object]", pair)
        if len(items) == 2:
            return _name(items[0]), value_text(items[1])
    kind = type(pair).__name__  # pyright: ignore[reportUnknownArgumentType]
    raise TypeError(_WANTED.format(f"an iterable of {kind}"))


def _texts(value: QueryParamValue | Sequence[QueryParamValue]) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [value_text(item) for item in cast("Sequence[QueryParamValue]", value)]
    return [value_text(cast("QueryParamValue", value))]


def _name(name: object) -> str:
    if isinstance(name, str):
        # The text itself, whatever a subclass prints: an enumeration's member prints its own name.
        return str.__str__(name)
    raise TypeError(f"a query parameter's name must be str, not {type(name).__name__}")


def value_text(value: object) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    raise TypeError(
        f"a query parameter must be str, int, float, bool or None, not {type(value).__name__}"
    )


def _read(text: str) -> list[tuple[str, str]]:
    """Read pairs (WHATWG URL 5.1)."""
    pairs: list[tuple[str, str]] = []
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.replace("+", " ").partition("=")
            pairs.append((_scalar(_percent.decode(name)), _scalar(_percent.decode(value))))
    return pairs


def _scalar(text: str) -> str:
    return text if text.isascii() else _percent.to_utf8(text).decode()


def _write(text: str) -> str:
    """Write one name or value (WHATWG URL 5.2)."""
    # The form set escapes `+`, so that each one standing afterwards is a space.
    return _percent.FORM.encode(text).replace(" ", "+")
