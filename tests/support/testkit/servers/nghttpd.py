"""nghttpd, nghttp2's own server: files, and an echo of what is uploaded. One process for each port."""

from testkit.app import pattern
from testkit.servers.base import Server

_FILES = {"index.html": b"hello, world", "trailers": b"with trailers"}
_SIZES = [1000, 4 << 20, 16 << 20]


class Nghttpd(Server):
    name = "nghttpd"
    offers = frozenset({"trailers", "streams", "echo"})

    def start(self):
        pages = self.folder / "pages"
        files = {**_FILES, **{f"bytes/{size}": pattern(size) for size in _SIZES}}
        (pages / "bytes").mkdir(parents=True)
        for name, content in files.items():
            (pages / name).write_bytes(content)
        common = [
            *("--address", "127.0.0.1", "--htdocs", pages, "--echo-upload"),
            *("--trailer", "x-trailer: behind", "--max-concurrent-streams", self.limits.streams),
        ]
        self.spawn("nghttpd", *common, self.tls_port, self.authority.key, self.authority.chain)
        self.spawn("nghttpd", *common, "--no-tls", self.plain_port)
