"""WebSockets (RFC 6455) over a client's own connections, with the extra `websocket` (wsproto).

``async with client.websocket(url) as ws: ...`` is all that most programs need. `_connect` decides what goes
out and over which HTTP, `_handshake` what a server may answer. wsproto reads and writes frames; `_deflate`
bounds and (de)compresses what is in them, `_incoming` puts messages together, `_state` knows what follows.
`_wire` does the I/O, for `WebSocket` in `_socket`.
"""

from ._connect import SyncWebSocketContext, WebSocketContext, WebSocketOptions
from ._errors import UnexpectedMessage, WebSocketClosed, WebSocketRefused
from ._socket import WebSocket
from ._sync import SyncWebSocket

__all__ = [
    "SyncWebSocket",
    "SyncWebSocketContext",
    "UnexpectedMessage",
    "WebSocket",
    "WebSocketClosed",
    "WebSocketContext",
    "WebSocketOptions",
    "WebSocketRefused",
]
