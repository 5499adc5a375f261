"""`EnvironmentAdapter` over an adapter that answers from a list."""

import base64
import os
import warnings
from pathlib import Path

import pytest

from httpcore_client import (
    URL,
    AuthAdapter,
    BearerAuth,
    ClientOptions,
    EnvironmentAdapter,
    NetrcAuth,
    Proxy,
    RedirectAdapter,
    Request,
)
from httpcore_pool import Options

PROXY = "http://p.test:3128"
NETRC = "machine a.test login la password pa\nmachine b.test login lb password pb\n"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def netrc(tmp_path):
    """Writes a netrc file and returns an environment that names it."""

    def netrc(text=NETRC):
        path = tmp_path / "netrc"
        path.write_text(text)
        return {"NETRC": str(path)}

    return netrc


@pytest.fixture
def passed_on(fake, exchange):
    """The request that comes out below the adapter."""

    def passed_on(environ, request, **options):
        inner = fake()
        exchange(EnvironmentAdapter(inner, environ, **options), request)
        return inner.requests[0]

    return passed_on


@pytest.fixture
def authorization(fake, exchange):
    """The Authorization that goes out at last."""

    def authorization(environ, url="http://a.test/", headers=None, **options):
        inner = fake()
        request = Request("GET", url, headers=headers, options=ClientOptions(**options))
        exchange(EnvironmentAdapter(AuthAdapter(inner), environ), request)
        return inner.requests[0].headers.get("Authorization")

    return authorization


# -- proxies --


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({"http_proxy": PROXY}, "http://a.test/", PROXY),
        ({"http_proxy": PROXY}, "https://a.test/", None),
        ({"ALL_PROXY": PROXY}, "https://a.test/", PROXY),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "a.test"}, "https://a.test/", None),
        ({}, "http://a.test/", None),
    ],
)
def test_the_proxy_of_the_environment_is_filled_in(passed_on, environ, url, expected):
    found = passed_on(environ, Request("GET", url)).options.proxy
    assert (None if expected is None else Proxy(URL(expected))) == found


def test_an_explicit_proxy_wins_even_over_no_proxy(passed_on):
    own = Proxy.of("http://own.test")
    request = Request("GET", "http://a.test/", options=ClientOptions(proxy=own))
    assert own == passed_on({"http_proxy": PROXY}, request).options.proxy
    assert own == passed_on({"http_proxy": PROXY, "no_proxy": "*"}, request).options.proxy


def test_proxy_variables_can_be_left_out(passed_on):
    request = Request("GET", "http://a.test/")
    assert passed_on({"http_proxy": PROXY}, request, proxies=False).options.proxy is None


def test_values_that_make_no_sense_warn_once_when_it_is_made(fake, exchange):
    environ = {"all_proxy": "socks5://user:s3cret@p.test", "https_proxy": "http://p.test:0x"}
    with pytest.warns(UserWarning, match="is ignored: ") as caught:
        adapter = EnvironmentAdapter(fake(), environ)
    messages = [str(warning.message) for warning in caught]
    assert ["all_proxy", "https_proxy"] == [message.split()[0] for message in messages]
    assert all("is ignored: " in message for message in messages)
    assert "s3cret" not in str(messages)
    exchange(adapter, Request("GET", "http://a.test/"))  # no further warning: it would be an error


def test_values_that_make_no_sense_do_not_matter_where_proxies_are_left_out(fake):
    EnvironmentAdapter(fake(), {"all_proxy": "socks5://p.test"}, proxies=False)


# -- netrc --


def test_netrc_answers_for_a_host_it_knows_at_any_port(authorization, netrc):
    assert basic("la", "pa") == authorization(netrc())
    assert basic("la", "pa") == authorization(netrc(), "https://a.test:8443/")


@pytest.mark.parametrize("url", ["http://x.a.test/", "http://c.test/", "http://a.test.evil.test/"])
def test_netrc_does_not_answer_for_others(authorization, netrc, url):
    assert authorization(netrc(), url) is None


def test_an_authorization_field_wins_over_netrc(authorization, netrc):
    assert "own" == authorization(netrc(), headers={"authorization": "own"})


def test_an_auth_wins_over_netrc(authorization, netrc):
    assert "Bearer token" == authorization(netrc(), auth=BearerAuth("token"))


def test_netrc_can_be_switched_off_for_a_request(authorization, netrc):
    assert authorization(netrc(), netrc=False) is None


def test_userinfo_wins_over_netrc(authorization, netrc):
    assert basic("u", "p") == authorization(netrc(), "http://u:p@a.test/")
    assert basic("u", "") == authorization(netrc(), "http://u@a.test/")
    assert basic("", "p") == authorization(netrc(), "http://:p@a.test/")


def test_the_file_is_not_even_read_where_it_could_not_be_used(passed_on, netrc):
    environ = netrc("nonsense")
    own = {"Authorization": "own"}
    passed_on(environ, Request("GET", "http://u@a.test/"))
    passed_on(environ, Request("GET", "http://a.test/", headers=own))
    passed_on(
        environ, Request("GET", "http://a.test/", options=ClientOptions(auth=BearerAuth("t")))
    )  # no warning: it would be an error


@pytest.mark.parametrize("url", ["http://a.test/", "https://b.test/"])
def test_netrc_is_not_asked_where_redirects_have_led_to_another_origin(authorization, netrc, url):
    assert authorization(netrc(NETRC + "default login ld password pd"), url, foreign=True) is None


@pytest.mark.parametrize(
    "location", ["http://b.test/", "http://a.test:81/", "https://a.test/", "http://c.test/"]
)
def test_a_server_can_not_draw_netrc_credentials_by_a_redirect(fake, exchange, netrc, location):
    inner = fake((302, [("Location", location)]), (302, [("Location", "http://a.test/")]))
    environ = netrc(NETRC + "default login ld password pd")
    exchange(
        RedirectAdapter(EnvironmentAdapter(AuthAdapter(inner), environ)),
        Request("GET", "http://a.test/"),
    )
    sent = [request.headers.get("Authorization") for request in inner.requests]
    assert [basic("la", "pa"), None, None] == sent


def test_netrc_goes_along_within_the_origin(fake, exchange, netrc):
    inner = fake((302, [("Location", "/2")]))
    stack = RedirectAdapter(EnvironmentAdapter(AuthAdapter(inner), netrc()))
    exchange(stack, Request("GET", "http://a.test/1"))
    sent = [request.headers.get("Authorization") for request in inner.requests]
    assert [basic("la", "pa")] * 2 == sent


def test_the_file_is_read_when_it_could_be_needed_first_and_once(fake, exchange, netrc):
    environ = netrc("machine a.test login first")
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), environ)
    environ = netrc("machine a.test login second")
    exchange(adapter, Request("GET", "http://a.test/", options=ClientOptions(foreign=True)))
    netrc("machine a.test login third")
    exchange(adapter, Request("GET", "http://a.test/"))
    netrc("machine a.test login fourth")
    exchange(adapter, Request("GET", "http://a.test/"))
    sent = [request.headers.get("Authorization") for request in inner.requests]
    assert [None, basic("third", ""), basic("third", "")] == sent


def test_the_file_of_the_home_folder_is_used_without_a_variable(
    authorization, tmp_path, monkeypatch
):
    path = tmp_path / (".netrc" if os.name != "nt" else "_netrc")
    path.write_text(NETRC)
    path.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert basic("la", "pa") == authorization({"NETRC": "", "PATH": "/bin"})


def test_without_an_environment_there_is_no_netrc(authorization, tmp_path, monkeypatch, netrc):
    (tmp_path / ".netrc").write_text(NETRC)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert authorization({}) is None
    monkeypatch.setenv("NETRC", netrc()["NETRC"])
    assert authorization({}) is None


def test_a_missing_file_is_an_empty_one(authorization, tmp_path):
    assert authorization({"NETRC": str(tmp_path / "none")}) is None


@pytest.mark.parametrize("text", ["machine", "nonsense s3cret", None], ids=str)
def test_a_file_that_can_not_be_read_warns_once_and_stops_nobody(fake, exchange, netrc, text):
    environ = netrc(text or "")
    if text is None:
        environ["NETRC"] = str(Path(environ["NETRC"]).parent)  # a folder
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), environ)
    with pytest.warns(UserWarning, match="^netrc is ignored: ") as caught:
        exchange(adapter, Request("GET", "http://a.test/"))
    assert 1 == len(caught)
    assert "s3cret" not in str(caught[0].message)
    with warnings.catch_warnings(action="error"):
        exchange(adapter, Request("GET", "http://a.test/"))
    assert [None] * 2 == [request.headers.get("Authorization") for request in inner.requests]


# -- as an adapter --


def test_a_request_that_leaves_nothing_open_is_passed_on_itself(passed_on):
    options = ClientOptions(auth=BearerAuth("t"), proxy=Proxy.of(PROXY))
    request = Request("GET", "http://a.test/", options=options)
    assert request is passed_on({"http_proxy": PROXY}, request)


def test_options_of_any_request_will_do(passed_on, netrc):
    request = Request("GET", "http://a.test/", options=Options(deadline=9.0))
    passed = passed_on({**netrc(), "http_proxy": PROXY}, request)
    assert 9.0 == passed.options.deadline
    assert Proxy.of(PROXY) == passed.options.proxy
    assert isinstance(passed.options.auth, NetrcAuth)


def test_its_repr_is_its_name(fake):
    assert "<EnvironmentAdapter>" == repr(EnvironmentAdapter(fake(), {"http_proxy": PROXY}))
