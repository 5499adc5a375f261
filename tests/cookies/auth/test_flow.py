import pytest

from httpcore_cookies import Auth, AuthRequest, AuthResponse, BasicAuth, Exclusive
from httpcore_headers import Headers


def test_a_request_has_defaults_for_one_of_a_schemes_own():
    request = AuthRequest("POST", "https://a.test/token")
    assert (b"", Headers(), "/", "", "") == (
        request.content,
        request.headers,
        request.target,
        request.host,
        request.origin,
    )


def test_the_order_of_fields_is_what_one_says_of_a_request_of_ones_own():
    headers = Headers({"X-A": "1"})
    named = AuthRequest(method="POST", url="https://a.test/", headers=headers, content=b"x")
    assert named == AuthRequest("POST", "https://a.test/", headers, b"x")
    assert AuthResponse(401, headers, b"x") == AuthResponse(
        status_code=401, headers=headers, content=b"x"
    )


def test_facts_can_not_be_changed():
    request, response = AuthRequest("GET", "https://a.test/"), AuthResponse(200)
    for facts, name in ((request, "url"), (response, "status_code")):
        with pytest.raises(AttributeError, match="frozen"):
            setattr(facts, name, "x")
    assert "PUT" == request.copy_with(method="PUT").method


def test_exclusive_steps_have_a_key():
    steps = BasicAuth("u", "p").flow(AuthRequest("GET", "https://a.test/"))
    exclusive = Exclusive("key", steps)
    assert ("key", steps) == (exclusive.key, exclusive.steps)


@pytest.mark.parametrize("value", [("user", "password"), print, None, AuthRequest])
def test_only_what_has_a_flow_is_an_auth(value):
    assert not isinstance(value, Auth)
