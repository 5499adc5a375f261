"""OAuth 2 client credentials (RFC 6749, section 4.4): a program that acts for itself, with tokens it fetches.

    auth = ClientCredentials("https://id.example.org/token", "client", "secret", scope="read")
    async with Client(auth=auth) as client:
        response = await client.get("https://api.example.org/things")

A token is fetched before the first request, near its end, and when the server refuses it: once, however
many requests wait for it. The same object works with `Client`, `TrioClient` and `SyncClient`.
"""

import json
import math
import time
from base64 import b64encode
from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import quote_plus, urlencode

from httpcore_cookies import AuthError, AuthRequest, AuthResponse, AuthStep, TokenAuth
from httpcore_headers import Headers

__all__ = ["ClientCredentials"]

# RFC 6749 5.2: nothing else of an answer is shown, as nobody knows what a server repeats there.
_ERRORS = (
    *("invalid_request", "invalid_client", "invalid_grant", "invalid_scope"),
    *("unauthorized_client", "unsupported_grant_type"),
)


class ClientCredentials(TokenAuth):
    """Sends bearer tokens that the token endpoint gives for an id and a secret.

    The flow raises AuthError if the endpoint gives none. `clock` gives seconds and never goes back.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        # RFC 6749 2.3.1: both are form-encoded first, so that either may hold a colon.
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        asking = AuthRequest(
            "POST",
            token_url,
            Headers(
                {
                    "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                }
            ),
            urlencode(form).encode(),
        )

        def fetch() -> Generator[AuthStep, Any, tuple[str, float]]:
            response = yield asking
            return _read(response)

        super().__init__(fetch, clock=clock)


def _read(response: AuthResponse) -> tuple[str, float]:
    """Return the token that an answer gives, and its life (RFC 6749, sections 5.1 and 5.2)."""
    try:
        answer: Any = {"expires_in": math.inf} | json.loads(response.content or b"")
    except (ValueError, TypeError, RecursionError):  # no JSON, or no object
        answer = {}
    match response.status_code, answer:
        case 200, {
            "access_token": str(text),
            "token_type": str(kind),
            "expires_in": int(life) | float(life),
        } if kind.lower() == "bearer" and (life < 1e15 or life == math.inf):
            return text, life
        case status, {"error": error} if error in _ERRORS:
            raise AuthError(f"the token endpoint answered {status}: {error}")
        case status, _:
            raise AuthError(f"the token endpoint answered {status} without a bearer token")
