"""The Apache HTTP server with mod_http2 and the event MPM, as a proxy."""

from testkit.servers.base import Server

_CONFIG = """
ServerRoot {folder}
ServerName localhost
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
Mutex pthread
User nobody
Group nogroup
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule http2_module {modules}/mod_http2.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
StartServers 1
ThreadsPerChild 64
MaxRequestWorkers 256
H2MaxSessionStreams {limits.streams}
KeepAliveTimeout {idle}ms
<If "%{{HTTP:Content-Length}} -gt {limits.body}">
    Redirect 413
</If>
LimitRequestFieldSize 65536
LimitRequestFields 300
ProxyPass / http://127.0.0.1:{backend}/ responsefieldsize=65536
ProxyPreserveHost on
Listen 127.0.0.1:{plain}
Listen 127.0.0.1:{tls}
Protocols h2 h2c http/1.1
<VirtualHost 127.0.0.1:{tls}>
    SSLEngine on
    SSLCertificateFile {chain}
    SSLCertificateKeyFile {key}
</VirtualHost>
"""


class Apache(Server):
    name = "apache"
    # No reload: 2.4 gives up what it is at (GOAWAY "The user callback function failed").
    offers = frozenset({"app", "streams", "idle", "body"})

    def start(self):
        config = _CONFIG.format(
            folder=self.folder,
            modules="/usr/lib/apache2/modules",
            backend=self.backend,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
            limits=self.limits,
            idle=round(self.limits.idle * 1000),
        )
        self.spawn("apache2", "-DFOREGROUND", "-f", self.write("apache.conf", config))
