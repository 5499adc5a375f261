"""What the environment's variables ask for."""

import os
import sys

import pytest

from httpcore_client import URL, ProxyError
from httpcore_client._trust_env import TrustEnv
from httpcore_client.policy._environment import Environment, ProxyRules

P = "http://p.test:1"
Q = "http://q.test:2"


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, "http://a.test/", None),
        ({"http_proxy": P}, "http://a.test/", P),
        ({"http_proxy": P}, "https://a.test/", None),
        ({"https_proxy": P}, "https://a.test/", P),
        ({"https_proxy": P}, "http://a.test/", None),
        ({"HTTP_PROXY": P, "HTTPS_PROXY": Q}, "http://a.test/", P),
        ({"HTTP_PROXY": P, "HTTPS_PROXY": Q}, "https://a.test/", Q),
        ({"all_proxy": P}, "http://a.test/", P),
        ({"ALL_PROXY": P}, "https://a.test/", P),
        ({"all_proxy": P, "https_proxy": Q}, "https://a.test/", Q),
        ({"all_proxy": P, "https_proxy": Q}, "http://a.test/", P),
        ({"http_proxy": P, "HTTP_PROXY": Q}, "http://a.test/", P),
        ({"all_proxy": P, "ALL_PROXY": Q}, "http://a.test/", P),
        # An empty one switches off what is less special.
        ({"http_proxy": "", "HTTP_PROXY": Q}, "http://a.test/", None),
        ({"http_proxy": " ", "all_proxy": Q}, "http://a.test/", None),
        ({"HTTP_PROXY": "", "all_proxy": Q}, "http://a.test/", None),
        ({"all_proxy": "", "ALL_PROXY": Q}, "http://a.test/", None),
        # CVE-2016-5385: under CGI a client writes HTTP_PROXY.
        ({"HTTP_PROXY": P, "REQUEST_METHOD": "GET"}, "http://a.test/", None),
        ({"HTTP_PROXY": P, "REQUEST_METHOD": "GET", "ALL_PROXY": Q}, "http://a.test/", Q),
        ({"http_proxy": P, "REQUEST_METHOD": "GET"}, "http://a.test/", P),
        ({"HTTPS_PROXY": P, "REQUEST_METHOD": "GET"}, "https://a.test/", P),
        # Spelling.
        ({"http_proxy": " p.test:1 "}, "http://a.test/", P),
        ({"http_proxy": "user:pass@p.test:1"}, "http://a.test/", "http://user:pass@p.test:1"),
        ({"http_proxy": "https://p.test"}, "http://a.test/", "https://p.test"),
        ({"http_proxy": "[::1]:3128"}, "http://a.test/", "http://[::1]:3128"),
        # Exceptions.
        ({"all_proxy": P, "no_proxy": "a.test"}, "http://a.test/", None),
        ({"all_proxy": P, "NO_PROXY": "a.test"}, "https://x.a.test/", None),
        ({"all_proxy": P, "no_proxy": "b.test", "NO_PROXY": "a.test"}, "http://a.test/", P),
        ({"all_proxy": P, "no_proxy": "", "NO_PROXY": "a.test"}, "http://a.test/", P),
    ],
)
def test_which_proxy_the_variables_name(environ, url, proxy):
    rules = ProxyRules(environ)
    found = rules.proxy_for(URL(url))
    assert (None if proxy is None else URL(proxy)) == (None if found is None else found.url)
    assert [] == rules.ignored


def refusal(environ, url):
    with pytest.raises(ProxyError) as caught:
        ProxyRules(environ).proxy_for(URL(url))
    assert caught.value.sent is False
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("gopher://p.test", "a proxy's scheme must be http, https, socks5 or socks5h"),
        ("socks4://p.test", "a proxy's scheme must be http, https, socks5 or socks5h (of SOCKS"),
        ("http://p.test:99999", ""),
        ("a b", ""),
        ("http://p.test:1\r\nX: y", ""),
        ("http://", ""),
        ("://p.test", ""),
    ],
)
def test_a_proxy_that_makes_no_sense_is_never_a_direct_connection(value, reason):
    environ = {"http_proxy": value, "all_proxy": P, "no_proxy": "b.test"}
    message = refusal(environ, "http://a.test/")
    assert message.startswith(f"the environment's http_proxy can't be used: {reason}")
    assert value.partition(":")[0] in message
    # Whoever does not need it is not stopped.
    assert ProxyRules(environ).proxy_for(URL("http://b.test/")) is None
    assert URL(P) == ProxyRules(environ).proxy_for(URL("https://a.test/")).url
    assert bool(ProxyRules({"http_proxy": value})) is True


@pytest.mark.parametrize("value", ["socks5://me:pw@p.test", "socks5h://p.test:9"])
@pytest.mark.parametrize("variable", ["ALL_PROXY", "https_proxy"])
def test_a_proxy_may_speak_socks(variable, value):
    proxy = ProxyRules({variable: value}).proxy_for(URL("https://a.test/"))
    assert (URL(value), True) == (proxy.url, proxy.is_socks)


def test_a_proxy_whose_extra_is_missing_fails_what_was_to_go_through_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    message = refusal({"all_proxy": "socks5://p.test"}, "http://a.test/")
    assert "all_proxy can't be used: socks5 proxies need socksio: install httpcore-pool" in message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_bad_all_proxy_stands_for_each_scheme_and_the_other_spelling_does_not_step_in(scheme):
    environ = {"all_proxy": "gopher://p.test", "ALL_PROXY": P}
    assert "environment's all_proxy can't" in refusal(environ, f"{scheme}://a.test/")


@pytest.mark.parametrize(
    "value", ["gopher://user:s3cret@p.test", "http://user:s3cret@p.test:0x", "user:s3cret@p test"]
)
def test_why_a_proxy_can_not_be_used_shows_no_password(value):
    message = refusal({"HTTPS_PROXY": value}, "https://a.test/")
    assert "the environment's HTTPS_PROXY can't be used" in message
    assert "s3cret" not in message
    assert "user:[secure]@" in message


def test_rules_are_false_when_they_name_no_proxy():
    assert bool(ProxyRules({"no_proxy": "a.test", "http_proxy": ""})) is False
    assert bool(ProxyRules({"https_proxy": P})) is True


def test_entries_of_no_proxy_that_make_no_sense_are_told_by_name_and_without_a_password():
    rules = ProxyRules({"http_proxy": P, "NO_PROXY": "a/b, http://u:s3cret@a.test, c.test"})
    assert [
        "NO_PROXY has an entry that is ignored: no domain, address, network or *: 'a/b'",
        "NO_PROXY has an entry that is ignored: no domain, address, network or *: "
        "'http://u:[secure]@a.test'",
    ] == rules.ignored
    assert rules.proxy_for(URL("http://c.test/")) is None
    assert [] == ProxyRules({"NO_PROXY": "a/b"}).ignored  # there is nothing to except from


class Windows(dict):
    """As `os.environ` is on Windows: names are in upper case, whatever case they are asked for in."""

    def __contains__(self, name):
        return super().__contains__(name.upper())

    def __getitem__(self, name):
        return super().__getitem__(name.upper())


def test_under_cgi_a_name_of_any_case_is_the_clients():
    assert bool(ProxyRules(Windows(HTTP_PROXY=P))) is True
    assert bool(ProxyRules(Windows(HTTP_PROXY=P, REQUEST_METHOD="GET"))) is False


# -- what else the variables say --

FILES = {
    "REQUESTS_CA_BUNDLE": "/r",
    "CURL_CA_BUNDLE": "/c",
    "SSL_CERT_FILE": "/f",
    "SSL_CERT_DIR": os.pathsep.join(["/d", "", "/e"]),
    "SSLKEYLOGFILE": "/k",
    "NETRC": "/n",
    "http_proxy": P,
}


def facts(environ, **trust):
    return Environment(environ, TrustEnv(**trust)).facts()


def test_those_who_name_certificates_come_in_order_and_openssl_takes_both_of_its_own():
    opened = (("SSL_CERT_FILE", "/f"), ("SSL_CERT_DIR", "/d"), ("SSL_CERT_DIR", "/e"))
    assert (
        (("REQUESTS_CA_BUNDLE", "/r"),),
        (("CURL_CA_BUNDLE", "/c"),),
        opened,
    ) == facts(FILES).certificates
    assert (opened[1:],) == facts({"SSL_CERT_DIR": FILES["SSL_CERT_DIR"]}).certificates


def test_only_the_variable_of_folders_has_more_than_one_path():
    two = os.pathsep.join(["/a", "/b"])
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        assert (((name, two),),) == facts({name: two}).certificates


def test_what_is_empty_names_nothing():
    nothing = facts(dict.fromkeys(FILES, ""))
    assert ((), None, "") == nothing[1:]
    assert bool(nothing.proxies) is False


@pytest.mark.parametrize("switch", ["proxies", "certificates", "keylog", "netrc"])
def test_each_part_can_be_switched_off_alone(switch):
    def seen(said):
        return {
            "proxies": bool(said.proxies),
            "certificates": bool(said.certificates),
            "keylog": said.keylog is not None,
            "netrc": said.netrc is not None,
        }

    every = dict.fromkeys(seen(facts(FILES)), True)
    assert every == seen(facts(FILES))
    assert {**every, switch: False} == seen(facts(FILES, **{switch: False}))
    only = {**dict.fromkeys(every, False), switch: True}
    assert only == seen(facts(FILES, **only))


def test_without_an_environment_there_is_no_home():
    assert facts({}).netrc is None
    assert "" == facts({"PATH": "/bin"}).netrc


class LikeOs(dict):
    """What `os.environ` is: texts above, something encoded beneath."""

    def __init__(self, data):
        super().__init__()
        self._data = {self.encodekey(name): value for name, value in data.items()}

    @staticmethod
    def encodekey(name):
        return name.encode()

    def __contains__(self, name):
        return name.encode() in self._data

    def __getitem__(self, name):
        return self._data[name.encode()]

    def __setitem__(self, name, value):
        self._data[name.encode()] = value

    def __delitem__(self, name):
        del self._data[name.encode()]

    def __len__(self):
        return len(self._data)

    def get(self, name, default=None):
        return self._data.get(name.encode(), default)


@pytest.mark.parametrize("kind", [dict, LikeOs])
def test_they_are_read_again_when_one_has_changed_and_only_then(kind):
    environ = kind({"PATH": "/bin"})
    environment = Environment(environ, TrustEnv())
    nothing = environment.facts()
    assert bool(nothing.proxies) is False
    assert nothing is environment.facts()
    environ["PATH"] = "/usr/bin"
    assert nothing is environment.facts()
    environ["https_proxy"] = P
    first = environment.facts()
    assert bool(first.proxies) is True
    assert first is environment.facts()
    environ["https_proxy"] = "".join([P[:5], P[5:]])  # the same text, as another object
    assert first is environment.facts()
    for name, value in {**FILES, "https_proxy": Q, "NO_PROXY": "a", "REQUEST_METHOD": ""}.items():
        environ[name] = value
        changed = environment.facts()
        assert first is not changed
        first = changed
    for name in list(FILES):
        del environ[name]
        changed = environment.facts()
        assert first is not changed
        first = changed
    del environ["https_proxy"], environ["NO_PROXY"]
    assert ((), None, "") == environment.facts()[1:]
    assert bool(environment.facts().proxies) is False


def test_what_is_gone_before_it_was_looked_at_does_not_count():
    environ = {"http_proxy": P}
    environment = Environment(environ, TrustEnv())
    del environ["http_proxy"]
    assert bool(environment.facts().proxies) is False


def test_what_is_switched_off_is_not_looked_at():
    environ = {"PATH": "/bin"}
    environment = Environment(environ, TrustEnv.of(False))
    nothing = environment.facts()
    environ.update(FILES)
    assert nothing is environment.facts()
    assert ((), None, None) == nothing[1:]


# -- the switches --


def test_trust_env_is_all_or_nothing_or_said_for_each():
    assert TrustEnv() == TrustEnv.of(True)
    assert TrustEnv(False, False, False, False) == TrustEnv.of(False)
    some = TrustEnv(netrc=False)
    assert some is TrustEnv.of(some)


@pytest.mark.parametrize("wrong", [None, 1, "no", {}])
def test_trust_env_is_nothing_else(wrong):
    with pytest.raises(TypeError, match="trust_env must be a bool or a TrustEnv, not "):
        TrustEnv.of(wrong)
    with pytest.raises(TypeError, match=r"TrustEnv\(netrc=...\) must be a bool, not "):
        TrustEnv(netrc=wrong)
