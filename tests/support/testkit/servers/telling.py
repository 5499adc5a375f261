"""nginx, which tells what it has seen of TLS, and listens on Unix sockets too."""

from testkit.servers.base import Server
from testkit.servers.nginx import HEAD

_CONFIG = """
    server {{
        listen 127.0.0.1:{plain};
        listen [::1]:{plain};
        listen 127.0.0.1:{tls} ssl http2;
        listen unix:{folder}/plain.sock;
        listen unix:{folder}/tls.sock ssl http2;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:sessions:1m;
        ssl_client_certificate {bundle};
        ssl_verify_client optional;
        add_header X-Protocol "$ssl_protocol" always;
        add_header X-Cipher "$ssl_cipher" always;
        add_header X-Client "$ssl_client_verify" always;
        add_header X-Resumed "$ssl_session_reused" always;
        add_header X-Name "$ssl_server_name" always;
        add_header X-Host "$http_host" always;
        location / {{ return 200 "told"; }}
        location /known {{
            if ($ssl_client_verify != SUCCESS) {{ return 403; }}
            return 200 "welcome";
        }}
    }}
}}
"""


class TellingNginx(Server):
    name = "nginx"

    def __init__(self, authority, folder):
        super().__init__(authority, folder, None, None)

    def start(self):
        config = (HEAD + _CONFIG).format(
            folder=self.folder,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
            bundle=self.authority.bundle,
        )
        path = self.write("nginx.conf", config)
        self.spawn("nginx", "-c", path, "-p", self.folder, "-e", self.folder / "error.log")

    def socket(self, name):
        """The path of one of its Unix sockets, "plain" or "tls"."""
        return str(self.folder / f"{name}.sock")
