"""Origins: equal by scheme, host and port."""

import pickle

import pytest

from httpcore_urls import URL, InvalidURL, Origin


def test_origin_has_the_parts_that_decide_it():
    origin = Origin("wss://user:pw@Example.org/path?q#f")
    assert (origin.scheme, origin.host, origin.port) == ("wss", "example.org", 443)
    assert origin.is_ssl
    assert not Origin("http://h").is_ssl


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://h:443/a", "https://h"),
        ("https://h:80", "https://h:80"),
        ("http://[::1]:0", "http://[::1]:0"),
        ("foo://h:5", "foo://h:5"),
    ],
)
def test_origin_is_written_without_the_schemes_own_port(text: str, expected: str):
    assert expected == str(Origin(text)) == str(URL(text).origin)
    assert repr(Origin(text)) == f"Origin({expected!r})"
    assert pickle.loads(pickle.dumps(Origin(text))) == Origin(text)


def test_origins_are_equal_when_normalised_alike():
    first, second = Origin("HTTP://H:80/a"), URL("http://u@h/b").origin
    assert first == second
    assert hash(first) == hash(second)
    for other in ("https://h", "http://h:81", "http://g", "ws://h"):
        assert Origin(other) != first
    assert first != "http://h"


@pytest.mark.parametrize(
    "url",
    [
        URL("/a", allow_relative=True),
        URL("//h/a", allow_relative=True),
        "/a",
        "mailto:a",
        "foo:///a",
        "foo://u:secret@h/",
        URL("foo://u:secret@h/"),
        "no url",
    ],
)
def test_what_has_no_origin_is_refused(url: str | URL):
    with pytest.raises(InvalidURL) as caught:
        Origin(url)
    assert "secret@" not in str(caught.value)


def test_other_types_are_type_errors():
    with pytest.raises(TypeError, match="url must be a str or a URL, not int"):
        Origin(1)  # type: ignore[arg-type]
