from httpcore_cookies import Auth, AuthRequest, AuthResponse
from httpcore_headers import Headers


def test_requests_and_responses_hide_secrets() -> None:
    headers = Headers({"Authorization": "Basic s3cret"})
    request = AuthRequest("GET", "https://a.test/", "/", headers, "a.test")
    response = AuthResponse(401, Headers({"Set-Cookie": "s3cret"}))
    assert "s3cret" not in repr(request) + repr(response)
    assert (response.status_code, request.host) == (401, "a.test")


def test_only_what_has_a_flow_is_an_auth() -> None:
    assert not isinstance(("user", "password"), Auth)
