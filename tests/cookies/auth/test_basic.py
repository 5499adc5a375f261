import copy
import json
import pickle
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from httpcore_cookies import Auth, AuthRequest, BasicAuth, BearerAuth, InvalidCredentials
from httpcore_headers import Headers

DATA = Path(__file__).parents[2] / "conformance" / "data" / "own" / "basic-auth.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]
REQUEST = AuthRequest("GET", "https://a.test/x", "/x", Headers(), "a.test")


def fields(auth: Auth) -> list[tuple[tuple[str, str], ...]]:
    return list(auth.flow(REQUEST))


def credentials(case: dict[str, Any]) -> tuple[str, str]:
    """Give the user and password of a case; from a URL as the client will take them."""
    if "url" not in case:
        return case["username"], case["password"]
    parts = urlsplit(case["url"])
    return unquote(parts.username or ""), unquote(parts.password or "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_own_basic_auth(case: dict[str, Any]) -> None:
    if case["authorization"] == "error":
        with pytest.raises(InvalidCredentials):
            BasicAuth(*credentials(case))
    else:
        expected = [(("Authorization", case["authorization"]),)]
        assert expected == fields(BasicAuth(*credentials(case)))


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("a:s3cret", "p", "colon"),
        ("a\x00", "s3cret", "username holds a control"),
        ("a", "s3cret\x7f", "password holds a control"),
        ("a", "s3cret\ud800", "password holds a lone surrogate"),
    ],
)
def test_a_refusal_says_which_part_and_never_shows_it(
    username: str, password: str, words: str
) -> None:
    with pytest.raises(InvalidCredentials, match=words) as caught:
        BasicAuth(username, password)
    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_bearer_token_is_sent_as_it_is() -> None:
    assert fields(BearerAuth("aZ09-._~+/==")) == [(("Authorization", "Bearer aZ09-._~+/=="),)]


@pytest.mark.parametrize("token", ["", "a b", "Bearer a", "a=b", "é", "a\n", "=", "a,b"])
def test_what_is_no_b64token_is_refused(token: str) -> None:
    with pytest.raises(InvalidCredentials):
        BearerAuth(token)


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_what_is_no_text_is_a_type_error(value: Any) -> None:
    for make in (
        lambda: BasicAuth(value, "p"),
        lambda: BasicAuth("u", value),
        lambda: BearerAuth(value),
    ):
        with pytest.raises(TypeError, match="must be str"):
            make()


@pytest.mark.parametrize("auth", [BasicAuth("user", "s3cret"), BearerAuth("s3cret")])
def test_secrets_stay_out_of_repr_and_pickle(auth: BasicAuth | BearerAuth) -> None:
    assert "s3cret" not in repr(auth)
    with pytest.raises(TypeError, match="not pickled: its secret"):
        pickle.dumps(auth)
    assert auth is copy.copy(auth) is copy.deepcopy(auth)
    assert isinstance(auth, Auth)


def test_repr_names_the_user() -> None:
    assert repr(BasicAuth("user", "s3cret")) == "BasicAuth('user', [secure])"
