import pickle
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import Cookie, CookieJar, InvalidCookie

DAY = 24 * 3600


class Clock:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def receive(jar: CookieJar, *values: str, scheme: str = "https", host: str = "a.test") -> None:
    jar.extract(values, scheme=scheme, host=host, path="/d/p")


def sent(
    jar: CookieJar, scheme: str = "https", host: str = "a.test", path: str = "/d/p"
) -> str | None:
    return jar.header(scheme=scheme, host=host, path=path)


def test_a_stored_cookie_has_what_the_server_said() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, "a=1; Domain=.A.test; Path=/d; Secure; HttpOnly; SameSite=Lax; Max-Age=10")
    expected = Cookie("a", "1", "a.test", "/d", False, True, True, "lax", 1010.0, 1000.0)
    assert [expected] == jar.cookies()


def test_no_cookie_gives_no_field() -> None:
    assert None is sent(CookieJar())


def test_longer_paths_come_first_then_older_cookies() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, "a=1; Path=/", "b=2; Path=/d", "c=3; Path=/; Domain=a.test", "d=4; Path=/d/p")
    assert sent(jar) == "d=4; b=2; a=1; c=3"


def test_lifetimes_are_cut_at_400_days() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, f"a=1; Max-Age={'9' * 900}", "b=2; Expires=Fri, 01 Jan 2100 00:00:00 GMT")
    assert [cookie.expires for cookie in jar.cookies()] == [1000.0 + 400 * DAY] * 2


@pytest.mark.parametrize(
    ("life", "kept"),
    [
        ("Max-Age=1", True),
        ("Max-Age=0", False),
        ("Max-Age=-1", False),
        (f"Max-Age=-{'9' * 900}", False),
        ("Expires=Thu, 01 Jan 1970 00:16:41 GMT", True),
        ("Expires=Thu, 01 Jan 1970 00:16:40 GMT", False),
        ("Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT", False),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=1", True),
    ],
)
def test_a_server_deletes_by_a_life_that_is_over(life: str, kept: bool) -> None:
    jar = CookieJar(clock=Clock(1000.0))
    receive(jar, "a=1")
    receive(jar, f"a=2; {life}")
    assert ("a=2" if kept else None) == sent(jar)


def test_an_expired_cookie_is_neither_sent_nor_seen() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock)
    receive(jar, "a=1; Max-Age=10", "b=2")
    clock.now += 10
    assert list(jar) == ["b"]
    assert sent(jar) == "b=2"
    receive(jar, "a=3; Max-Age=10")  # a new cookie, not an overwritten one
    assert sent(jar) == "b=2; a=3"


def test_plain_http_neither_sets_nor_hides_nor_gets_a_secure_cookie() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, "a=1; Secure; Path=/", scheme="HTTPS")
    receive(jar, "a=2", "a=3; Path=/", "b=4; Secure", scheme="http")
    receive(jar, "a=5; Domain=a.test", scheme="http", host="b.a.test")
    assert (sent(jar, "wss"), sent(jar, "http")) == ("a=1", None)
    receive(jar, "s=1; Secure; Path=/d", host="b.a.test")
    receive(jar, "s=2; Path=/d", "s=3; Path=/", scheme="http")
    assert [cookie.path for cookie in jar.cookies() if cookie.domain == "a.test"][1:] == ["/"]


@pytest.mark.parametrize(
    ("host", "refused"),
    [
        *((host, True) for host in ("b.a.test", "c.b.a.test", "a.test")),
        *((host, False) for host in ("b.test", "d.a.test", "ab.a.test")),
    ],
)
def test_a_secure_cookie_is_in_the_way_above_and_below_its_domain(host: str, refused: bool) -> None:
    # RFC 6265bis 5.7
    jar = CookieJar(clock=Clock())
    receive(jar, "id=1; Secure; Domain=b.a.test", host="b.a.test")
    for value in "12":  # and one that is not secure is in nobody's way
        receive(jar, f"id={value}", scheme="http", host=host)
    plain = [cookie.value for cookie in jar.cookies() if not cookie.secure]
    assert plain == ([] if refused else ["2"])


def test_an_address_is_no_domain() -> None:
    jar = CookieJar()
    receive(jar, "a=1; Domain=0.0.1", host="127.0.0.1")
    receive(jar, "b=2; Domain=127.0.0.1", host="127.0.0.1")
    receive(jar, "c=3", "d=4; Domain=[::1]", "e=5; Domain=::1", "f=6; Domain=[::2]", host="[::1]")
    receive(jar, "g=7; Domain=[a.test]", host="a.test")
    assert sent(jar, host="127.0.0.1") == "b=2"
    assert sent(jar, host="::1") == "c=3; d=4; e=5"
    assert (None, None) == (sent(jar, host="1.127.0.0.1"), sent(jar))


def test_a_host_of_endless_labels_takes_no_time() -> None:
    jar = CookieJar()
    host = "a." * 200_000 + "test"
    receive(jar, "a=1", host=host)
    assert sent(jar, host=host) == "a=1"


@pytest.mark.parametrize(
    ("host", "domain", "kept"),
    [
        ("b.a.s3.test", "a.s3.test", True),
        ("b.a.s3.test", "s3.test", False),
        ("b.a.s3.test", "cloud.test", False),
        ("b.a.s3.cloud.test", "cloud.test", False),  # no suffix itself, but above one
        ("b.a.s3.cloud.test", "a.s3.cloud.test", True),
        ("b.cloud.test", "cloud.test", True),
        ("s3.cloud.test", "cloud.test", False),
    ],
)
def test_a_domain_must_not_lie_above_what_the_owner_of_the_host_has(host, domain, kept) -> None:
    jar = CookieJar(is_public_suffix={"test", "s3.test", "s3.cloud.test"}.__contains__)
    stored = jar.extract([f"a=1; Domain={domain}"], scheme="https", host=host, path="/")
    assert ([domain] if kept else []) == [cookie.domain for cookie in stored]


def test_public_suffixes_can_be_given() -> None:
    jar = CookieJar(is_public_suffix=lambda domain: domain == "a.test")
    receive(jar, "a=1; Domain=a.test", host="x.a.test")
    receive(jar, "b=2; Domain=a.test")
    assert [cookie.name for cookie in jar.cookies() if cookie.host_only] == ["b"]


def test_unscoped_cookies_go_to_any_host_unless_left_out() -> None:
    jar = CookieJar(clock=Clock())
    jar["u"] = "1"
    jar.update({"v": "2"})
    receive(jar, "a=1")
    assert sent(jar) == "a=1; u=1; v=2"
    assert sent(jar, "http", "other.test") == "u=1; v=2"
    assert jar.header(scheme="https", host="a.test", path="/d/", unscoped=False) == "a=1"
    assert jar.unscoped() == {"u": "1", "v": "2"}
    jar.unscoped().clear()
    assert len(jar) == 3


def test_a_servers_cookie_goes_before_an_unscoped_one_of_its_name() -> None:
    jar = CookieJar(clock=Clock())
    jar["a"] = "first"
    receive(jar, "a=rotated")
    assert sent(jar) == "a=rotated"
    assert sent(jar, host="b.test") == "a=first"


def test_clear_takes_all_or_one_domain() -> None:
    jar = CookieJar(clock=Clock())
    for host in ("a.test", "b.test"):
        receive(jar, "a=1", host=host)
    jar["u"] = "1"
    jar.clear("A.test")
    jar.clear("nowhere.test")
    assert [cookie.domain for cookie in jar.cookies()] == ["b.test", ""]
    jar.clear("")
    assert [cookie.domain for cookie in jar.cookies()] == ["b.test"]
    jar["u"] = "1"
    jar.clear()
    assert jar.cookies() == []


def test_a_caller_sets_a_cookie_for_a_domain_or_a_host() -> None:
    jar = CookieJar(clock=Clock())
    jar.set("a", "1", domain=".A.test", path="/d", expires=1010.0, same_site="lax", http_only=True)
    jar.set("b", "2", domain="a.test", host_only=True)
    jar.set("c", "3", domain="localhost", secure=True)
    jar.set("d", "4", domain="[::1]")
    assert sent(jar) == "a=1; b=2"
    assert sent(jar, host="x.a.test") == "a=1"
    assert (sent(jar, host="localhost"), sent(jar, "http", "localhost")) == ("c=3", None)
    assert None is sent(jar, host="x.localhost")
    assert sent(jar, host="[::1]") == "d=4"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", "v"), "must not be empty"),
        (("a b", "v"), "'a b'.*position 1"),
        (("a=", "v"), "position 1"),
        (("a\r\n", "v"), r"'a\\r\\n'"),
        (("é", "v"), "position 0"),
        (("x" * 99 + ";", "v"), "xxx'\\.\\.\\.:"),
        (("a", "s3cret;"), "'a'.*position 6"),
        (("a", "s3cret\n"), "'a'.*position 6"),
        (("a", "s3cré"), "quote"),
        (("a", " s3cret"), "space"),
        (("a", "v", "http://a.test"), "not a host"),
        (("a", "v", "."), "not a host"),
        (("a", "v", "a.test", "d"), "must begin with"),
        (("a", "v", "a.test", "/;"), "must begin with"),
    ],
)
def test_a_bad_cookie_of_the_caller_is_refused(arguments: tuple[Any, ...], words: str) -> None:
    jar = CookieJar()
    with pytest.raises(InvalidCookie, match=words) as caught:
        jar.set(*arguments)
    assert isinstance(caught.value, ValueError)
    assert "s3cr" not in str(caught.value)
    assert jar.cookies() == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((1, "v"), "name"),
        (("a", 1), "value of 'a'"),
        (("a", None), "value of 'a'"),
        (("a", "v", 1), "domain of 'a'"),
        (("a", "v", "x.test", 1), "path of 'a'"),
    ],
)
def test_what_is_no_text_is_a_type_error(arguments: Any, part: str) -> None:
    with pytest.raises(TypeError, match=f"^a cookie's {part} must be str, not "):
        CookieJar().set(*arguments)


ADDED = [
    Cookie("b", "2", "b.test", "/p", created=7.0, same_site="lax", http_only=True),
    Cookie("", "\xe9 \t,", "a.test", "/d;x", host_only=False, created=5.0, expires=2000.0),
    Cookie("u", "3", host_only=False, secure=True),
]


def test_added_cookies_keep_their_scope_and_age() -> None:
    jar = CookieJar(clock=Clock())
    jar.add(iter(ADDED))
    assert jar.cookies() == ADDED
    copy = CookieJar(clock=Clock())
    copy.update(jar)
    assert copy.cookies() == ADDED
    receive(copy, "b=3; Path=/p", host="b.test")
    assert copy.get("b", domain="b.test") == "3"
    assert copy.cookies()[0].created == 7.0


def test_an_added_cookie_without_an_age_gets_that_of_the_one_it_replaces_or_a_new_one() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock)
    receive(jar, "a=1; Path=/")
    clock.now += 5
    jar.add([Cookie("b", "2", "a.test"), Cookie("a", "3", "a.test")])
    assert [("a", "3", 1000.0), ("b", "2", 1005.0)] == [
        (cookie.name, cookie.value, cookie.created) for cookie in jar.cookies()
    ]


def test_an_expired_cookie_is_not_added_and_deletes_nothing() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, "a=1; Path=/")
    jar.add([Cookie("a", "2", "a.test", expires=1000.0)])
    assert jar["a"] == "1"


def test_adding_changes_nothing_if_one_is_bad() -> None:
    jar = CookieJar()
    with pytest.raises(InvalidCookie):
        jar.add([Cookie("a", "1", "a.test"), Cookie("b", "2;", "a.test")])
    with pytest.raises(InvalidCookie):
        jar.update({"a": "1", "b;": "2"})
    assert jar.cookies() == []
    assert jar.is_empty


def test_an_added_cookie_that_would_cover_strangers_is_for_its_host_alone() -> None:
    jar = CookieJar(is_public_suffix=lambda domain: domain == "a.test")
    jar.add(
        [Cookie("a", "1", "a.test", host_only=False), Cookie("b", "2", "127.0.0.1", "/", False)]
    )
    assert [True, True] == [cookie.host_only for cookie in jar.cookies()]


def test_adding_removes_no_more_than_the_limits_ask_for() -> None:
    jar = CookieJar(clock=Clock(), max_per_domain=100, max_total=150)
    jar.add([Cookie(f"n{number}", "1", "a.test") for number in range(101)])
    assert jar.keys() == [f"n{number}" for number in range(1, 101)]
    jar.add([Cookie("a", "1", f"h{number}.test") for number in range(51)])
    assert len(jar.cookies()) == 150


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("__Secure-a", {}, {"secure": True}),
        ("__http-a", {}, {"secure": True, "http_only": True}),
        ("__HOST-a", {}, {"secure": True, "host_only": True}),
        ("__Host-Http-a", {}, {"secure": True, "http_only": True, "host_only": True}),
        ("__Hostess", {}, {}),
        ("a__Host-", {"secure": True}, {"secure": True}),
    ],
)
def test_what_a_caller_sets_keeps_the_promise_of_its_name(
    name: str, given: dict[str, Any], kept: dict[str, Any]
) -> None:
    jar = CookieJar(clock=Clock())
    jar.set(name, "1", domain="a.test", **given)
    expected = Cookie(name, "1", "a.test", host_only=False, created=1000.0).copy_with(**kept)
    assert [expected] == jar.cookies()


def test_a_path_that_would_break_a_promise_is_refused() -> None:
    jar = CookieJar()
    for domain in ("a.test", None):
        with pytest.raises(InvalidCookie, match="'__Host-a'.*must be '/'"):
            jar.set("__Host-a", "1", domain, "/p")
    assert jar.cookies() == []


def test_an_unscoped_cookie_has_a_path_and_an_end() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock)
    jar.set("a", "1", path="/d")
    jar.set("b", "1", expires=clock.now + 10)
    assert ["a=1; b=1", "b=1"] == [sent(jar), sent(jar, path="/e")]
    clock.now += 10
    assert ("a=1", {"a": "1"}, {"a": "1"}) == (sent(jar), dict(jar), jar.unscoped())
    jar.set("a", "", expires=clock.now)  # this is how servers delete
    assert (None, [], True) == (sent(jar), jar.cookies(), "a" not in jar)


def test_an_unscoped_cookie_that_is_secure_goes_over_tls_alone() -> None:
    jar = CookieJar(clock=Clock())
    jar["__Host-a"] = jar["__Secure-b"] = "1"
    jar.set("c", "1", secure=True)
    jar["d"] = "1"
    assert sent(jar, "wss") == "__Host-a=1; __Secure-b=1; c=1; d=1"
    assert sent(jar, "http") == "d=1"


def test_what_is_no_cookie_and_no_mapping_is_a_type_error() -> None:
    jar = CookieJar()
    with pytest.raises(TypeError, match="must be Cookie objects, not str"):
        jar.add(["a"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="a mapping of names to values or a cookie jar, not list"):
        jar.update([("a", "1")])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not one str"):
        receive_text: Any = "a=1"
        jar.extract(receive_text, scheme="http", host="a.test", path="/")


def test_a_jar_may_be_for_one_cookie() -> None:
    jar = CookieJar(clock=Clock(), max_per_domain=1, max_total=1)
    receive(jar, "a=1", "b=2")
    assert jar.keys() == ["b"]
    receive(jar, "c=3", host="b.test")
    assert jar.keys() == ["c"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"clock": 5}, TypeError, "clock must be a function, not int"),
        ({"is_public_suffix": None}, TypeError, "is_public_suffix must be a function"),
        ({"max_per_domain": True}, TypeError, "max_per_domain must be a whole number, not bool"),
        ({"max_total": 1.5}, TypeError, "max_total must be a whole number, not float"),
        ({"max_field_octets": 0}, ValueError, "max_field_octets must be 1 or more, not 0"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    arguments: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        CookieJar(**arguments)


def test_extract_returns_what_it_stored_in_order() -> None:
    jar = CookieJar(clock=Clock())
    stored = jar.extract(
        ["a=1", "b=2; Domain=b.test", "c=3; Secure", "a=; Max-Age=0", "", "d=4", "d=5"],
        scheme="http",
        host="a.test",
        path="/",
    )
    assert ["1", "4", "5"] == [cookie.value for cookie in stored]
    assert jar.cookies() == stored[2:]


def test_a_full_domain_loses_the_expired_then_the_least_recently_used() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock, max_per_domain=3)
    receive(jar, "a=1", "b=2; Max-Age=5", "c=3; Max-Age=5", "x=1", host="a.test")
    assert jar.keys() == ["b", "c", "x"]
    clock.now += 5
    receive(jar, "d=4; Path=/d/p", "e=5")
    assert jar.keys() == ["x", "e", "d"]
    assert sent(jar, path="/d/") == "x=1; e=5"
    receive(jar, "f=6")  # "d" is younger, but was not sent
    assert jar.keys() == ["x", "e", "f"]
    receive(jar, "x=2")
    receive(jar, "g=7", "h=8")
    assert jar.keys() == ["x", "g", "h"]


def test_what_is_not_secure_cannot_push_out_what_is() -> None:
    jar = CookieJar(clock=Clock(), max_per_domain=100)
    receive(jar, *(f"s{number}=1; Secure" for number in range(95)))
    for number in range(200):
        receive(jar, f"n{number}=1", scheme="http")
    assert len([cookie for cookie in jar.cookies() if cookie.secure]) == 95
    assert jar.keys()[-1] == "n199"


def test_a_flood_of_one_domain_pushes_out_its_own_cookies_first() -> None:
    jar = CookieJar(clock=Clock(), max_per_domain=200, max_total=200)
    for number in range(100):
        receive(jar, "a=1", host=f"h{number}.test")
    for number in range(300):
        receive(jar, f"n{number}=1")
    assert len([cookie for cookie in jar.cookies() if cookie.name == "a"]) == 100
    assert jar.keys()[-1] == "n299"


@pytest.mark.parametrize(("others", "kept"), [(50, False), (51, True)])
def test_a_domain_is_a_crowd_if_each_of_its_cookies_has_more_than_50_others(
    others: int, kept: bool
) -> None:
    # RFC 6265bis 5.7 and 6.1
    jar = CookieJar(clock=Clock(), max_total=1 + others)
    receive(jar, "oldest=1", host="b.test")
    receive(jar, *(f"n{number}=1" for number in range(1 + others)))
    assert kept is ("oldest" in jar)


def test_a_full_jar_makes_room_for_some_more() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock, max_total=40)
    for number in range(40):
        life = "; Max-Age=5" if number == 5 else ""
        receive(jar, f"n{number}=1{life}", host=f"h{number}.test")
    assert len(jar) == 40
    clock.now += 5
    receive(jar, "last=1")
    assert len(jar) == 40
    receive(jar, "next=1")
    names = [f"n{number}" for number in range(40) if number not in (0, 1, 2, 3, 4, 5)]
    assert [*names, "last", "next"] == jar.keys()


def test_deleting_makes_room() -> None:
    jar = CookieJar(clock=Clock(), max_total=2)
    for number in range(50):
        receive(jar, f"n{number}=1")
        receive(jar, f"n{number}=; Max-Age=-1")
    receive(jar, "a=1", "b=2")
    assert jar.keys() == ["a", "b"]


def test_a_neighbour_that_fills_the_domain_locks_nobody_out() -> None:
    jar = CookieJar(clock=Clock())
    receive(
        jar, *(f"x{n}={'x' * 4000}; Domain=a.test; Path=/" for n in range(9)), host="evil.a.test"
    )
    receive(
        jar, *(f"y{n}={'y' * 9}; Domain=a.test; Path=/d" for n in range(170)), host="evil.a.test"
    )
    receive(jar, "id=s3cret; Path=/", host="www.a.test")
    jar["own"] = "1"
    field = sent(jar, host="www.a.test") or ""
    assert len("Cookie: " + field) <= 8190
    assert field.endswith("; id=s3cret; own=1")
    assert len(field) > 6000


def test_a_cookie_without_room_in_the_field_is_not_in_use() -> None:
    jar = CookieJar(clock=Clock(), max_per_domain=2, max_field_octets=20)
    receive(jar, "a=1234567890", "b=1234567890")
    assert sent(jar) == "a=1234567890"
    receive(jar, "c=3")
    assert jar.keys() == ["a", "c"]


SAME_SITES = ("s=1; SameSite=Strict", "l=1; SameSite=Lax", "n=1; SameSite=None; Secure", "d=1")


@pytest.mark.parametrize(
    ("led_from", "method", "expected"),
    [
        ([], "POST", "s=1; l=1; n=1; d=1"),
        (["www.a.co.uk", "B.A.co.uk", "a.co.uk"], "POST", "s=1; l=1; n=1; d=1"),
        (["b.co.uk"], "GET", "l=1; n=1; d=1"),
        (["a.co.uk", "b.test", "a.co.uk"], "HEAD", "l=1; n=1; d=1"),
        (["co.uk"], "POST", "n=1; d=1"),
        (["127.0.0.1"], "PUT", "n=1; d=1"),
    ],
)
def test_same_site_cookies_stay_home_where_another_site_leads_here(
    led_from: list[str], method: str, expected: str
) -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, *SAME_SITES, host="a.co.uk")
    field = jar.header(
        scheme="https", host="a.co.uk", path="/d/p", method=method, led_from=led_from
    )
    assert expected == field


def test_no_site_is_compared_where_no_cookie_has_same_site() -> None:
    def refuse(domain: str) -> bool:
        raise AssertionError(domain)

    jar = CookieJar(clock=Clock(), is_public_suffix=refuse)
    receive(jar, "a=1", "b=2; SameSite=None; Secure")
    field = jar.header(scheme="https", host="a.test", path="/d/p", led_from=["b.test"])
    assert field == "a=1; b=2"


def test_a_final_dot_hides_no_public_suffix() -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, "a=1; Domain=co.uk.", host="a.co.uk.")
    assert jar.cookies() == []


def test_a_jar_can_be_copied() -> None:
    jar = CookieJar()
    receive(jar, "a=1; Path=/")
    jar["u"] = "2"
    for copy in (deepcopy(jar), pickle.loads(pickle.dumps(jar))):
        del copy["a"]
        assert (sent(copy), sent(jar)) == ("u=2", "a=1; u=2")


FIELDS = st.lists(
    st.text(st.sampled_from('ab=;, \t\x01é"'))
    | st.sampled_from(
        ["a=1", "b=2; Path=/d", "a=3; Domain=a.test", "a=; Max-Age=0", "c=4; Secure", "=5"]
    ),
    max_size=12,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(FIELDS)
def test_no_field_raises_and_what_is_sent_is_one_line_of_latin_1(values: list[str]) -> None:
    jar = CookieJar(clock=Clock())
    receive(jar, *values)
    field = sent(jar)
    assert field is None or not set(field.encode("latin-1")) & {0, 1, 10, 13, 127}
    keys = [(c.name, c.domain, c.path, c.host_only) for c in jar.cookies()]
    assert len(set(keys)) == len(keys)
    copy = CookieJar(clock=Clock())
    copy.update(jar)
    assert copy.cookies() == jar.cookies()


def test_a_secure_cookie_that_has_expired_stands_in_nobodys_way() -> None:
    clock = Clock()
    jar = CookieJar(clock=clock)
    receive(jar, "id=1; Secure; Max-Age=10")
    receive(jar, "id=2", scheme="http")
    assert [None, "id=1"] == [sent(jar, "http"), sent(jar)]
    clock.now += 10
    receive(jar, "id=2", scheme="http")
    assert ["id=2", "id=2"] == [sent(jar, "http"), sent(jar)]


def test_a_cookie_without_a_path_is_refused_where_the_path_would_be_endless() -> None:
    """Redirects can lead to as many such paths as there are cookies."""
    jar = CookieJar(clock=Clock())
    for length in (4096, 4097):
        path = "/" + "x" * (length - 2) + "/"
        jar.extract(["a=1"], scheme="https", host="a.test", path=path)
        jar.extract([f"b{length}=1; Path=/"], scheme="https", host="a.test", path=path)
    assert [("a", 4095), ("b4096", 1), ("b4097", 1)] == [
        (cookie.name, len(cookie.path)) for cookie in jar.cookies()
    ]
