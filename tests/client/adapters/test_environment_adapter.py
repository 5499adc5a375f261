"""`EnvironmentAdapter` over an adapter that answers from a list."""

import base64
import os
import ssl
import threading
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
    Network,
    Proxy,
    ProxyError,
    RedirectAdapter,
    Request,
    TLSConfig,
)
from httpcore_client._trust_env import TrustEnv
from httpcore_client.adapters._netrc_file import NetrcFile
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


@pytest.mark.parametrize("of_client", [True, False])
def test_no_proxy_of_the_environment_is_looked_for_behind_a_unix_socket(passed_on, of_client):
    """It would be told the proxy's credentials."""
    socket, other = Network(unix_socket="/run/x.sock"), Network(first_family="ipv4")
    environ = {"ALL_PROXY": PROXY}
    for network, proxy in [(socket, None), (other, Proxy(PROXY))]:
        options = ClientOptions() if of_client else Options(network=network)
        given = network if of_client else socket
        request = Request("GET", "http://a.test/", options=options)
        assert proxy == passed_on(environ, request, network=given).options.proxy


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


def test_a_caller_may_ask_for_no_proxy_whatever_the_environment_says(passed_on):
    for value in (PROXY, "gopher://p.test"):
        request = Request("GET", "http://a.test/", options=ClientOptions(direct=True))
        assert passed_on({"http_proxy": value}, request).options.proxy is None


def test_a_proxy_that_makes_no_sense_fails_who_needs_it_and_nobody_else(fake, exchange):
    environ = {"https_proxy": "http://user:s3cret@p.test:0x", "no_proxy": "b.test"}
    adapter = EnvironmentAdapter(inner := fake(), environ)
    with pytest.raises(ProxyError) as caught:
        exchange(adapter, Request("GET", "https://a.test/x"))
    message = str(caught.value)
    assert message.startswith("GET https://a.test/x: the environment's https_proxy can't be used: ")
    assert "s3cret" not in message
    own = ClientOptions(proxy=Proxy.of("http://own.test"))
    exchange(adapter, Request("GET", "https://a.test/", options=own))
    exchange(adapter, Request("GET", "https://b.test/"))
    exchange(adapter, Request("GET", "http://a.test/"))
    assert 3 == len(inner.requests)
    exchange(
        EnvironmentAdapter(inner, environ, trust=TrustEnv(proxies=False)),
        Request("GET", "https://a.test/"),
    )


def test_what_is_set_later_counts_for_the_next_request(fake, exchange):
    environ = {"PATH": "/bin"}
    adapter = EnvironmentAdapter(inner := fake(), environ)
    for proxy in (None, PROXY, "http://q.test:1", None):
        environ.pop("http_proxy", None)
        if proxy is not None:
            environ["http_proxy"] = proxy
        exchange(adapter, Request("GET", "http://a.test/"))
        found = inner.requests[-1].options.proxy
        assert proxy == (None if found is None else str(found.url).rstrip("/"))


def test_entries_of_no_proxy_that_make_no_sense_warn_once(fake, exchange):
    environ = {"http_proxy": PROXY, "no_proxy": "a/b,c.test"}
    adapter = EnvironmentAdapter(fake(), environ)
    with pytest.warns(
        UserWarning, match="^no_proxy has an entry that is ignored: .*'a/b'$"
    ) as caught:
        exchange(adapter, Request("GET", "http://a.test/"))
    assert 1 == len(caught)
    environ["https_proxy"] = PROXY  # they are read again
    exchange(adapter, Request("GET", "http://a.test/"))  # no further warning: it would be an error


def test_a_warning_that_is_an_error_comes_once_too(fake, exchange):
    environ = {"http_proxy": PROXY, "no_proxy": "a/b,c.test"}
    adapter = EnvironmentAdapter(inner := fake(), environ)
    with pytest.raises(UserWarning, match="no_proxy"):
        exchange(adapter, Request("GET", "http://a.test/"))
    exchange(adapter, Request("GET", "http://c.test/"))
    assert [None] == [request.options.proxy for request in inner.requests]


# -- whom to trust, and the key log --


@pytest.fixture
def paths(tmp_path):
    """Files and folders that exist, by name."""
    for name in ("r", "c", "f"):
        (tmp_path / name).write_text("")
    for name in ("d", "e"):
        (tmp_path / name).mkdir()
    return lambda *names: tuple(str(tmp_path / name) for name in names)


def trusted(passed_on, environ, **options):
    """What rides on a request for https."""
    options = passed_on(environ, Request("GET", "https://a.test/"), **options).options
    assert (None if options.ssl is None else options.ssl.for_others()) == options.proxy_ssl
    return options.ssl


def test_certificates_of_the_environment_are_the_trust_for_origins_and_proxies(passed_on, paths):
    r, c, f, d, e = paths("r", "c", "f", "d", "e")
    environ = {"SSL_CERT_DIR": os.pathsep.join([d, e])}
    assert TLSConfig((d, e)) == trusted(passed_on, environ)
    environ["SSL_CERT_FILE"] = f
    assert TLSConfig((f, d, e)) == trusted(passed_on, environ)
    environ["CURL_CA_BUNDLE"] = c
    assert TLSConfig((c,)) == trusted(passed_on, environ)
    environ["REQUESTS_CA_BUNDLE"] = r
    assert TLSConfig((r,)) == trusted(passed_on, environ)
    environ["REQUESTS_CA_BUNDLE"] = d
    assert TLSConfig((d,)) == trusted(passed_on, environ)
    assert trusted(passed_on, environ, trust=TrustEnv(certificates=False)) is None
    assert trusted(passed_on, {}) is None


@pytest.mark.parametrize(
    "own",
    [True, False, "system", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)],
    ids=lambda own: type(own).__name__,
)
def test_what_the_caller_trusts_wins(passed_on, paths, own):
    assert trusted(passed_on, {"SSL_CERT_FILE": paths("f")[0]}, ssl=own) is None


def test_what_a_request_brings_wins(passed_on, paths):
    own = TLSConfig(paths("r")[0])
    request = Request("GET", "https://a.test/", options=ClientOptions(ssl=own))
    options = passed_on({"SSL_CERT_FILE": paths("f")[0]}, request).options
    assert (own, TLSConfig(paths("f"))) == (options.ssl, options.proxy_ssl)


def test_a_path_that_is_not_there_warns_once_and_never_weakens_the_trust(fake, exchange, paths):
    none, f = paths("none", "f")
    environ = {"REQUESTS_CA_BUNDLE": none}
    adapter = EnvironmentAdapter(inner := fake(), environ)
    with pytest.warns(UserWarning, match=f"^REQUESTS_CA_BUNDLE is ignored: there is no {none!r}$"):
        exchange(adapter, Request("GET", "https://a.test/"))
    environ["SSL_CERT_FILE"] = f
    exchange(adapter, Request("GET", "https://a.test/"))
    assert [None, TLSConfig((f,))] == [request.options.ssl for request in inner.requests]
    environ["SSL_CERT_DIR"] = none
    with pytest.warns(UserWarning, match="^SSL_CERT_DIR is ignored"):
        exchange(adapter, Request("GET", "https://a.test/"))
    assert TLSConfig((f,)) == inner.requests[-1].options.ssl


def test_the_key_log_goes_with_every_trust_but_a_context(passed_on, paths, authority):
    (log, f, r) = paths("log", "f", "r")
    memory = Path(authority.bundle).read_bytes()
    environ = {"SSLKEYLOGFILE": log}
    assert TLSConfig(None, log) == trusted(passed_on, environ)
    assert TLSConfig(f, log) == trusted(passed_on, environ, ssl=f)
    assert TLSConfig(False, log) == trusted(passed_on, environ, ssl=False)
    assert TLSConfig(memory, log) == trusted(passed_on, environ, ssl=memory)
    assert TLSConfig((f,), log) == trusted(passed_on, {**environ, "SSL_CERT_FILE": f})
    assert trusted(passed_on, environ, trust=TrustEnv(keylog=False)) is None
    request = Request("GET", "https://a.test/", options=ClientOptions(ssl=TLSConfig(r)))
    assert TLSConfig(r, log) == passed_on(environ, request).options.ssl
    context = TLSConfig(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert context == trusted(passed_on, environ, ssl=context)


def test_a_key_log_that_can_not_be_written_warns_and_stops_nobody(passed_on, paths):
    environ = {"SSLKEYLOGFILE": paths("d")[0]}
    with pytest.warns(UserWarning, match="^SSLKEYLOGFILE is ignored: "):
        assert trusted(passed_on, environ) is None


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


def logins(inner):
    """Who was named in each request, or None."""
    sent = [request.headers.get("Authorization") for request in inner.requests]
    return [auth and base64.b64decode(auth.split()[1]).decode().split(":")[0] for auth in sent]


def at(seconds, **options):
    return Request("GET", "http://a.test/", options=ClientOptions(started=seconds, **options))


def test_the_file_is_read_when_it_could_be_needed_first_and_again_when_it_changed(
    fake, exchange, netrc
):
    environ = netrc("machine a.test login first")
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), environ)
    netrc("machine a.test login second--")
    exchange(adapter, at(7.0, foreign=True))
    netrc("machine a.test login third")
    exchange(adapter, at(7.5))
    netrc("machine a.test login fourth")
    exchange(adapter, at(8.4))  # it was looked at less than a second ago
    exchange(adapter, at(8.5))
    Path(environ["NETRC"]).unlink()
    exchange(adapter, at(8.6))
    exchange(adapter, at(9.6))
    netrc("machine a.test login fifth")
    exchange(adapter, at(3.0))  # another clock
    assert [None, "third", "third", "fourth", "fourth", None, "fifth"] == logins(inner)


def test_a_request_without_a_clock_looks_at_the_file(fake, exchange, netrc):
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), netrc("machine a.test login one"))
    exchange(adapter, at(None))
    netrc("machine a.test login three")
    exchange(adapter, at(None))
    assert ["one", "three"] == logins(inner)


def test_another_file_is_read_at_once(fake, exchange, netrc, tmp_path):
    environ = netrc("machine a.test login one")
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), environ)
    exchange(adapter, at(1.0))
    other = tmp_path / "other"
    other.write_text("machine a.test login other")
    environ["NETRC"] = str(other)
    exchange(adapter, at(1.0))
    assert ["one", "other"] == logins(inner)


def test_a_pipe_is_read_once(fake, exchange, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("machine a.test login piped",))
    writer.start()
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), {"NETRC": str(path)})
    exchange(adapter, at(1.0))
    writer.join()
    exchange(adapter, at(5.0))
    assert ["piped", "piped"] == logins(inner)


def test_netrc_can_be_left_out(fake, exchange, netrc):
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), netrc(), trust=TrustEnv(netrc=False))
    exchange(adapter, at(1.0))
    assert [None] == logins(inner)


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


def test_a_file_that_was_replaced_by_one_of_the_same_size_and_time_is_read_again(
    fake, exchange, netrc, tmp_path
):
    environ = netrc("machine a.test login first")
    adapter = EnvironmentAdapter(AuthAdapter(inner := fake()), environ)
    exchange(adapter, at(7.0))
    other = tmp_path / "other"
    other.write_text("machine a.test login other")
    found = (tmp_path / "netrc").stat()
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.replace(tmp_path / "netrc")
    exchange(adapter, at(9.0))
    assert ["first", "other"] == logins(inner)


def test_threads_that_come_first_all_get_the_credentials(netrc):
    """Who comes while another reads the file does not take that for an empty one."""
    environ = netrc("".join(f"machine {n}.test login x\n" for n in range(5000)) + NETRC)
    file, start, found = NetrcFile(), threading.Barrier(4), []

    def read():
        start.wait(10)
        found.append(file.read(environ["NETRC"], 7.0))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert ["la"] * 4 == [each.get("a.test")[0] for each in found]
