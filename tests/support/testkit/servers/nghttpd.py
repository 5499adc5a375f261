"""nghttpd, nghttp2's own server: files, and an echo of what is uploaded. One process for each port."""

from testkit.servers.base import Server


class Nghttpd(Server):
    name = "nghttpd"
    offers = frozenset({"streams", "many", "echo"})
    wires = ("h2", "h2c")

    def start(self):
        common = [
            *("--address", "127.0.0.1", "--htdocs", self.site.files, "--echo-upload"),
            *("--trailer", "x-trailer: behind", "--max-concurrent-streams", self.limits.streams),
        ]
        self.spawn("nghttpd", *common, self.tls_port, self.authority.key, self.authority.chain)
        self.spawn("nghttpd", *common, "--no-tls", self.plain_port)
