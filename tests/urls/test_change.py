"""copy_with: each part alone, together, and what it refuses."""

from typing import Any

import pytest

from httpcore_urls import URL, InvalidURL

BASE = "https://user:pw@example.org:8443/a?b#c"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, BASE),
        ({"scheme": "HTTP"}, "http://user:pw@example.org:8443/a?b#c"),
        ({"authority": "x@other:1"}, "https://x@other:1/a?b#c"),
        ({"host": "Bücher.example"}, "https://user:pw@xn--bcher-kva.example:8443/a?b#c"),
        ({"host": "::1"}, "https://user:pw@[::1]:8443/a?b#c"),
        ({"host": "[::1]"}, "https://user:pw@[::1]:8443/a?b#c"),
        ({"port": None}, "https://user:pw@example.org/a?b#c"),
        ({"port": 443}, "https://user:pw@example.org/a?b#c"),
        ({"port": 0}, "https://user:pw@example.org:0/a?b#c"),
        ({"username": "a:b@"}, "https://a%3Ab%40:pw@example.org:8443/a?b#c"),
        ({"password": "%"}, "https://user:%25@example.org:8443/a?b#c"),
        ({"password": ""}, "https://user@example.org:8443/a?b#c"),
        ({"username": "", "password": ""}, "https://example.org:8443/a?b#c"),
        ({"path": "x y?#"}, "https://user:pw@example.org:8443/x%20y%3F%23?b#c"),
        ({"path": "/x/../y\\z"}, "https://user:pw@example.org:8443/y/z?b#c"),
        ({"path": ""}, "https://user:pw@example.org:8443/?b#c"),
        ({"path": "//evil.test"}, "https://user:pw@example.org:8443//evil.test?b#c"),
        ({"query": "x='#"}, "https://user:pw@example.org:8443/a?x=%27%23#c"),
        ({"query": None}, "https://user:pw@example.org:8443/a#c"),
        ({"query": ""}, "https://user:pw@example.org:8443/a#c"),
        ({"params": {"x": [1, 2]}}, "https://user:pw@example.org:8443/a?x=1&x=2#c"),
        ({"params": {}}, "https://user:pw@example.org:8443/a#c"),
        ({"params": None}, "https://user:pw@example.org:8443/a#c"),
        ({"fragment": "x `"}, "https://user:pw@example.org:8443/a?b#x%20%60"),
        ({"fragment": None}, "https://user:pw@example.org:8443/a?b"),
        ({"scheme": "http", "port": 80}, "http://user:pw@example.org/a?b#c"),
        ({"scheme": ""}, "//user:pw@example.org:8443/a?b#c"),
        ({"path": "/a\nb"}, "https://user:pw@example.org:8443/a%0Ab?b#c"),
    ],
)
def test_part_is_replaced_and_the_rest_kept(change: dict[str, Any], expected: str):
    assert expected == str(URL(BASE).copy_with(**change))


def test_port_that_is_the_new_schemes_own_is_left_out():
    assert str(URL("http://h:443/").copy_with(scheme="https")) == "https://h/"


@pytest.mark.parametrize("name", ["username", "password", "path", "query", "fragment", "host"])
def test_part_given_back_changes_nothing(name: str):
    url = URL(BASE)
    assert url == url.copy_with(**{name: getattr(url, name)})


def test_relative_reference_becomes_absolute_with_scheme_and_host():
    url = URL("a/../b?c", allow_relative=True)
    assert str(url.copy_with(scheme="https", host="h")) == "https://h/b?c"
    assert str(URL("", allow_relative=True).copy_with(host="h")) == "//h/"


def test_relative_path_can_not_turn_into_scheme_or_authority():
    url = URL("a", allow_relative=True)
    assert str(url.copy_with(path="x:y")) == "./x:y"
    assert str(url.copy_with(path="//evil.test/")) == "/.//evil.test/"


def test_other_schemes_follow_the_generic_rules():
    assert str(URL("foo:a").copy_with(path="b")) == "foo:b"
    assert str(URL("foo://h/a").copy_with(path="")) == "foo://h"
    assert str(URL("foo://h/a").copy_with(query="'")) == "foo://h/a?'"
    assert str(URL("foo://h/a").copy_with(host="")) == "foo:///a"
    assert str(URL("foo://h/a?'").copy_with(scheme="http")) == "http://h/a?%27"


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        (BASE, {"scheme": "1x"}, "new scheme is malformed"),
        (BASE, {"host": "evil.test/x"}, "no host may hold"),
        (BASE, {"host": "evil.test:80"}, "IPv6 address is malformed"),
        (BASE, {"host": "a@b"}, "no host may hold"),
        (BASE, {"host": "a\nb"}, "stands before the path"),
        (BASE, {"host": ""}, "host is missing"),
        (BASE, {"authority": "a/b@c"}, "would end it"),
        (BASE, {"authority": ""}, "host is missing"),
        (BASE, {"port": 65536}, "larger than 65535"),
        (BASE, {"port": -1}, "not a number"),
        (BASE, {"path": "/" * 262_144}, "longer than"),
        ("mailto:a", {"host": "h"}, "has no authority"),
        ("mailto:a", {"port": 1}, "without a host"),
        ("foo:/a", {"username": "u"}, "without a host"),
        ("foo:/a", {"password": "p"}, "without a host"),
        ("foo://a^b/", {}, None),
        ("foo://%41/", {"scheme": "http"}, "reads back"),
        ("mailto:a", {"scheme": "http"}, "reads back"),
        ("a", {"scheme": "http"}, "reads back"),
    ],
)
def test_change_that_gives_no_url_is_refused(text: str, change: dict[str, Any], reason: str | None):
    if reason is None:
        with pytest.raises(InvalidURL):
            URL(text)
        return
    with pytest.raises(InvalidURL, match=reason) as caught:
        URL(text, allow_relative=True).copy_with(**change)
    assert ":pw@" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"authority": "h", "host": "h"},
        {"query": "a", "params": {}},
        {"port": "80"},
        {"port": True},
        {"host": 1},
        {"scheme": None},
        {"path": b"/"},
        {"query": 1},
        {"query": 0},
        {"fragment": 0},
        {"params": {"a": object()}},
    ],
)
def test_wrong_arguments_are_type_errors(change: dict[str, Any]):
    with pytest.raises(TypeError):
        URL(BASE).copy_with(**change)
