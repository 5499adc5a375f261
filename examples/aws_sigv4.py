"""AWS Signature Version 4, in the Authorization field: each request is signed with its content.

    auth = AWSSigV4("access-key", "secret-key", region="eu-central-1", service="execute-api")
    async with Client(auth=auth) as client:
        response = await client.get("https://id.execute-api.eu-central-1.amazonaws.com/prod/things")

The rules are those of "Create a signed AWS API request" in the IAM User Guide. Left out is what sends
content unsigned: signatures in the query, streams, and S3's UNSIGNED-PAYLOAD.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

from httpcore_cookies import AuthError, AuthFields, AuthFlow, AuthRequest, Scheme
from httpcore_headers import Headers

__all__ = ["AWSSigV4"]

_ALGORITHM = "AWS4-HMAC-SHA256"
# What a client, a proxy or another version of HTTP may still change, and what signing sets.
_UNSIGNED = frozenset(
    {
        *("accept", "accept-encoding", "authorization", "connection", "expect", "te", "trailer"),
        *("transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id"),
    }
)


class AWSSigV4(Scheme):
    """Signs requests with an access key; with a session token if the key is a temporary one.

    The flow raises AuthError for content that is not in memory. `clock` gives the time, aware of its
    zone; servers accept clocks that differ by a few minutes.
    """

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        *,
        region: str,
        service: str,
        session_token: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region
        self._service = service
        self._session_token = session_token
        self._clock = clock

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the request signed, accept any response."""
        yield self.sign(request)

    def sign(self, request: AuthRequest) -> AuthFields:
        """Return the fields that make a request a signed one."""
        if request.content is None:
            raise AuthError("content is signed, and so must be bytes, not a file or an iterator")
        time = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        content_hash = hashlib.sha256(request.content).hexdigest()
        added = {"X-Amz-Date": time}
        if self._session_token is not None:
            added["X-Amz-Security-Token"] = self._session_token
        if self._service == "s3":
            added["X-Amz-Content-SHA256"] = content_hash
        fields = _signed_fields(request, added)
        path, _, query = request.target.partition("?")
        canonical = [
            request.method,
            _canonical_key(path) if self._service == "s3" else _canonical_path(path),
            _canonical_query(query),
            *(f"{name}:{value}" for name, value in fields.items()),
            "",
            ";".join(fields),
            content_hash,
        ]
        scope = f"{time[:8]}/{self._region}/{self._service}/aws4_request"
        canonical_hash = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        signature = f"AWS4{self._secret_key}".encode()
        for part in (*scope.split("/"), f"{_ALGORITHM}\n{time}\n{scope}\n{canonical_hash}"):
            signature = hmac.digest(signature, part.encode(), "sha256")
        value = (
            f"{_ALGORITHM} Credential={self._access_key}/{scope}, "
            f"SignedHeaders={';'.join(fields)}, Signature={signature.hex()}"
        )
        return (*added.items(), ("Authorization", value))


def _signed_fields(request: AuthRequest, added: dict[str, str]) -> dict[str, str]:
    """Return the fields to sign by their names in order: values joined, inner whitespace folded."""
    headers = Headers(request.headers)
    headers.setdefault("Host", request.origin.partition("://")[2])
    headers.update(added)
    names = sorted({name.lower() for name in headers} - _UNSIGNED)
    joined = {name: ",".join(headers.get_list(name)) for name in names}
    return {name: " ".join(value.split()) for name, value in joined.items()}


def _canonical_path(path: str) -> str:
    """Encode a path as it will be sent once more, without dot segments and empty ones."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return quote("/" + "/".join(kept) + ("/" if kept and path.endswith("/") else ""))


def _canonical_key(path: str) -> str:
    """Encode a path of S3, which has no segments that mean anything."""
    return "/".join(_encoded(segment) for segment in path.split("/"))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), "")


def _canonical_query(query: str) -> str:
    """Sort parameters by encoded name and value; what has no "=" gets one. A "+" is a plus."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    encoded = [(_encoded(name), _encoded(value)) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))
