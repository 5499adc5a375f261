"""InvalidURL: what it says, hides, cuts and escapes."""

import pickle

import pytest

from httpcore_urls import URL, InvalidURL


def refused(text: str) -> InvalidURL:
    with pytest.raises(InvalidURL) as caught:
        URL(text)
    assert caught.value.__cause__ is None
    return caught.value


def test_error_names_reason_and_url():
    error = refused("http://h:x/")
    assert str(error) == "the port is not a number: 'http://h:x/'"
    assert (error.reason, error.url) == ("the port is not a number", "http://h:x/")
    assert isinstance(error, ValueError)


def test_error_cuts_and_escapes_the_url():
    error = refused("http://a b\n\x1b\u202e" + "x" * 10**5)
    assert len(error.url) == 200
    assert str(error).isprintable()
    assert "\\n\\x1b\\u202e" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "http://u:hunter2@h:x/",
        "http://u:hun/ter2@h/",
        "http://u:a@hunter2@h:x/",
        "http:u:hunter2@h:x/",
        "//u:hunter2@h:x/",
        "ht tp://u:hunter2@h/",
        " http:\\\\u:hunter2@h/",
        "http://u:hunter2\n@h/",
        "http://u:hunter2@" + "a" * 300,
        *("http://u:hunter2\uff20h/", "http://u:hun/ter2\ufe6bh:x/"),
    ],
)
def test_error_masks_the_password(text: str):
    error = refused(text)
    shown = f"{error}{error!r}{error.args}{error.url}{pickle.loads(pickle.dumps(error))}"
    assert "ter2" not in shown


def test_error_of_a_longer_operation_masks_too():
    with pytest.raises(InvalidURL) as caught:
        URL("https://u:hunter2@h/").copy_with(port=65536)
    assert "hunter2" not in repr(caught.value)


@pytest.mark.parametrize("text", ["http://h:x/", "http://u:p@h:x/", "x" * 10**4 + " ", "\n"])
def test_error_pickles(text: str):
    error = refused(text)
    again = pickle.loads(pickle.dumps(error))
    assert (error.reason, error.url, str(error)) == (again.reason, again.url, str(again))
