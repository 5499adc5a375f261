"""h2 as the referee of an HTTP/2 connection, and all that is done to it.

It reads SETTINGS and PING. With `Protocol.h2_only` it writes the requests, too,
and so checks each of our steps; without, they are written in `_http2_protocol` for a third of the cost.
Frames that belong to a response are taken by `_http2_receiver`, and never shown to it, since h2 stands in
the way in places:

- It takes a GOAWAY as the end, drops what is queued and refuses the responses that a server going away
  still gives (RFC 9113 6.8). Here a GOAWAY fails the streams above its last one, and no others.
- It ends the connection for what RFC 9113 makes an error of one stream: a malformed response (8.1.1), a
  WINDOW_UPDATE of nothing on a stream (6.9), a PRIORITY of a wrong length (6.3). For one of a stream that
  depends on itself, too, which means nothing any more.
- When it meets an error, what came before it in the same octets is lost. Here each frame is filed at once.
- It answers each late frame of a stream that was reset with a frame of its own. Here such a frame counts
  for the connection's window, and is dropped.
- It counts the open streams one by one for each request. Here a stream is taken out when it is over.
- It gives padding that is too long, header blocks that can't be decoded and frames of a wrong length other
  error codes than the standard does.

What is used of h2: `initiate_connection`, `send_headers`, `send_data`, `end_stream`, `receive_data` (with
one whole frame), `data_to_send`, `remote_settings`, the attribute `encoder` and the dictionary `streams`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings

from ._http2_streams import first_window
from ._http2_windows import FIRST_WINDOW_BYTES

if TYPE_CHECKING:
    from .._config import HTTP2Settings, MessageLimits
    from ..hpack import Encoder

__all__ = ["H2", "new_h2"]


class H2(H2Connection):
    """h2's connection, which need not count how many streams are open."""

    @property
    def open_outbound_streams(self) -> int:
        return len(self.streams)


def new_h2(limits: MessageLimits, settings: HTTP2Settings, encoder: Encoder) -> H2:
    """Return a connection whose preface, settings and wide window are queued to be sent."""
    connection = H2(
        H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
    )
    connection.local_settings = Settings(
        client=True,
        initial_values={
            SettingCodes.ENABLE_PUSH: 0,
            SettingCodes.INITIAL_WINDOW_SIZE: first_window(settings),
            SettingCodes.MAX_HEADER_LIST_SIZE: limits.head_bytes,
        },
    )
    # Ours to raise, not the server's: this setting limits streams that it would open.
    del connection.local_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL]
    connection.encoder = cast("Any", encoder)
    connection.initiate_connection()
    if settings.connection_window_bytes > FIRST_WINDOW_BYTES:
        connection.increment_flow_control_window(
            settings.connection_window_bytes - FIRST_WINDOW_BYTES
        )
    return connection
