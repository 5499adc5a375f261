"""Squid, a proxy for plain requests and for tunnels, with Digest or with Basic; behind TLS, too."""

from pathlib import Path

from testkit.servers.guarded import PASSWORD, REALM, log_format
from testkit.servers.proxies import ProxyServer

_CONFIG = """
http_port 127.0.0.1:{port}
https_port 127.0.0.1:{tls} tls-cert={chain} tls-key={key}
visible_hostname localhost
max_filedescriptors 1024
pid_filename {folder}/pid
coredump_dir {folder}
cache_log {folder}/cache.log
logformat asked {log_format}
access_log stdio:{folder}/access.log asked
cache deny all
netdb_filename none
pinger_enable off
auth_param {scheme} program /usr/lib/squid/{helper}
auth_param {scheme} children 1 startup=1 idle=1
auth_param {scheme} realm {realm}
{more}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""

# So often a nonce serves (once more for tunnels), each time with a higher count: else it is called stale.
# For what is forwarded the next one is named in time.
NONCE_USES = 5
_DIGEST = f"""
auth_param digest nonce_max_count {NONCE_USES}
auth_param digest check_nonce_count on
"""


class Squid(ProxyServer):
    """A proxy; `scheme` is what it asks for: "digest" or "basic"."""

    name = "squid"
    schemes = ("http", "https")
    password = PASSWORD

    def __init__(self, authority, scheme):
        super().__init__(authority)
        self.scheme = scheme
        self._id = f"squid{self.plain_port}"  # its shared memory has this name, and outlives it

    def start(self):
        if self.scheme == "digest":
            helper, more = f"digest_file_auth -c {self.write_htdigest('md5')}", _DIGEST
        else:
            helper, more = f"basic_ncsa_auth {self.write_htpasswd()}", ""
        fields = ('%"{Authorization}>h', '%"{Proxy-Authorization}>h')
        config = _CONFIG.format(
            folder=self.folder,
            port=self.plain_port,
            tls=self.tls_port,
            chain=self.authority.chain,
            key=self.authority.key,
            log_format=log_format("%>Hs", "%rm %ru HTTP/%rv", *fields),
            scheme=self.scheme,
            realm=REALM,
            helper=helper,
            more=more,
        )
        self.spawn("squid", "-N", "-n", self._id, "-f", self.write("squid.conf", config))

    def __exit__(self, *exc_info):
        super().__exit__(*exc_info)
        for left in Path("/dev/shm").glob(f"{self._id}-*"):
            left.unlink()
