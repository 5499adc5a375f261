"""What is not shown: values of secrets, wherever they are nested, and nothing else of a text."""

import pickle

import pytest

from httpcore_urls import URL, InvalidURL, QueryParams
from httpcore_urls.masking import (
    is_secret,
    masked_form,
    masked_json,
    masked_reference,
    masked_unparsed,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a/?page=2&token=hunter2", "?page=2&token=XXX"),
        ("http://a/?%70assword=hunter2", "?%70assword=XXX"),
        ("http://a/?user[password]=hunter2;x", "?user[password]=XXX"),
        ("http://a/?next=http%3A%2F%2Fu:hunter2@b%2F%3Fsig%3Dhunter2", "?next=http://b/?sig%3DXXX"),
        ("http://a/?next=/b?clientSecret=hunter2", "?next=/b?clientSecret=XXX"),
        ("http://a/?state=id_token%3Dhunter2%26x%3D1", "?state=id_token%3DXXX%26x%3D1"),
        ("http://a/?p=%7B%22pwd%22:%22hunter2%22%7D", "?p=%7B%22pwd%22:%22XXX%22%7D"),
        ("http://a/#access_token=hunter2&x", "#access_token=XXX&x"),
        ("http://a/;jsessionid=hunter2/b?x=1", ";jsessionid=XXX/b?x=1"),
        ("http://a/?q=a+b%20c&mode=AT&token=", "?q=a+b%20c&mode=AT&token="),
        ("http://a/?code=hunter2&state=1", "?code=XXX&state=1"),
        ("http://a/#/b?token=hunter2&x=1", "#/b?token=XXX&x=1"),
        ("http://a//b@c/?token", "/b@c/?token"),
        ("http://u:hunter2@a/?x", "?x"),
        ("http://a/save/http://u:hunter2@b/c", "save/http://b/c"),
        ("http://a/#http://u:hunter2@b/", "#http://b/"),
        ("http://a/?http://u:hunter2@b/", "?http://b/"),
        ("http://a/?x&http%3A%2F%2Fb%2F%3Ftoken%3Dhunter2", "?x&http://b/?token%3DXXX"),
        ("http://a/?x&token%3Dhunter2", "?x&token%3DXXX"),
        ("http://a/?n=http%253A%252F%252Fb%252F%253Fsig%253Dhunter2", "?n=http://b/?sig%3DXXX"),
        ("http://a/?n=http%253A%252F%252Fu%253Ahunter2%2540b%252F", "?n=http://b/"),
        ("http://a/?%2574oken=hunter2&%252574oken=hunter2", "?%2574oken=XXX&%252574oken=XXX"),
        ("http://a/?a[code]=hunter2&pass%20word1=hunter2", "?a[code]=XXX&pass%20word1=XXX"),
        ("http://a/?q=100%25&r=a%252Fb&c%2Bd#e%20f", "?q=100%25&r=a%252Fb&c%2Bd#e%20f"),
    ],
)
def test_secrets_of_a_reference_are_masked_and_all_else_stays(text, shown):
    assert f"http://a/{shown}" == masked_reference(text, "XXX")


def test_what_is_nested_too_deep_is_not_shown():
    text = "a=?" * 20 + "a=hunter2"
    assert "a=?a=?a=?a=?a=XXX" == masked_form(text, "XXX")
    assert len(masked_form("a=?" * 50_000)) < 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": 1, "pass\\u0077ord" : "hunter2"}', '{"a": 1, "pass\\u0077ord" : "XXX"}'),
        (
            '[{"b": {"token": {"c": ["hunter2", "]"]}, "d":-1}}]',
            '[{"b": {"token": "XXX", "d":-1}}]',
        ),
        ('{"pin": 1234, "otp":null}', '{"pin": "XXX", "otp":"XXX"}'),
        ('{"token": "hunter2"}\n{"token": "hunter2"}', '{"token": "XXX"}\n{"token": "XXX"}'),
        ('{"token": "hunter2", "token": "XXX"}', '{"token": "XXX", "token": "XXX"}'),
        ('{"token": "hun', '{"token": "XXX"'),
        ('{"token": "hun\\', '{"token": "XXX"'),
        ('{"session": {"id": "hunter2"', '{"session": "XXX"'),
        ('{"u": "/?a=1\\u0026sig=hunter2"}', '{"u": "/?a=1&sig=XXX"}'),
        ('{"u": "{\\"jwt\\": \\"hunter2\\"}"}', '{"u": "{\\"jwt\\": \\"XXX\\"}"}'),
        ('{"token":}', '{"token":}'),
        ('{"\\x": "a=b", "c": "token"}', '{"\\x": "a=b", "c": "token"}'),
    ],
)
def test_secrets_of_json_are_masked_and_all_else_stays(text, shown):
    assert shown == masked_json(text, "XXX")


def test_json_without_end_takes_no_long_time():
    for text in ('{"a":' * 100_000, '"token":[' * 100_000, '"' * 100_000, '"' + "\\" * 100_001):
        assert len(text) + 10 > len(masked_json(text, "XXX"))


@pytest.mark.parametrize(
    "name",
    [
        "Access_Token",
        "Proxy-Authorization",
        "accessToken",
        "X-Api-Key",
        "a.pwd",
        "s[sid]",
        "X-Amz-Security-Token",
        "password1",
        "password_confirmation",
        "api key",
        "token\x00",
        "\uff34\uff2f\uff2b\uff25\uff2e",
        "pa\u017f\u017fword",
        *(
            "tokens",
            "refresh_tokens[]",
            "passwords",
            "client-secrets",
            "credentials",
            "cvv",
            "CVC2",
        ),
    ],
)
def test_names_of_secrets_are_known_however_they_are_written(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["", "page", "max_tokens", "Idempotency-Key", "monkey", "code", "\ud800", "[]", "keys"]
)
def test_other_names_are_none(name):
    assert not is_secret(name)


@pytest.mark.parametrize("pair", ["a=\ud800%26token%3Dhunter2", "\ud800%26token%3Dhunter2"])
def test_a_lone_surrogate_beside_a_secret_is_replaced(pair):
    assert pair.replace("\ud800", "?").replace("hunter2", "XXX") == masked_form(pair, "XXX")


def test_a_code_is_a_secret_in_a_form_and_a_number_in_json():
    assert "code=XXX" == masked_form("code=4", "XXX")
    assert '{"code": 4}' == masked_json('{"code": 4}', "XXX")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.test/b?page=2&api_key=hunter2", "https://a.test/b?page=2&api_key=[secure]"),
        ("https://u:hunter2@a.test/?sig=hunter2#c", "https://u:[secure]@a.test/?sig=[secure]#c"),
        ("https://a.test/#access_token=hunter2", "https://a.test/#access_token=[secure]"),
        ("https://a.test/b;jsessionid=hunter2", "https://a.test/b;jsessionid=[secure]"),
        ("https://a.test/?u=http://v:hunter2@b/", "https://a.test/?u=http://b/"),
        ("wss://a.test:8443/?token=hunter2", "wss://a.test:8443/?token=[secure]"),
        ("urn:a?token=hunter2", "urn:a?token=[secure]"),
        ("https://a.test/?#", "https://a.test/?#"),
        ("https://u:p@a.test/https://v:hunter2@b/", "https://u:[secure]@a.test/https://b/"),
    ],
)
def test_a_url_shows_no_secret_where_people_look(text, shown):
    url = URL(text)
    assert shown == url.masked == url.human
    assert f"URL({shown!r})" == repr(url)
    assert text == str(url)


def test_parameters_show_no_secret():
    assert "QueryParams('page=1&token=[secure]')" == repr(QueryParams("page=1&token=hunter2"))
    assert "token=hunter2" == str(QueryParams("token=hunter2"))


@pytest.mark.parametrize(
    "text",
    ["http://a b/?token=hunter2", "http://a:x/#sig=hunter2", "?api_key=hunter2 &x", "a?b" * 70]
    + [f"http://a b/{'x' * 150}?{'y' * length}&token=hunter2" for length in (20, 25, 30, 230)],
)
def test_the_text_of_a_refused_url_shows_no_secret(text):
    with pytest.raises(InvalidURL) as caught:
        URL(text)
    error = caught.value
    assert "hunter" not in f"{error}{error!r}{error.args}{error.url}"
    assert len(error.url) <= 200
    assert str(error) == str(pickle.loads(pickle.dumps(error)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https//user:s3cret@h/", "https//h/"),
        ("https;//s3cret@h/", "https;//h/"),
        ("htp:/user:s3cret@h/", "htp:/user:[secure]@h/"),
        ("user:s3cret@h", "user:[secure]@h"),
        ("s3cret@h/@joe", "[secure]@h/@joe"),
        ("s3cret\uff20h", "[secure]\uff20h"),
        ("u:s3c\uff20ret@h", "u:[secure]@h"),
        ("https://s3cret@h:x/", "https://[secure]@h:x/"),
        ("//s3cret@h:x/", "//[secure]@h:x/"),
        ("h/x?token=s3cret", "h/x?token=[secure]"),
        ("medium.example/@joe/post", "medium.example/@joe/post"),
        ("h/a?to=joe@h#joe@h", "h/a?to=joe@h#joe@h"),
        ("{@x}", "{@x}"),
        ("@a:b", "@a:b"),
        ("/" + "x" * 300, "/" + "x" * 198 + "\u2026"),
    ],
)
def test_what_did_not_parse_shows_no_secret(text, shown):
    assert shown == masked_unparsed(text)
