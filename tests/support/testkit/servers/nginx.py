"""nginx, with files and as a proxy."""

import signal

from testkit.servers.base import Server
from testkit.servers.pages import LIMIT

HEAD = """
daemon off;
worker_processes 1;
user root;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    types {{ text/plain txt; text/css css; text/html html; application/octet-stream bin; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""

_CONFIG = """    upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{tls} ssl http2;
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{h2c} http2;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        http2_max_concurrent_streams {limits.streams};
        keepalive_timeout {idle}ms;
        keepalive_requests {limits.requests};
        client_max_body_size 0;
        large_client_header_buffers 4 64k;
        absolute_redirect off;
        gzip on;
        gzip_types text/css;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_request_buffering off;
        proxy_buffer_size 64k;
        proxy_buffers 8 64k;
        location / {{ proxy_pass http://backend; }}
        location /limited {{ client_max_body_size {limit}; proxy_pass http://backend; }}
        location /files/ {{ alias {files}/; }}
    }}
}}
"""


class Nginx(Server):
    name = "nginx"
    offers = frozenset({"app", "pieces", "streams", "requests", "reload", "many"})
    has_h2c_port = True
    stop_signal = signal.SIGQUIT

    def start(self):
        config = (HEAD + _CONFIG).format(
            folder=self.folder,
            backend=self.site.backend,
            files=self.site.files,
            limit=LIMIT,
            tls=self.tls_port,
            plain=self.plain_port,
            h2c=self.h2c_port,
            chain=self.authority.chain,
            key=self.authority.key,
            limits=self.limits,
            idle=round(self.limits.idle * 1000),
        )
        path = self.write("nginx.conf", config)
        self.spawn("nginx", "-c", path, "-p", self.folder, "-e", self.folder / "error.log")

    def reload(self):
        self.processes[0].send_signal(signal.SIGHUP)
