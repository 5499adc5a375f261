"""What a jar is as a mapping, over cookies that are given."""

import pytest

from httpcore_cookies import Cookie, CookieConflict, CookieJar
from httpcore_cookies.cookies._mapping import CookieMapping


class Given(CookieMapping):
    def __init__(self, *cookies):
        self._cookies = list(cookies)

    def cookies(self):
        return self._cookies


ONE = Cookie("a", "s3cret", "a.test")
TWO = Cookie("a", "2", "a.test", "/d")
UNSCOPED = Cookie("a", "3", host_only=False)
OTHER = Cookie("b", "4", "b.test")


def test_a_mapping_of_nothing_is_empty():
    jar = Given()
    assert ([], 0, None, 5) == (list(jar), len(jar), jar.get("a"), jar.get("a", 5))
    with pytest.raises(KeyError):
        jar["a"]


def test_a_name_gives_the_value_of_its_cookie():
    jar = Given(ONE, OTHER)
    assert ("s3cret", "4", "4") == (jar["a"], jar["b"], jar.get("b"))
    assert {"a": "s3cret", "b": "4"} == dict(jar)
    assert "a" in jar
    assert "c" not in jar


def test_each_name_is_a_key_once_and_each_cookie_an_item():
    jar = Given(ONE, TWO, OTHER)
    assert (["a", "b"], 2) == (jar.keys(), len(jar))
    assert ["s3cret", "2", "4"] == jar.values()
    assert [("a", "s3cret"), ("a", "2"), ("b", "4")] == jar.items()


def test_several_cookies_of_a_name_are_a_conflict_that_shows_no_value():
    with pytest.raises(
        CookieConflict, match=r"3 cookies have the name 'a' \(a\.test '/', a\.test '/d', no domain"
    ) as caught:
        Given(ONE, TWO, UNSCOPED)["a"]
    assert "s3cret" not in str(caught.value)


def test_domain_and_path_choose_among_several():
    jar = Given(ONE, TWO, UNSCOPED)
    assert "s3cret" == jar.get("a", domain=".A.test", path="/")
    assert "2" == jar.get("a", path="/d")
    assert "3" == jar.get("a", domain="")


def test_cookies_are_removed_by_name_domain_and_path():
    jar = CookieJar()
    jar.add([ONE, TWO, UNSCOPED, OTHER])
    jar.delete("a", path="/d")
    jar.delete("a", domain="A.test")
    assert "3" == jar["a"]
    del jar["a"]
    jar.delete("b")
    jar.delete("b")
    assert [] == jar.cookies()
    with pytest.raises(KeyError):
        del jar["a"]


def test_repr_shows_names_and_counts_and_no_value():
    assert "<Given 0 cookies for 0 domains, 0 unscoped: >" == repr(Given())
    cookies = [Cookie(f"n{number}", "s3cret", "a.test") for number in range(11)]
    names = ", ".join(f"n{number}" for number in range(10))
    expected = f"<Given 11 cookies for 1 domain, 1 unscoped: {names}, ...>"
    assert expected == repr(Given(*cookies, UNSCOPED))
