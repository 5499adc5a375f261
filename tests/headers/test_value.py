"""What every `Value` does: the frozen values of all distributions are made of it."""

import copy
import inspect
import pickle
import sys
from functools import cached_property

import pytest

from httpcore_headers import Value


class Pair(Value):
    first: int
    second: str = ""


PICKLED = Pair(1, "x")


@pytest.fixture
def kind():
    class Span(Value):
        begin: int
        end: int | None = None
        _hidden: int = 1

        def _check(self):
            if self.begin < 0:
                raise ValueError("begin is negative")
            vars(self)["begin"] = int(self.begin)

    return Span


def test_fields_are_given_by_position_or_name(kind):
    for span in (kind(1, 2), kind(1, end=2), kind(end=2, begin=1), kind(1.0, 2)):
        assert (span.begin, span.end) == (1, 2)
    assert kind(1).end is None


@pytest.mark.parametrize(
    ("positional", "named", "message"),
    [
        ((), {}, r"Span\(\) needs 'begin'$"),
        ((), {"end": 1}, r"Span\(\) needs 'begin'$"),
        ((1, 2, 3), {}, r"Span\(\) takes 2 positional arguments, not 3$"),
        ((1,), {"begin": 2}, r"Span\(\) got multiple values for argument 'begin'$"),
        ((1,), {"edn": 2}, r"Span\(\) has no argument 'edn'; did you mean 'end'\?$"),
        ((), {"edn": 2}, r"Span\(\) has no argument 'edn'; did you mean 'end'\?$"),
        ((1,), {"_hidden": 2}, r"Span\(\) has no argument '_hidden'$"),
    ],
)
def test_fields_that_do_not_fit_are_named(kind, positional, named, message):
    with pytest.raises(TypeError, match=message):
        kind(*positional, **named)


def test_a_value_is_frozen(kind):
    span = kind(1)
    with pytest.raises(AttributeError, match="cannot assign to field 'end': Span is frozen"):
        span.end = 2
    with pytest.raises(AttributeError, match="cannot assign to field 'other'"):
        span.other = 2
    with pytest.raises(AttributeError, match="cannot delete field 'end': Span is frozen"):
        del span.end
    assert kind(1) == span


def test_values_are_equal_by_class_and_fields(kind):
    class Other(kind):
        pass

    assert kind(1, 2) == kind(1, 2)
    assert hash(kind(1, 2)) == hash(kind(1, 2))
    assert kind(1, 2) != kind(1, 3)
    assert kind(1, 2) != Other(1, 2)
    assert kind(1, 2) != (1, 2)
    assert len({kind(1), kind(1), kind(2)}) == 2


def test_a_value_shows_its_fields(kind):
    kind.__qualname__ = "Span"
    assert repr(kind(1, "x")) == "Span(begin=1, end='x')"


def test_a_copy_has_its_changes_and_is_checked(kind):
    span = kind(1, 2)
    assert (kind(3, 2), kind(1, 2)) == (span.copy_with(begin=3.0), span)
    with pytest.raises(TypeError, match=r"Span\(\) has no argument 'edn'"):
        span.copy_with(edn=3)
    with pytest.raises(ValueError, match="begin is negative"):
        span.copy_with(begin=-1)


def test_copy_replace_is_copy_with(kind):
    replace = copy.replace if sys.version_info >= (3, 13) else _replace
    assert kind(1, 5) == replace(kind(1), end=5)


def test_a_subclass_adds_fields_or_gives_other_defaults(kind):
    class Named(kind, kw_only=True):
        end: int | None = 9
        name: str

    assert repr(Named(1, name="x")).endswith("Named(begin=1, end=9, name='x')")
    with pytest.raises(TypeError, match=r"Named\(\) takes 2 positional arguments, not 3"):
        Named(1, 2, "x")
    assert ("begin", "end") == Named.__match_args__


def test_a_value_can_be_matched(kind):
    match kind(1, 2):
        case kind(begin, end):
            assert (begin, end) == (1, 2)


def test_its_signature_names_the_fields(kind):
    class Named(kind, kw_only=True):
        name: "str" = ""

    parameters = inspect.signature(Named).parameters.values()
    assert [
        ("begin", inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty, int),
        ("end", inspect.Parameter.POSITIONAL_OR_KEYWORD, None, int | None),
        ("name", inspect.Parameter.KEYWORD_ONLY, "", "str"),
    ] == [(p.name, p.kind, p.default, p.annotation) for p in parameters]
    assert inspect.signature(Named).return_annotation is None


def test_the_signature_of_one_that_takes_other_forms_is_that_of_its_init():
    class Lenient(Value):
        at: int

        def __init__(self, at: int | str, *, base: int = 10) -> None:
            super().__init__(at=int(at, base) if isinstance(at, str) else at)

    assert "(at: int | str, *, base: int = 10) -> None" == str(inspect.signature(Lenient))
    assert Lenient("11", base=2) == Lenient(3)


def test_nothing_is_kept_beside_the_fields():
    class_of = {"cached": cached_property(repr)}
    for body in ({"__slots__": ("more",)}, class_of):
        with pytest.raises(TypeError, match="More: a value has no __slots__ and no cached"):
            type("More", (Value,), body)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_values_are_pickled_and_copied(protocol):
    for other in (
        pickle.loads(pickle.dumps(PICKLED, protocol)),
        copy.copy(PICKLED),
        copy.deepcopy(PICKLED),
    ):
        assert other == PICKLED
        assert type(other) is type(PICKLED)


def _replace(value, **changes):
    return type(value).__replace__(value, **changes)
