"""HAProxy: a master with a worker, as a proxy."""

import signal
from pathlib import Path

from testkit.servers.base import Server

_CONFIG = """
global
    nbthread 1
    maxconn 2000
    tune.bufsize 65536
    tune.h2.max-concurrent-streams {limits.streams}
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive {idle}ms
frontend public
    bind 127.0.0.1:{tls} ssl crt {pem} alpn h2,http/1.1
    bind 127.0.0.1:{plain} proto h2
    http-request deny deny_status 413 if {{ req.hdr_val(content-length) gt {limits.body} }}
    default_backend application
backend application
    server only 127.0.0.1:{backend}
"""


class HAProxy(Server):
    name = "haproxy"
    offers = frozenset({"app", "streams", "idle", "body", "reload"})

    def start(self):
        chain, key = Path(self.authority.chain), Path(self.authority.key)
        config = _CONFIG.format(
            backend=self.backend,
            tls=self.tls_port,
            plain=self.plain_port,
            pem=self.write("both.pem", chain.read_text() + key.read_text()),
            limits=self.limits,
            idle=round(self.limits.idle * 1000),
        )
        self.spawn("haproxy", "-W", "-f", self.write("haproxy.cfg", config))

    def reload(self):
        self.processes[0].send_signal(signal.SIGUSR2)
