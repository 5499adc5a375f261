"""Situations from bug reports of other clients; each test names its entry."""

import logging
from typing import Any

import pytest

from httpcore_urls import URL, InvalidURL


def test_b002_explicit_port_0_is_kept():
    url = URL("http://example.org:0/")
    assert (url.port, url.host_header, str(url)) == (0, "example.org:0", "http://example.org:0/")
    assert url.resolve_with("/x").port == 0


def test_b003_fragment_is_never_in_the_request_target():
    url = URL("http://example.org/a?b#c?d")
    assert url.full_path == "/a?b"
    assert url.fragment == "c?d"
    assert str(url.copy_with(fragment=None)) == "http://example.org/a?b"


@pytest.mark.parametrize("path", ["//a//b", "//evil.test/x", "///", "//"])
def test_b005_double_slashes_of_a_path_are_sent_as_they_are(path: str):
    url = URL(f"http://h{path}")
    assert (url.host, url.full_path) == ("h", path)
    assert url == URL("http://h/").copy_with(path=path)
    assert url == URL("http://h/a").resolve_with(f"http://h{path}")


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
def test_b006_empty_params_change_nothing(nothing: Any):
    url = URL("http://h/?a=1&a=2")
    assert url == url.merge_params(nothing)


def test_b006_params_are_merged_and_replace_on_demand_only():
    url = URL("http://h/?a=1&a=2")
    assert url.merge_params({"a": 3}).query == "a=1&a=2&a=3"
    assert url.copy_with(params={"a": 3}).query == "a=3"


def test_b008_last_at_sign_ends_the_userinfo():
    url = URL("http://user:p@ss@host/")
    assert (url.username, url.password, url.host) == ("user", "p@ss", "host")
    assert str(url) == "http://user:p%40ss@host/"


def test_b009_ascii_label_may_hold_underscores():
    assert URL("http://_dmarc.a_b.example/").host == "_dmarc.a_b.example"
    assert URL("http://a_b.bücher.example/").host == "a_b.xn--bcher-kva.example"


def test_b011_all_labels_are_decoded_and_encoding_round_trips():
    url = URL("http://xn--bcher-kva.xn--mnchen-3ya.xn--p1ai/")
    assert url.human == "http://bücher.münchen.рф/"
    assert URL(url.human) == url


def test_b012_reference_joins_by_one_rule_and_the_query_of_the_base_is_gone():
    assert str(URL("http://h/api/?k=1").resolve_with("users")) == "http://h/api/users"
    assert str(URL("http://h/api?k=1").resolve_with("users")) == "http://h/users"
    assert str(URL("http://h/api/?k=1").resolve_with("/users")) == "http://h/users"
    assert str(URL("http://h/api/?k=1").resolve_with("?l=2")) == "http://h/api/?l=2"


@pytest.mark.parametrize(
    "text",
    ["http://example.com\\@evil.com/", "http://example.com\\.evil.com/", "http:/\\evil.com/"],
)
def test_x08_backslash_before_the_path_is_refused(text: str):
    with pytest.raises(InvalidURL, match="backslash"):
        URL(text)
    with pytest.raises(InvalidURL, match="backslash"):
        URL("http://example.com/").resolve_with(text)


def test_x17_password_is_masked_in_repr_logs_and_errors(caplog: pytest.LogCaptureFixture):
    url = URL("http://user:hunter2@h/")
    logging.getLogger(__name__).warning("%r %s %s", url, url.masked, [url])
    with pytest.raises(InvalidURL) as caught:
        URL("http://user:hunter2@h:x/")
    assert "hunter2" not in f"{caplog.text} {caught.value} {caught.value!r}"
    assert "[secure]" in caplog.text
