"""Which fields hold secrets by their name: what `repr` hides, and what goes to no other origin.

Some names are credentials or sessions by definition. For what else carries a key there is no registry, and
what other clients keep from the origin that a redirect leads to is Authorization, Cookie and
Proxy-Authorization (undici, urllib3, aiohttp, follow-redirects), with Cookie2 and WWW-Authenticate (Go,
reqwest), or Authorization alone (requests, httpx) or with Cookie (curl): so a key in X-API-Key goes to
whomever an open redirect names. There are two ways to close that: to let only a few harmless fields go along,
which takes from every program the fields of its own that it counts on; or to know what keys are called. This
is the latter, in two parts, and what a caller marks is the third:

- endings, since names of keys are made alike everywhere: X-API-Key and X-Goog-Api-Key, X-Auth-Token and
  X-Vault-Token, CF-Access-Client-Secret. A token that is none (Lock-Token, a page's token) is of use to no
  other origin either;
- names that end otherwise, from the references of those who ask for them. "-key" alone is no ending:
  Idempotency-Key, Surrogate-Key and Sec-WebSocket-Key are no secrets.

The price: where the same key is meant for several origins, a redirect between them has to be taken by hand.
"""

from collections.abc import Iterable

from ._grammar import lookup_key

__all__ = ["ALWAYS_SENSITIVE", "is_secret_name", "marks"]

# Credentials and sessions by definition (RFC 9110 11.6.2, 11.7.2; RFC 6265 4.1, 4.2; RFC 2965 3.3.5), and:
ALWAYS_SENSITIVE = frozenset(
    {
        *(b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"cookie2"),
        *(b"api-key", b"apikey", b"token", b"password", b"x-password", b"x-auth", b"x-secret"),
        # Amazon: S3's keys of customers (signatures and X-Amz-Security-Token go by the ending).
        b"x-amz-server-side-encryption-customer-key",
        b"x-amz-copy-source-server-side-encryption-customer-key",
        # Google: Cloud Storage's keys of customers; Identity-Aware Proxy.
        *(b"x-goog-encryption-key", b"x-goog-copy-source-encryption-key"),
        b"x-goog-iap-jwt-assertion",
        # Microsoft: API Management, Functions, Storage, Resource Manager, managed identities.
        *(b"ocp-apim-subscription-key", b"x-functions-key", b"x-ms-encryption-key"),
        *(b"x-ms-authorization-auxiliary", b"x-identity-header"),
        # Cloudflare: the API, Access.
        *(b"x-auth-key", b"x-auth-user-service-key", b"cf-access-jwt-assertion"),
        # Others: Algolia and Parse take keys for what they may do.
        *(b"dd-application-key", b"fastly-key", b"x-rapidapi-key", b"x-honeycomb-team"),
        *(b"x-jfrog-art-api", b"x-tableau-auth", b"x-sentry-auth", b"x-parse-master-key"),
        *(b"x-parse-javascript-key", b"x-appwrite-key", b"x-lc-key", b"x-metabase-session"),
        *(b"cb-access-key", b"cb-access-sign", b"cb-access-passphrase", b"x-sonar-passcode"),
    }
)
_ENDINGS = (b"api-key", b"apikey", b"-token", b"-secret")


def is_secret_name(key: bytes) -> bool:
    """Tell whether a name, in lower case, is that of a secret wherever it is found."""
    return key in ALWAYS_SENSITIVE or key.replace(b"_", b"-").endswith(_ENDINGS)


def marks(names: Iterable[str | bytes]) -> frozenset[bytes]:
    """Return the names that are secrets where these are marked."""
    if isinstance(names, (str, bytes)):
        raise TypeError(
            "sensitive must be several names, such as ('x-api-key',), not one str or bytes"
        )
    if not isinstance(names, Iterable):
        raise TypeError(f"sensitive must be several names, not {type(names).__name__}")
    return ALWAYS_SENSITIVE.union(map(lookup_key, names))
