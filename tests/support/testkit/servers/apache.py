"""The Apache HTTP server with the event MPM, with files and as a proxy: with mod_http2, and with a guard."""

import signal

from testkit.servers.base import Server
from testkit.servers.guarded import REALM, Guarded, log_format
from testkit.servers.pages import LIMIT

_COMMON = """
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
Listen 127.0.0.1:{plain}
Listen 127.0.0.1:{tls}
<VirtualHost 127.0.0.1:{tls}>
    SSLEngine on
    SSLCertificateFile {chain}
    SSLCertificateKeyFile {key}
</VirtualHost>
"""

_HTTP2 = """
H2MaxSessionStreams {limits.streams}
KeepAliveTimeout {idle}ms
<If "%{{REQUEST_URI}} =~ m#^/limited# && %{{HTTP:Content-Length}} -gt {limit}">
    Redirect 413
</If>
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule filter_module {modules}/mod_filter.so
LoadModule brotli_module {modules}/mod_brotli.so
LoadModule deflate_module {modules}/mod_deflate.so
TypesConfig /dev/null
AddType text/plain txt
AddType text/css css
DirectoryIndex index.html
AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/css
MaxKeepAliveRequests 0
ProxyPass /files !
Alias /files {files}
LimitRequestFieldSize 65536
LimitRequestFields 300
ProxyPass / http://127.0.0.1:{backend}/ responsefieldsize=65536
ProxyPreserveHost on
Protocols h2 h2c http/1.1
"""

_GUARD = """
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authn_file_module {modules}/mod_authn_file.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule auth_basic_module {modules}/mod_auth_basic.so
LoadModule auth_digest_module {modules}/mod_auth_digest.so
LogFormat "{log_format}" asked
CustomLog {folder}/access.log asked
KeepAliveTimeout 60
Protocols http/1.1
DocumentRoot {folder}/pages
"""

_BASIC = """
    AuthType Basic
    AuthBasicProvider file
    AuthUserFile {folder}/htpasswd
    Require valid-user
"""
_DIGEST = """
    AuthType Digest
    AuthDigestProvider file
    AuthUserFile {folder}/htdigest
    Require valid-user
"""
_PROXY = """
    ProxyPass http://127.0.0.1:{backend}/
"""
_AREAS = {
    "open": _PROXY,
    "basic": _PROXY + _BASIC,
    "digest": _PROXY + _DIGEST,
    "counted": _PROXY + _DIGEST + "AuthDigestNcCheck on",
    "once": _PROXY + _DIGEST + "AuthDigestNonceLifetime 0",
    "next": _DIGEST + "AuthDigestNonceLifetime 0",
    "here": _DIGEST + "AuthDigestDomain /here/ https://localhost:{tls}/",
}
# What Apache does not say where it is a proxy: the next nonce, and the protection space.
_WITH_PAGE = ["next", "here"]
_AREA = """
<Location /{area}/>
    AuthName "{realm}"
    {rules}
</Location>
"""


class _Apache(Server):
    def run(self, config, **values):
        """Run it with what all share and with `config`; these values fill its gaps."""
        text = (_COMMON + config).format(
            folder=self.folder,
            modules="/usr/lib/apache2/modules",
            backend=self.site.backend,
            tls=self.tls_port,
            plain=self.plain_port,
            chain=self.authority.chain,
            key=self.authority.key,
            **values,
        )
        self.spawn("apache2", "-DFOREGROUND", "-f", self.write("apache.conf", text))


class Apache(_Apache):
    name = "apache"
    # No reload: 2.4 gives up what it is at (GOAWAY "The user callback function failed").
    offers = frozenset({"app", "pieces", "streams", "many"})
    stop_signal = signal.SIGWINCH

    def start(self):
        values = {"files": self.site.files, "limit": LIMIT, "limits": self.limits}
        self.run(_HTTP2, idle=round(self.limits.idle * 1000), **values)


class GuardedApache(Guarded, _Apache):
    """`/digest/echo` is the application's `/echo`, behind a challenge; so are the other areas.

    Its areas:
        open: no challenge.
        basic: Basic.
        digest: Digest with MD5; a nonce is good for five minutes.
        counted: and its count must go up by one.
        once: or it is good for one request.
        next: and each response names the next; there is no application, but a `page`.
        here: the protection space is said to be this area; there is a `page`.
    """

    name = "guarded-apache"

    def start(self):
        self.write_htpasswd()
        self.write_htdigest("md5")
        for area in _WITH_PAGE:
            (self.folder / "pages" / area).mkdir(parents=True)
            self.write(f"pages/{area}/page", "a page")
        areas = "".join(
            _AREA.format(area=area, realm=REALM, rules=rules) for area, rules in _AREAS.items()
        )
        fields = ("%{Authorization}i", "%{Proxy-Authorization}i")
        self.run(_GUARD + areas, log_format=log_format("%>s", "%r", *fields))
