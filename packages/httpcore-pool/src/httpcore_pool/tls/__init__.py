"""TLS: contexts, the stream, and what a peer must show. What callers say of it is `_trust`.

`_stream` drives OpenSSL over any `NetworkStream`, with a context from `_context`; `_names` and `_pins` say
whether a certificate is the right one where OpenSSL can't, `_errors` says why one was refused, and
`_sessions` keeps what lets the next connection begin with less. Only `_names`, `_pins` and this module may be
imported without need: the others bring in `ssl`.
"""

from __future__ import annotations

__all__: list[str] = []
