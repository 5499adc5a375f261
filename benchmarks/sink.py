"""The sink for uploads, in a process of its own: reads a body to its end, then says how long it was.

    python benchmarks/sink.py PLAIN_PORT TLS_PORT CERTIFICATE_CHAIN KEY

It reads Content-Length only. A body sent to `/check` is summed up too, which takes time.
"""

from __future__ import annotations

import re
import socket
import ssl
import sys
import threading
import zlib

_BUFFER_BYTES = 1024 * 1024


def serve(connection: socket.socket, context: ssl.SSLContext | None) -> None:
    """Answer the requests of one connection until the client closes it."""
    try:
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            buffer = memoryview(bytearray(_BUFFER_BYTES))
            while answer_one(connection, buffer):
                pass
    except OSError:
        pass  # the client went away


def answer_one(connection: socket.socket, buffer: memoryview) -> bool:
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(65536)
        if not data:
            return False
        head += data
    head, _, body = head.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if length is None:
        raise OSError("no Content-Length")
    checks = head.split(b" ", 2)[1] == b"/check"
    left = int(length[1]) - len(body)
    total = zlib.crc32(body)
    while left:
        size = connection.recv_into(buffer, min(left, _BUFFER_BYTES))
        if not size:
            return False
        left -= size
        if checks:
            total = zlib.crc32(buffer[:size], total)
    said = b"%s %d" % (length[1], total if checks else 0)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))
    return True


def listen(port: int, context: ssl.SSLContext | None) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, context), daemon=True).start()


def main() -> None:
    plain, tls, chain, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    threading.Thread(target=listen, args=(int(plain), None), daemon=True).start()
    listen(int(tls), context)


if __name__ == "__main__":
    main()
