"""A bare client that finds out when a server closes what is idle."""

import socket
import ssl
import time
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events

_ALPN = {"HTTP/1.1": "http/1.1", "HTTP/2": "h2"}


class Witness:
    """A connection on which one request was served: `outlast` returns when the server has closed it.

    So it has closed those, too, that were idle before this one was made.
    """

    def __init__(self, url, authority, protocol="HTTP/2", patience=20):
        self._end = time.monotonic() + patience
        parts = urlsplit(url)
        self._sock = socket.create_connection((parts.hostname, parts.port), timeout=patience)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=authority.bundle)
            context.set_alpn_protocols([_ALPN[protocol]])
            self._sock = context.wrap_socket(self._sock, server_hostname=parts.hostname)
        self._served = False
        self._peer = None
        if protocol == "HTTP/2":
            self._peer = h2.connection.H2Connection(h2.config.H2Configuration())
            self._peer.initiate_connection()
            fields = {":method": "GET", ":scheme": parts.scheme, ":authority": parts.netloc}
            self._peer.send_headers(1, [*fields.items(), (":path", "/")], end_stream=True)
            self._sock.sendall(self._peer.data_to_send())
        else:
            self._sock.sendall(f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        while not self._served:
            data = self._sock.recv(65536)
            assert data
            self._receive(data)

    def _receive(self, data):
        if self._peer is None:
            self._served = True  # a small answer comes at once
            return
        events = self._peer.receive_data(data)
        self._served |= any(isinstance(event, h2.events.StreamEnded) for event in events)
        self._sock.sendall(self._peer.data_to_send())

    def outlast(self):
        with self._sock:
            self._sock.settimeout(max(0.01, self._end - time.monotonic()))
            while data := self._sock.recv(65536):
                self._receive(data)
