import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from httpcore_cookies import BasicAuth, InvalidCredentials
from testkit.auth_flows import drive, refusal, request_for

DATA = Path(__file__).parents[2] / "conformance" / "data" / "own" / "basic-auth.json"
# Those with a URL are the client's, and tested there.
CASES = [case for case in json.loads(DATA.read_text("utf-8"))["cases"] if "url" not in case]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_own_basic_auth(case: dict[str, Any]) -> None:
    credentials = case["username"], case["password"]
    if case["authorization"] == "error":
        with pytest.raises(InvalidCredentials):
            BasicAuth(*credentials)
    else:
        expected = [(("Authorization", case["authorization"]),)]
        assert expected == drive(BasicAuth(*credentials).flow(request_for()))


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("a:s3cret", "p", "colon"),
        ("a\x00", "s3cret", "^the username holds a control"),
        ("a", "s3cret\x7f", "^the password holds a control"),
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


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_what_is_no_text_is_a_type_error(value: Any) -> None:
    for pair in ((value, "p"), ("u", value)):
        with pytest.raises(TypeError, match="must be str"):
            BasicAuth(*pair)


def test_a_refusal_is_accepted() -> None:
    """There is nothing else that could be tried."""
    flow = BasicAuth("u", "p").flow(request_for())
    assert 1 == len(drive(flow, refusal('Basic realm="r"')))


@pytest.mark.parametrize("password", ["", "a", ":", "a:b::", "p\u00e4ss"])
def test_a_pickle_has_the_whole_password(password: str) -> None:
    auth = BasicAuth("user", password)
    again = pickle.loads(pickle.dumps(auth))
    assert drive(auth.flow(request_for())) == drive(again.flow(request_for()))


def test_repr_names_the_user() -> None:
    assert repr(BasicAuth("user", "s3cret")) == "BasicAuth('user', [secure])"


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here."""
    return {"own/basic-auth.json": {"graded": CASES}}
