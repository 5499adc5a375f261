"""What callers do with whole jars: copy them, hand over others' jars, name hosts."""

import copy
import http.cookiejar

import pytest

from httpcore_cookies import CookieJar, InvalidCookie


class Clock:
    now = 1767225600.0

    def __call__(self):
        return self.now


def receive(jar, *values, scheme="https", host="a.test"):
    jar.extract(values, scheme=scheme, host=host, path="/d/p")


def sent(jar, scheme="https", host="a.test", path="/d/p"):
    return jar.header(scheme=scheme, host=host, path=path)


def test_a_copy_has_the_same_cookies_and_settings_and_is_independent():
    clock = Clock()
    jar = CookieJar(clock=clock, max_per_domain=2, max_field_octets=30)
    receive(jar, "a=1; Max-Age=10", "b=2; Domain=a.test")
    jar["c"] = "3"
    for twin in (jar.copy(), copy.copy(jar)):
        assert jar.cookies() == twin.cookies()
        receive(twin, "d=4", "a=5", host="b.test")
        twin.clear("")
        receive(twin, "x=1", "y=2", "z=3", host="c.test")
        assert 2 == sum(cookie.domain == "c.test" for cookie in twin.cookies())
        assert sent(jar, host="b.test") == "c=3"
    clock.now += 10
    assert ["b"] == [cookie.name for cookie in twin.cookies() if cookie.domain == "a.test"]


class JarOfAnotherClient(dict):
    """Like the cookies of httpx: a mapping that is built on a jar of the standard library."""

    def __init__(self, jar):
        super().__init__({cookie.name: cookie.value or "" for cookie in jar})
        self.jar = jar


class JarThatIsAMapping(http.cookiejar.CookieJar, JarOfAnotherClient):
    """Like the cookies of requests: a jar of the standard library that is a mapping, too."""

    def __init__(self):
        http.cookiejar.CookieJar.__init__(self)


def test_jars_of_others_keep_their_scope_also_if_they_are_mappings():
    theirs = CookieJar(clock=Clock())
    receive(theirs, "id=s3cret; Secure")
    plain = theirs.to_stdlib()
    mapping = JarThatIsAMapping()
    for cookie in plain:
        mapping.set_cookie(cookie)
    for jar_given in (plain, mapping, JarOfAnotherClient(plain)):
        jar = CookieJar(clock=Clock())
        jar.update(jar_given)
        assert [None, "id=s3cret"] == [sent(jar, "http"), sent(jar)]
        assert sent(jar, host="evil.test") is None


@pytest.mark.parametrize("domain", ["a.test:80", "a..test", ".", "a.test:", "[::1]:80", ":80"])
def test_what_is_no_host_alone_is_refused(domain):
    jar = CookieJar()
    with pytest.raises(InvalidCookie):
        jar.set("a", "1", domain=domain)
    assert [] == jar.cookies()


@pytest.mark.parametrize(
    "host",
    ["", "a.test:80", "http://a.test/", "a.test/", "u@a.test", "a#b", "a%62", "a b", "bücher.test"],
)
def test_what_answers_from_no_host_sets_nothing(host):
    """From the empty one it would be unscoped once it was saved and loaded."""
    jar = CookieJar()
    hint = (
        "is none as URLs have it: no scheme, port or path; international names in their xn-- form"
    )
    with pytest.raises(ValueError, match=hint):
        receive(jar, "id=1", host=host)
    assert [] == jar.cookies()


def test_an_address_is_a_host_with_brackets_and_without():
    jar = CookieJar()
    jar.set("a", "1", domain="[::1]")
    jar.set("b", "2", domain="2001:db8::7")
    assert sent(jar, host="::1", path="/") == "a=1"
    assert sent(jar, host="[2001:db8::7]", path="/") == "b=2"
