"""Cookies of a client against a real server, which tells what it was sent (`testkit.guard`)."""

import http.cookiejar
from urllib.parse import quote

import pytest

from httpcore_client import CookieConflict, CookieJar, DigestAuth, InvalidCookie
from testkit.guard import PASSWORD, USER

CROWD = 20


@pytest.fixture
def run(guard, run_client):
    """Run a scenario: `async def scenario(client)`, with a client that trusts the guard."""
    return run_client


@pytest.fixture
def elsewhere(guard):
    """The same server as another host, and so as another site."""
    return guard.plain.replace("localhost", "127.0.0.1")


def setting(base, *cookies, path="/"):
    """A URL whose answer sets these cookies."""
    return f"{base}{path}?" + "&".join("set=" + quote(cookie) for cookie in cookies)


def leading(base, url, *cookies):
    """A URL that leads to another, and sets these cookies on the way."""
    more = "".join("&set=" + quote(cookie) for cookie in cookies)
    return f"{base}/to?url={quote(url, safe='')}{more}"


def assign(client, cookies):
    """`client.cookies = cookies`, through what makes a client for threads look like the others."""
    getattr(client, "_target", client).cookies = cookies


def sent(guard):
    return [seen.cookie for seen in guard.seen]


# -- what servers set --


def test_over_any_transport_a_cookie_is_kept_and_sent(world, transport, guard, authority):
    async def scenario():
        options = {"ssl": authority.bundle, "trust_env": False, **transport.options}
        async with world.client(**options) as client:
            base = transport.base(guard)
            response = await client.get(setting(base, "a=1", "b=2; Path=/in", "c=3; Max-Age=0"))
            assert {"a": "1", "b": "2"} == dict(response.cookies)
            await client.get(base + "/in/x", cookies={"own": "4"})
            await client.get(base + "/")

    world.run(scenario)
    assert [None, "own=4; b=2; a=1", "a=1"] == sent(guard)


def test_a_response_names_what_was_stored_of_what_it_sets(run, guard):
    async def scenario(client):
        refused = ["b=1; Domain=other.test", "c=1; Secure", "__Host-d=1", "", "=; Path=/"]
        response = await client.get(setting(guard.plain, "a=1", *refused, "a=2"))
        assert {"a": "2"} == dict(response.cookies)
        assert {"a": "2"} == dict(client.cookies)
        await client.get(setting(guard.plain, "a=; Max-Age=0"))
        assert {} == dict(client.cookies)

    run(scenario)


def test_a_name_at_two_places_is_a_clear_error(run, guard):
    async def scenario(client):
        await client.get(setting(guard.plain, "a=1; Path=/", "a=2; Path=/in"))
        with pytest.raises(CookieConflict, match="2 cookies have the name 'a'"):
            client.cookies["a"]
        assert "2" == client.cookies.get("a", path="/in")

    run(scenario)


def test_cookies_of_hops_and_of_refusals_are_kept_and_sent_on(run, guard):
    async def scenario(client):
        url = setting(guard.plain, "b=2", path="/digest/MD5")
        response = await client.get(
            leading(guard.plain, url, "a=1"), auth=DigestAuth(USER, PASSWORD), cookies={"own": "0"}
        )
        assert response.status_code == 200
        assert {"b": "2"} == dict(response.cookies)
        assert {"a": "1", "b": "2"} == dict(client.cookies)

    run(scenario)
    assert ["own=0", "own=0; a=1", "own=0; b=2; a=1"] == sent(guard)


# -- what callers set --


def test_a_client_s_cookies_are_a_mapping_that_may_be_replaced(run, guard):
    async def scenario(client):
        assign(client, {"a": "1"})
        assert "1" == client.cookies["a"]
        await client.get(guard.plain)
        client.cookies["b"] = "2"
        del client.cookies["a"]
        await client.get(guard.plain)
        jar = CookieJar()
        jar["c"] = "3"
        assign(client, jar)
        assert jar is client.cookies
        await client.get(setting(guard.plain, "d=4"))
        assert "4" == jar["d"]
        assign(client, None)
        await client.get(guard.plain)
        assert ({}, {"c": "3", "d": "4"}) == (dict(client.cookies), dict(jar))
        with pytest.raises(KeyError):
            client.cookies["a"]

    run(scenario)
    assert ["a=1", "b=2", "c=3", None] == sent(guard)


@pytest.mark.parametrize("cookies", [{"a b": "1"}, {"a": "1; b=2"}, {"a": "1\r\n"}, {5: "1"}])
def test_cookies_that_can_not_be_sent_are_refused_where_they_are_given(run, guard, world, cookies):
    async def scenario(client):
        client.cookies["kept"] = "1"
        for give in (
            lambda: assign(client, cookies),
            lambda: world.client(cookies=cookies),
            lambda: client.build("GET", guard.plain, cookies=cookies),
        ):
            with pytest.raises((InvalidCookie, TypeError)):
                give()
        assert {"kept": "1"} == dict(client.cookies)

    run(scenario)
    assert [] == guard.seen


def test_unscoped_cookies_go_where_the_caller_asks_and_nowhere_else(run, guard, elsewhere):
    async def scenario(client):
        await client.get(guard.plain)
        await client.get(elsewhere)
        await client.get(leading(guard.plain, guard.plain + "/same"))
        for other in (elsewhere, guard.other, guard.tls):
            await client.get(leading(guard.plain, leading(other, guard.plain)))

    run(scenario, cookies={"a": "1"})
    assert ["a=1"] * 4 + ["a=1", None, None] * 3 == sent(guard)


def test_cookies_of_one_request_end_with_it_and_stay_at_its_origin(run, guard, elsewhere):
    async def scenario(client):
        own = {"a": "1"}
        await client.get(leading(guard.plain, guard.plain + "/same"), cookies=own)
        await client.get(guard.plain)
        for other in (elsewhere, guard.other, guard.tls):
            await client.get(leading(guard.plain, leading(other, guard.plain)), cookies=own)
        assert {} == dict(client.cookies)

    run(scenario)
    assert ["a=1", "a=1", None] + ["a=1", None, None] * 3 == sent(guard)


def test_a_jar_for_one_request_gives_what_belongs_there_and_takes_nothing(run, guard, elsewhere):
    jar = CookieJar()
    jar["a"] = "1"
    jar.set("b", "2", "localhost")
    jar.set("c", "3", "127.0.0.1")
    jar.set("d", "4", "localhost", secure=True)
    before = jar.items()

    async def scenario(client):
        await client.get(setting(guard.plain, "e=5"), cookies=jar)
        await client.get(leading(guard.plain, elsewhere), cookies=jar)
        assert {"e": "5"} == dict(client.cookies)

    run(scenario)
    assert ["b=2; a=1", "b=2; a=1; e=5", None] == sent(guard)
    assert before == jar.items()


def test_a_jar_of_the_standard_library_is_copied(run, guard):
    given = http.cookiejar.CookieJar()
    given.set_cookie(
        http.cookiejar.Cookie(
            *(0, "a", "1", None, False, "localhost.local", False, False, "/", False),
            *(False, None, True, None, None, {}),
        )
    )

    async def scenario(client):
        await client.get(setting(guard.plain, "b=2"))
        await client.get(guard.plain)

    run(scenario, cookies=given)
    assert ["a=1", "a=1; b=2"] == sent(guard)
    assert ["a"] == [cookie.name for cookie in given]


# -- SameSite: what a client can know of it are redirects --


def test_through_another_site_strict_cookies_stay_at_home_and_lax_ones_with_unsafe_methods(
    run, guard, elsewhere
):
    async def scenario(client):
        cookies = ["s=1; SameSite=Strict", "l=2; SameSite=Lax", "n=3; SameSite=None", "d=4"]
        await client.get(setting(guard.plain, *cookies))
        guard.seen.clear()
        through = leading(elsewhere, guard.plain + "/home")
        await client.get(guard.plain)
        await client.get(leading(guard.plain, guard.plain + "/home"))
        await client.get(through)
        await client.post(through + "&status=307", content=b"x")
        await client.get(leading(guard.plain, leading(elsewhere, leading(guard.plain, "/home"))))

    run(scenario)
    found = [frozenset((seen.cookie or "").split("; ")) for seen in guard.seen]
    everything = {"s=1", "l=2", "n=3", "d=4"}
    cross, unsafe = everything - {"s=1"}, everything - {"s=1", "l=2"}
    expected = [*[everything] * 3, {""}, cross, {""}, unsafe]
    assert [*expected, everything, {""}, cross, cross] == found


# -- jars that are kept --


@pytest.mark.parametrize("name", ["cookies.json", "cookies.txt"])
def test_a_session_goes_on_in_another_client(run, guard, tmp_path, name):
    path = tmp_path / name

    async def first(client):
        await client.get(setting(guard.plain, "a=1; Max-Age=999", "b=2; Path=/in; HttpOnly"))
        client.cookies.save(path)

    async def second(client):
        client.cookies.load(path)
        await client.get(guard.plain + "/in/x")
        await client.get(guard.plain.replace("localhost", "127.0.0.1"))

    run(first)
    run(second)
    assert [None, "b=2; a=1", None] == sent(guard)


def test_one_jar_serves_two_clients(run, guard):
    jar = CookieJar()

    async def scenario(client):
        await client.get(setting(guard.plain, f"c{len(jar)}={len(jar)}"))

    for _ in range(3):
        run(scenario, cookies=jar)
    assert [None, "c0=0", "c0=0; c1=1"] == sent(guard)


def test_a_jar_in_use_by_many_at_once_loses_nothing(run, guard, world):
    jar = CookieJar()

    async def scenario(client):
        def call(number):
            async def get():
                response = await client.get(setting(guard.plain, f"c{number}={number}"))
                assert {f"c{number}": f"{number}"} == dict(response.cookies)

            return get

        await world.gather(*map(call, range(CROWD)))
        assert {f"c{number}": f"{number}" for number in range(CROWD)} == dict(client.cookies)
        await client.get(guard.plain)

    run(scenario, cookies=jar)
    assert CROWD == len(guard.seen[-1].cookie.split("; "))
