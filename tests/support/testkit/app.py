"""The origin's application (ASGI): one small page per thing that a client must get right."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from urllib.parse import parse_qsl


class Exchange:
    """One request: what was asked, and how to answer."""

    def __init__(self, scope, receive, send):
        self.scope = scope
        self._receive = receive
        self._send = send
        self.path = scope["path"]
        self.words = self.path.strip("/").split("/")
        self.query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        self.headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]

    def header(self, name):
        return next((v for k, v in self.headers if k == name), None)

    async def body(self):
        parts = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)

    async def start(self, status, headers=()):
        raw = [(k.encode(), v.encode("latin-1")) for k, v in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def piece(self, data, *, more):
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def reply(self, status=200, body=b"", headers=()):
        headers = [("content-length", str(len(body))), *headers]
        await self.start(status, headers)
        await self.piece(b"" if self.scope["method"] == "HEAD" else body, more=False)

    async def reply_json(self, value, status=200, headers=()):
        body = json.dumps(value).encode()
        await self.reply(status, body, [("content-type", "application/json"), *headers])


async def hello(x):
    await x.reply(200, b"hello, world", [("content-type", "text/plain; charset=utf-8")])


async def echo_at_once(x):
    """Give each piece back as it comes."""
    await x.start(200, [("content-type", "application/octet-stream")])
    more = True
    while more:
        message = await x._receive()
        more = message.get("more_body", False)
        await x.piece(message.get("body", b""), more=more)


async def echo(x):
    body = await x.body()
    await x.reply_json(
        {
            "method": x.scope["method"],
            "target": x.scope["raw_path"].decode()
            + ("?" + x.scope["query_string"].decode()).rstrip("?"),
            "http_version": x.scope["http_version"],
            "headers": x.headers,
            "length": len(body),
            "body": body[:65536].decode("latin-1"),
        }
    )


async def octets(x):
    await x.reply(200, pattern(int(x.words[1])), [("content-type", "application/octet-stream")])


async def pieces(x):
    """As many bytes, without a length: chunked on HTTP/1.1."""
    left = int(x.words[1])
    await x.start(200, [("content-type", "application/octet-stream")])
    sent = 0
    while sent < left:
        data = pattern(min(65536, left - sent), sent)
        sent += len(data)
        await x.piece(data, more=True)
    await x.piece(b"", more=False)


async def redirect(x):
    """A chain of this many hops, which ends at /echo."""
    left = int(x.words[1])
    await x.reply(
        302, b"on and on", [("location", f"/redirect/{left - 1}" if left > 1 else "/echo")]
    )


async def redirect_to(x):
    await x.body()
    await x.reply(int(x.query.get("status", "302")), b"", [("location", x.query["url"])])


async def set_cookie(x):
    fields = [("set-cookie", f"{k}={v}; Path=/") for k, v in x.query.items()]
    await x.reply(200, b"", fields)


async def basic(x):
    import base64

    expected = "Basic " + base64.b64encode(f"{x.words[1]}:{x.words[2]}".encode()).decode()
    if x.header("authorization") == expected:
        await x.reply_json({"user": x.words[1]})
    else:
        await x.reply(401, b"who are you?", [("www-authenticate", 'Basic realm="test"')])


async def coded(x):
    body = b"coded " * 1000
    coding = x.words[0]
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    await x.reply(200, packed, [("content-encoding", coding), ("content-type", "text/plain")])


async def say(x):
    """The `body` (hex), with its `type` and `coding`, in pieces of `cut` bytes and without a length."""
    body, cut = bytes.fromhex(x.query["body"]), int(x.query.get("cut", "1"))
    named = (("content-type", "type"), ("content-encoding", "coding"))
    await x.start(200, [(name, x.query[key]) for name, key in named if key in x.query])
    for start in range(0, len(body), cut):
        await x.piece(body[start : start + cut], more=True)
    await x.piece(b"", more=False)


async def status(x):
    code = int(x.words[1])
    if code in (204, 304):
        await x.start(code)
        await x.piece(b"", more=False)
    else:
        await x.reply(code, b"as you wish")


async def slow(x):
    await asyncio.sleep(float(x.words[1]))
    await x.reply(200, b"at last")


async def stall(x):
    """The head and a little of the body, then nothing."""
    await x.start(200, [("content-length", "1000")])
    await x.piece(b"a little", more=True)
    await asyncio.sleep(30)


async def drip(x):
    """A byte every 20 ms, for longer than anybody waits."""
    await x.start(200, [("content-length", "1000000")])
    for _ in range(3000):
        await x.piece(b".", more=True)
        await asyncio.sleep(0.02)


ROUTES = {
    "": hello,
    "echo": echo,
    "echo-at-once": echo_at_once,
    "bytes": octets,
    "stream": pieces,
    "redirect": redirect,
    "redirect-to": redirect_to,
    "set-cookie": set_cookie,
    "basic": basic,
    "gzip": coded,
    "deflate": coded,
    "say": say,
    "status": status,
    "slow": slow,
    "stall": stall,
    "drip": drip,
}


def pattern(size, start=0):
    """Bytes that tell where in the stream they belong."""
    block = bytes(range(251))
    first = start % 251
    repeated = block * ((size + first) // 251 + 1)
    return repeated[first : first + size]


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    exchange = Exchange(scope, receive, send)
    handler = ROUTES.get(exchange.words[0])
    if handler is None:
        await exchange.reply(404, b"no such page")
    else:
        await handler(exchange)
