"""lighttpd, with files and as a proxy."""

import signal

from testkit.servers.base import Server
from testkit.servers.pages import LIMIT

_CONFIG = """
server.modules = ("mod_openssl", "mod_deflate", "mod_alias", "mod_proxy")
server.feature-flags = ("server.h2proto" => "enable", "server.h2c" => "enable")
server.bind = "127.0.0.1"
server.port = {plain}
server.document-root = "{files}"
server.errorlog = "{folder}/error.log"
server.upload-dirs = ("{folder}")
server.max-keep-alive-requests = 100000
server.max-keep-alive-idle = {idle}
server.http-parseopts = ("url-normalize" => "disable")
server.max-request-field-size = 65536
server.stream-request-body = 2
server.stream-response-body = 2
index-file.names = ("index.html")
mimetype.assign = (".txt" => "text/plain", ".css" => "text/css", "" => "application/octet-stream")
deflate.mimetypes = ("text/css")
deflate.allowed-encodings = ("br", "gzip", "zstd")
$SERVER["socket"] == "127.0.0.1:{tls}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{chain}"
    ssl.privkey = "{key}"
}}
$HTTP["url"] =~ "^/limited" {{ server.max-request-size = {limit} }}
$HTTP["url"] =~ "^/files" {{ alias.url = ("/files" => "{files}") }}
else {{
    proxy.server = ("" => (("host" => "127.0.0.1", "port" => {backend})))
    proxy.header = ("force-http10" => "disable")
}}
"""


class Lighttpd(Server):
    name = "lighttpd"
    offers = frozenset({"app"})
    stop_signal = signal.SIGINT

    def start(self):
        config = _CONFIG.format(
            folder=self.folder,
            files=self.site.files,
            backend=self.site.backend,
            plain=self.plain_port,
            tls=self.tls_port,
            chain=self.authority.chain,
            key=self.authority.key,
            limit=LIMIT >> 10,  # it counts in KiB
            idle=max(1, round(self.limits.idle)),  # and in seconds
        )
        self.spawn("lighttpd", "-D", "-f", self.write("lighttpd.conf", config))
