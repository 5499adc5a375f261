"""Caddy, whose HTTP/2 is that of Go's standard library, with files and as a proxy."""

from testkit.servers.base import Server
from testkit.servers.pages import LIMIT

_CONFIG = """
{{
    admin off
    auto_https off
    storage file_system {folder}
    servers {{
        protocols h1 h2 h2c
        timeouts {{
            idle {idle}ms
        }}
    }}
}}
(site) {{
    bind 127.0.0.1
    encode zstd gzip
    @large {{
        path /limited
        header_regexp Content-Length ^[0-9]{{{digits},}}$
    }}
    handle @large {{
        respond 413
    }}
    handle_path /files/* {{
        root * {files}
        file_server
    }}
    handle {{
        reverse_proxy 127.0.0.1:{backend}
    }}
}}
http://localhost:{plain} {{
    import site
}}
https://localhost:{tls} {{
    tls {chain} {key}
    import site
}}
"""


class Caddy(Server):
    name = "caddy"
    # No reload: 2.6 gives up what it is at, and leaves those requests without an answer.
    offers = frozenset({"app", "pieces", "many"})

    def start(self):
        config = _CONFIG.format(
            folder=self.folder,
            backend=self.site.backend,
            files=self.site.files,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
            # It has no handler that refuses by length before a proxy; as many digits must do.
            digits=len(str(LIMIT)),
            idle=round(self.limits.idle * 1000),
        )
        path = self.write("Caddyfile", config)
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        self.spawn("caddy", "run", "--config", path, variables=home)
