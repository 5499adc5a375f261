"""The header fields of one message: `Headers`.

Decides how fields are kept, found, joined and shown. What octets a field may hold is decided in
`_grammar`, once, when a field comes in; the meaning of single fields may not live here.

The fields stand in one list in the order of the wire. An index from lower-case name to positions is
built on the first look-up, so a message that nobody looks into never pays for it. A removed field
leaves a hole; the holes are closed when they are the greater part, so removing many, one by one,
stays linear. Only calls that change the headers move fields: threads that only read may share one
Headers.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from typing import Self, TypeAlias, TypeVar, cast, overload

from ._grammar import encode_name, encode_value
from ._lists import split_list

__all__ = ["Headers", "HeadersInput"]

T = TypeVar("T")

_Pair: TypeAlias = tuple[bytes, bytes]
_State: TypeAlias = tuple[list[_Pair], frozenset[bytes]]

# Credentials and sessions by definition (RFC 9110 11.6.2, 11.7.2; RFC 6265 4.1, 4.2).
_ALWAYS_SENSITIVE = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"})
_MASK = "[secure]"


class Headers(MutableMapping[str, str]):
    """The header fields of a message: a case-insensitive multi-dict that keeps order and case.

    Takes Headers, a mapping, an iterable of (name, value) pairs, or None; names and values are
    `str` or `bytes`. Text is sent as ISO-8859-1, bytes as they are; both read back as ISO-8859-1
    text, without whitespace at the ends. `sensitive` lists further names whose values `repr` must
    hide.

    Raises `InvalidHeader` (a `ValueError`) for a name that is not a token, a value with control
    characters or with text outside ISO-8859-1, and `TypeError` for what is neither str nor bytes.
    A call that raises leaves the headers as they were. RFC 9110, sections 5.1 to 5.5.

    As a mapping it has one item for each distinct name, and its value is all values of that name
    joined by ", " (Cookie: "; ", RFC 9113, 8.2.3). Set-Cookie can't be joined (RFC 9110, 5.3):
    `h["set-cookie"]` is the first value, `get_list` gives all.

    >>> headers = Headers([("Accept", "text/html"), ("accept", "*/*"), ("Cookie", "a=1")])
    >>> headers["ACCEPT"], headers.get_list("accept")
    ('text/html, */*', ['text/html', '*/*'])
    >>> headers
    Headers([('Accept', 'text/html'), ('accept', '*/*'), ('Cookie', '[secure]')])
    """

    __slots__ = ("_fields", "_firsts", "_holes", "_repeats", "_sensitive")

    _fields: list[_Pair | None]
    _holes: int
    _firsts: dict[bytes, int] | None  # lower-case name to the first position; None: not built yet
    _repeats: dict[bytes, list[int]]  # all positions, of the few names that come more than once
    _sensitive: frozenset[bytes]

    def __init__(
        self, value: "HeadersInput" = None, *, sensitive: Iterable[str | bytes] = ()
    ) -> None:
        """Check and keep the fields of `value`."""
        marks = _marks(sensitive)
        if isinstance(value, Headers):
            marks |= value._sensitive
        self._start(_checked(value), marks)

    def _start(self, fields: list[_Pair], sensitive: frozenset[bytes]) -> None:
        self._fields = cast("list[_Pair | None]", fields)
        self._holes = 0
        self._firsts = None
        self._repeats = {}
        self._sensitive = sensitive

    @classmethod
    def from_raw(cls, pairs: list[tuple[bytes, bytes]], *, like: "Headers | None" = None) -> Self:
        """Make headers of pairs that a protocol layer has checked: nothing is checked again.

        Takes a list of (name, value) octet pairs, which is copied, and headers to take the marks
        of sensitive names from. Never give it octets of a caller.

        >>> Headers.from_raw([(b"Server", b"x")])["server"]
        'x'
        """
        self = cls.__new__(cls)
        self._start(pairs.copy(), _ALWAYS_SENSITIVE if like is None else like._sensitive)
        return self

    # -- the fields in order --

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """The fields as octets, in order and in the sender's case: a new list of (name, value)."""
        if self._holes:
            return [field for field in self._fields if field is not None]
        return cast("list[_Pair]", self._fields.copy())

    def multi_items(self) -> list[tuple[str, str]]:
        """Return each field as text, in order: a name sent three times comes three times."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw]

    def _index(self) -> dict[bytes, int]:
        firsts = self._firsts
        if firsts is None:
            fields = cast("list[_Pair]", self._fields)  # without an index there are no holes
            firsts = {field[0].lower(): position for position, field in enumerate(fields)}
            if len(firsts) < len(fields):
                firsts, self._repeats = _index_repeats(fields)
            self._firsts = firsts  # last, and complete: another thread may be reading, too
        return firsts

    def _positions_of(self, key: bytes) -> list[int]:
        first = self._index().get(key)
        return [] if first is None else self._repeats.get(key) or [first]

    def _values_of(self, key: bytes) -> list[bytes]:
        fields = cast("list[_Pair]", self._fields)  # the index never points at a hole
        return [fields[position][1] for position in self._positions_of(key)]

    # -- reading by name --

    def __getitem__(self, name: str | bytes) -> str:
        key = _key(name)
        first = self._index().get(key)
        if first is None:
            raise KeyError(name)
        if key in self._repeats and key != b"set-cookie":
            separator = b"; " if key == b"cookie" else b", "
            return separator.join(self._values_of(key)).decode("latin-1")
        return cast("_Pair", self._fields[first])[1].decode("latin-1")

    @overload
    def get(self, name: str | bytes, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str | bytes, default: str) -> str: ...
    @overload
    def get(self, name: str | bytes, default: T) -> str | T: ...
    def get(self, name: str | bytes, default: object = None) -> object:
        """Return the joined value of a name, or the default if there is no such field."""
        try:
            return self[name]
        except KeyError:
            return default

    def get_list(self, name: str | bytes, split_commas: bool = False) -> list[str]:  # noqa: FBT001, FBT002
        """Return every value of a name in order, an empty list if there is none.

        With `split_commas` each value is split as a comma list, quoted strings respected (RFC
        9110, 5.6.1). Not for fields with commas of their own, such as Set-Cookie and dates.
        """
        values = [value.decode("latin-1") for value in self._values_of(_key(name))]
        if split_commas:
            return [element for value in values for element in split_list(value)]
        return values

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str | bytes) and _key(name) in self._index()

    def __iter__(self) -> Iterator[str]:
        """Give each distinct name once, as its first sender wrote it."""
        for first in self._index().values():
            yield cast("_Pair", self._fields[first])[0].decode("latin-1")

    def __len__(self) -> int:
        return len(self._index())

    # -- changing --

    def add(self, name: str | bytes, value: str | bytes) -> None:
        """Add a field at the end, beside those of the same name. Raises as the constructor does."""
        raw_name = encode_name(name)
        self._append(raw_name, encode_value(raw_name, value))

    def _append(self, raw_name: bytes, raw_value: bytes) -> None:
        if self._firsts is not None:
            key, position = raw_name.lower(), len(self._fields)
            first = self._firsts.setdefault(key, position)
            if first != position:
                self._repeats.setdefault(key, [first]).append(position)
        self._fields.append((raw_name, raw_value))

    def set(self, name: str | bytes, value: str | bytes) -> None:
        """Replace all fields of a name by one, in the first one's place; append a new name."""
        raw_name = encode_name(name)
        raw_value = encode_value(raw_name, value)
        self._replace(raw_name.lower(), (raw_name, raw_value))

    def _replace(self, key: bytes, field: _Pair) -> None:
        first = self._index().get(key)
        if first is None:
            self._append(*field)
            return
        self._fields[first] = field
        self._punch(self._repeats.pop(key, [first])[1:])

    def __setitem__(self, name: str | bytes, value: str | bytes) -> None:
        self.set(name, value)

    def setdefault(self, name: str | bytes, value: str | bytes) -> str:
        """Set a field unless there is one of that name; return the value that it has then."""
        if name not in self:
            self.add(name, value)
        return self[name]

    def remove(self, name: str | bytes) -> None:
        """Remove every field of a name; do nothing if there is none."""
        key = _key(name)
        first = self._index().pop(key, None)
        if first is not None:
            self._punch(self._repeats.pop(key, [first]))

    def __delitem__(self, name: str | bytes) -> None:
        if name not in self:
            raise KeyError(name)
        self.remove(name)

    def _punch(self, positions: list[int]) -> None:
        for position in positions:
            self._fields[position] = None
        self._holes += len(positions)
        if self._holes * 2 > len(self._fields):
            self._start(self.raw, self._sensitive)

    def clear(self) -> None:
        """Remove every field; the marks of sensitive names stay."""
        self._start([], self._sensitive)

    def update(self, other: "HeadersInput" = None, /, **fields: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Let the fields of `other` take the place of those with the same names.

        Takes what the constructor takes, and keywords for names that are identifiers. A name that
        comes several times in `other` has all those values afterwards. All is checked before
        anything changes.
        """
        news: dict[bytes, list[_Pair]] = {}
        for field in _checked(other) + _checked(fields):
            news.setdefault(field[0].lower(), []).append(field)
        if isinstance(other, Headers):
            self._sensitive |= other._sensitive
        for key, (first, *more) in news.items():
            self._replace(key, first)
            for field in more:
                self._append(*field)

    def __or__(self, other: "HeadersInput") -> Self:
        merged = self.copy()
        merged.update(other)
        return merged

    def __ror__(self, other: "HeadersInput") -> "Headers":
        merged = Headers(other)
        merged.update(self)
        return merged

    def __ior__(self, other: "HeadersInput") -> Self:
        self.update(other)
        return self

    # -- as a value --

    def copy(self) -> Self:
        """Return independent headers with the same fields and marks."""
        twin = type(self).__new__(type(self))
        twin._start(self.raw, self._sensitive)
        return twin

    __copy__ = copy

    def _by_name(self) -> dict[bytes, list[bytes]]:
        return {key: self._values_of(key) for key in self._index()}

    def _joined(self) -> dict[bytes, str]:
        return {key: self[key] for key in self._index()}

    def __eq__(self, other: object) -> bool:
        """Compare names without case, in any order, and the values of each name in order.

        With another mapping, which has one value for a name, the joined values are compared.
        """
        if isinstance(other, Headers):
            return self._by_name() == other._by_name()
        if not isinstance(other, Mapping):
            return NotImplemented
        try:
            twin = Headers(cast("HeadersInput", other))
        except (TypeError, ValueError):  # what can't be headers isn't equal to any
            return False
        return self._joined() == twin._joined()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        pairs = ", ".join(
            f"({name.decode('latin-1')!r}, {self._shown(name, value)!r})"
            for name, value in self.raw
        )
        return f"{type(self).__name__}([{pairs}])"

    def _shown(self, name: bytes, value: bytes) -> str:
        return _MASK if name.lower() in self._sensitive else value.decode("latin-1")

    def __getstate__(self) -> _State:
        return self.raw, self._sensitive

    def __setstate__(self, state: _State) -> None:
        self._start(*state)


HeadersInput: TypeAlias = (
    Headers
    | Mapping[str, str]
    | Mapping[str, bytes]
    | Mapping[str, str | bytes]
    | Mapping[bytes, str | bytes]
    | Mapping[str | bytes, str | bytes]
    | Iterable[tuple[str | bytes, str | bytes]]
    | None
)


def _key(name: str | bytes) -> bytes:
    if isinstance(name, str):
        return _text_key(name)
    if not isinstance(name, bytes):
        raise TypeError(f"a header's name must be str or bytes, not {type(name).__name__}")
    return name.lower()


@lru_cache(maxsize=256)
def _text_key(name: str) -> bytes:
    # Octets are lowered, not text: str.lower() would make the Kelvin sign a "k". A name outside
    # ISO-8859-1 can't be there, and its "?" is no letter of any token, so it matches nothing.
    return name.encode("latin-1", "replace").lower()


def _index_repeats(fields: list[_Pair]) -> tuple[dict[bytes, int], dict[bytes, list[int]]]:
    firsts: dict[bytes, int] = {}
    repeats: dict[bytes, list[int]] = {}
    for position, field in enumerate(fields):
        key = field[0].lower()
        first = firsts.setdefault(key, position)
        if first != position:
            repeats.setdefault(key, [first]).append(position)
    return firsts, repeats


def _marks(names: Iterable[str | bytes]) -> frozenset[bytes]:
    if isinstance(names, str | bytes):
        raise TypeError(
            "sensitive must be several names, such as ('x-api-key',), not one str or bytes"
        )
    extra = frozenset(_key(name) for name in names)
    return _ALWAYS_SENSITIVE | extra if extra else _ALWAYS_SENSITIVE


def _checked(value: HeadersInput) -> list[_Pair]:
    """Check every field and return them as octets; Headers were checked when they were made."""
    if value is None:
        return []
    if isinstance(value, Headers):
        return value.raw
    fields: list[_Pair] = []
    pairs = cast("Iterable[object]", value.items() if isinstance(value, Mapping) else value)
    for pair in pairs:
        try:
            name, content = cast("tuple[str | bytes, str | bytes]", pair)
        except (TypeError, ValueError):
            raise TypeError(
                "headers must be a mapping or an iterable of (name, value) pairs"
            ) from None
        raw_name = encode_name(name)
        fields.append((raw_name, encode_value(raw_name, content)))
    return fields
