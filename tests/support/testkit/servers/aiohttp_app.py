"""The application of `testkit.servers.aiohttp`: started with its ports, certificate, key, files and limit."""

import asyncio
import hashlib
import signal
import ssl
import sys

from aiohttp import web

from testkit.app import pattern

_MOST_FIELD_BYTES = 1 << 16


async def hello(request):
    return web.Response(text="hello, world")


async def echo(request):
    body = await request.read()
    return web.json_response(
        {
            "method": request.method,
            "target": request.raw_path,
            "headers": [(name.lower(), value) for name, value in request.headers.items()],
            "length": len(body),
            "body": body[:65536].decode("latin-1"),
        }
    )


async def octets(request):
    return web.Response(body=pattern(int(request.match_info["size"])))


async def pieces(request):
    response = web.StreamResponse()
    await response.prepare(request)
    left, sent = int(request.match_info["size"]), 0
    while sent < left:
        data = pattern(min(65536, left - sent), sent)
        sent += len(data)
        await response.write(data)
    return response


async def digest(request):
    hashed, length = hashlib.sha256(), 0
    async for data in request.content.iter_any():
        hashed.update(data)
        length += len(data)
    return web.json_response({"length": length, "sha256": hashed.hexdigest()})


async def fields(request):
    count, size = (int(request.match_info[name]) for name in ("count", "size"))
    return web.Response(body=b"fields", headers={f"X-Field-{n}": "v" * size for n in range(count)})


async def limited(request):
    return web.Response(status=413, body=b"too much")


async def status(request):
    code = int(request.match_info["code"])
    return web.Response(status=code, body=b"" if code < 400 else b"as you wish")


async def set_cookie(request):
    response = web.Response()
    for name, value in request.query.items():
        response.set_cookie(name, value)
    return response


async def slow(request):
    await asyncio.sleep(float(request.match_info["seconds"]))
    return web.Response(body=b"at last")


async def compress(request, response):
    if request.path.endswith(".css"):
        response.enable_compression()


def application(files):
    app = web.Application(client_max_size=1 << 30)
    app.add_routes(
        [
            web.get("/", hello),
            web.route("*", "/echo", echo),
            web.get("/bytes/{size}", octets),
            web.get("/stream/{size}", pieces),
            web.post("/digest", digest),
            web.get("/fields/{count}/{size}", fields),
            web.post("/limited", limited),
            web.get("/status/{code}", status),
            web.get("/set-cookie", set_cookie),
            web.get("/slow/{seconds}", slow),
            web.static("/files", files),
        ]
    )
    app.on_response_prepare.append(compress)
    return app


async def serve(plain, tls, chain, key, files, idle):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)
    runner = web.AppRunner(
        application(files),
        keepalive_timeout=float(idle),
        max_line_size=_MOST_FIELD_BYTES,
        max_field_size=_MOST_FIELD_BYTES,
        access_log=None,
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(plain)).start()
    await web.TCPSite(runner, "127.0.0.1", int(tls), ssl_context=context).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
