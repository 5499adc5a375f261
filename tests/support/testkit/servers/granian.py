"""Granian, whose HTTP/2 is that of Rust's hyper, with the application. One process for each port."""

import sys
from pathlib import Path

from testkit.servers.base import Server, app_variables


class Granian(Server):
    name = "granian"
    offers = frozenset({"app", "streams", "many"})

    def start(self):
        command = [
            *("-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--no-log"),
            *("--http2-max-concurrent-streams", max(10, self.limits.streams)),  # it wants ten
        ]
        secure = ["--ssl-certificate", self.authority.chain, "--ssl-keyfile", self._key()]
        for port, more in ((self.tls_port, secure), (self.plain_port, [])):
            arguments = [*command, "--port", port, *more, "testkit.servers.app:app"]
            self.spawn(sys.executable, *arguments, variables=app_variables(self.site))

    def _key(self):
        """It reads keys in PKCS #8 only."""
        # Here: servers import this package for their application, and need none of it.
        from cryptography.hazmat.primitives import serialization as form

        key = form.load_pem_private_key(Path(self.authority.key).read_bytes(), None)
        path = self.folder / "pkcs8.key"
        path.write_bytes(
            key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        )
        return path
