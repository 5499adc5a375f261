"""HPACK (RFC 7541) for an HTTP/2 client, quick where heads repeat.

`Encoder` and `Decoder` stand in for those of the library `hpack` as the `encoder` and `decoder` of an h2
connection. They remember what fields and blocks looked like while the table stays as it is; a miss costs
time and changes no answer. Errors are the library's, which h2 knows; so are the constants of the standard.
"""

from __future__ import annotations

from ._decoder import Decoder
from ._encoder import Encoder

__all__ = ["Decoder", "Encoder"]
