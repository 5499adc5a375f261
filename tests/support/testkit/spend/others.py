"""Events, WebSockets, caches, names of files, addresses, TLS and proxies."""

import ssl
import tempfile
import time
from contextlib import closing
from functools import cache
from pathlib import Path

from httpcore_client import Network, Timeout
from httpcore_client.cache import CacheAdapter, MemoryStorage
from testkit.certificates import Issued
from testkit.peer import response
from testkit.spend import ANSWER, Attack, MiB
from testkit.spend.http1 import OK, always, drips, endless, filled, several
from testkit.websocket import (
    BINARY,
    CONTINUATION,
    FIN,
    PING,
    RSV1,
    TEXT,
    accept_for,
    deflated,
    frame,
)

EVENTS = OK + b"Content-Type: text/event-stream\r\n\r\n"
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


def events(client, url):
    with client.events(url, reconnect=False) as stream:
        for _ in stream:
            pass


def websocket(*units, fields=b"", start=b""):
    """Open a WebSocket and send frames again and again."""

    def play(wire):
        head = wire.request()
        accept = b"Sec-WebSocket-Accept: " + accept_for(head) + b"\r\n"
        switched = (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        )
        wire.send(switched + accept + fields + b"\r\n" + start)
        wire.pour(b"".join(units))

    return play


def received(client, url):
    with client.websocket(url, ping_interval=None) as socket:
        while True:
            socket.receive()


def download(client, url):
    with tempfile.TemporaryDirectory() as folder:
        client.download(url, folder)
        assert 1 == len(list(Path(folder).iterdir()))


def pages(client, url):
    for number in range(40):
        client.get(f"{url}?{number}")


def by_proxy(client, url):
    client.get("https://a.test/", proxy=url)


def at_many(client, url):
    client.get(url.replace("127.0.0.1", "many.test"))


def addresses(host):
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(10_000)]


@cache
def chain(count):
    """A context that shows so many certificates."""
    one = Issued("127.0.0.1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(one.key_pem() + one.pem + one.pem * count)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
    return context


def shows(count):
    def play(wire):
        with closing(wire.tls(chain(count))) as secure:
            secure.hold()

    return play


def stalls(wire):
    """Begin a record, and send the rest of it octet by octet."""
    wire.recv(4096)
    wire.send(b"\x16\x03\x03\x20\x00\x02\x00\x1f\xfc")  # ServerHello, 8 KiB of it
    while True:
        wire.sendall(b"\3")
        time.sleep(0.05)


def tickets(wire):
    context = chain(0)
    context.num_tickets = 255  # each of the size that a client certificate has
    with closing(wire.tls(context)) as secure:
        secure.request()
        secure.send(response(b""))
        secure.hold()


ONE_SECOND = {"timeout": Timeout(total=1)}
UNVERIFIED = {"ssl": False}
CACHED = [b"Cache-Control: max-age=1000"]
ATTACKS = [
    Attack(
        "events: a line without end",
        "max_event_bytes: 16 MiB",
        endless(EVENTS, b"data: " + b"a" * 1_000),
        "EventTooLarge",
        events,
        share=2,
    ),
    Attack(
        "events: a comment without end",
        "linear; Timeout(total)",
        endless(EVENTS + b":", b"a"),
        ANSWER,
        events,
    ),
    Attack(
        "events: data without end",
        "max_event_bytes",
        endless(EVENTS, b"data:" + b"a" * 100 + b"\n"),
        "EventTooLarge",
        events,
        share=2,
    ),
    Attack(
        "events: small lines",
        "max_event_bytes",
        endless(EVENTS, b"data\n", b"\n"),
        ANSWER,
        events,
        share=0.5,
    ),
    Attack(
        "WebSocket: a message without end",
        "max_message_bytes: 16 MiB",
        websocket(frame(CONTINUATION, b"a" * 10_000, flags=0), start=frame(BINARY, flags=0)),
        "WebSocketClosed",
        received,
        share=2,
    ),
    Attack(
        "WebSocket: empty fragments",
        "1,000 a message",
        websocket(frame(CONTINUATION, flags=0), start=frame(TEXT, flags=0)),
        "WebSocketClosed",
        received,
        share=0.25,
    ),
    Attack(
        "WebSocket: fragments of one octet",
        "linear; max_message_bytes",
        websocket(frame(CONTINUATION, b"a", flags=0), start=frame(TEXT, flags=0)),
        "WebSocketClosed",
        received,
        share=0.1,
    ),
    Attack(
        "WebSocket: pings",
        "linear",
        websocket(frame(PING)),
        "WebSocketClosed",
        received,
        share=0.25,
    ),
    Attack(
        "WebSocket: a compressed bomb",
        "max_message_bytes",
        websocket(frame(BINARY, deflated(bytes(64 * MiB))[0], flags=FIN | RSV1), fields=DEFLATE),
        "WebSocketClosed",
        received,
    ),
    Attack(
        "a cache: large responses",
        "MemoryStorage: 64 MiB",
        always(response(bytes(4 * MiB), "200 OK", *CACHED)),
        ANSWER,
        pages,
        {"adapters": [CacheAdapter(MemoryStorage())]},
    ),
    Attack(
        "a file name of 90 KB",
        "head_bytes; 255 octets",
        several(b'Content-Disposition: attachment; filename="' + filled(b'../a\\"') + b'"'),
        ANSWER,
        download,
    ),
    Attack(
        "a name with 10,000 addresses",
        "Timeout(connect)",
        lambda wire: wire.hold(),
        "ConnectError",
        at_many,
        {"network": Network(resolver=addresses)},
    ),
    Attack(
        "TLS: a chain of 50 certificates",
        "OpenSSL: 100 KB",
        shows(50),
        "CertificateError",
        scheme="https",
    ),
    Attack("TLS: a chain of 500", "OpenSSL: 100 KB", shows(500), "ConnectError", scheme="https"),
    Attack(
        "TLS: 255 session tickets", "linear", tickets, ANSWER, scheme="https", options=UNVERIFIED
    ),
    Attack(
        "TLS: octets that are none",
        "OpenSSL",
        lambda wire: wire.pour(b"\x16\x03\x01\xff\xff"),
        "ConnectError",
        scheme="https",
    ),
    Attack(
        "TLS: a handshake that drips",
        "Timeout(connect)",
        stalls,
        "ConnectTimeout",
        scheme="https",
        options={"timeout": 1},
    ),
    Attack(
        "a proxy: 1xx without end",
        "32",
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "ProxyError",
        by_proxy,
    ),
    Attack(
        "a proxy: a refusal without end",
        "64 KiB and a second",
        endless(b"HTTP/1.1 403 No\r\n\r\n", b"a"),
        "ProxyError",
        by_proxy,
    ),
    Attack(
        "a proxy: a refusal that drips",
        "1 second",
        drips(b"HTTP/1.1 403 No\r\n\r\n"),
        "ProxyError",
        by_proxy,
    ),
    Attack(
        "a proxy: a head without end",
        "head_bytes",
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        "ProxyError",
        by_proxy,
    ),
]
