"""Under what responses are kept: which requests ask for the same, and which ask for nothing of ours. Pure.

A key is a digest, so that a file does not tell its URLs. What leads one URL to different servers is in it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._siblings import URL, pool

__all__ = ["is_question", "key_of"]

# A request with one of these is about a part, a state or another protocol.
_OTHERS = frozenset({b"range", b"if-match", b"if-unmodified-since", b"if-range", b"upgrade"})


def is_question(request: pool.Request) -> bool:
    """Whether a stored response could answer a request, and its response be stored."""
    options = request.options
    return (
        request.method in ("GET", "HEAD")
        and request.body is None  # which RFC 9111 makes no part of the key
        and options.target is None  # then the URL does not say what is asked for
        and request.headers.isdisjoint(_OTHERS)
        # Nobody can tell whom another one trusts, and who it says that we are.
        and not (options.ssl is not None and hasattr(options.ssl.source, "wrap_socket"))
    )


def key_of(
    request: pool.Request,
    url: URL | None = None,
    *,
    tls: pool.TLSConfig | None = None,
    network: pool.Network | None = None,
) -> bytes:
    """Return what responses of a URL are kept under, as a request reaches it.

    Args:
        request: of whose URL userinfo and fragment do not count.
        url: another one, at the same origin.
        tls: the trust for requests that bring none.
        network: how hosts become connections for requests that bring nothing of their own.
    """
    url = url or request.url
    text = f"{url.scheme}://{url.host_header}{url.full_path}"
    # RFC 9110 7.1: a Host field of the caller's own names another site on that server.
    host = request.headers.get("Host", url.host_header)
    ways: list[tuple[str, object]] = [] if host == url.host_header else [("host", host)]
    tls, network = request.options.ssl or tls, request.options.network or network
    if tls is not None and url.is_ssl:
        ways += _identities(tls)
    if network is not None:
        ways += _places(network, url)
    if ways:
        text += f" {ways!r}"  # no URL has a space
    return blake2b(text.encode("ascii", "backslashreplace"), digest_size=16).digest()


def _identities(tls: pool.TLSConfig) -> list[tuple[str, object]]:
    """Say what is not for others: what came unverified, from who has another name, for our certificate."""
    ways: list[tuple[str, object]] = []
    if tls.source is False or not getattr(tls.source, "verify_mode", True):
        ways.append(("unverified", True))
    if tls.certificate is not None:
        ways.append(("certificate", tls.certificate.certificate))
    if tls.server_name is not None or tls.verify_name is not None:
        ways.append(("name", (tls.server_name, tls.verify_name)))
    return ways


def _places(network: pool.Network, url: URL) -> list[tuple[str, object]]:
    """Say where a host is that is not where its name leads."""
    if network.unix_socket is not None:
        return [("socket", network.unix_socket)]
    fixed = network.hosts and network.hosts.find(url.host, url.port or 0)
    return [("addresses", fixed)] if fixed else []
