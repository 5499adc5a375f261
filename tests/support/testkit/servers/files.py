"""nginx, with the files of a folder."""

from testkit.servers.base import Limits, Server, Site
from testkit.servers.nginx import HEAD

_CONFIG = """    sendfile on;
    server {{
        listen 127.0.0.1:{tls} ssl http2;
        listen 127.0.0.1:{plain};
        ssl_certificate {chain};
        ssl_certificate_key {key};
        root {folder}/files;
        location /slow/ {{ alias {folder}/files/; limit_rate 1m; }}
    }}
}}
"""


class FilesNginx(Server):
    """Serves `files` of its folder: over HTTP/1.1 in cleartext, over HTTP/2 with TLS; slowly under /slow/."""

    name = "nginx-files"

    def __init__(self, authority, folder):
        super().__init__(authority, folder, Site(), Limits())
        self.files = self.folder / "files"
        self.files.mkdir()

    def start(self):
        config = (HEAD + _CONFIG).format(
            folder=self.folder,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
        )
        path = self.write("nginx.conf", config)
        self.spawn("nginx", "-c", path, "-p", self.folder, "-e", self.folder / "error.log")

    def cut(self):
        """Break off all that is on its way, and serve on."""
        self.kill()
        self.__enter__()
