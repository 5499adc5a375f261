"""A bare HTTP/2 client that finds out when a server closes what is idle."""

import socket
import ssl
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events


def outlast(url, authority):
    """Return once the server has closed a connection that was idle since it served one request.

    So it has closed those, too, that were idle before this was called.
    """
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port), timeout=20)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=authority.bundle)
        context.set_alpn_protocols(["h2"])
        sock = context.wrap_socket(sock, server_hostname=parts.hostname)
    with sock:
        peer = h2.connection.H2Connection(h2.config.H2Configuration())
        peer.initiate_connection()
        fields = {":method": "GET", ":scheme": parts.scheme, ":authority": parts.netloc}
        peer.send_headers(1, [*fields.items(), (":path", "/")], end_stream=True)
        sock.sendall(peer.data_to_send())
        ended = False
        while data := sock.recv(65536):
            events = peer.receive_data(data)
            ended = ended or any(isinstance(event, h2.events.StreamEnded) for event in events)
            sock.sendall(peer.data_to_send())
    assert ended
