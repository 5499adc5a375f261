"""Which names are those of secrets, without a mark."""

import pytest

from httpcore_headers import Headers

SECRET = [
    # By definition.
    *("Authorization", "Proxy-Authorization", "Cookie", "Cookie2", "Set-Cookie"),
    # By their ending.
    *(
        "X-API-Key",
        "Api-Key",
        "apikey",
        "X-ApiKey",
        "X-Goog-Api-Key",
        "DD-API-KEY",
        "xi-api-key",
        "X_API_KEY",
    ),
    *(
        "X-Auth-Token",
        "X-Access-Token",
        "X-Amz-Security-Token",
        "X-Amz-Access-Token",
        "Private-Token",
    ),
    *(
        "Job-Token",
        "X-Vault-Token",
        "X-Consul-Token",
        "X-Shopify-Access-Token",
        "X-aws-ec2-metadata-token",
    ),
    *(
        "X-CSRF-Token",
        "Circle-Token",
        "X-Plex-Token",
        "CF-Access-Client-Secret",
        "X-IBM-Client-Secret",
    ),
    *("X-Hasura-Admin-Secret", "X-MBX-APIKEY", "X-Octopus-ApiKey"),
    # By name.
    *(
        "Token",
        "Ocp-Apim-Subscription-Key",
        "X-Functions-Key",
        "X-Auth-Key",
        "Fastly-Key",
        "X-RapidAPI-Key",
    ),
    *("DD-APPLICATION-KEY", "X-JFrog-Art-Api", "X-Identity-Header", "X-Goog-Encryption-Key"),
    *(
        "X-Amz-Server-Side-Encryption-Customer-Key",
        "X-MS-Authorization-Auxiliary",
        "X-Honeycomb-Team",
    ),
]
OPEN = [
    *(
        "Accept",
        "User-Agent",
        "Host",
        "Content-Type",
        "WWW-Authenticate",
        "ETag",
        "Range",
        "Referer",
    ),
    *(
        "Idempotency-Key",
        "Surrogate-Key",
        "Sec-WebSocket-Key",
        "X-Request-Id",
        "X-Amz-Date",
        "X-Key",
    ),
    *(
        "X-Auth-Email",
        "Tokens",
        "X-Token-Count",
        "",
        "-",
        "X-Amz-Server-Side-Encryption-Customer-Key-MD5",
    ),
]


@pytest.mark.parametrize("name", SECRET)
def test_a_name_of_a_secret_is_sensitive_in_any_case(name: str) -> None:
    headers = Headers()
    for spelt in (name, name.lower(), name.upper(), name.encode()):
        assert headers.is_sensitive(spelt) is True


@pytest.mark.parametrize("name", OPEN)
def test_other_names_are_not(name: str) -> None:
    assert Headers().is_sensitive(name) is False
    assert Headers(sensitive=[name]).is_sensitive(name) is True


@pytest.mark.parametrize("name", SECRET)
def test_what_is_sensitive_is_hidden_and_does_not_go_elsewhere(name: str) -> None:
    headers = Headers([(name, "s3cret"), ("A", "1"), (name.lower(), "s3cret")])
    assert "s3cret" not in repr(headers)
    assert [("A", "1")] == headers.without_sensitive().multi_items()


def test_a_name_must_be_a_name() -> None:
    with pytest.raises(TypeError):
        Headers().is_sensitive(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
