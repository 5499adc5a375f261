"""How cookies are found, in which time, and that nothing is kept for ever."""

import pickle
import threading
import time
from itertools import product

import pytest

from httpcore_cookies import Cookie, CookieJar, domain_match, path_match
from httpcore_cookies.cookies._store import Store

ROUNDS = 15


def receive(jar, *values, scheme="https", host="a.test"):
    return jar.extract(values, scheme=scheme, host=host, path="/d/p")


def jar_of_ten():
    jar = CookieJar(max_per_domain=20_000, max_total=20_000)
    receive(jar, *(f"n{number}=1; Path=/d" for number in range(10)))
    return jar


def ratio_of_times(one, other):
    """Tell how much longer the second takes: the best of many rounds of each, in CPU time."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for index, function in enumerate((one, other)):
            started = time.process_time()
            for _ in range(100):
                function()
            best[index] = min(best[index], time.process_time() - started)
    return best[1] / best[0]


def others(count):
    """Give cookies that all differ in one thing from what is asked for."""
    return {
        "domains": [Cookie("a", "1", f"h{number}.test") for number in range(count)],
        "subdomains": [Cookie("a", "1", f"h{number}.a.test") for number in range(count)],
        "paths": [Cookie("a", "1", "a.test", f"/d{number}") for number in range(count)],
        "paths below": [Cookie("a", "1", "a.test", f"/d/p/{number}") for number in range(count)],
        "hosts": [Cookie(f"m{number}", "1", "test", "/d") for number in range(count)],
    }


@pytest.mark.parametrize("where", others(0))
def test_the_time_for_a_field_does_not_depend_on_cookies_elsewhere(where):
    small, large = jar_of_ten(), jar_of_ten()
    large.add(others(9_990)[where])
    assert 10_000 == len(large.cookies())

    def field_of(jar):
        return jar.header(scheme="https", host="a.test", path="/d/p")

    assert field_of(small) == field_of(large)
    assert 3 > ratio_of_times(lambda: field_of(small), lambda: field_of(large))


def test_twenty_thousand_plain_hosts_take_no_walk_each():
    jar = CookieJar(clock=lambda: 1000.0)
    started = time.process_time()
    for number in range(20_000):
        receive(jar, "a=1", scheme="http", host=f"h{number}.test")
    assert 2700 <= len(jar.cookies()) <= 3000
    assert time.process_time() - started < 15  # takes a fifteenth of it


def test_a_response_of_thousands_of_cookies_takes_no_walk_each():
    jar = CookieJar(clock=lambda: 1000.0)
    started = time.process_time()
    receive(jar, *(f"n{number}=1" for number in range(20_000)))
    assert 150 <= len(jar.cookies()) <= 180
    assert time.process_time() - started < 15  # takes a thirtieth of it


def test_a_path_of_endless_slashes_takes_no_time():
    jar = CookieJar()
    receive(jar, *(f"a=1; Path=/{number}" for number in range(180)), "b=2; Path=/")
    assert "b=2" == jar.header(scheme="https", host="a.test", path="/" * 200_000)


HOSTS = ["a.test", "b.a.test", "c.b.a.test", "ba.test", "127.0.0.1", "0.0.1"]
PATHS = ["/", "/d", "/d/", "/d/e", "/de", "/d//e", "/d/e/f"]
COOKIES = [
    Cookie(name, "1", host, path, host_only)
    for name, host, path, host_only in product("ab", HOSTS, PATHS, (False, True))
]


@pytest.mark.parametrize("share", [1, 2, 5, 23])  # with many paths it looks for each that matches
@pytest.mark.parametrize("path", [*PATHS, "*"])
@pytest.mark.parametrize("host", HOSTS)
def test_what_is_found_is_what_matches(host, path, share):
    cookies, store = COOKIES[::share], Store(1000, 1000)
    for cookie in cookies:
        store.put(cookie)
    found = [entry.cookie for entry in store.matching(host, path)]
    expected = {
        cookie
        for cookie in cookies
        if (cookie.domain == host if cookie.host_only else domain_match(host, cookie.domain))
        and path_match(path, cookie.path)
    }
    assert (len(expected), expected) == (len(found), set(found))


def test_only_the_very_cookie_is_dropped():
    store = Store(10, 10)
    old, new = Cookie("a", "1", "a.test"), Cookie("a", "2", "a.test")
    store.put(old)
    store.put(new)
    others = [new.copy_with(**{part: "/b"}) for part in ("name", "path", "domain")]
    for absent in (old, new.copy_with(), new.copy_with(host_only=False), *others):
        store.drop(absent)
    assert [new, *[None] * 3] == [store.same(cookie) for cookie in (old, *others)]
    store.drop(new)
    assert [] == store.all()


def test_what_is_dropped_twice_is_counted_once():
    store = Store(100, 10)
    cookies = [Cookie(str(number), "1", f"{number % 2}.test") for number in range(20)]
    for cookie in cookies:
        store.put(cookie)
    for cookie in cookies[:8] * 2:
        store.drop(cookie)
    store.make_room(cookies, 0.0, spare=False)
    assert cookies[10:] == sorted(store.all(), key=lambda cookie: int(cookie.name))


def test_what_has_expired_is_not_kept():
    store = Store(10, 10)
    for second in range(100):
        cookie = Cookie("a", "1", f"{second}.test", expires=second + 1.0)
        store.put(cookie)
        store.make_room([cookie], float(second), spare=False)
    assert 10 >= len(store.all())


@pytest.mark.parametrize(
    "value", ["n{0}=1", "{0:0>50}=1; Secure", "a=1; Path=/{0}", "a=1; Domain=h{0}.a.test"]
)
def test_what_has_gone_leaves_nothing_behind(value):
    jar = CookieJar(max_total=50)
    for number in range(2000):
        for life in ("", "; Max-Age=0"):
            host = f"h{number}.a.test" if "Domain" in value else "a.test"
            receive(jar, value.format(number) + life, host=host)
    assert [] == jar.cookies()
    assert 20_000 > len(pickle.dumps(jar))  # a tenth of what all of them would take


def test_clearing_a_domain_makes_room():
    jar = CookieJar(max_total=10)
    for number in range(100):
        receive(jar, *(f"n{number}=1; Path=/{number}" for number in range(9)))
        receive(jar, "b=1", host="b.test")
        jar.clear("a.test")
        assert ["b"] == jar.keys()


def test_names_of_secure_cookies_are_known_after_room_was_made():
    jar = CookieJar(clock=lambda: 1000.0, max_total=5)
    receive(jar, "a=1; Secure")
    for number in range(100):
        receive(jar, f"n{number}=1; Secure", f"n{number}=; Secure; Max-Age=0")
    receive(jar, "a=2", scheme="http")
    assert "1" == jar["a"]


def test_readers_in_other_threads_never_see_a_dict_change_its_size():
    jar = CookieJar(max_total=50, max_per_domain=10)
    failures = []
    done = threading.Event()

    def read():
        try:
            while not done.is_set():
                jar.header(scheme="https", host="a.test", path="/d/p")
                jar.cookies()
                repr(jar)
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(300):
        receive(jar, f"n{number}=1", scheme="http", host=f"h{number % 70}.a.test")
        receive(jar, f"n{number}=1; Domain=a.test", f"a=1; Domain=a.test; Path=/d/{number % 9}")
        jar[f"u{number % 20}"] = "1"
        jar.delete(f"u{number % 7}")
    done.set()
    for reader in readers:
        reader.join()
    assert [] == failures
