"""The server that every client is measured against, in a process of its own: nginx, else granian.

Any path is answered with a small JSON that names the path, the protocol and the client's port, so that a
worker can tell its own answer from another's, and count its connections. Below `/closing/` the connection
is closed after that. `/download` is a file. Uploads go to `sink.py`, in another process: nginx answers
before it has read them. The sink speaks HTTP/1.1, so that in HTTP/2 nginx hands them on to it as they come.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import zlib
from array import array
from functools import cache
from pathlib import Path
from typing import Self

DOWNLOAD_BYTES = 100_000_000

_JSON = (
    '{"url":"%s","protocol":"%s","id":4711,"name":"a small thing","tags":["red","round"],'
    '"price":12.5,"available":true,"note":"about as much as a busy interface answers","port":%s}'
)
# What a usual server adds to Date, Content-Type, Content-Length and its own name.
_HEADERS = {
    "Cache-Control": "max-age=60, private",
    "Vary": "Accept, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "7f9c24e8-3b1a-4c5d-9e6f-0a1b2c3d4e5f",
}

_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_timeout 300;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    # A client's own SETTINGS_MAX_FRAME_SIZE says how large a DATA frame is, as with most other servers.
    http2_chunk_size 1m;
    sendfile on;
    tcp_nodelay on;
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{tls} ssl http2;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        location = /download {{ root {folder}; default_type application/octet-stream; }}
        location ~ ^/(upload|check)$ {{
            if ($server_protocol != HTTP/2.0) {{ return 505; }}
            proxy_pass http://127.0.0.1:{sink};
            proxy_http_version 1.1;
            proxy_request_buffering off;
            client_body_buffer_size 1m;
        }}
        default_type application/json;
        {headers}
        location /closing/ {{ keepalive_timeout 0; return 200 '{body}'; }}
        location / {{ return 200 '{body}'; }}
    }}
}}
"""


def small_body(target: str, protocol: str, port: int | str) -> bytes:
    """What the server answers for a target, such as "/a?b=c", over "HTTP/1.1" or "HTTP/2.0".

    `port` is that of the client: each of its connections has another.
    """
    return (_JSON % (target, protocol, port)).encode()


@cache
def download_block() -> bytes:
    """What the large file repeats: bytes that no piece of a transfer looks like another in."""
    return array("I", range(250_000)).tobytes()


def write_download(folder: Path) -> None:
    block = download_block()
    with (folder / "download").open("wb") as file:
        for _ in range(DOWNLOAD_BYTES // len(block)):
            file.write(block)


class Server:
    """Starts on entering, stops on leaving.

    Attributes:
        name: the program and its version.
        plain, tls: the two base URLs.
        sink, sink_tls: those of the sink for uploads.
        file: the large file, for uploads.
    """

    def __init__(self, folder: Path, chain: str, key: str) -> None:
        self._folder = folder
        self.file = folder / "download"
        self._chain, self._key = chain, key
        self._processes: list[subprocess.Popen[bytes]] = []
        ports = _free_ports(4)
        self.plain = f"http://localhost:{ports[0]}"
        self.tls = f"https://localhost:{ports[1]}"
        self.sink = f"http://localhost:{ports[2]}"
        self.sink_tls = f"https://localhost:{ports[3]}"
        self._ports = ports
        self.name = ""

    def __enter__(self) -> Self:
        write_download(self._folder)
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        try:
            if nginx is not None:
                self._start_nginx(nginx)
            else:
                self._start_granian()
            self._start_sink()
            for port in self._ports:
                self._wait(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(10)

    def _start_nginx(self, program: str) -> None:
        config = self._folder / "nginx.conf"
        config.write_text(
            _NGINX.format(
                folder=self._folder,
                plain=self._ports[0],
                tls=self._ports[1],
                sink=self._ports[2],
                chain=self._chain,
                key=self._key,
                headers=" ".join(f'add_header {k} "{v}";' for k, v in _HEADERS.items()),
                body=_JSON % ("$request_uri", "$server_protocol", "$remote_port"),
            )
        )
        said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
        self.name = said.strip().removeprefix("nginx version: ").replace("/", " ")
        errors = str(self._folder / "error.log")
        arguments = [program, "-c", str(config), "-p", str(self._folder), "-e", errors]
        self._processes.append(subprocess.Popen(arguments))

    def _start_granian(self) -> None:
        from importlib.metadata import version

        self.name = f"granian {version('granian')}"
        command = [sys.executable, "-m", "granian", "--interface", "asginl", "--no-log"]
        command += ["--host", "127.0.0.1", "--http1-buffer-size", "65536"]
        secure = ["--ssl-certificate", self._chain, "--ssl-keyfile", self._pkcs8()]
        for port, extra in zip(self._ports[:2], ([], secure), strict=True):
            arguments = [*command, "--port", str(port), *extra, "server:app"]
            folder = Path(__file__).parent
            with (self._folder / "error.log").open("ab") as log:
                self._processes.append(
                    subprocess.Popen(
                        arguments,
                        cwd=folder,
                        stdout=log,
                        stderr=log,
                        env={**os.environ, "BENCH_DOWNLOAD": str(self._folder / "download")},
                    )
                )

    def _start_sink(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("sink.py"))]
        command += [*map(str, self._ports[2:]), self._chain, self._key]
        self._processes.append(subprocess.Popen(command))

    def packets(self) -> int:
        """In how many pieces a small answer comes: one, if head and body left together."""
        request = b"GET /items/0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self._ports[0])) as probe:
            port = probe.getsockname()[1]
            received, pieces, whole = b"", 0, small_body("/items/0", "HTTP/1.1", port)
            for _ in range(2):  # the first also opens what the server opens lazily
                probe.sendall(request)
                received, pieces = b"", 0
                while not received.endswith(whole):
                    received += probe.recv(65536)
                    pieces += 1
        return pieces

    def _pkcs8(self) -> str:
        """Granian reads keys in PKCS #8 only."""
        from cryptography.hazmat.primitives import serialization as form

        key = form.load_pem_private_key(Path(self._key).read_bytes(), None)
        path = self._folder / "server-pkcs8.key"
        path.write_bytes(
            key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        )
        return str(path)

    def _wait(self, port: int) -> None:
        end = time.monotonic() + 20
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", port)) != 0:
                if time.monotonic() > end or any(p.poll() is not None for p in self._processes):
                    log = self._folder / "error.log"
                    said = log.read_text()[-2000:] if log.exists() else ""
                    raise RuntimeError(f"the server did not start: {said}")
                time.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for sock in sockets:
        sock.bind(("127.0.0.1", 0))
    ports: list[int] = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


def openssl_version() -> str:
    return " ".join(ssl.OPENSSL_VERSION.split()[:2])


# The application for granian.


async def app(scope, receive, send):
    headers = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items()]
    if scope["path"] == "/download":
        body = Path(os.environ["BENCH_DOWNLOAD"]).read_bytes()
        headers.append((b"content-type", b"application/octet-stream"))
    elif scope["path"] in ("/upload", "/check"):
        body = await _read_upload(receive, checks=scope["path"] == "/check")
    else:
        target = scope["raw_path"].decode()
        if query := scope["query_string"].decode():
            target += f"?{query}"
        version = scope["http_version"]
        protocol = "HTTP/2.0" if version.startswith("2") else "HTTP/1.1"
        body = small_body(target, protocol, scope["client"][1])
        headers.append((b"content-type", b"application/json"))
        if target.startswith("/closing/"):
            headers.append((b"connection", b"close"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read_upload(receive, checks):
    """Read a body to its end and answer as the sink does."""
    size = total = 0
    more = True
    while more:
        message = await receive()
        piece = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(piece)
        if checks:
            total = zlib.crc32(piece, total)
    return b"%d %d" % (size, total)
