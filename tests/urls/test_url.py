"""The URL value: what it shows, what equality means, and that it stays as it is."""

import copy
import pickle

import pytest

from httpcore_urls import URL, InvalidURL, Origin, QueryParams

FULL = "https://us%40er:p%3Ass@example.org:8443/a/b%20c?q=1&r=%C3%A9#frag"


def test_every_part_of_an_absolute_url_has_a_name():
    url = URL(FULL)
    assert url.scheme == "https"
    assert url.authority == "us%40er:p%3Ass@example.org:8443"
    assert url.username == "us@er"
    assert url.password == "p:ss"
    assert url.host == "example.org"
    assert 8443 == url.port == url.explicit_port
    assert url.path == "/a/b%20c"
    assert url.query == "q=1&r=%C3%A9"
    assert url.full_path == "/a/b%20c?q=1&r=%C3%A9"
    assert url.fragment == "frag"
    assert url.host_header == "example.org:8443"
    assert QueryParams([("q", "1"), ("r", "é")]) == url.params
    assert Origin("https://example.org:8443") == url.origin
    assert url.origin is url.origin
    assert str(url) == FULL


@pytest.mark.parametrize(
    ("scheme", "port", "is_ssl"),
    [("http", 80, False), ("https", 443, True), ("ws", 80, False), ("wss", 443, True)],
)
def test_scheme_gives_port_and_security(scheme: str, port: int, is_ssl: bool):
    url = URL(f"{scheme}://example.org")
    assert port == url.port
    assert url.explicit_port is None
    assert is_ssl == url.is_ssl
    assert f"{scheme}://example.org/" == str(url)


def test_explicit_default_port_is_left_out():
    url = URL("https://example.org:443/")
    assert url.explicit_port is None
    assert "example.org" == url.host_header == url.authority
    assert URL("https://example.org/") == url


@pytest.mark.parametrize("port", [0, 1, 65535])
def test_port_from_0_to_65535_is_kept(port: int):
    url = URL(f"http://h:{port}/")
    assert port == url.port
    assert f"http://h:{port}/" == str(url)


def test_ipv6_host_has_brackets_where_a_port_could_follow_only():
    url = URL("http://[2001:DB8:0:0:0:0:0:1]:8080/")
    assert url.host == "2001:db8::1"
    assert "[2001:db8::1]:8080" == url.host_header == url.authority


def test_empty_query_and_fragment_keep_their_delimiters():
    url = URL("http://a/?#")
    assert str(url) == "http://a/?#"
    assert "" == url.query == url.fragment
    assert url.full_path == "/?"
    assert URL("http://a/") != url


def test_url_without_authority_shows_empty_parts():
    url = URL("mailto:joe@example.org")
    assert "" == url.host == url.authority == url.username == url.password == url.host_header
    assert url.port is None
    assert url.path == "joe@example.org"
    with pytest.raises(InvalidURL, match="has an origin"):
        _ = url.origin


def test_relative_reference_is_taken_on_demand_only():
    url = URL("/a?b#c", allow_relative=True)
    assert url.is_relative_url
    assert not url.is_absolute_url
    assert url.scheme == ""
    assert str(url) == "/a?b#c"
    with pytest.raises(InvalidURL, match="scheme is missing"):
        URL("/a?b#c")
    with pytest.raises(InvalidURL, match="this one is relative"):
        URL(url)
    assert URL(url, allow_relative=True) == url


def test_url_from_url_is_equal():
    assert URL(FULL) == URL(URL(FULL))
    assert URL(FULL).is_absolute_url


def test_text_of_a_str_subclass_is_its_value():
    class Named(str):
        def __str__(self) -> str:
            return "no url"

    assert str(URL(Named("http://example.org"))) == "http://example.org/"


@pytest.mark.parametrize("value", [None, 1, b"http://example.org/"])
def test_other_types_are_type_errors(value: object):
    with pytest.raises(TypeError, match="url must be a str or a URL, not "):
        URL(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be str"):
        URL("http://h/").resolve_with(value)  # type: ignore[arg-type]


def test_a_url_of_another_library_is_told_from_ours():
    theirs = type("URL", (), {"__module__": "yarl"})()
    with pytest.raises(TypeError, match=r"a URL of ours, not yarl\.URL: give str\(url\)$"):
        URL(theirs)


def test_equality_and_hash_are_of_the_normalised_form():
    first, second = URL("HTTP://Example.ORG:80/a/../b"), URL("http://example.org/b")
    assert first == second
    assert hash(first) == hash(second)
    assert URL("http://example.org/c") != first
    assert {first: 1}[second] == 1


def test_url_never_equals_text():
    assert URL("http://example.org/") != "http://example.org/"


def test_url_can_not_be_changed():
    url = URL(FULL)
    with pytest.raises(AttributeError):
        url.host = "evil.test"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        url.extra = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [FULL, "/a?b", "mailto:a", "http://[::1]/"])
def test_pickle_and_copy_give_an_equal_url(text: str):
    url = URL(text, allow_relative=True)
    assert pickle.loads(pickle.dumps(url)) == url
    assert copy.copy(url) is url
    assert copy.deepcopy(url) is url


def test_password_shows_only_where_it_must():
    url = URL("https://user:hunter2@example.org/?a#b")
    assert repr(url) == "URL('https://user:[secure]@example.org/?a#b')"
    assert url.masked == "https://user:[secure]@example.org/?a#b"
    assert "hunter2" not in url.human + url.host_header + repr(url.origin) + url.full_path
    assert "hunter2" in str(url)
    assert "hunter2" in url.authority


def test_a_user_without_a_password_may_be_a_token():
    for text in ("https://ghp_s3cret@example.org/", "https://ghp_s3cret:@example.org/"):
        url = URL(text)
        assert url.masked == url.human == "https://[secure]@example.org/"
        assert repr(url) == "URL('https://[secure]@example.org/')"
        assert str(url) == "https://ghp_s3cret@example.org/"


@pytest.mark.parametrize("text", ["https://https://u:s3cret@h/", "https:////u:s3cret@h/x@y"])
def test_a_password_is_masked_where_the_scheme_was_doubled(text):
    url = URL(text)
    assert "s3cret" in str(url)
    assert "s3cret" not in url.masked + url.human + repr(url)


def test_password_of_a_url_that_lacks_its_scheme_is_masked():
    url = URL("user:hunter2@proxy.example:8080")
    assert url.masked == url.human == "user:[secure]@proxy.example:8080"
    assert "hunter2" not in repr(url)
    assert URL("mailto:joe@example.org").masked == "mailto:joe@example.org"


def test_human_form_is_readable_and_hides_what_could_deceive():
    url = URL("https://üser:pw@bücher.example:8443/caf%C3%A9%2Fa%20b%E2%80%AE%FF?q=é#ü")
    shown = "https://üser:[secure]@bücher.example:8443/café%2Fa%20b%E2%80%AE%FF?q=é#ü"
    # One run of escapes is shown whole or not at all.
    assert shown == url.human
    assert URL("http://[::1]/").human == "http://[::1]/"
    assert URL("/a", allow_relative=True).human == "/a"


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("http://h/a/b?q#f", "c", "http://h/a/c"),
        ("http://h/a/b?q#f", "", "http://h/a/b?q"),
        ("http://h/a/b?q#f", "#g", "http://h/a/b?q#g"),
        ("http://h/a/b?q#f", "?r", "http://h/a/b?r"),
        ("http://h/a/b", "../../../c", "http://h/c"),
        ("http://h/a/b", "/c", "http://h/c"),
        ("http://u:p@h/a", "/c", "http://u:p@h/c"),
        ("https://h/a", "//other/c", "https://other/c"),
        ("https://h/a", "http://other", "http://other/"),
        ("foo://h", "c", "foo://h/c"),
        ("mailto:a", "#b", "mailto:a#b"),
    ],
)
def test_reference_is_resolved(base: str, reference: str, expected: str):
    assert expected == str(URL(base).resolve_with(reference))
    assert expected == str(URL(base).resolve_with(URL(reference, allow_relative=True)))


def test_reference_with_the_scheme_of_the_base_and_no_slashes_is_relative():
    assert str(URL("http://h/a/b").resolve_with("http:c")) == "http://h/a/c"


def test_reference_can_not_be_resolved_against_what_is_no_base():
    with pytest.raises(InvalidURL, match="against a relative one"):
        URL("/a", allow_relative=True).resolve_with("b")
    with pytest.raises(InvalidURL, match="only a fragment"):
        URL("mailto:a").resolve_with("b")


def test_merged_params_leave_the_bytes_of_the_query_alone():
    url = URL("https://h/p?sig=a%2fb+c&x='#f")
    assert str(url.merge_params({"y": "1 2"})) == "https://h/p?sig=a%2fb+c&x=%27&y=1+2#f"
    assert url.merge_params({}) is url
    assert url.merge_params(None) is url
    assert str(URL("http://h/?a&").merge_params("b=1")) == "http://h/?a&b=1"
    assert str(URL("http://h/?").merge_params("b=1")) == "http://h/?b=1"
    assert str(URL("http://h/").merge_params([("b", 1)])) == "http://h/?b=1"
