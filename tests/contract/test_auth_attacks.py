"""Credentials go nowhere but to whom they are for: attacks on other clients, each in all worlds.

What a server sees is what counts (`testkit.guard`). One guard listens at three origins, whose hosts are all
`localhost`: for Basic and Digest alone that is no reason to be trusted.
"""

import base64

import pytest

from httpcore_client import BearerAuth, DigestAuth, TokenAuth
from testkit.guard import PASSWORD, TOKEN, USER


@pytest.fixture
def run(guard, run_client):
    """Run a scenario: `async def scenario(client)`, with a client that trusts the guard."""
    return run_client


@pytest.fixture(params=["another port", "another scheme", "another host"])
def elsewhere(request, guard):
    """The base URL of another origin than `guard.plain`."""
    return {
        "another port": guard.other,
        "another scheme": guard.tls,
        "another host": guard.plain.replace("localhost", "127.0.0.1"),
    }[request.param]


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """Make this text the user's netrc."""

    def netrc(text):
        path = tmp_path / "netrc"
        path.write_text(text)
        path.chmod(0o600)
        monkeypatch.setenv("NETRC", str(path))
        return {"trust_env": True}

    return netrc


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def sent(guard):
    """Whether each request had credentials of any kind."""
    return [
        any(name in seen.fields for name in ("authorization", "proxy-authorization", "cookie"))
        for seen in guard.seen
    ]


def test_b024_fields_of_the_callers_do_not_go_to_another_origin_in_any_case_or_number(
    run, guard, elsewhere
):
    """Rows 1 and 2."""
    names = ["Authorization", "authorization", "AUTHORIZATION", "Cookie", "cookie"]
    names += ["Proxy-Authorization", "proxy-authorization"]

    async def scenario(client):
        url = f"{guard.plain}/to?url={elsewhere}/to?url={guard.plain}/end"
        await client.get(url, headers=[(name, "s3cret") for name in names])

    run(scenario)
    assert [True, False, False] == sent(guard)
    assert [302, 302, 200] == guard.statuses()


AUTHS = {
    "basic": (USER, PASSWORD),
    "bearer": BearerAuth(TOKEN),
    "token": TokenAuth(lambda: TOKEN),
    "function": lambda request: request.headers.set("Authorization", "signed"),
}


@pytest.mark.parametrize("name", AUTHS)
@pytest.mark.parametrize("of", ["request", "client"])
def test_an_auth_does_not_follow_to_another_origin(run, guard, elsewhere, netrc, name, of):
    """Rows 1 and 9: not even if netrc knows the host, nor back again."""
    here = {"auth": AUTHS[name]}

    async def scenario(client):
        url = f"{guard.plain}/to?url={elsewhere}/{name}?url={guard.plain}/"
        response = await client.get(url, **(here if of == "request" else {}))
        assert response.status_code in (200, 401)
        await client.get(f"{guard.plain}/to?url={elsewhere}/to?url={guard.plain}/basic", **here)

    hosts = "machine localhost login n password s3cret\nmachine 127.0.0.1 login n password s3cret\n"
    run(scenario, **netrc(hosts + "default login n password s3cret\n"), **here)
    assert [True, False, True, False, False] == sent(guard)
    assert basic("n", "s3cret") not in [seen.authorization for seen in guard.seen]


def test_userinfo_does_not_follow_to_another_origin(run, guard, elsewhere):
    async def scenario(client):
        start = guard.plain.replace("://", "://Aladdin:s3cret@")
        other = elsewhere.replace("://", "://evil:s3cret@")
        await client.get(f"{start}/to?url={other}/to?url={guard.plain}/basic")

    run(scenario)
    assert [True, False, False] == sent(guard)


def test_b035_a_challenge_of_where_a_redirect_led_is_not_answered(run, guard, elsewhere):
    """Row 8 (digest-cross): neither is what was learnt of one origin sent to another."""
    auth = DigestAuth(USER, PASSWORD)

    async def scenario(client):
        assert (await client.get(guard.plain + "/digest/MD5", auth=auth)).status_code == 200
        guard.seen.clear()
        url = f"{guard.plain}/to?url={elsewhere}/digest/MD5"
        assert (await client.get(url, auth=auth)).status_code == 401
        # Asked by the caller, the other origin starts from nothing.
        assert (await client.get(elsewhere + "/digest/MD5", auth=auth)).status_code == 200

    run(scenario)
    assert [True, False, False, True] == sent(guard)


def test_a_challenge_that_a_first_redirect_led_to_within_the_origin_is_answered(run, guard):
    async def scenario(client):
        url = f"{guard.plain}/to?url=/digest/MD5"
        assert (await client.get(url, auth=DigestAuth(USER, PASSWORD))).status_code == 200

    run(scenario)
    assert [302, 401, 200] == guard.statuses()


def test_b042_netrc_is_looked_up_by_the_host_that_is_dialled(run, guard, netrc):
    """Row 10: `http://a.test:@evil/` is a URL of evil's."""
    options = netrc("machine a.test login la password s3cret\n")

    async def scenario(client):
        for userinfo in ("a.test:@", "a.test@", "a.test:80@", ":a.test@"):
            await client.get(guard.plain.replace("://", f"://{userinfo}") + "/basic")

    run(scenario, **options)
    expected = [basic("a.test", ""), basic("a.test", ""), basic("a.test", "80")]
    assert [*expected, basic("", "a.test")] == [seen.authorization for seen in guard.seen]


def test_netrc_of_one_host_is_not_sent_to_another_after_a_redirect(run, guard, netrc, elsewhere):
    """Row 11: nor is the other's own, which no caller asked for."""
    options = netrc(
        "machine localhost login one password s3cret1\n"
        "machine 127.0.0.1 login two password s3cret2\n"
    )

    async def scenario(client):
        await client.get(f"{guard.plain}/to?url={elsewhere}/to?url={guard.plain}/")
        await client.get(guard.plain.replace("localhost", "127.0.0.1") + "/")

    run(scenario, **options)
    expected = [basic("one", "s3cret1"), None, None, basic("two", "s3cret2")]
    assert expected == [seen.authorization for seen in guard.seen]


@pytest.mark.parametrize("user", ["other", "one"])
def test_the_password_of_another_user_is_not_taken_from_netrc(run, guard, netrc, user):
    """Row 11: a user in the URL is not another's, and a password in netrc not for the URL's."""

    async def scenario(client):
        await client.get(guard.plain.replace("://", f"://{user}@") + "/")

    run(scenario, **netrc("machine localhost login one password s3cret\n"))
    assert [basic(user, "")] == [seen.authorization for seen in guard.seen]


def test_b041_netrc_is_never_over_what_the_caller_says(run, guard, netrc):
    async def scenario(client):
        await client.get(guard.plain, headers={"authorization": "own"})
        await client.get(guard.plain, auth=BearerAuth(TOKEN))
        await client.get(guard.plain.replace("://", "://u:p@"))
        await client.get(guard.plain)

    run(scenario, **netrc("default login n password s3cret\n"))
    expected = ["own", f"Bearer {TOKEN}", basic("u", "p"), basic("n", "s3cret")]
    assert expected == [seen.authorization for seen in guard.seen]


def test_b041_without_trust_in_the_environment_there_is_no_netrc(run, guard, netrc):
    async def scenario(client):
        await client.get(guard.plain)

    run(scenario, **{**netrc("default login n password s3cret\n"), "trust_env": False})
    assert [None] == [seen.authorization for seen in guard.seen]


def test_no_auth_for_one_request_is_no_credentials_at_all(run, guard):
    async def scenario(client):
        await client.get(guard.plain, auth=None)

    run(scenario, auth=(USER, PASSWORD))
    assert [None] == [seen.authorization for seen in guard.seen]
