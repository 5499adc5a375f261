"""Which word is what, and what a short URL stands for."""

import pytest

from httpcore_client.cli._words import Words, complete_url, read_words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["http://a.test"], Words(None, "http://a.test", ())),
        (["PUT", "http://a.test", "a=1"], Words("PUT", "http://a.test", ("a=1",))),
        (["put", "http://a.test"], Words("PUT", "http://a.test", ())),
        (["Put", "http://a.test"], Words("PUT", "http://a.test", ())),
        (["host", "a=1"], Words(None, "https://host", ("a=1",), assumed=True)),
        (["host", "X-A:b"], Words(None, "https://host", ("X-A:b",), assumed=True)),
        (["MY-VERB", "http://a.test"], Words("MY-VERB", "http://a.test", ())),
        (["localhost", "a=1"], Words(None, "http://localhost", ("a=1",))),
        (["a.test"], Words(None, "https://a.test", (), assumed=True)),
        (["https://a.test"], Words(None, "https://a.test", ())),
        (["trace", "http://a.test"], Words(None, "http://a.test", (), trace=True)),
        (["trace", "POST", "http://a.test"], Words("POST", "http://a.test", (), trace=True)),
        (["TRACE", "http://a.test"], Words("TRACE", "http://a.test", ())),
        (["trace"], Words(None, "https://trace", (), assumed=True)),
    ],
)
def test_words_are_told_apart(words, expected):
    assert expected == read_words(words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the URL is missing: httpcore [METHOD] URL [ITEM...]"),
        (["GET"], "the URL is missing after GET"),
        (["a=b"], "'a=b' stands where the URL should"),
        (["a=b\nc=d"], r"'a=b\nc=d' stands where the URL should"),
        (["POST", "f@x"], "'f@x' stands where the URL should"),
        (['{"a": 1}', "a.test"], "stands where the URL should: a whole body is --data"),
        (['[{"a": 1}]'], "a whole body is --data"),
    ],
)
def test_a_missing_url_is_told(words, message):
    with pytest.raises(ValueError) as caught:
        read_words(words)
    assert message in str(caught.value)


@pytest.mark.parametrize("url", ["http://a.test", "a.test", "a.test/x?y=1", ":8000/", "localhost"])
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("gett", "'gett' stands where the method does, and is none: did you mean GET?"),
        ("Pots", "did you mean POST?"),
        ("purge", "one of your own is in capitals: PURGE"),
    ],
)
def test_a_word_before_the_url_that_is_no_method_is_told(word, message, url):
    with pytest.raises(ValueError) as caught:
        read_words([word, url, "a=1"])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":8000", "http://localhost:8000"),
        (":8000/a", "http://localhost:8000/a"),
        (":/a", "http://localhost/a"),
        (":", "http://localhost"),
        ("localhost:8000/a", "http://localhost:8000/a"),
        ("api.localhost/a", "http://api.localhost/a"),
        ("127.0.0.1?q", "http://127.0.0.1?q"),
        ("[::1]:80", "http://[::1]:80"),
        ("u:p@localhost", "http://u:p@localhost"),
        ("localhost.example", "https://localhost.example"),
        ("a.test:8443/x", "https://a.test:8443/x"),
        ("://a.test", "https://a.test"),
        ("http:/a.test", "http:/a.test"),
        ("HTTPS://a.test", "HTTPS://a.test"),
        ("ftp://a.test", "ftp://a.test"),
        ("http:8000/x", "https://http:8000/x"),  # a host of that name
    ],
)
def test_a_short_url_is_completed(text, expected):
    assert expected == complete_url(text)
