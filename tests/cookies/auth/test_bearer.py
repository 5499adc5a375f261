from string import ascii_letters, digits

import pytest

from httpcore_cookies import BearerAuth, InvalidCredentials
from testkit.auth_flows import drive, refusal, request_for


def test_a_token_is_sent_as_it_is_and_a_refusal_accepted():
    steps = drive(BearerAuth("aZ09-._~+/==").flow(request_for()), refusal("Bearer"))
    assert [(("Authorization", "Bearer aZ09-._~+/=="),)] == steps


def test_a_token_is_of_letters_digits_and_six_others():
    def taken(octet):
        try:
            return bool(BearerAuth(f"a{octet}b"))
        except InvalidCredentials:
            return False

    assert {*ascii_letters, *digits, *"-._~+/"} == set(filter(taken, map(chr, range(256))))


@pytest.mark.parametrize("token", ["", "a b", "Bearer a", "a=b", "é", "a\n", "=", "a,b", "\ud800"])
def test_what_is_no_b64token_is_refused(token):
    with pytest.raises(InvalidCredentials):
        BearerAuth(token)


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_what_is_no_text_is_a_type_error(value):
    with pytest.raises(TypeError, match="the token must be str"):
        BearerAuth(value)


def test_a_refusal_says_what_a_token_is_and_never_shows_it():
    with pytest.raises(InvalidCredentials, match="without the word Bearer") as caught:
        BearerAuth("Bearer s3cret")
    assert "s3cret" not in str(caught.value)
