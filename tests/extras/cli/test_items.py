"""Words in short form become items."""

import pytest

from httpcore_client.cli._items import Item, ItemError, parse_item
from httpcore_client.cli._nested import put


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("name=Ada", ("name", "=", "Ada")),
        ("name=", ("name", "=", "")),
        ("age:=36", ("age", ":=", "36")),
        ("q==a b", ("q", "==", "a b")),
        ("X-A:1", ("X-A", ":", "1")),
        ("X-A:", ("X-A", ":", "")),
        ("X-A;", ("X-A", ";", "")),
        ("text=@a.txt", ("text", "=@", "a.txt")),
        ("data:=@a.json", ("data", ":=@", "a.json")),
        ("X-A:@a.txt", ("X-A", ":@", "a.txt")),
        ("q==@a.txt", ("q", "==@", "a.txt")),
        ("X-A: @a", ("X-A", ":", " @a")),
        ("f@a.txt", ("f", "@", "a.txt")),
        ("@a.txt", ("", "@", "a.txt")),
        ("url=http://a.test/?x==1", ("url", "=", "http://a.test/?x==1")),  # the first counts
        ("X-Time:a=b", ("X-Time", ":", "a=b")),
        (r"a\:b=c", ("a:b", "=", "c")),
        (r"a\=b:=1", ("a=b", ":=", "1")),
        (r"a\\=b", ("a\\", "=", "b")),
        (r"a\x=b\=c", (r"a\x", "=", r"b\=c")),  # behind the separator nothing is special
    ],
)
def test_the_first_and_longest_separator_counts(word, expected):
    assert Item(*expected, word) == parse_item(word)


def test_a_file_may_say_its_type():
    assert Item("f", "@", "a;b.bin", "f@a;b.bin;type=image/png", "image/png") == parse_item(
        "f@a;b.bin;type=image/png"
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("foo", "'foo' is no item: write name=value"),
        ("http://b.test/", "a second URL"),
        ("=x", "the name is missing in '=x'"),
        (":x", r"is written '\:'"),
        ("a;b", "'Name;' is a header without a value"),
    ],
)
def test_what_is_no_item_is_told_how_to_be_one(word, message):
    with pytest.raises(ItemError) as caught:
        parse_item(word)
    assert message in str(caught.value)


def nested(*pairs):
    target = {}
    for name, value in pairs:
        put(target, name, value)
    return target


def test_keys_nest():
    expected = {"a": {"b": 1, "c": {"d": [2, 3]}}, "l": [{"x": 4}, {"y": 5}], "a[b": 6}
    pairs = [("a[b]", 1), ("a[c][d][]", 2), ("a[c][d][]", 3), ("l[][x]", 4), ("l[][y]", 5)]
    assert expected == nested(*pairs, (r"a\[b", 6))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "a"], "'a' is set twice; several values are a list: write a[]=value"),
        (["a", "a[b]"], "its place holds something else"),
        (["a[]", "a[b]"], "its place holds something else"),
        (["a[b"], "'a[b' is no key"),
        (["[b]"], "'[b]' is no key"),
        (["a[b]c"], "is no key"),
    ],
)
def test_what_can_not_be_set_is_refused(names, message):
    with pytest.raises(ItemError) as caught:
        nested(*[(name, 1) for name in names])
    assert message in str(caught.value)
