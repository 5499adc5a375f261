"""Which cookies go first: RFC 6265bis, section 5.7."""

import pytest

from httpcore_cookies import Cookie
from httpcore_cookies.cookies._cookie import Entry
from httpcore_cookies.cookies._eviction import first_to_go


def entries(text):
    """Read "domain name" pairs in the order of their last access; capitals are secure."""
    pairs = [pair.split(":") for pair in text.split()]
    return [
        Entry(Cookie(name, "", domain, secure=name.isupper()), accessed)
        for accessed, (domain, name) in enumerate(pairs)
    ]


def going(given, excess, crowd, spare=False):
    gone = first_to_go(given, excess, crowd=crowd, spare=spare)
    return " ".join(f"{entry.cookie.domain}:{entry.cookie.name}" for entry in gone)


@pytest.mark.parametrize(
    ("excess", "expected"),
    [
        (-1, ""),
        (0, ""),
        (1, "x:b"),
        (2, "x:b x:d"),
        (3, "x:b x:d x:A"),
        (4, "x:b x:d x:A y:a"),
        (6, "x:b x:d x:A y:a x:C x:E"),
        (9, "x:b x:d x:A y:a x:C x:E y:B"),
    ],
)
def test_first_go_the_not_secure_of_crowded_domains_then_all_of_those_then_any(excess, expected):
    given = entries("y:a x:A x:b x:C x:d x:E y:B")
    assert expected == going(given, excess, crowd=2)


def test_a_domain_that_is_down_to_the_size_is_no_crowd_any_more():
    given = entries("x:a x:b x:c y:a y:b y:c y:d z:a")
    assert "x:a y:a y:b" == going(given, 3, crowd=2)
    assert "x:a y:a y:b x:b x:c" == going(given, 5, crowd=2)


def test_within_a_kind_the_longest_unused_goes_first_then_the_oldest():
    given = entries("x:a x:b x:c x:d")
    given[0].accessed = 9
    assert "x:b x:c x:d x:a" == going(given, 4, crowd=0)
    tied = [Entry(Cookie(str(age), "", "x", created=float(age))) for age in (3, 1, 2)]
    assert "x:1 x:2 x:3" == going(tied, 3, crowd=0)


def test_a_tenth_more_is_one_of_those_that_are_a_crowd():
    given = entries(" ".join([*(f"x:a{n}" for n in range(20)), *(f"y:a{n}" for n in range(10))]))
    assert "x:a0 x:a1" == going(given, 1, crowd=10, spare=True)


def test_a_tenth_more_goes_of_the_same_kind_and_of_no_other():
    given = entries(" ".join([*(f"x:a{n}" for n in range(40)), *(f"x:A{n}" for n in range(40))]))
    assert 10 + 3 == len(going(given, 10, crowd=0, spare=True).split())
    assert 40 == len(going(given, 40, crowd=0, spare=True).split())
    assert 40 + 10 + 3 == len(going(given, 50, crowd=0, spare=True).split())
