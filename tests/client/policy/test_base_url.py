"""How a base and what is asked for become one URL."""

from string import ascii_letters, digits

import pytest

from httpcore_client import URL, InvalidURL
from httpcore_client.policy._base_url import BaseURL


@pytest.mark.parametrize(
    ("base", "asked", "expected"),
    [
        # One slash in between, whatever there is.
        ("https://h.test", "users", "https://h.test/users"),
        ("https://h.test", "/users", "https://h.test/users"),
        ("https://h.test/api", "users", "https://h.test/api/users"),
        ("https://h.test/api", "/users", "https://h.test/api/users"),
        ("https://h.test/api/", "users", "https://h.test/api/users"),
        ("https://h.test/api/", "/users", "https://h.test/api/users"),
        ("https://h.test/api//", "/users", "https://h.test/api/users"),
        ("https://h.test/api", "\\users", "https://h.test/api/users"),
        # What is asked for keeps its own.
        ("https://h.test/api", "a//b/", "https://h.test/api/a//b/"),
        ("https://h.test/api", "a%2Fb", "https://h.test/api/a%2Fb"),
        ("https://h.test/api", "./a/../b", "https://h.test/api/b"),
        ("https://h.test/api", "v1:batch", "https://h.test/api/v1:batch"),
        ("https://h.test/api", "user@host", "https://h.test/api/user@host"),
        ("https://h.test/api", "?a=1", "https://h.test/api?a=1"),
        ("https://h.test/api", "#f", "https://h.test/api#f"),
        ("https://h.test/api", "u?a=1#f", "https://h.test/api/u?a=1#f"),
        ("https://h.test/api", " u ", "https://h.test/api/u"),
        ("https://h.test/api", "\x00u\x1f", "https://h.test/api/u"),
        ("https://h.test/api", "!u!", "https://h.test/api/!u!"),
        ("https://h.test/apix", "u", "https://h.test/apix/u"),
        # Nothing leaves the base as it is.
        ("https://h.test/api", "", "https://h.test/api"),
        ("https://h.test/api/", "", "https://h.test/api/"),
        # A query of the base's is kept apart from the path, and comes first.
        ("https://h.test/api?k=1", "users", "https://h.test/api/users?k=1"),
        ("https://h.test/api?k=1", "users?x=2&x=3", "https://h.test/api/users?k=1&x=2&x=3"),
        ("https://h.test/api?k=1", "", "https://h.test/api?k=1"),
        ("https://h.test/api?k=1", "?k=1", "https://h.test/api?k=1&k=1"),
        ("https://h.test/api?k=%2f", "u#f", "https://h.test/api/u?k=%2f#f"),
        # Absolute URLs are taken as they are.
        ("https://h.test/api?k=1", "http://other.test/x", "http://other.test/x"),
        ("https://h.test/api", "HTTPS://other.test", "https://other.test/"),
        ("https://h.test/api", "ftp://other.test/", "ftp://other.test/"),
        ("https://h.test/api", "https:other.test/x", "https://other.test/x"),
        ("https://h.test/api", "HTTP:other.test/x", "http://other.test/x"),
        (
            "https://h.test/api",
            "u?of=https://other.test",
            "https://h.test/api/u?of=https://other.test",
        ),
        ("https://h.test/api", "http\u017f:x", "https://h.test/api/http%C5%BF:x"),  # no s
        # Userinfo of the base stays.
        ("https://u:p@h.test/api", "x", "https://u:p@h.test/api/x"),
    ],
)
def test_paths_are_appended(base, asked, expected):
    assert expected == str(BaseURL(base).join(asked))


def test_a_scheme_is_a_letter_and_then_letters_digits_plus_dot_and_minus():
    base = BaseURL("https://h.test/api")
    first = {c for c in map(chr, range(0x21, 0x7F)) if base.join(f"{c}://u").scheme != "https"}
    later = {c for c in map(chr, range(0x21, 0x7F)) if base.join(f"a{c}://u").scheme != "https"}
    assert (set(ascii_letters), {*ascii_letters, *digits, *"+.-"}) == (first, later)


def test_a_url_object_is_taken_as_its_text():
    base = BaseURL(URL("https://h.test/api"))
    assert URL("http://other.test/") == base.join(URL("http://other.test/"))
    assert URL("mailto:a@b.test") == base.join(URL("mailto:a@b.test"))
    assert URL("https://h.test/api/x?a=1") == base.join(URL("/x?a=1", allow_relative=True))


@pytest.mark.parametrize(
    "asked", ["//evil.test/x", "/\\evil.test", "\\\\evil.test", " //evil.test"]
)
def test_what_could_be_a_path_or_a_host_is_refused(asked):
    with pytest.raises(InvalidURL, match="begins with two slashes could mean a path or a host"):
        BaseURL("https://h.test/api").join(asked)


@pytest.mark.parametrize("asked", ["../admin", "a/../../admin", "%2e%2E/admin", "..\\admin", "/.."])
def test_nothing_leads_out_of_the_path_of_the_base(asked):
    with pytest.raises(InvalidURL, match="it leads out of the path of base_url"):
        BaseURL("https://h.test/api").join(asked)


@pytest.mark.parametrize("asked", ["api2/../../api2", "../api2", "../api"])
def test_a_path_that_only_looks_like_the_base_s_is_out_of_it(asked):
    with pytest.raises(InvalidURL, match="leads out"):
        BaseURL("https://h.test/api").join(asked)


@pytest.mark.parametrize(
    ("base", "error", "message"),
    [
        ("/api", InvalidURL, "base_url must be absolute, such as https://host/path"),
        ("https://h.test/#f", InvalidURL, "base_url can't have a fragment"),
        (5, TypeError, "base_url must be a str or a URL, not int"),
    ],
)
def test_a_base_that_nothing_can_begin_with_is_refused(base, error, message):
    with pytest.raises(error, match=message):
        BaseURL(base)


def test_only_text_and_urls_can_be_joined():
    with pytest.raises(TypeError, match="url must be a str or a URL, not bytes"):
        BaseURL("https://h.test/").join(b"/x")


def test_the_password_of_a_base_is_not_shown():
    assert "s3cret" not in repr(BaseURL("https://u:s3cret@h.test/"))
    with pytest.raises(InvalidURL) as caught:
        BaseURL("https://u:s3cret@h.test/api").join("..")
    assert "s3cret" not in str(caught.value)
