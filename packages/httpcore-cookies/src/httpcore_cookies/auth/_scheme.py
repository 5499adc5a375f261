"""What the built-in schemes have in common: they hold a secret, and they can face a proxy.

Decides how an authentication with an origin becomes one with a proxy (RFC 9110, section 11.7). No
scheme may live here.
"""

from collections.abc import Generator

from .._siblings import Headers
from ._errors import AuthError
from ._flow import AuthFields, AuthFlow, AuthRequest, AuthResponse
from ._secrets import SecretHolder

__all__ = ["Scheme"]

# RFC 9110 11.7: the same fields and status for the one and the other.
_TO_PROXY = {"authorization": "Proxy-Authorization"}
_FROM_PROXY = {
    "proxy-authenticate": "WWW-Authenticate",
    "proxy-authentication-info": "Authentication-Info",
}
_UNAUTHORIZED = 401
_PROXY_AUTHENTICATION_REQUIRED = 407


class Scheme(SecretHolder):
    """A base of schemes: with `flow` for origins comes `proxy_flow` for proxies."""

    __slots__ = ()

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Yield the steps of one request; see `Auth.flow`."""
        raise NotImplementedError

    def proxy_flow(
        self, proxy: str, method: str, target: str
    ) -> Generator[AuthFields, tuple[int, Headers], None]:
        """Yield the fields of each attempt to pass a proxy, be sent status and fields of its answer.

        Takes the proxy's origin and what it is asked for: the method, and the request-target as it
        is sent (RFC 9112, section 3.2). What is learnt of a proxy never answers an origin of the
        same name, nor the other way. Raises AuthError if the scheme needs more than fields.
        """
        content = b"" if method == "CONNECT" else None
        flow = self.flow(
            AuthRequest(method, proxy, content=content, target=target, origin=f"proxy {proxy}")
        )
        answer: AuthResponse | None = None
        try:
            while True:
                try:
                    step = flow.send(answer)
                except StopIteration:
                    return
                if not isinstance(step, tuple):
                    raise AuthError(f"{type(self).__name__} can't authenticate with a proxy")
                status, headers = yield tuple(
                    (_TO_PROXY.get(name.lower(), name), value) for name, value in step
                )
                answer = _as_from_origin(status, headers)
        finally:
            flow.close()


def _as_from_origin(status: int, headers: Headers) -> AuthResponse:
    """Return a proxy's answer as the one that an origin would give; an origin's own says nothing."""
    challenged = status == _PROXY_AUTHENTICATION_REQUIRED
    fields = [
        (_FROM_PROXY[name.lower()], value)
        for name, value in headers.multi_items()
        if name.lower() in _FROM_PROXY
    ]
    status = _UNAUTHORIZED if challenged else 200
    return AuthResponse(status, Headers(fields))
