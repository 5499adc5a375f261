"""One request without a client, thread-synchronous: for scripts and prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ._sync import SyncClient

if TYPE_CHECKING:
    from ._options import RequestOptions
    from ._siblings import URL, pool

__all__ = ["delete", "get", "head", "options", "patch", "post", "put", "request"]


def request(method: str, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send one request with a client of its own and return the response, with its body read.

    Whoever sends several to one server keeps a `SyncClient`, and with it the connection.

    Raises:
        TypeError: an option is unknown or has the wrong type; `stream` needs a client that stays.
        InvalidURL, InvalidRequest, InvalidHeader: what was given can't be sent.
        HTTPError: the request failed; see its tree.
    """
    if options.get("stream"):
        raise TypeError("stream=True needs a client that outlives the call: use SyncClient.stream")
    with SyncClient() as client:
        return client.request(method, url, **options)


def get(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a GET request; see `request`."""
    return request("GET", url, **options)


def options(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send an OPTIONS request; see `request`."""
    return request("OPTIONS", url, **options)


def head(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a HEAD request; see `request`."""
    return request("HEAD", url, **options)


def post(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a POST request; see `request`."""
    return request("POST", url, **options)


def put(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a PUT request; see `request`."""
    return request("PUT", url, **options)


def patch(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a PATCH request; see `request`."""
    return request("PATCH", url, **options)


def delete(url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
    """Send a DELETE request; see `request`."""
    return request("DELETE", url, **options)
