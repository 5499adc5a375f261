"""H2O, with files and as a proxy.

It is given its sockets, as by Server::Starter, so that another can take them over.
"""

import signal

from testkit.origin import listening_socket
from testkit.servers.base import Server

_CONFIG = """
num-threads: 1
compress: ON
http1-request-timeout: {idle}
error-log: {folder}/error.log
http2-max-concurrent-requests-per-connection: {limits.streams}
http2-idle-timeout: {idle}
proxy.preserve-host: ON
listen:
  host: 127.0.0.1
  port: {plain}
listen:
  host: 127.0.0.1
  port: {tls}
  ssl:
    certificate-file: {chain}
    key-file: {key}
    ocsp-update-interval: 0
hosts:
  default:
    paths:
      /files:
        file.dir: {files}
      /:
        proxy.reverse.url: http://127.0.0.1:{backend}/
"""


class H2O(Server):
    name = "h2o"
    offers = frozenset({"app", "pieces", "streams", "reload", "many"})

    def __init__(self, *args):
        super().__init__(*args)
        self._sockets = [listening_socket(), listening_socket()]
        self.tls_port, self.plain_port = (sock.getsockname()[1] for sock in self._sockets)

    def start(self):
        config = _CONFIG.format(
            folder=self.folder,
            backend=self.site.backend,
            files=self.site.files,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
            limits=self.limits,
            idle=max(1, round(self.limits.idle)),  # it counts in seconds
        )
        self._config = self.write("h2o.conf", config)
        self._run()

    def _run(self):
        files = [sock.fileno() for sock in self._sockets]
        given = ";".join(
            f"127.0.0.1:{port}={file}"
            for port, file in zip((self.tls_port, self.plain_port), files, strict=True)
        )
        self.spawn(
            "h2o",
            *("-m", "worker", "-c", self._config),
            variables={"SERVER_STARTER_PORT": given},
            files=files,
        )

    def reload(self):
        self._run()
        self.processes[-2].send_signal(signal.SIGTERM)

    def __exit__(self, *exc_info):
        super().__exit__(*exc_info)
        for sock in self._sockets:
            sock.close()
