"""`Value`: the base of what is made of named fields and never changes.

It does what frozen dataclasses do. To import those would take a sixth of what the client's whole import
takes, and each class of theirs writes its methods as text and compiles them, at every start.

A class states its fields, and that is all that it has to do::

    class Span(Value):
        begin: int
        end: int | None = None

Fields stand in the instance's `__dict__`: of all ways to copy them that know no names, C's update of a
dict is the fastest. It has nothing to do with header fields: it lives here since every distribution that
has values takes something from this one, and only what all values share may live in it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature

__all__ = ["Value"]


class _SignatureOfFields:
    """What `help` and editors show of a class of values; `inspect` is imported when they ask."""

    def __get__(self, value: Value | None, kind: type[Value]) -> Signature:
        from inspect import Parameter, Signature, signature

        own = list(signature(kind.__init__).parameters.values())[1:]
        if Parameter.VAR_KEYWORD not in (each.kind for each in own):
            # Of a class that takes other forms than its fields have.
            return Signature(own, return_annotation=None)
        types: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            types.update(base.__annotations__ if issubclass(base, Value) else {})
        shown = [
            Parameter(
                name,
                Parameter.POSITIONAL_OR_KEYWORD
                if name in kind.__match_args__
                else Parameter.KEYWORD_ONLY,
                default=kind._defaults.get(name, Parameter.empty),
                annotation=types[name],
            )
            for name in kind._fields
        ]
        return Signature(shown, return_annotation=None)


@dataclass_transform(frozen_default=True)
class Value:
    """A frozen object with fields; two are equal if they are of one class and all fields are.

    Fields are the annotated names of the class that don't begin with an underscore, after those of its
    bases. They are given in that order or by name; with `kw_only=True` in the class's head, all by
    name. A subclass is no dataclass, and keeps nothing beside its fields.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}
    _required: ClassVar[frozenset[str]] = frozenset()
    __match_args__: ClassVar[tuple[str, ...]] = ()
    __signature__: ClassVar[_SignatureOfFields] = _SignatureOfFields()

    def __init_subclass__(cls, *, kw_only: bool = False, **others: Any) -> None:
        super().__init_subclass__(**others)
        if cls.__dict__.get("__slots__") or cached_property in map(type, vars(cls).values()):
            raise TypeError(f"{cls.__name__}: a value has no __slots__ and no cached_property")
        own = [name for name in cls.__annotations__ if not name.startswith("_")]
        cls._fields = tuple(dict.fromkeys((*cls._fields, *own)))
        cls._defaults = {name: getattr(cls, name) for name in cls._fields if hasattr(cls, name)}
        cls._required = frozenset(cls._fields) - cls._defaults.keys()
        positional = (*cls.__match_args__, *([] if kw_only else own))
        cls.__match_args__ = tuple(dict.fromkeys(positional))  # type: ignore[misc]  # final for mypy

    def __init__(self, /, *positional: Any, **named: Any) -> None:
        values = self.__dict__
        values.update(self._defaults)
        if positional:
            values.update(self._paired(positional, named))
        values.update(named)
        if len(values) != len(self._fields) or not values.keys() >= self._required:
            raise TypeError(self._misfit(values))
        self._check()

    def _check(self) -> None:
        """Refuse fields that are wrong, and put right in `vars(self)` what is given in other forms."""

    def copy_with(self, **changes: Any) -> Self:
        """Return a copy with fields replaced, by their names, and checked as new ones are.

        Raises:
            TypeError: there is no field of that name.
        """
        kept = {name: getattr(self, name) for name in self._fields}
        return type(self)(**{**kept, **changes})

    def __replace__(self, /, **changes: Any) -> Self:
        """`copy_with`, for `copy.replace` of Python 3.13."""
        return self.copy_with(**changes)

    @classmethod
    def _paired(cls, positional: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        """Find the names of what was given by position."""
        names = cls.__match_args__
        if len(positional) > len(names):
            raise TypeError(
                f"{cls.__name__}() takes {len(names)} positional arguments, not {len(positional)}"
            )
        pairs = dict(zip(names, positional, strict=False))
        for name in pairs:
            if name in named:
                raise TypeError(f"{cls.__name__}() got multiple values for argument {name!r}")
        return pairs

    @classmethod
    def _misfit(cls, values: dict[str, Any]) -> str:
        """Say which names are too many, or else which are missing."""
        for name in values:
            if name not in cls._fields:
                return f"{cls.__name__}() has no argument {name!r}{cls._hint(name)}"
        missing = ", ".join(repr(name) for name in cls._fields if name not in values)
        return f"{cls.__name__}() needs {missing}"

    @classmethod
    def _hint(cls, name: str) -> str:
        """Say what was probably meant by a name that is no field; a class may know better."""
        from difflib import get_close_matches  # here: who makes no mistakes has no use for it

        near = get_close_matches(name, cls._fields, n=1)
        return f"; did you mean {near[0]!r}?" if near else ""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(
            f"cannot assign to field {name!r}: {type(self).__name__} is frozen, and copy_with() gives"
            " a changed copy"
        )

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete field {name!r}: {type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self._fields])

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__qualname__}({shown})"
