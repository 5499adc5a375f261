"""A mapping as `auth=`: which origin is sent what, and which keys it may have."""

import pickle

import pytest

from httpcore_client import URL, BearerAuth, DigestAuth, SyncClient
from httpcore_client._options import as_auth
from httpcore_client.testing import MockAdapter

API = {
    "HTTPS://api.test:443": BearerAuth("s3cret"),
    "http://[::1]:8080/": ("user", "pass"),
    URL("https://signed.test").origin: lambda request: request.headers.set(
        "Authorization", "signed"
    ),
    "https://open.test": None,
}
BEARER, BASIC = "Bearer s3cret", "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.test/items?page=2", BEARER),
        ("https://api.test:443/", BEARER),
        ("http://[::1]:8080/", BASIC),
        ("https://signed.test/", "signed"),
        ("https://open.test/", None),
        ("http://api.test/", None),
        ("https://api.test:8443/", None),
        ("https://www.api.test/", None),
        ("https://elsewhere.test/items?page=2", None),
        ("https://u:p@elsewhere.test/", "Basic dTpw"),
    ],
)
def test_an_origin_is_sent_its_own_credentials_alone(url, expected):
    mock = MockAdapter()
    route = mock.get().respond(200)
    with SyncClient(adapters=[mock], auth=API) as client:
        client.get(url)
    assert expected == route.calls[0].request.headers.get("Authorization")


def test_a_scheme_that_answers_challenges_does_so_for_its_origin():
    mock = MockAdapter()
    challenge = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
    route = mock.get().respond(401, headers=challenge)
    auth = {"https://api.test": DigestAuth("user", "pass", algorithms=["MD5"])}
    with SyncClient(adapters=[mock]) as client:
        client.get("https://api.test/", auth=auth)
        client.get("https://elsewhere.test/", auth=auth)
    sent = [call.request.headers.get("Authorization", "")[:6] for call in route.calls]
    assert ["", "Digest", ""] == sent


def test_a_redirect_takes_no_credentials_to_another_origin_of_the_mapping():
    mock = MockAdapter()
    mock.get("https://api.test/").respond(302, headers={"Location": "https://other.test/"})
    route = mock.get("https://other.test/").respond(200)
    auth = {"https://api.test": BearerAuth("one"), "https://other.test": BearerAuth("two")}
    with SyncClient(adapters=[mock], auth=auth) as client:
        client.get("https://api.test/")
    assert "Authorization" not in route.calls[0].request.headers


@pytest.mark.parametrize(
    ("auth", "error", "message"),
    [
        ({5: None}, TypeError, "auth must have origins for keys, not int"),
        ({"api.test": None}, ValueError, "'api.test' is no origin, such as 'https://api.ex"),
        ({"*": None}, ValueError, r"'\*' is no origin, such as 'https://api.ex"),
        ({"https://*.test": None}, ValueError, r"'https://\*.test/' is no origin, such as"),
        ({"ftp://api.test": None}, ValueError, "'ftp://api.test/?' is no origin, such as 'https"),
        ({"https://u@api.test": None}, ValueError, r"is no origin"),
        ({"https://:hunter2@api.test": None}, ValueError, r"'https://:\[secure\]@api.test/' is no"),
        ({"https://api.test/#f": None}, ValueError, r"'https://api.test/#f' is no origin"),
        (
            {"https://api.test/v1": None},
            ValueError,
            "'https://api.test/v1' is no origin, such as 'https://api.test'",
        ),
        (
            {"https://u:hunter2@api.test": None},
            ValueError,
            r"'https://u:\[secure\]@api.test/' is no origin, such as 'https://api.test'",
        ),
        (
            {"https://api.test": None, "https://api.test:443/": None},
            ValueError,
            "auth has the origin https://api.test twice",
        ),
        ({"https://api.test": "s3cret"}, TypeError, "auth must be a pair .*, not str"),
    ],
)
def test_what_is_no_origin_is_refused(auth, error, message):
    with pytest.raises(error, match=message):
        as_auth(auth)


def test_it_shows_origins_alone_and_goes_to_another_process():
    auth = as_auth({"https://api.test": BearerAuth("s3cret")})
    assert "<auth for https://api.test>" == repr(auth) == repr(pickle.loads(pickle.dumps(auth)))
    assert "<auth for nobody>" == repr(as_auth({}))
