"""lighttpd before the application: Digest with SHA-2, several algorithms at once, and hashed users.

Its nonces are good for ten minutes, which no test will wait for. (With "nonce-secret", 1.4.69 accepts none.)
"""

from testkit.servers.guarded import PASSWORD, REALM, USERS, Guarded, log_format

_CONFIG = """
server.modules = ("mod_auth", "mod_authn_file", "mod_accesslog", "mod_proxy")
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{folder}"
server.errorlog = "{folder}/error.log"
server.max-keep-alive-requests = 100000
accesslog.filename = "|exec cat >>{folder}/access.log"  # a file would be written to every four seconds
accesslog.format = "{log_format}"
proxy.server = ("" => (("host" => "127.0.0.1", "port" => {backend})))
auth.require = ({areas})
auth.backend = "plain"
auth.backend.plain.userfile = "{users}"
auth.backend.htdigest.userfile = "{hashed_users}"
$HTTP["url"] =~ "^/hashed/" {{ auth.backend = "htdigest" }}
proxy.header = ("map-urlpath" => ({paths}))
"""

_AREA = (
    '"/{area}/" => ("method" => "digest", "require" => "valid-user", "realm" => "{realm}", {more}),'
)
_AREAS = {
    "sha-256": '"algorithm" => "SHA-256"',
    "sha-512-256": '"algorithm" => "SHA-512-256"',
    "several": '"algorithm" => "MD5|SHA-256"',
    "md5": '"algorithm" => "MD5"',
    "hashed": '"algorithm" => "SHA-256", "userhash" => "enable"',
}


class GuardedLighttpd(Guarded):
    """`/sha-256/echo` is the application's `/echo`, behind a challenge; so are the other areas."""

    name = "guarded-lighttpd"

    def start(self):
        self.tls_port = self.plain_port  # there is no other
        areas = [_AREA.format(area=area, realm=REALM, more=more) for area, more in _AREAS.items()]
        fields = ("%{Authorization}i", "%{Proxy-Authorization}i")
        config = _CONFIG.format(
            folder=self.folder,
            port=self.plain_port,
            backend=self.site.backend,
            log_format=log_format("%s", "%r", *fields),
            users=self.write("plain", "".join(f"{user}:{PASSWORD}\n" for user in USERS)),
            hashed_users=self.write_htdigest("sha256"),
            areas="".join(areas),
            paths=", ".join(f'"/{area}/" => "/"' for area in _AREAS),
        )
        self.spawn("lighttpd", "-D", "-f", self.write("lighttpd.conf", config))
