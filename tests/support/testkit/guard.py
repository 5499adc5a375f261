"""An application (ASGI) that asks for credentials, and checks them by its own reckoning.

Nothing of ours reads or computes anything here: fields fall apart by a pattern, answers are `hashlib`'s.

    /digest/ALGORITHM/...   Digest (RFC 7616); a nonce serves until `stale` is called, a count once
    /basic, /bearer         the user's Basic, the `token`
    /to?url=                leads there, /to?url=...&status=307 with this status
    everything else         needs nothing

Each `set=` in a query is a cookie that the answer sets, whatever it is.
"""

import asyncio
import base64
import hashlib
import re
import threading
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config

from testkit.origin import listening_socket

USER, PASSWORD, TOKEN = "Aladdin", "open sesame", "mF_9.B5f-4.1JqM"
_PATIENCE = 10
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,"]+))')


class Seen:
    """One request: what was asked, with what, and the status that it got."""

    def __init__(self, scope, body):
        fields = {}
        for name, value in scope["headers"]:
            fields.setdefault(name.decode(), []).append(value.decode("latin-1"))
        self.fields = fields
        self.host = fields["host"][0]
        self.origin = scope["server"], self.host
        self.method, self.scheme, self.body = scope["method"], scope["scheme"], body
        query = scope["query_string"].decode()
        self.path = scope["raw_path"].decode()
        self.target = self.path + ("?" + query if query else "")
        queries = parse_qs(query)
        self.query = {name: values[0] for name, values in queries.items()}
        self.sets = queries.get("set", [])
        self.status = None

    @property
    def cookie(self):
        """The Cookie field, whose parts HTTP/2 may send apart (RFC 9113 8.2.3); None if there is none."""
        return "; ".join(self.fields["cookie"]) if "cookie" in self.fields else None

    @property
    def authorization(self):
        return self.fields.get("authorization", [None])[0]

    @property
    def digest(self):
        """The parameters of Digest credentials; empty if there are none."""
        if not (self.authorization or "").startswith("Digest "):
            return {}
        found = _PARAMETER.findall(self.authorization)
        return {name: quoted or plain for name, quoted, plain in found}


class Guard:
    """The application, served by hypercorn in a thread of its own, over HTTP/1.1 and HTTP/2.

    Attributes:
        plain, other, tls: three base URLs of it.
        seen: the requests so far, in the order of their answers.
    """

    def __init__(self, authority):
        self._authority = authority
        self._issued = 0
        self.forget()

    def forget(self):
        """Begin anew."""
        self.seen = []
        self._counts = {}
        self.stale()
        return self

    def stale(self):
        """From now on another nonce counts."""
        self._issued += 1
        self._nonce = f"nonce/{self._issued}=="

    def statuses(self):
        return [seen.status for seen in self.seen]

    # -- the application --

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        seen = Seen(scope, body)
        seen.status, fields = self._answer(seen)
        self.seen.append(seen)
        raw = [(name.encode(), value.encode()) for name, value in fields]
        text = b"%d" % seen.status
        raw.append((b"content-length", b"%d" % len(text)))
        raw += [(b"set-cookie", value.encode()) for value in seen.sets]
        await send({"type": "http.response.start", "status": seen.status, "headers": raw})
        await send({"type": "http.response.body", "body": text})

    def _answer(self, seen):
        kind, *more = seen.path.strip("/").split("/")
        if kind == "to":
            return int(seen.query.get("status", "302")), [("location", seen.query["url"])]
        if kind == "digest":
            return self._digest(seen, more[0])
        if kind == "basic":
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if seen.authorization != f"Basic {pair}":
                return 401, [("www-authenticate", 'Basic realm="here"')]
        if kind == "bearer" and seen.authorization != f"Bearer {TOKEN}":
            return 401, [("www-authenticate", "Bearer")]
        return 200, []

    def _digest(self, seen, algorithm):
        said = seen.digest
        stale = ""
        if said and said["response"] == answer(said, seen.method, algorithm):
            right = (said["username"], said["realm"], said["uri"]) == (USER, "here", seen.target)
            fresh = said["nonce"] == self._nonce
            count = seen.origin, said["nonce"], said["nc"]
            if right and fresh and count not in self._counts:
                self._counts[count] = seen
                return 200, []
            stale = ", stale=true" if right else ""
        challenge = f'Digest realm="here", nonce="{self._nonce}", algorithm={algorithm}'
        challenge += f', qop="auth", opaque="o"{stale}'
        return 401, [("www-authenticate", 'Basic realm="here"'), ("www-authenticate", challenge)]

    # -- the server --

    def __enter__(self):
        config = Config()
        sockets = [listening_socket() for _ in range(3)]
        plain, other, tls = (sock.getsockname()[1] for sock in sockets)
        self.plain, self.other = f"http://localhost:{plain}", f"http://localhost:{other}"
        self.tls = f"https://localhost:{tls}"
        *insecure, secure = (f"fd://{sock.detach()}" for sock in sockets)
        config.bind, config.insecure_bind = [secure], insecure
        config.keyfile, config.certfile = self._authority.key, self._authority.chain
        config.accesslog, config.errorlog = None, None
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()

        def run():
            self._loop.run_until_complete(serve(self, config, shutdown_trigger=self._end.wait))
            self._loop.close()

        self._thread = threading.Thread(target=run)
        self._thread.start()
        return self

    def drop(self):
        """Close all connections: it serves in this process, whose descriptors other tests count.

        Hypercorn itself keeps one that its client has closed until it has been idle for long.
        """
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(_PATIENCE)

    async def _drop(self):
        serving = [
            task
            for task in asyncio.all_tasks()
            if task.get_coro().__qualname__.endswith("_server_callback")
        ]
        for task in serving:
            task.cancel()
        if serving:
            await asyncio.wait(serving)
        await asyncio.sleep(0)  # transports close a turn later

    def __exit__(self, *exc_info):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_PATIENCE)


def answer(said, method, algorithm):
    """What Digest credentials must answer (RFC 7616 3.4.1)."""

    def hashed(*parts):
        name = _HASHES[algorithm.removesuffix("-sess")]
        return hashlib.new(name, ":".join(parts).encode()).hexdigest()

    secret = hashed(USER, "here", PASSWORD)
    if algorithm.endswith("-sess"):
        secret = hashed(secret, said["nonce"], said["cnonce"])
    asked = hashed(method, said["uri"])
    return hashed(secret, said["nonce"], said["nc"], said["cnonce"], said["qop"], asked)
