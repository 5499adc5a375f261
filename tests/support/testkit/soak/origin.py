"""The server's process: HTTP/1.1 and HTTP/2 on a plain port and on one with TLS.

It notes what it does before it does it, so that no kill can hide a cause. A note is a line: the time, the
request's number, the hop, the attempt, what, and perhaps more. What it notes:

    took METHOD     the head of a request was read: from here on the application may have acted
    refused         it was told so, and the application did not act
    did MISDEED     one of `plan`
    hit MISDEED     the same, on the connection that the request is on; "later" if it came after that
    wrong ...       the request was not what it should have been

and with the number 0, of connections:

    breaks CONNECTION VERSION WHY   it is about to end, as somebody may be writing to it
    gone CONNECTION                 it has ended
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import ssl
import sys
import threading
import time
from collections import Counter

from testkit.soak.http1 import HTTP1, close
from testkit.soak.http2 import HTTP2
from testkit.soak.plan import COOKIE, STATUSES, Plan, body

_PREFACE = b"PRI * HTTP/2.0\r\n\r\n"
_PLANTED = ("foreign", "lost", "doubled", "broken", "cookie")
_PLANTED_EVERY = 4
_NOBODY = 0, 0, 0  # the key of what is about no request
_CLOSING_SECONDS = 0.005  # for the loop to do it


class Site:
    """What all connections share.

    Args:
        seed: of the plans.
        log: where to note.
        plants: whether to do wrong without a note, and nothing else, so that a test can see that it is found.
    """

    def __init__(self, seed, log, plants=False):
        self._seed = seed
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._plants = plants
        self._attempts = Counter()
        self._connections = itertools.count(1)

    def note(self, key, *what):
        """Note something about a request; its key is number, hop and attempt."""
        words = " ".join(map(str, (*key, *what)))
        os.write(self._log, f"{time.monotonic():.4f} {words}\n".encode())

    def breaks(self, connection, version, why):
        """Note that a connection is about to end, as somebody may be writing to it."""
        self.note(_NOBODY, "breaks", connection, version, why)

    def take(self, method, target, fields):
        """Take a request; return its key and plan."""
        number, hop = map(int, target.split("/")[1:3])
        self._attempts[number, hop] += 1
        key = number, hop, self._attempts[number, hop]
        self.note(key, "took", method)
        plan = Plan(self._seed, number)
        if method != plan.method_at(hop):
            self.note(key, "wrong method", method)
        cookie = fields.get("cookie")
        if cookie not in (None, f"{COOKIE}={fields['x-worker']}"):
            self.note(key, "wrong cookie", cookie, "of", fields["x-worker"])
        return key, plan

    def misdeed(self, key, plan, version):
        """What is to go wrong, which is noted."""
        misdeed = plan.misdeed(*key[1:], version)
        name = misdeed.name
        if name in ("early", "hard") and not plan.uploads_at(key[1]):
            name = None
        if self._plants:
            name = "reset" if self._planted(key[0]) == "broken" else None
        elif name is not None:
            self.note(key, "did", name)
        return name, misdeed

    def check_content(self, key, plan, content):
        """Check what was uploaded."""
        expected = plan.content if plan.uploads_at(key[1]) else b""
        if content != expected:
            self.note(key, "wrong content", len(content), "of", len(expected), content[:20])

    def answer(self, key, plan, name, fields):
        """The status, fields and body of the answer to an attempt."""
        number, hop, _ = key
        status = STATUSES.get(name, 200)
        if status == 200 and hop < plan.hops:
            status = 307 if plan.keeps else 303
        content = plan.answer(status)
        own = {"x-id": str(number), "x-hop": str(hop)}
        if "cookie" not in fields:
            owner = "somebody" if self._planted(number) == "cookie" else fields["x-worker"]
            own["set-cookie"] = f"{COOKIE}={owner}; Path=/"
        if status in (303, 307):
            own["location"] = f"/{number}/{hop + 1}"
        if status == 503:
            own["retry-after"] = "0"
        return status, own, self._spoilt(number, content)

    def _planted(self, number):
        """What is to be done wrong with a request without a note."""
        if not self._plants or number % _PLANTED_EVERY:
            return None
        return _PLANTED[number // _PLANTED_EVERY % len(_PLANTED)]

    def _spoilt(self, number, content):
        middle = len(content) // 2
        match self._planted(number):
            case "foreign":
                return body(number + 1, len(content))
            case "lost":
                return content[:middle] + content[middle + 1 :]
            case "doubled":
                return content[: middle + 1] + content[middle:]
            case _:
                return content

    async def serve(self, reader, writer):
        """Serve one connection."""
        number = f"{os.getpid()}-{next(self._connections)}"
        tls = writer.get_extra_info("ssl_object")
        # So that what is drained has left. With a high mark of 0 TLS would pause for ever: CPython.
        writer.transport.set_write_buffer_limits(high=1, low=0)
        try:
            first = await reader.readuntil(b"\r\n\r\n")
            if first == _PREFACE:
                await HTTP2(self, number, reader, writer, first).serve()
            else:
                await HTTP1(self, number, reader, writer, tls=tls is not None).serve(first)
        except (OSError, EOFError, ssl.SSLError, asyncio.LimitOverrunError):
            pass  # the client has gone
        except Exception as error:
            self.note(_NOBODY, "wrong", repr(error))
        finally:
            close(writer)
            await asyncio.sleep(_CLOSING_SECONDS)
            self.note(_NOBODY, "gone", number)


def wait_for_turn():
    """Wait for the line that says to begin; from then on end when whoever started us does. Be quiet."""
    if not os.read(0, 1):
        sys.exit()
    logging.disable()  # asyncio has much to say of connections that clients break off

    def wait():
        os.read(0, 1)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


async def _main(plain, tls, key, chain, **options):
    site = Site(**options)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    for port, secured in ((plain, None), (tls, context)):
        await asyncio.start_server(site.serve, "127.0.0.1", port, ssl=secured, backlog=256)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    wait_for_turn()
    asyncio.run(_main(**json.loads(sys.argv[1])))
