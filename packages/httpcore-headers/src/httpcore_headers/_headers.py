"""The header fields of one message: `Headers`.

Decides how fields are kept, found, joined and shown. What octets a field may hold is decided in
`_grammar`, once, when a field comes in; the meaning of single fields may not live here.

The fields stand in one dict, in the order of the wire: the first field of a name under its
lower-case name, the further ones under (lower-case name, 0), (lower-case name, 1) and so on. So a
field can be found, changed and removed without moving any other. Headers that nobody has looked
into are still a plain list: a message that is only passed on never pays for the dict.

Threads that only read may share one Headers: what reading adds is put in place complete, by a
single assignment, and only calls that change the headers take anything away.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Final, Self, TypeAlias, TypeVar, cast, overload

from ._grammar import encode_fields, encode_name, encode_usual_fields, encode_value, lookup_key
from ._lists import split_list
from ._sensitive import ALWAYS_SENSITIVE, is_secret_name, marks

__all__ = ["Headers", "HeadersInput"]

T = TypeVar("T")

_Pair: TypeAlias = tuple[bytes, bytes]
_Fields: TypeAlias = dict[bytes | tuple[bytes, int], _Pair]

# So many texts does one Headers keep for the next look-up by the same name: a limit, since names can
# come from a peer (Vary). `python -b` complains of a dict with both str and bytes: then none.
_MOST_TEXTS = 0 if sys.flags.bytes_warning else 32
_EMPTY: Final[dict[Any, Any]] = {}  # stands where there is nothing to keep yet; never written to
_new = object.__new__  # bound once: `from_raw` is called for every message


class Headers(MutableMapping[str, str]):
    """The header fields of a message: a case-insensitive multi-dict that keeps order and case.

    Takes Headers, a mapping, an iterable of (name, value) pairs, or None; names and values are
    `str` or `bytes`. Text is sent as ISO-8859-1, bytes as they are; both read back as ISO-8859-1
    text, without whitespace at the ends. `sensitive` lists further names whose values are secrets.

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

    __slots__ = ("_fields", "_more", "_sensitive", "_texts")

    _fields: list[_Pair] | _Fields
    _more: dict[bytes, int]  # of the few names that come again: how many further fields
    _texts: dict[str | bytes, str]  # what look-ups found, by the name as it was asked for
    _sensitive: frozenset[bytes]

    def __init__(
        self, value: "HeadersInput" = None, *, sensitive: Iterable[str | bytes] = ()
    ) -> None:
        self._more = self._texts = _EMPTY
        self._sensitive = ALWAYS_SENSITIVE if sensitive == () else marks(sensitive)
        source: Any = value
        kind = type(source)  # pyright: ignore[reportUnknownVariableType]
        if kind is dict:
            self._fields = encode_usual_fields(source.items())
        elif kind is list and source and type(source[0]) is tuple:
            self._fields = encode_usual_fields(source)
        elif value is None:
            self._fields = []
        elif isinstance(value, Headers):
            self._fields = value._fields.copy()
            self._more = value._more.copy()  # after the fields, as a reader may be building them
            if value._sensitive is not self._sensitive:  # a union would make a set each time
                self._sensitive |= value._sensitive
        else:
            self._fields = encode_fields(source.items() if isinstance(value, Mapping) else source)

    @classmethod
    def from_raw(cls, pairs: list[tuple[bytes, bytes]], *, like: "Headers | None" = None) -> Self:
        """Make headers of pairs that a protocol layer has checked: nothing is checked again.

        Takes a list of (name, value) octet pairs, which is copied, and headers to take the marks
        of sensitive names from. Never give it octets of a caller.

        >>> Headers.from_raw([(b"Server", b"x")])["server"]
        'x'
        """
        self = _new(cls)
        try:
            self._fields = pairs.copy()
            self._sensitive = ALWAYS_SENSITIVE if like is None else like._sensitive
        except AttributeError:  # asked only now, as each message comes by
            if not hasattr(pairs, "copy"):
                raise TypeError(f"pairs must be a list, not {type(pairs).__name__}") from None
            raise TypeError(f"like must be Headers or None, not {type(like).__name__}") from None
        self._more = self._texts = _EMPTY
        return self

    @classmethod
    def from_unique(cls, fields: dict[bytes, tuple[bytes, bytes]]) -> Self:
        """Make headers of fields by their lower-case names, where no name comes twice.

        For a protocol layer that has read them like this: nothing is checked, and the dict is kept.

        >>> Headers.from_unique({b"server": (b"Server", b"x")})["SERVER"]
        'x'
        """
        self = _new(cls)
        self._fields = cast("_Fields", fields)
        self._more = self._texts = _EMPTY
        self._sensitive = ALWAYS_SENSITIVE
        return self

    # -- the fields in order --

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """The fields as octets, in order and in the sender's case: a new list of (name, value)."""
        fields = self._fields
        return fields.copy() if isinstance(fields, list) else list(fields.values())

    def multi_items(self) -> list[tuple[str, str]]:
        """Return each field as text, in order: a name sent three times comes three times."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw]

    def _by_name(self) -> _Fields:
        fields = self._fields
        return self._index(fields) if isinstance(fields, list) else fields

    def _index(self, pairs: list[_Pair]) -> _Fields:
        fields: _Fields = {pair[0].lower(): pair for pair in pairs}
        if len(fields) < len(pairs):
            fields = {}
            more: dict[bytes, int] = {}
            for pair in pairs:
                key = pair[0].lower()
                if key in fields:
                    _put_further(fields, more, key, pair)
                else:
                    fields[key] = pair
            self._more = more
        self._fields = fields  # last, and complete: another thread may be reading, too
        return fields

    # -- reading by name --

    def __getitem__(self, name: str | bytes) -> str:
        text = self._texts.get(name)
        if text is None:
            text = self._find(name)
            if text is None:
                raise KeyError(name)
        return text

    @overload
    def get(self, name: str | bytes, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str | bytes, default: str) -> str: ...
    @overload
    def get(self, name: str | bytes, default: T) -> str | T: ...
    def get(self, name: str | bytes, default: object = None) -> object:
        """Return the joined value of a name, or the default if there is no such field."""
        text = self._texts.get(name)
        if text is None:
            text = self._find(name)
            if text is None:
                return default
        return text

    def _find(self, name: str | bytes) -> str | None:
        fields = self._fields
        if isinstance(fields, list):
            fields = self._index(fields)
        key = lookup_key(name)
        first = fields.get(key)
        if first is None:
            return None
        if self._more and key in self._more and key != b"set-cookie":
            text = ("; " if key == b"cookie" else ", ").join(self.get_list(name))
        else:
            text = first[1].decode("latin-1")
        texts = self._texts
        if texts is _EMPTY:
            self._texts = {}  # the first look-up only opens it: most headers have no second
        elif len(texts) < _MOST_TEXTS:
            texts[name] = text
        return text

    def get_list(self, name: str | bytes, split_commas: bool = False) -> list[str]:  # noqa: FBT001, FBT002
        """Return every value of a name in order, an empty list if there is none.

        With `split_commas` each value is split as a comma list, quoted strings respected (RFC
        9110, 5.6.1). Not for fields with commas of their own, such as Set-Cookie and dates.
        """
        key, fields = lookup_key(name), self._by_name()
        if key not in fields:
            return []
        values = [fields[key][1].decode("latin-1")]
        if key in self._more:
            values += [fields[key, n][1].decode("latin-1") for n in range(self._more[key])]
        if split_commas:
            return [element for value in values for element in split_list(value)]
        return values

    def __contains__(self, name: Any) -> bool:
        try:
            return lookup_key(name) in self._by_name()
        except TypeError:  # neither str nor bytes
            return False

    def isdisjoint(self, names: frozenset[bytes]) -> bool:
        """Tell whether none of these names, which are in lower case, is there: in one look."""
        try:
            return names.isdisjoint(self._by_name())
        except AttributeError:
            raise TypeError(f"names must be a frozenset, not {type(names).__name__}") from None

    def __iter__(self) -> Iterator[str]:
        """Give each distinct name once, as its first sender wrote it."""
        for key, field in self._by_name().items():
            if isinstance(key, bytes):
                yield field[0].decode("latin-1")

    def __len__(self) -> int:
        return len(self._by_name()) - sum(self._more.values())

    def __bool__(self) -> bool:
        return bool(self._fields)

    # -- changing --

    def add(self, name: str | bytes, value: str | bytes) -> None:
        """Add a field at the end, beside those of the same name. Raises as the constructor does."""
        octets, key = encode_name(name)
        self._add(key, (octets, encode_value(octets, value)))

    def _add(self, key: bytes, field: _Pair) -> None:
        fields = self._fields
        if isinstance(fields, list):
            fields.append(field)
            return
        if key not in fields:
            fields[key] = field
        else:
            if self._more is _EMPTY:
                self._more = {}
            _put_further(fields, self._more, key, field)
        self._texts = _EMPTY

    def set(self, name: str | bytes, value: str | bytes) -> None:
        """Replace all fields of a name by one, in the first one's place; append a new name."""
        octets, key = encode_name(name)
        self._set(key, (octets, encode_value(octets, value)))

    def _set(self, key: bytes, field: _Pair) -> None:
        self._by_name()[key] = field
        self._drop_further(key)

    def __setitem__(self, name: str | bytes, value: str | bytes) -> None:
        self.set(name, value)

    def setdefault(self, name: str | bytes, value: str | bytes) -> str:
        """Set a field unless there is one of that name; return the value that it has then."""
        if name not in self:
            self.add(name, value)
        return self[name]

    def remove(self, name: str | bytes) -> None:
        """Remove every field of a name; do nothing if there is none."""
        key = lookup_key(name)
        if self._by_name().pop(key, None) is not None:
            self._drop_further(key)

    def _drop_further(self, key: bytes) -> None:
        fields = self._by_name()
        for number in range(self._more.pop(key, 0)):
            del fields[key, number]
        self._texts = _EMPTY

    def __delitem__(self, name: str | bytes) -> None:
        if name not in self:
            raise KeyError(name)
        self.remove(name)

    def popitem(self) -> tuple[str, str]:
        """Remove the name of the last field and return it with its value, as a dict does."""
        fields = self._by_name()
        key, last = fields.popitem()  # a KeyError if there is none
        fields[key] = last
        name = fields[key if isinstance(key, bytes) else key[0]][0].decode("latin-1")
        return name, self.pop(name)

    def clear(self) -> None:
        """Remove every field; the marks of sensitive names stay."""
        self._fields = []
        self._more = self._texts = _EMPTY

    def update(self, other: "HeadersInput" = None, /, **fields: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Let the fields of `other` take the place of those with the same names.

        Takes what the constructor takes, and keywords for names that are identifiers. A name that
        comes several times in `other` has all those values afterwards. All is checked before
        anything changes.
        """
        news = Headers(other)
        for name, value in fields.items():
            news.add(name, value)
        self._sensitive |= news._sensitive
        for key, field in news._by_name().items():
            if isinstance(key, bytes):
                self._set(key, field)
            else:
                self._add(key[0], field)

    def with_defaults(self, defaults: "Headers") -> Self:
        """Return a copy with those fields of `defaults`, at the end, whose names are not here."""
        own, twin = self._by_name(), self.copy()
        fields, more = twin._by_name(), twin._more
        try:
            theirs = defaults._by_name()
        except AttributeError:
            raise TypeError(f"defaults must be Headers, not {type(defaults).__name__}") from None
        # A list at once: another thread may change the defaults that a client gives to all its requests.
        for key, field in list(theirs.items()):
            if (key if isinstance(key, bytes) else key[0]) not in own:
                fields[key] = field
        if defaults._more:
            twin._more = {key: n for key, n in defaults._more.items() if key not in own} | more
        if twin._sensitive is not defaults._sensitive:
            twin._sensitive |= defaults._sensitive
        return twin

    def __or__(self, other: "HeadersInput") -> Self:
        merged = self.copy()
        merged.update(other)
        return merged

    def __ror__(self, other: "HeadersInput") -> "Headers":
        return Headers(other) | self

    def __ior__(self, other: "HeadersInput") -> Self:
        self.update(other)
        return self

    # -- secrets --

    def is_sensitive(self, name: str | bytes) -> bool:
        """Tell whether a name's values are secrets: `repr` hides them, and no other origin gets them.

        Those of Authorization and Cookie are, of names such as X-API-Key (`_sensitive` says which),
        and of those that were marked.

        >>> headers = Headers(sensitive=["X-Own"])
        >>> [headers.is_sensitive(name) for name in ("X-Own", "x-vault-token", "Accept")]
        [True, True, False]
        """
        key = lookup_key(name)
        return key in self._sensitive or is_secret_name(key)

    def without_sensitive(self) -> Self:
        """Return a copy, with the marks, that has none of the fields whose values are secrets.

        >>> Headers({"Accept": "*/*", "X-API-Key": "s3cret"}).without_sensitive()
        Headers([('Accept', '*/*')])
        """
        twin = self.copy()
        for name in list(twin):
            if twin.is_sensitive(name):
                twin.remove(name)
        return twin

    # -- as a value --

    def copy(self) -> Self:
        """Return independent headers with the same fields and marks."""
        twin = _new(type(self))
        twin._fields = self._fields.copy()
        twin._more = self._more.copy()  # after the fields, as in the constructor
        twin._texts = _EMPTY
        twin._sensitive = self._sensitive
        return twin

    __copy__ = copy

    def __eq__(self, other: object) -> bool:
        """Compare names without case, in any order, and the values of each name in order.

        With another mapping, which has one value for a name, the joined values are compared.
        """
        if isinstance(other, Headers):
            return _folded(self, self.get_list) == _folded(other, other.get_list)
        if not isinstance(other, Mapping):
            return NotImplemented
        try:
            twin = Headers(cast("HeadersInput", other))
        except (TypeError, ValueError):  # what can't be headers isn't equal to any
            return False
        return _folded(self, self.__getitem__) == _folded(twin, twin.__getitem__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        secret = self.is_sensitive
        shown = [(n, b"[secure]" if secret(n) else value) for n, value in self.raw]
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in shown]
        return f"{type(self).__name__}({pairs!r})"

    def __getstate__(self) -> tuple[list[_Pair], frozenset[bytes]]:
        return self.raw, self._sensitive

    def __setstate__(self, state: tuple[list[_Pair], frozenset[bytes]]) -> None:
        self._fields, self._sensitive = state
        self._more = self._texts = _EMPTY


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


def _put_further(fields: _Fields, more: dict[bytes, int], key: bytes, field: _Pair) -> None:
    number = more.get(key, 0)
    fields[key, number] = field
    more[key] = number + 1


def _folded(names: Iterable[str], read: Callable[[str], T]) -> dict[bytes, T]:
    return {lookup_key(name): read(name) for name in names}
