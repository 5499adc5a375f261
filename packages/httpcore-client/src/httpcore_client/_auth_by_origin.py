"""`AuthByOrigin`: a scheme for each of some origins, and for all others none.

A URL that a server has named (a `Link: rel=next`, a field of JSON) is one that the caller asks, wherever it
leads. So whoever follows such URLs says where each credential may go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._siblings import URL, InvalidURL, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._siblings import Auth, AuthFlow, AuthRequest

__all__ = ["AuthByOrigin"]

_SUCH = "https://api.example.org"


class AuthByOrigin:
    """Does what the scheme of the request's origin does.

    Args:
        auths: schemes by origin, such as "https://api.example.org".

    Raises:
        TypeError, ValueError: a key is no origin, or there twice.
    """

    __slots__ = ("_auths",)

    def __init__(self, auths: Mapping[str, Auth | None]) -> None:
        self._auths: dict[str, Auth | None] = {}
        for key, auth in auths.items():
            origin = _origin(key)
            if origin in self._auths:
                raise ValueError(f"auth has the origin {origin} twice")
            self._auths[origin] = auth

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Return the steps of the origin's scheme."""
        auth = self._auths.get(request.origin)
        return _no_steps() if auth is None else auth.flow(request)

    def __repr__(self) -> str:
        return f"<auth for {', '.join(self._auths) or 'nobody'}>"


def _origin(key: object) -> str:
    if isinstance(key, Origin):
        return str(key)
    if not isinstance(key, (str, URL)):
        raise TypeError(f"auth must have origins for keys, not {type(key).__name__}")
    try:
        url = URL(key)
    except InvalidURL as error:
        raise ValueError(f"auth: {error.url!r} is no origin, such as {_SUCH!r}") from None
    is_web = url.scheme in ("http", "https") and "*" not in url.host
    if not is_web or url.full_path != "/" or url.username or url.password or url.fragment:
        such = str(url.origin) if is_web else _SUCH
        raise ValueError(f"auth: {url.masked!r} is no origin, such as {such!r}")
    return str(url.origin)


def _no_steps() -> AuthFlow:
    """A flow that sends nothing of its own and accepts any response."""
    yield from ()
