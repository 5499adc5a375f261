"""A scripted peer over real sockets, for what no server will send."""

from __future__ import annotations

import socket
import ssl
import struct
import threading

from testkit.origin import listening_socket


class Peer:
    """Accepts connections; the n-th is handled by the n-th handler, the last handler by all further.

    A handler takes the connected socket; when it returns the connection is closed.

    Attributes:
        url: the base URL.
        handlers: those of the constructor; they may be set until the first connection comes.
        requests: the bytes of each request head that was read with `read_request`.
        accepted: how many connections came.
    """

    def __init__(self, *handlers, context=None):
        self.handlers = handlers
        self._context = context
        self._threads = []
        self._connections = []
        self.requests = []
        self.accepted = 0

    def __enter__(self):
        self._listener = listening_socket()
        scheme = "http" if self._context is None else "https"
        self.port = self._listener.getsockname()[1]
        self.url = f"{scheme}://localhost:{self.port}"
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(self, *exc_info):
        # shutdown wakes a thread that waits in accept; close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(5)
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(5)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            handler = self.handlers[min(self.accepted, len(self.handlers) - 1)]
            self.accepted += 1
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(handler, connection))
            self._threads.append(thread)
            thread.start()

    def _serve(self, handler, connection):
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            handler(connection)
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def read_request(self, connection):
        """Read one request with its body, as Content-Length frames it; b"" when the peer closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        self.requests.append(head)
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += connection.recv(65536)
        return data

    def answering(self, *responses):
        """Return a handler that answers one request after another with these bytes, then closes."""

        def handler(connection):
            for response in responses:
                if not self.read_request(connection):
                    return
                connection.sendall(response)

        return handler

    def holding(self, *responses):
        """Like `answering`, but then waits for the client to close."""

        def handler(connection):
            for response in responses:
                if not self.read_request(connection):
                    return
                connection.sendall(response)
            while connection.recv(65536):
                pass

        return handler

    def resetting(self, *responses):
        """Like `answering`, but ends with a reset."""

        def handler(connection):
            for response in responses:
                self.read_request(connection)
                connection.sendall(response)
            self.read_request(connection) if not responses else None
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        return handler


def response(body=b"hello", status="200 OK", *fields):
    """Return a whole HTTP/1.1 response."""
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
