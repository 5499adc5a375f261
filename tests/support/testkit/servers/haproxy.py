"""HAProxy: a master with a worker, as a proxy."""

import signal
from pathlib import Path

from testkit.servers.base import Server
from testkit.servers.pages import LIMIT

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
    bind 127.0.0.1:{plain}
    acl large req.hdr_val(content-length) gt {limit}
    http-request deny deny_status 413 if large {{ path_beg /limited }}
    http-response replace-header Location ^http:(.*) https:\\1 if {{ ssl_fc }}
    filter compression
    compression algo gzip
    compression type text/css
    compression offload
    default_backend application
backend application
    server only 127.0.0.1:{backend}
"""


class HAProxy(Server):
    name = "haproxy"
    offers = frozenset({"app", "pieces", "streams", "reload", "many"})
    stop_signal = signal.SIGUSR1

    def start(self):
        chain, key = Path(self.authority.chain), Path(self.authority.key)
        config = _CONFIG.format(
            backend=self.site.backend,
            limit=LIMIT,
            tls=self.tls_port,
            plain=self.plain_port,
            pem=self.write("both.pem", chain.read_text() + key.read_text()),
            limits=self.limits,
            idle=round(self.limits.idle * 1000),
        )
        self.spawn("haproxy", "-W", "-f", self.write("haproxy.cfg", config))

    def reload(self):
        self.processes[0].send_signal(signal.SIGUSR2)
