import pytest

from httpcore_cookies import Cookie, CookieJar, InvalidCookie
from httpcore_cookies.cookies._prefixes import as_promised

HOST = "Secure; Path=/"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("__Secure-a=1; Secure", True),
        ("__SECURE-a=1", False),
        (f"__Host-a=1; {HOST}", True),
        ("__host-a=1; Secure", False),
        ("__Host-a=1; Path=/", False),
        ("__Host-a=1; Secure; Path=/d", False),
        (f"__Host-a=1; {HOST}; Domain=a.test", False),
        ("__Http-a=1; Secure; HttpOnly; Domain=a.test", True),
        ("__Http-a=1; Secure", False),
        ("__hTTP-a=1; HttpOnly", False),
        (f"__Host-Http-a=1; {HOST}; HttpOnly", True),
        (f"__Host-Http-a=1; {HOST}", False),
        ("__Host-Http-a=1; Secure; HttpOnly", False),
        (f"__HOST-HTTP-a=1; {HOST}; HttpOnly; Domain=a.test", False),
        ("=__Secure-a=1; Secure", False),
        (f"__Host-a; {HOST}", False),
        ("__http-a; Secure; HttpOnly", False),
        ("=ok", True),
        ("__Hosta=1", True),
    ],
)
@pytest.mark.parametrize("path", ["/", "/d/p"])
def test_a_servers_cookie_that_breaks_the_promise_of_its_name_is_refused(value, kept, path):
    stored = CookieJar().extract([value], scheme="https", host="a.test", path=path)
    assert kept is bool(stored)


def test_a_callers_cookie_is_made_to_keep_it():
    given = Cookie("__Host-Http-a", "1", "a.test", host_only=False)
    expected = given.copy_with(host_only=True, secure=True, http_only=True)
    assert expected == as_promised(given)
    assert expected is not as_promised(expected)
    assert (other := Cookie("a", "1", "a.test")) is as_promised(other)


@pytest.mark.parametrize("flag", [False, True])
def test_what_its_name_does_not_promise_stays_as_it_is(flag):
    given = Cookie("__Secure-a", "1", "a.test", "/d", host_only=flag, http_only=flag)
    assert given.copy_with(secure=True) == as_promised(given)
    given = Cookie("__Http-a", "1", "a.test", "/d", host_only=flag)
    assert given.copy_with(secure=True, http_only=True) == as_promised(given)


@pytest.mark.parametrize(
    ("cookie", "words"),
    [
        (Cookie("__Host-a", "1", "a.test", "/d"), "'__Host-a'.*must be '/'"),
        (Cookie("", "__Secure-a=s3cret", "a.test"), "without a name"),
    ],
)
def test_a_callers_cookie_that_cannot_keep_it_is_refused(cookie, words):
    with pytest.raises(InvalidCookie, match=words) as caught:
        as_promised(cookie)
    assert "s3cret" not in str(caught.value)
