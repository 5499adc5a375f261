"""What a peer sends back of what it was sent: the secrets among it are in no text that is shown."""

import html
import json
from urllib.parse import quote, quote_plus

import pytest

from httpcore_headers import Headers
from httpcore_pool import HTTPStatusError, Request, Response, run_sync
from httpcore_pool._echoed import secrets_of, secrets_of_fields, without_secrets
from testkit.linear import assert_linear

HERE = "http://a.test/"
SECRET = "p\u00e4ss/w\u00f6rd \"+&<'>\U0001f511"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/problem+json; charset=utf-8"}
PARTS = {"Content-Type": "multipart/form-data; boundary=b"}


def escaped_as_by_others(text):
    """As Go, .NET and PHP write JSON."""
    for character in "<>&+'":
        text = text.replace(character, f"\\u{ord(character):04X}")
    return text.replace('"', '\\"').replace("/", "\\/")


WRITTEN = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON of others": escaped_as_by_others,
    "HTML": html.escape,
    "HTML in numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML in hex": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "URL": lambda text: quote(text, safe=""),
    "URL in lower case": lambda text: quote(text, safe="").lower(),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[1:-1],
    "JSON in HTML": lambda text: html.escape(json.dumps(text)),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_secret_is_left_out_however_it_is_escaped(way):
    text = f"before {WRITTEN[way](SECRET)} and after"
    assert "[secure]" in without_secrets(text, [SECRET])
    assert text == without_secrets(text, ["another secret"])
    shown = without_secrets(text, [SECRET]).replace('\\"', "").replace("&quot;", "")
    assert "before [secure] and after" == shown


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("one two", ["one", "two"], "one two"),  # as short as words
        ("keys keys", ["keys"], "[secure] [secure]"),
        ("a longer secret", ["secret", "longer secret"], "a [secure]"),
        ("abcdefgh", ["abcdef", "cdefgh"], "[secure]"),
        ("abcdefgh", ["abcd", "efgh"], "[secure][secure]"),
        ("100% sure: 50%2", ["sure"], "100% [secure]: 50%2"),
        (
            "\\ud83d alone, %ff, &#1114112; and \\x",
            ["alone"],
            "\\ud83d [secure], %ff, &#1114112; and \\x",
        ),
        ("%e0%80%80 is no UTF-8: %c3%28", ["UTF-8"], "%e0%80%80 is no [secure]: %c3%28"),
        ("", ["secret"], ""),
    ],
)
def test_all_else_of_the_text_stays_as_it_is(text, secrets, shown):
    assert shown == without_secrets(text, secrets)


@pytest.mark.parametrize(
    "unit", ["%41", "\\u0041", "&#65;", "\\", "&", "%e2%82%ac", "secret", "secr"]
)
def test_a_hostile_text_takes_linear_time(unit):
    assert_linear(lambda text: without_secrets(text, ["secret", "A" * 50]), unit, 5_000)


@pytest.mark.parametrize(
    ("fields", "secrets"),
    [
        ({"Authorization": "Bearer abc"}, {"Bearer abc", "abc"}),
        ({"Authorization": "Basic dTpwOnc="}, {"Basic dTpwOnc=", "dTpwOnc=", "p:w"}),
        ({"Proxy-Authorization": "basic dTpwdw=="}, {"basic dTpwdw==", "dTpwdw==", "pw"}),
        ({"Authorization": "Basic \u00ff"}, {"Basic \u00ff", "\u00ff"}),
        ({"Cookie": "a=1; b=c=d"}, {"a=1; b=c=d", "b=c=d", "1", "c=d"}),
        ([("X-API-Key", "one"), ("x-api-key", "two")], {"one", "two"}),
        ({"User-Agent": "x"}, set()),
    ],
)
def test_which_fields_hold_what_secrets(fields, secrets):
    found = secrets_of_fields(Headers(fields))
    assert secrets == {each for each in found if each.strip("=")}


@pytest.mark.parametrize(
    ("url", "content", "fields", "secrets"),
    [
        ("?token=a%2Fb&page=1#token=c", None, {}, {"a%2Fb", "a/b"}),
        ("", "password=a+b&name=Ada&x", FORM, {"a+b", "a b"}),
        ("", '{"user": {"password": "a", "name": "Ada"}}', JSON, {"a"}),
        ("", '[{"tokens": ["a", 12.5, true, null, {"b": 7}]}]', JSON, {"a", "12.5", "7"}),
        ("", '{"password": ', JSON, set()),
        ("", "[" * 100_000, JSON, set()),
        ("", '{"password": "a"}', {"Content-Type": "text/plain"}, set()),
        ("", '{"password": "a"}', {}, set()),
        ("", iter([b"password=a"]), FORM, set()),
        ("", "", PARTS, set()),
        ("", "--b\r\nContent-Type: multipart/form-data\r\n\r\n" * 20_000, PARTS, set()),
        ("", f"password=a&x={'x' * (2**20 - 13)}", FORM, {"a"}),
        ("", f"password=a&x={'x' * (2**20 - 12)}", FORM, set()),
        (
            "",
            '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\na\r\nb\r\n'
            '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'
            '--b\r\nContent-Disposition: form-data; name="meta"; filename="m.json"\r\n'
            'Content-Type: application/json\r\n\r\n{"password": "c"}\r\n--b--\r\n',
            PARTS,
            {"a\r\nb", "c"},
        ),
    ],
)
def test_which_secrets_a_request_has(url, content, fields, secrets):
    assert secrets == secrets_of(Request("POST", HERE + url, content, fields))


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (json.dumps({"password": SECRET}), JSON),
        (f"password={quote_plus(SECRET)}", FORM),
        (None, {"Authorization": "Bearer s3cret-token"}),
    ],
)
def test_what_a_server_says_of_it_is_not_in_the_error(way, content, fields):
    secret = SECRET if content else "s3cret-token"
    body = f"no such password: {WRITTEN[way](secret)}".encode()
    request = Request("POST", HERE, content, fields)
    response = Response(422, Headers({"Content-Type": "text/plain"}), body, request=request)
    run_sync(response.read())
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    assert "no such password: " in str(caught.value)
    assert "[secure]" in str(caught.value)
    for part in ("w\u00f6rd", "rd", "token"):
        assert part not in str(caught.value).partition("password: ")[2]
