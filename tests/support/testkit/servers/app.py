"""The application behind the servers: that of `testkit.app`, and pages about what servers do."""

from __future__ import annotations

import hashlib
import os

from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles

from testkit.app import ROUTES, app

__all__ = ["app"]

_files = Router(
    [Mount("/files", StaticFiles(directory=os.environ["SITE_FILES"], html=True))],
    redirect_slashes=False,
)
_packed = GZipMiddleware(_files)


async def files(x):
    """The files of `testkit.servers.pages`."""
    await _packed(x.scope, x._receive, x._send)


async def digest(x):
    """The length and hash of what was uploaded, which may be more than fits in memory."""
    hashed, length = hashlib.sha256(), 0
    more = True
    while more:
        message = await x._receive()
        hashed.update(message.get("body", b""))
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await x.reply_json({"length": length, "sha256": hashed.hexdigest()})


async def fields(x):
    """As many fields of as many octets each."""
    count, size = int(x.words[1]), int(x.words[2])
    await x.reply(200, b"fields", [(f"X-Field-{n}", "v" * size) for n in range(count)])


async def limited(x):
    """Refuse without reading what is uploaded."""
    await x.reply(413, b"too much")


async def trailers(x):
    await x._send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"trailer", b"x-trailer")],
            "trailers": True,
        }
    )
    await x.piece(b"with trailers", more=False)
    await x._send({"type": "http.response.trailers", "headers": [(b"x-trailer", b"behind")]})


ROUTES.update(digest=digest, fields=fields, files=files, limited=limited, trailers=trailers)
