import copy
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Headers, InvalidHeader, _grammar, _headers

PAIRS = [("Accept", "a"), ("Host", "example.test"), ("accept", "b")]


@pytest.mark.parametrize(
    "value",
    [
        [("A", "1"), ("b", "2")],
        [(b"A", b"1"), (b"b", b"2")],
        {"A": "1", "b": "2"},
        {b"A": b"1", b"b": "2"},
        Headers([("A", "1"), ("b", "2")]),
        iter([("A", b"1"), (b"b", "2")]),
        [["A", "1"], ["b", "2"]],
    ],
)
def test_is_built_from_headers_mappings_and_pairs_of_text_or_octets(value: Any) -> None:
    assert Headers(value).raw == [(b"A", b"1"), (b"b", b"2")]


def test_nothing_gives_no_fields() -> None:
    assert Headers().raw == []
    assert Headers(None).raw == []
    assert len(Headers({})) == 0


@pytest.mark.parametrize("value", ["text", b"octets", [1], ["abc"], [("a", "b", "c")]])
def test_what_is_no_pair_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="pairs"):
        Headers(value)


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ([("a", "b"), ("c", "d", "e")], "number 2 is a tuple of 3"),
        ([("a", "b"), None], "number 2 is a NoneType"),
        ("a: b", "number 1 is a str of 1"),
    ],
)
def test_what_is_no_pair_is_named_by_its_place_and_not_shown(headers: Any, what: str) -> None:
    with pytest.raises(TypeError, match=f"{what}$"):
        Headers(headers)


def test_names_match_without_case_and_keep_the_senders() -> None:
    headers = Headers([("X-ABC", "1")])
    assert "1" == headers["x-abc"] == headers["X-Abc"] == headers[b"x-aBC"]
    assert list(headers) == ["X-ABC"]
    assert headers.raw == [(b"X-ABC", b"1")]


def test_values_of_one_name_are_joined_by_comma() -> None:
    headers = Headers(PAIRS)
    assert headers["ACCEPT"] == "a, b"
    assert list(headers.items()) == [("Accept", "a, b"), ("Host", "example.test")]
    assert list(headers.keys()) == ["Accept", "Host"]
    assert list(headers.values()) == ["a, b", "example.test"]
    assert headers.multi_items() == PAIRS


def test_set_cookie_is_never_joined() -> None:
    headers = Headers([("Set-Cookie", "a=1; Expires=Wed, 09"), ("set-cookie", "b=2")])
    assert headers["Set-Cookie"] == "a=1; Expires=Wed, 09"
    assert headers.get_list("Set-Cookie") == ["a=1; Expires=Wed, 09", "b=2"]


def test_set_cookie_is_not_joined_in_the_mapping_either() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("Accept", "c")])
    assert list(headers.items()) == [("Set-Cookie", "a=1"), ("Accept", "c")]
    assert list(headers.values()) == ["a=1", "c"]
    assert dict(headers) == headers == {"Set-Cookie": "a=1", "Accept": "c"}
    assert headers != {"Set-Cookie": "a=1, b=2", "Accept": "c"}
    assert headers != Headers({"Set-Cookie": "a=1", "Accept": "c"})
    assert headers.pop("SET-COOKIE") == "a=1"
    assert headers.multi_items() == [("Accept", "c")]


def test_the_views_are_alive_and_match_names_without_case() -> None:
    headers = Headers(PAIRS)
    names, items, values = headers.keys(), headers.items(), headers.values()
    assert "ACCEPT" in names
    assert ("accept", "a, b") in items
    assert ("accept", "a") not in items
    assert ("nope", "a") not in items
    assert "a, b" in values
    headers.remove("accept")
    headers.add("New", "n")
    assert "ACCEPT" not in names
    assert list(names) == ["Host", "New"]
    assert list(items) == [("Host", "example.test"), ("New", "n")]
    assert list(values) == ["example.test", "n"]
    assert len(names) == len(items) == len(values) == 2


def test_sets_of_names_hold_the_text_as_it_was_sent() -> None:
    names = Headers(PAIRS).keys()
    assert names & {"HOST", "nope"} == {"HOST"}
    assert names | {"host"} == {"Accept", "Host", "host"}
    assert names >= {"host", "accept"}
    assert {"host", "nope"} - names == {"nope"}
    assert names == Headers({"ACCEPT": "", "HOST": ""}).keys()
    assert names == {"Accept", "Host"}
    assert names != {"accept", "host"}


def test_cookie_crumbs_are_joined_by_semicolon() -> None:  # RFC 9113 8.2.3
    assert Headers([("cookie", "a=1"), ("cookie", "b=2")])["Cookie"] == "a=1; b=2"


def test_a_missing_name_is_a_key_error_and_get_gives_the_default() -> None:
    headers = Headers(PAIRS)
    with pytest.raises(KeyError):
        headers["nope"]
    assert None is headers.get("nope")
    assert headers.get("nope", "x") == "x"
    assert headers.get("nope", default=3) == 3
    assert headers.get("accept", "x") == "a, b"
    assert headers.get_list("nope") == []
    assert "nope" not in headers
    assert 3 not in headers
    assert b"HOST" in headers


@pytest.mark.parametrize("name", [None, 1, ("a",)])
def test_looking_up_what_is_no_name_is_a_type_error(name: Any) -> None:
    for look in (Headers().get, Headers().get_list, Headers().remove, Headers().__getitem__):
        with pytest.raises(TypeError, match="must be str or bytes"):
            look(name)


@pytest.mark.parametrize("name", [None, 1, ("a",), []])
def test_what_is_no_name_is_in_no_headers(name: Any) -> None:
    assert name not in Headers(PAIRS)


CHANGES: dict[str, Callable[[Headers], object]] = {
    "set": lambda headers: headers.set("accept", "c"),
    "item": lambda headers: headers.__setitem__("Accept", "c"),
    "add": lambda headers: headers.add("accept", "c"),
    "remove": lambda headers: headers.remove("accept"),
    "del": lambda headers: headers.__delitem__("accept"),
    "pop": lambda headers: headers.pop("accept"),
    "popitem": lambda headers: headers.popitem(),
    "clear": lambda headers: headers.clear(),
    "update": lambda headers: headers.update({"Accept": "c"}),
    "or": lambda headers: headers.__ior__([("accept", "c"), ("accept", "d")]),
    "setstate": lambda headers: headers.__setstate__(([(b"ACCEPT", b"c")], frozenset())),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("pairs", [[("Accept", "a")], PAIRS])
def test_what_was_looked_up_before_a_change_is_forgotten(
    pairs: list[tuple[str, str]], change: str
) -> None:
    headers = Headers(pairs)
    for name in ("accept", "ACCEPT", b"Accept", "accept", "ACCEPT", b"Accept"):
        assert headers[name] == headers.get(name) == ", ".join(headers.get_list("Accept"))
    CHANGES[change](headers)
    for name in ("accept", "ACCEPT", b"Accept"):
        assert headers.get(name, "") == ", ".join(headers.get_list("Accept"))


def test_looking_up_a_name_in_many_spellings_keeps_few_of_them() -> None:
    name = "x-requested-with"
    headers = Headers({name: "v"})
    for bits in range(2_000):
        spelled = "".join(char.upper() if bits >> i & 1 else char for i, char in enumerate(name))
        assert headers[spelled] == "v"
        assert headers.get(f"nope-{bits}") is None
    assert len(headers._texts) <= 32
    assert _headers._EMPTY == {}


def test_a_name_outside_ascii_is_missing_not_an_error() -> None:
    headers = Headers([("Kelvin", "1")])
    assert "\u212aelvin" not in headers  # the Kelvin sign lowers to "k" as text
    assert None is headers.get("地")


def test_get_list_splits_commas_on_request() -> None:
    headers = Headers([("Vary", 'a, "b,c"'), ("vary", "d,,e")])
    assert headers.get_list("vary") == ['a, "b,c"', "d,,e"]
    assert headers.get_list("vary", split_commas=True) == ["a", '"b,c"', "d", "e"]


def test_set_replaces_all_and_keeps_the_first_place() -> None:
    headers = Headers(PAIRS)
    headers.set("ACCEPT", "c")
    assert headers.raw == [(b"ACCEPT", b"c"), (b"Host", b"example.test")]
    headers["New"] = "n"
    assert list(headers)[-1] == "New"
    headers["new"] = "m"
    assert headers.multi_items() == [("ACCEPT", "c"), ("Host", "example.test"), ("new", "m")]


def test_add_keeps_the_others() -> None:
    headers = Headers(PAIRS)
    headers.add("ACCEPT", "c")  # before an index exists
    assert headers["accept"] == "a, b, c"
    headers.add("accept", "d")  # and after
    headers.add("host", "h2")
    headers.add("New", "n")
    assert headers["accept"] == "a, b, c, d"
    assert headers.get_list("Host") == ["example.test", "h2"]
    assert headers["new"] == "n"


def test_setdefault_sets_only_what_is_missing() -> None:
    headers = Headers(PAIRS)
    assert headers.setdefault("host", "other") == "example.test"
    assert headers.setdefault("X", " v ") == "v"
    assert headers["x"] == "v"


def test_remove_takes_every_copy_and_is_silent_and_del_is_not() -> None:
    headers = Headers(PAIRS)
    headers.remove("ACCEPT")
    headers.remove("accept")
    assert headers.raw == [(b"Host", b"example.test")]
    with pytest.raises(KeyError):
        del headers["accept"]
    del headers["host"]
    assert headers.raw == []
    headers.add("a", "1")
    assert headers.multi_items() == [("a", "1")]


def test_a_removed_field_leaves_the_others_in_order() -> None:
    headers = Headers([(name, name) for name in "abcdef"])
    headers.remove("b")
    headers.add("b", "again")
    assert list("acdefb") == list(headers)
    assert [value for _, value in headers.multi_items()] == ["a", "c", "d", "e", "f", "again"]
    assert headers["b"] == "again"


def test_update_replaces_by_name_and_keeps_repeats_of_the_other() -> None:
    headers = Headers(PAIRS)
    headers.update([("ACCEPT", "x"), ("accept", "y"), ("New", "n")], Host="h", added="1")
    assert headers == {"accept": "x, y", "host": "h", "new": "n", "added": "1"}
    assert next(iter(headers)) == "ACCEPT"
    headers.update()
    assert len(headers) == 4


def test_update_keeps_the_order_of_the_other() -> None:
    headers = Headers([("Host", "h")])
    headers.update([("A", "1"), ("B", "2"), ("a", "3"), ("host", "g")])
    assert headers.multi_items() == [("host", "g"), ("A", "1"), ("B", "2"), ("a", "3")]
    headers.update(headers)
    assert headers.multi_items() == [("host", "g"), ("A", "1"), ("B", "2"), ("a", "3")]


def test_update_changes_nothing_if_one_field_is_bad() -> None:
    headers = Headers(PAIRS)
    with pytest.raises(InvalidHeader):
        headers.update([("host", "new"), ("bad name", "x")])
    assert headers.multi_items() == PAIRS


def test_or_merges_with_the_right_side_winning() -> None:
    left = Headers(PAIRS)
    assert (left | {"Accept": "z"}) == {"accept": "z", "host": "example.test"}
    assert left.multi_items() == PAIRS
    merged = {"Accept": "z", "Other": "o"} | left
    assert isinstance(merged, Headers)
    assert merged == {"accept": "a, b", "other": "o", "host": "example.test"}
    left |= {"X": "1"}
    assert left["x"] == "1"


def test_copies_are_independent() -> None:
    headers = Headers(PAIRS)
    for twin in (headers.copy(), copy.copy(headers), copy.deepcopy(headers), Headers(headers)):
        twin.add("x", "1")
        assert "x" not in headers
        assert twin["accept"] == "a, b"


def test_pickle_keeps_fields_and_marks() -> None:
    headers = Headers([*PAIRS, ("X-Key", "secret")], sensitive=["x-key"])
    headers.remove("host")
    twin = pickle.loads(pickle.dumps(headers))
    assert headers == twin
    assert repr(headers) == repr(twin)


class Marked(Headers):
    pass


def test_a_subclass_stays_what_it_is() -> None:
    headers = Marked(PAIRS, sensitive=["accept"])
    twins = [
        headers.copy(),
        copy.copy(headers),
        copy.deepcopy(headers),
        headers | {"X": "1"},
        pickle.loads(pickle.dumps(headers)),
        Marked.from_raw(headers.raw, like=headers),
        Marked(headers),
    ]
    assert {type(twin) for twin in twins} == {Marked}
    assert all("Marked([('Accept', '[secure]')" in repr(twin) for twin in twins)
    assert headers == Headers(headers)
    assert type({"X": "1"} | headers) is Headers


def test_equality_ignores_the_order_of_names_and_keeps_that_of_values() -> None:
    assert Headers([("a", "1"), ("b", "2")]) == Headers([("B", "2"), ("A", "1")])
    assert Headers([("a", "1"), ("a", "2")]) != Headers([("a", "2"), ("a", "1")])
    assert Headers([("a", "1"), ("a", "2")]) != Headers([("a", "1, 2")])
    assert Headers([("a", "1")]) == {"A": "1"}
    assert Headers([("a", "1"), ("A", "2")]) == {"A": "1, 2"}
    assert Headers(PAIRS) == dict(Headers(PAIRS))
    assert Headers([("a", "1")]) != {"A": 1}
    assert Headers([("a", "1")]) != {"A ": "1"}
    assert Headers([("a", "1")]) != [("a", "1")]
    with pytest.raises(TypeError):
        hash(Headers())


def test_it_is_a_mutable_mapping_of_text() -> None:
    headers: MutableMapping[str, str] = Headers(PAIRS)
    assert isinstance(headers, Mapping)
    assert headers.pop("HOST") == "example.test"
    assert headers.pop("host", "d") == "d"
    assert headers.popitem() == ("Accept", "a, b")
    headers["a"] = "1"
    headers.clear()
    assert dict(headers) == {}
    assert not headers
    with pytest.raises(KeyError):
        headers.popitem()
    with pytest.raises(KeyError):
        headers.pop("a")


def test_popitem_takes_the_name_of_the_last_field() -> None:
    headers = Headers([*PAIRS, ("Set-Cookie", "a"), ("B", "1"), ("set-cookie", "b"), ("C", "2")])
    del headers["c"]
    taken = [headers.popitem() for _ in range(4)]
    assert taken == [
        ("Set-Cookie", "a"),
        ("B", "1"),
        ("Accept", "a, b"),
        ("Host", "example.test"),
    ]
    assert headers.raw == []


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "ä", "a\x00", b"\xff", "(", "a\n"])
def test_a_name_that_is_no_token_is_refused(name: str | bytes) -> None:
    with pytest.raises(InvalidHeader) as caught:
        Headers([(name, "v")])
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)
    assert caught.value.name


@pytest.mark.parametrize(
    "value", ["a\rb", "a\nb", "a\x00b", "a\x01", "\x7f", "a\r\n", "\n", b"\x1f"]
)
def test_a_value_with_a_control_is_refused(value: str | bytes) -> None:
    with pytest.raises(InvalidHeader, match="'X-Field'") as caught:
        Headers().add("X-Field", value)
    assert caught.value.name == "'X-Field'"


def test_values_lose_outer_whitespace_only() -> None:
    headers = Headers([("a", " \t b\tc "), ("b", " x y "), ("c", b"\t"), ("d", "")])
    assert list(headers.values()) == ["b\tc", "x y", "", ""]


def test_text_goes_out_as_latin_1_and_octets_as_they_are() -> None:
    headers = Headers([("a", "é"), ("b", "é".encode())])
    assert headers.raw == [(b"a", b"\xe9"), (b"b", b"\xc3\xa9")]
    assert headers["b"] == "Ã©"
    with pytest.raises(InvalidHeader, match=r"'a'.*position 1") as caught:
        headers.set("a", "x地")
    assert "地" not in str(caught.value)


@pytest.mark.parametrize("value", [1, None, 1.5, ["a"]])
def test_another_type_is_a_type_error_that_says_what_to_do(value: Any) -> None:
    with pytest.raises(TypeError, match=r"'X-Count'.*str\(\)"):
        Headers({"X-Count": value})
    with pytest.raises(TypeError, match="name must be str or bytes"):
        Headers([(value, "x")])


def test_an_error_never_holds_the_value_nor_what_follows_a_bad_name() -> None:
    with pytest.raises(InvalidHeader) as caught:
        Headers({"Authorization": "Bearer s3cret\n"})
    assert "s3cret" not in str(caught.value)
    with pytest.raises(InvalidHeader) as caught:
        Headers({"Authorization: Bearer s3cret": ""})
    assert "s3cret" not in str(caught.value)
    assert caught.value.name == "'Authorization:'"
    with pytest.raises(InvalidHeader) as caught:
        Headers({"x" * 1000 + "\n": ""})
    assert len(str(caught.value)) < 250


def test_the_error_pickles() -> None:
    error = InvalidHeader("header 'a' is bad", name="'a'")
    twin = pickle.loads(pickle.dumps(error))
    assert (str(error), "'a'") == (str(twin), twin.name)


def test_repr_hides_credentials_and_marked_names() -> None:
    names = ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "Other"]
    headers = Headers([(name, "v") for name in names], sensitive=("x-api-KEY",))
    assert [("[secure]" if name != "Other" else "v") for name in names] == [
        pair.split("'")[3] for pair in repr(headers).split("), (")
    ]


def test_marks_follow_copies_and_merges() -> None:
    marked = Headers([("X-Key", "v")], sensitive=("x-key",))
    plain = Headers([("a", "1")])
    for headers in (marked.copy(), plain | marked, marked | plain, Headers(marked)):
        assert "[secure]" in repr(headers)
    marked.clear()
    marked.add("X-Key", "v")
    assert "[secure]" in repr(marked)


@pytest.mark.parametrize("names", ["x-key", b"x-key"])
def test_marks_are_several_names(names: Any) -> None:
    with pytest.raises(TypeError, match="several names"):
        Headers(sensitive=names)


def test_without_sensitive_has_no_copy_of_what_repr_hides_and_keeps_the_marks() -> None:
    pairs = [
        *[("Authorization", "1"), ("A", "1"), ("authorization", "2"), ("X-Key", "1")],
        *[("Cookie", "1"), ("cookie", "2"), ("a", "2"), ("X-API-Key", "1"), ("x-key", "2")],
    ]
    headers = Headers(pairs, sensitive=["X-KEY"])
    rest = headers.without_sensitive()
    assert [("A", "1"), ("a", "2")] == rest.multi_items()
    assert len(pairs) == len(headers.multi_items())
    rest.add("X-Key", "s3cret")
    assert "s3cret" not in repr(rest)
    assert [] == rest.without_sensitive().get_list("X-Key")


def test_from_raw_takes_the_marks_of_secret_names_from_others() -> None:
    marked = Headers({"X-Key": "0"}, sensitive=["X-Key"])
    pairs = [(b"X-Key", b"s3cret"), (b"X-Other", b"1")]
    expected = "Headers([('X-Key', '[secure]'), ('X-Other', '1')])"
    assert repr(Headers.from_raw(pairs, like=marked)) == expected
    assert "s3cret" in repr(Headers.from_raw(pairs))


def test_from_raw_takes_the_octets_unchecked_and_copies_the_list() -> None:
    pairs = [(b":status", b"200"), (b"x", b"\x01"), (b"X", b"2")]
    headers = Headers.from_raw(pairs)
    pairs.clear()
    assert headers.raw == [(b":status", b"200"), (b"x", b"\x01"), (b"X", b"2")]
    assert headers["x"] == "\x01, 2"


def test_raw_is_the_callers_own_list() -> None:
    headers = Headers(PAIRS)
    headers.raw.clear()
    assert len(headers.raw) == 3


def distinct(count: int) -> list[tuple[str, str]]:
    return [(f"X-{number}", "v") for number in range(count)]


def same(count: int) -> list[tuple[str, str]]:
    return [("X-Same" if number % 3 else "x-same", "v") for number in range(count)]


def twice(count: int) -> list[tuple[str, str]]:
    return [(f"X-{number}", "v") for _ in range(2) for number in range(count // 2)]


def alternating(count: int) -> list[tuple[str, str]]:
    return [(f"x-{number % 2}", "v") for number in range(count)]


def each_name(headers: Headers, call: Callable[[str], object]) -> None:
    for name in list(headers):
        call(name.swapcase())


def add_and_look(headers: Headers) -> None:
    for name, value in distinct(sum(1 for _ in headers.raw)):
        headers.add(f"Y{name}", value)
        assert headers[f"y{name}"] == value


def take_all(headers: Headers) -> None:
    while headers:
        headers.popitem()


WORK: dict[str, Callable[[Headers], object]] = {
    "build text": lambda headers: Headers(headers.multi_items()),
    "build octets": lambda headers: Headers(headers.raw),
    "build one by one": lambda headers: Headers(iter(headers.raw)),
    "build a mapping": lambda headers: Headers(dict(headers)),
    "look up raw": lambda headers: Headers.from_raw(headers.raw)[
        "x-0" if "x-0" in headers else "x-same"
    ],
    "look up": lambda headers: each_name(headers, headers.__getitem__),
    "miss": lambda headers: each_name(headers, lambda name: headers.get(f"{name}-nope")),
    "in": lambda headers: each_name(headers, headers.__contains__),
    "get_list": lambda headers: each_name(headers, headers.get_list),
    "set": lambda headers: each_name(headers, lambda name: headers.set(name, "w")),
    "add": lambda headers: [headers.add(name, "w") for name, _ in headers.multi_items()],
    "add and look up": add_and_look,
    "setdefault": lambda headers: each_name(headers, lambda name: headers.setdefault(name, "w")),
    "remove": lambda headers: each_name(headers, headers.remove),
    "pop": lambda headers: each_name(headers, headers.pop),
    "popitem": take_all,
    "update": lambda headers: headers.update(headers.multi_items()),
    "or": lambda headers: headers | headers,
    "equal": lambda headers: headers == headers.copy() and headers == dict(headers),
    "copy": lambda headers: headers.copy().raw,
    "iterate": lambda headers: (list(headers), list(headers.items()), len(headers)),
    "show": repr,
}


def cpu_seconds(work: Callable[[Headers], object], pairs: list[tuple[str, str]]) -> float:
    taken = []
    for _ in range(3):
        headers = Headers(pairs)
        bool(headers.get("nope"))
        started = time.process_time()
        work(headers)
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("fields", [distinct, same, twice, alternating])
def test_thousands_of_fields_stay_linear(
    fields: Callable[[int], list[tuple[str, str]]], work: str
) -> None:
    # Eight times the fields are sixty-four times the work if it is quadratic. The first
    # milliseconds are left out of account: a clock and a cache can double them.
    few = cpu_seconds(WORK[work], fields(500))
    assert cpu_seconds(WORK[work], fields(4_000)) < 24 * few + 0.02


NAMES = st.sampled_from(["a", "A", "b", "B", "Set-Cookie", "c"])
VALUES = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=4)
ACTIONS = ["add", "set", "remove", "get", "setdefault", "pop", "update", "popitem", "copy"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), NAMES, VALUES), max_size=30)


def model_of(model: list[tuple[str, str]], step: tuple[str, str, str]) -> list[tuple[str, str]]:
    """What a plain list of pairs holds after a step."""
    action, name, value = step
    value = value.strip(" \t")
    if action == "popitem" and model:
        name = model[-1][0]
    same = [i for i, field in enumerate(model) if field[0].lower() == name.lower()]
    if action == "add" or (action in ("set", "setdefault", "update") and not same):
        model = [*model, (name, value)]
    elif action in ("set", "update"):
        model = [
            (name, value) if i == same[0] else field
            for i, field in enumerate(model)
            if i not in same[1:]
        ]
    elif action in ("remove", "pop", "popitem"):
        model = [field for i, field in enumerate(model) if i not in same]
    if action == "update":
        model = model_of(model_of(model, ("set", "d", "u")), ("add", name, "again"))
    return model


def take(headers: Headers, step: tuple[str, str, str]) -> Headers:
    action, name, value = step
    if action == "copy":
        return headers.copy()
    if action == "popitem":
        if headers:
            headers.popitem()
    elif action == "pop":
        headers.pop(name, None)
    elif action == "update":
        headers.update([(name, value), ("d", "u"), (name, "again")])
    elif action in ("remove", "get"):
        getattr(headers, action)(name)
    else:
        getattr(headers, action)(name, value)
    return headers


def joined(fields: list[tuple[str, str]], name: str) -> str | None:
    values = [value for other, value in fields if other.lower() == name.lower()]
    if name.lower() == "set-cookie":
        values = values[:1]
    return ", ".join(values) if values else None


@settings(derandomize=True, deadline=None, max_examples=150)
@given(STEPS, st.booleans())
def test_any_sequence_of_changes_gives_what_a_plain_list_gives(
    steps: list[tuple[str, str, str]], looking: bool
) -> None:
    headers = Headers()
    expected: list[tuple[str, str]] = []
    for step in steps:
        headers, expected = take(headers, step), model_of(expected, step)
        assert expected == headers.multi_items()
        for name in ("a", "A", "B", b"b", "Set-Cookie", "c", "d") if looking else ():
            text = name.decode() if isinstance(name, bytes) else name
            assert joined(expected, text) == headers.get(name)
    assert expected == headers.multi_items()
    assert len({name.lower() for name, _ in expected}) == len(headers) == len(list(headers))
    for name, _ in expected:
        assert [v for n, v in expected if n.lower() == name.lower()] == headers.get_list(name)
    assert Headers(expected) == headers == Headers.from_raw(headers.raw)


class OneByOne(dict[Any, Any]):
    """A mapping that gives its items once: nothing but a plain dict is read twice."""

    def items(self) -> Any:
        return iter(list(super().items()))


SOME_NAMES = st.one_of(
    st.sampled_from(["Accept", "accept", b"Accept", b"X-A", "X-B", "a b", "", b"\xff", "\u212a"]),
    st.sampled_from([bytearray(b"X-A"), None, 1]),
)
SOME_VALUES = st.one_of(
    st.sampled_from(["v", b"v", " v\t", b"\t v ", "", b"", "\xe9", "\u5730", "a\tb", "a\x7f"]),
    st.sampled_from(["  a\r\n", b"\n", b"a\x00b", b"\xff", bytearray(b"v"), None, 1, ["v"]]),
)


def outcome(value: Any) -> object:
    try:
        return Headers(value).raw
    except (TypeError, ValueError) as error:
        return type(error), str(error), getattr(error, "name", None)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.lists(st.tuples(SOME_NAMES, SOME_VALUES), max_size=5))
def test_fields_checked_at_once_fare_as_those_checked_one_by_one(pairs: list[Any]) -> None:
    expected = outcome(iter(pairs))
    assert expected == outcome(pairs) == outcome([list(pair) for pair in pairs])
    assert expected == outcome([iter(pair) for pair in pairs])
    assert expected == outcome(iter(pair) for pair in pairs)
    mapping = {name: value for name, value in pairs if not isinstance(name, bytearray)}
    assert outcome(mapping) == outcome(iter(mapping.items())) == outcome(OneByOne(mapping))


@pytest.mark.parametrize(
    "bad", [("X-A", "\n"), ("X-A", "\u5730"), ("a b", "v"), ("X-A", 1), ("X-A",)]
)
@pytest.mark.parametrize("make", [list, iter])
def test_the_first_fault_is_the_one_reported(make: Callable[[Any], Any], bad: Any) -> None:
    good = [("X-A", "v"), (b"X-A", b"v"), ("X-B", "v")]
    Headers(good)
    faults = [("X-B", "\r"), bad]
    for pairs in (faults, [*good, *faults], [good[0], *faults]):
        with pytest.raises(InvalidHeader, match="'X-B'.*0x0d at position 0"):
            Headers(make(pairs))
        with pytest.raises((InvalidHeader, TypeError)) as caught:
            Headers(make([*pairs[:-2], bad, pairs[-2]]))
        assert "0x0d" not in str(caught.value)


def test_names_of_other_kinds_of_str_and_bytes_are_sent_as_they_read() -> None:
    class Text(str):
        def __hash__(self) -> int:
            return hash(str(self).lower())

        def __eq__(self, other: object) -> bool:
            return str(self).lower() == str(other).lower()

    class Octets(bytes):
        pass

    pairs = [(Text("X-Other-Kind"), Text("v ")), (Octets(b"X-Octets"), Octets(b" w"))]
    for _ in range(2):
        headers = Headers(pairs)
        assert headers.raw == [(b"X-Other-Kind", b"v"), (b"X-Octets", b"w")]
        assert {type(part) for pair in headers.raw for part in pair} == {bytes}
    assert Headers({"x-other-kind": ""}).raw == [(b"x-other-kind", b"")]


def test_few_names_are_remembered_and_no_long_ones() -> None:
    Headers({"x" * 65: "", "y" * 64: ""})
    assert "x" * 65 not in _grammar._KNOWN
    assert "y" * 64 in _grammar._KNOWN
    for number in range(2_000):
        Headers([(f"x-{number}", "v")])
        assert len(_grammar._KNOWN) <= 512
    with pytest.raises(InvalidHeader):
        Headers({"bad name": ""})
    assert "bad name" not in _grammar._KNOWN


def test_str_and_bytes_are_never_compared() -> None:
    code = """
from httpcore_headers import Headers
for _ in range(3):
    headers = Headers([("Accept", "a"), (b"Accept", b"b"), ("x", b"c"), (b"x", "d")])
    Headers({"Accept": "a", b"accept": "b"})
    for name in ("accept", b"accept", "accept", b"accept"):
        assert headers[name] == headers.get(name) == "a, b"
        assert name in headers
    headers |= {b"x": b"e"}
    assert headers["x"] == "e"
"""
    subprocess.run([sys.executable, "-bb", "-c", code], check=True, timeout=60)


def test_threads_that_read_share_one() -> None:
    pairs = [(b"X-%d" % (number % 40), b"%d" % number) for number in range(50)]
    wrong: list[object] = []
    names = [f"x-{number}" for number in range(45)]
    expected = [Headers(pairs).get_list(name) for name in names]

    def read(headers: Headers, barrier: threading.Barrier) -> None:
        barrier.wait()
        for _ in range(2):
            twin = Headers(headers)
            found = [headers.get(name) for name in names]
            lists = [headers.get_list(name) for name in names]
            again = [twin.get_list(name) for name in names]
            if found != [", ".join(values) or None for values in expected]:
                wrong.append(found)
            if not (lists == again == expected and len(headers) == 40 and headers.raw == pairs):
                wrong.append(lists)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            headers, barrier = Headers.from_raw(pairs), threading.Barrier(4)
            threads = [threading.Thread(target=read, args=(headers, barrier)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=8), st.binary(max_size=8)), st.one_of(st.text(), st.binary()))
def test_what_is_accepted_holds_no_line_break(name: str | bytes, value: str | bytes) -> None:
    try:
        headers = Headers([(name, value)])
    except InvalidHeader:
        return
    [(raw_name, raw_value)] = headers.raw
    assert not set(raw_name + raw_value) & {0, 10, 13}
    assert Headers.from_raw(headers.raw) == Headers(headers.raw) == headers


def test_several_names_are_looked_for_at_once() -> None:
    headers = Headers([("Host", "a.test"), ("Via", "1"), ("via", "2")])
    assert not headers.isdisjoint(frozenset({b"te", b"via"}))
    assert headers.isdisjoint(frozenset({b"te", b"trailer"}))
    assert Headers().isdisjoint(frozenset({b"te"}))


def test_defaults_are_added_for_the_names_that_are_missing() -> None:
    own = Headers([("X-One", "own"), ("x-two", "a"), ("X-Two", "b")])
    defaults = Headers(
        [("x-one", "1"), ("X-ONE", "2"), ("X-Three", "1"), ("x-three", "2"), ("x-two", "c")]
    )
    both = own.with_defaults(defaults)
    expected = [
        *(("X-One", "own"), ("x-two", "a"), ("X-Two", "b")),
        *(("X-Three", "1"), ("x-three", "2")),
    ]
    assert both.multi_items() == expected
    assert (both["x-one"], both.get_list("x-two")) == ("own", ["a", "b"])
    assert both.get_list("x-three") == ["1", "2"]
    both.remove("X-Three")
    both.set("X-Two", "c")
    assert both.multi_items() == [("X-One", "own"), ("X-Two", "c")]
    assert len(own.raw) == 3
    assert len(defaults.raw) == 5


def test_headers_with_defaults_hide_what_either_hides() -> None:
    own = Headers({"X-Key": "s3cret"}, sensitive=["X-Key"])
    defaults = Headers({"X-Token": "s3cret", "X-Key": "s3cret"}, sensitive=["X-Token"])
    for first, second in ((own, defaults), (defaults, own), (Headers(), own), (own, Headers())):
        assert "s3cret" not in repr(first.with_defaults(second))
