import pytest

from httpcore_headers import is_token, split_list


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abc", True),
        ("!#$%&'*+-.^_`|~09AZaz", True),
        ("", False),
        ("a b", False),
        ("a\n", False),
        ('"a"', False),
        ("a,b", False),
        ("é", False),
        ("a/b", False),
        ("\u212a", False),
    ],
)
def test_a_token_is_one_or_more_tchar(value: str, expected: bool) -> None:
    assert expected is is_token(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        (" , ,\t", []),
        ("a", ["a"]),
        ("a,b , c\t,", ["a", "b", "c"]),
        ('a="1,2", b', ['a="1,2"', "b"]),
        (r'a="1\",2", b', [r'a="1\",2"', "b"]),
        ('a="open, b', ['a="open, b']),
        ('"a\\', ['"a\\']),
        ('x"y,z"w,v', ['x"y,z"w', "v"]),
        ("a\nb,c", ["a\nb", "c"]),
    ],
)
def test_a_list_splits_at_commas_outside_quotes(value: str, expected: list[str]) -> None:
    assert expected == split_list(value)


@pytest.mark.parametrize("unit", [",", '"', "\\", 'a,"', '"\\', '",'])
def test_a_hostile_list_takes_linear_time(unit: str) -> None:
    split_list(unit * 200_000)  # quadratic work would take minutes
