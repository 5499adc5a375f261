"""The grammar: where components end, what is refused, and that both roads agree."""

import pytest

from httpcore_urls import URL, InvalidURL
from httpcore_urls._parts import MAX_URL_CHARACTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  http://h/ \n", "http://h/"),
        ("http://h/a\tb?c\nd#e\rf", "http://h/ab?cd#ef"),
        ("http://h\t", "http://h/"),
        ("http:h", "http://h/"),
        ("http:///h", "http://h/"),
        ("http://h?a#b", "http://h/?a#b"),
        ("http://h/a\\b", "http://h/a/b"),
        ("http://h/%7Ea%2fb", "http://h/%7Ea%2fb"),
        ("http://h//a//", "http://h//a//"),
        ("http://h/a/%2e%2E/b/%2e", "http://h/b/"),
        ("http://h/..", "http://h/"),
        ("http://h/.well-known", "http://h/.well-known"),
        ("http://@h/", "http://h/"),
        ("http://:@h/", "http://h/"),
        ("http://:p@h/", "http://:p@h/"),
        ("http://a@b@h/", "http://a%40b@h/"),
        ("http://h:/", "http://h/"),
        ("http://h:0/", "http://h:0/"),
        ("http://h:000080/", "http://h/"),
        ("foo:/.//x", "foo:/.//x"),
        ("foo://H:1/%41", "foo://H:1/%41"),
        ("foo:a ?b", "foo:a%20?b"),
        ("foo:a#b c", "foo:a#b%20c"),
        ("data:,a b", "data:,a b"),
        ("ftp://h:21/", "ftp://h/"),
    ],
)
def test_text_is_read_as_the_standard_says(text: str, expected: str):
    assert expected == str(URL(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a/../b", "a/../b"),
        ("a\\b c", "a/b%20c"),
        ("//H:80/a/../b", "//h:80/b"),
        ("//h", "//h/"),
        ("?a'", "?a%27"),
        ("#a b", "#a%20b"),
        ("1:2", "1:2"),
    ],
)
def test_reference_is_kept_for_its_base(text: str, expected: str):
    assert expected == str(URL(text, allow_relative=True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://", "host is missing"),
        ("http://u@/", "host is missing"),
        ("http://:80/", "host is missing"),
        ("foo://:80/", "host is missing"),
        ("foo://u@/", "host is missing"),
        ("http://h:80a/", "port is not a number"),
        ("http://h:1:2/", "port is not a number"),
        ("http://h:٣/", "port is not a number"),
        ("http://h:65536/", "larger than 65535"),
        ("http://h:99999/", "larger than 65535"),
        ("http://h:123456/", "larger than 65535"),
        ("http://good\\@evil/", "backslash"),
        ("http:\\\\h/", "backslash"),
        ("/\\h", "backslash"),
        ("http://u\\:p@h/", "backslash"),
        ("http://a b/", "whitespace"),
        ("http://a b@h/", "whitespace"),
        ("http://u:\u3000@h/", "whitespace"),
        ("http://u:\x85@h/", "whitespace"),
        ("http://a\tb/", "tab or line break"),
        ("http://u\n@h/", "tab or line break"),
        ("/\t/h", "tab or line break"),
        ("h\nttp://h/", "tab or line break"),
        ("http://[::1/", "not closed"),
        ("http://[::1]x/", "not closed"),
        ("http://[::1]:x/", "port is not a number"),
        (f"http://h/{'a' * MAX_URL_CHARACTERS}", "longer than 262144 characters"),
    ],
)
def test_what_readers_take_differently_is_refused(text: str, reason: str):
    with pytest.raises(InvalidURL, match=reason):
        URL(text, allow_relative=True)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("example.org/path", "https://example.org/path"),
        ("//example.org/path", "https://example.org/path"),
        ("[::1]/", "https://[::1]/"),
        ("münchen.example", "https://münchen.example"),
        ("https//example.org/", "https://example.org/"),
        ("HTTP;//example.org", "HTTP://example.org"),
        ("example.org/?token=abc", "https://example.org/?token=[secure]"),
    ],
)
def test_missing_scheme_is_suggested(text: str, guess: str):
    with pytest.raises(InvalidURL) as caught:
        URL(text)
    assert f"did you mean {guess!r}?" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("/a", "", "a b", "//u:secret@h/", "a" * 254, "h/" + "a" * 200),
        *("https//u:secret@h/", "http;//secret@h/", "secret@h/", "//u:secret\uff20h/"),
    ],
)
def test_nothing_is_suggested_that_is_no_url_or_a_secret(text: str):
    with pytest.raises(InvalidURL, match="allow_relative=True") as caught:
        URL(text)
    assert "did you mean" not in str(caught.value)
    assert "secret" not in str(caught.value).replace("[secure]", "")
