"""Proxies, each in a process of its own: Tinyproxy, Apache and those that speak SOCKS5; Squid is in `squid`.

A class says in `schemes` how its proxy is spoken with. All but Dante and Privoxy let only `USER` in.
"""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from testkit.servers import guarded
from testkit.servers.apache import Apache
from testkit.servers.guarded import USER, Guarded

PASSWORD = "sesame"  # Tinyproxy takes no blank in one

_TINYPROXY = """
Port {port}
Listen 127.0.0.1
User nobody
Group nogroup
Timeout 60
MaxClients 200
LogFile "{folder}/log"
PidFile "{folder}/pid"
BasicAuth {user} {password}
"""

# It does nothing but TLS, which Tinyproxy does not speak.
_FRONT = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen front
    bind 127.0.0.1:{tls} ssl crt {pem}
    server tinyproxy 127.0.0.1:{port}
"""

_APACHE = """
LoadModule proxy_connect_module {modules}/mod_proxy_connect.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authn_file_module {modules}/mod_authn_file.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule auth_basic_module {modules}/mod_auth_basic.so
KeepAliveTimeout 60
ProxyRequests on
AllowCONNECT 1-65535
<Proxy *>
    AuthType Basic
    AuthName "{realm}"
    AuthBasicProvider file
    AuthUserFile {folder}/htpasswd
    Require valid-user
</Proxy>
"""

_PRIVOXY = """
listen-address 127.0.0.1:{port}
logdir {folder}
logfile privoxy.log
toggle 0
keep-alive-timeout 60
tolerate-pipelining 1
max-client-connections 200
"""

_DANTE = """
logoutput: {folder}/log
internal: 127.0.0.1 port = {port}
external: lo
{other_user}
clientmethod: none
socksmethod: none
client pass {{ from: 0/0 to: 0/0 }}
socks block {{ from: 0/0 to: 0/0 port = {blocked} }}
socks pass {{ from: 0/0 to: 0/0 command: connect }}
"""


class ProxyServer(Guarded):
    """A proxy; `schemes` says how it may be spoken with."""

    schemes: tuple[str, ...]
    password = PASSWORD
    refusal = 407  # of a wrong password

    def __init__(self, authority):
        super().__init__(authority, None)
        if "https" not in self.schemes:
            self.tls_port = self.plain_port  # there is no other

    def url(self, scheme, password=None):
        """Its URL, with a user."""
        port = self.tls_port if scheme == "https" else self.plain_port
        secret = quote(password or self.password)
        return f"{scheme}://{USER}:{secret}@localhost:{port}"


class Tinyproxy(ProxyServer):
    """Tinyproxy, and HAProxy before it for TLS."""

    name = "tinyproxy"
    schemes = ("http", "https")
    refusal = 401

    def start(self):
        common = {"folder": self.folder, "port": self.plain_port}
        config = _TINYPROXY.format(user=USER, password=PASSWORD, **common)
        self.spawn("tinyproxy", "-d", "-c", self.write("tinyproxy.conf", config))
        parts = [Path(part).read_text() for part in (self.authority.chain, self.authority.key)]
        pem = self.write("both.pem", "".join(parts))
        front = _FRONT.format(tls=self.tls_port, pem=pem, **common)
        self.spawn("haproxy", "-f", self.write("haproxy.cfg", front))


class ForwardingApache(ProxyServer, Apache):
    """Apache as a proxy for whatever it is asked for."""

    name = "forwarding-apache"
    schemes = ("http", "https")
    password = guarded.PASSWORD

    def start(self):
        self.write_htpasswd()
        self.run(_APACHE, realm=guarded.REALM)


class Privoxy(ProxyServer):
    """It lets everybody in."""

    name = "privoxy"
    schemes = ("http",)

    def start(self):
        config = _PRIVOXY.format(folder=self.folder, port=self.plain_port)
        self.spawn("privoxy", "--no-daemon", self.write("privoxy.conf", config))


class ProxyPy(ProxyServer):
    name = "proxy.py"
    schemes = ("http",)

    def start(self):
        arguments = ["-m", "proxy", "--hostname", "127.0.0.1", "--port", self.plain_port]
        arguments += ["--basic-auth", f"{USER}:{PASSWORD}", "--num-workers", 1]
        arguments += ["--data-dir", self.folder, "--log-level", "WARNING"]
        self.spawn(sys.executable, *arguments, variables={"HOME": str(self.folder)})


class Microsocks(ProxyServer):
    """It listens on IPv6, too."""

    name = "microsocks"
    schemes = ("socks5", "socks5h")

    def start(self):
        who = ["-u", USER, "-P", PASSWORD]
        self.spawn("microsocks", "-i", "::", "-p", self.plain_port, *who)


class Dante(ProxyServer):
    """It lets everybody in, and nobody go on to port 9."""

    name = "dante"
    schemes = ("socks5", "socks5h")
    blocked_port = 9

    def start(self):
        config = _DANTE.format(
            folder=self.folder,
            port=self.plain_port,
            blocked=self.blocked_port,
            other_user="user.unprivileged: nobody" if os.geteuid() == 0 else "",
        )
        pid = self.folder / "pid"
        self.spawn("danted", "-f", self.write("danted.conf", config), "-p", pid)


class PProxy(ProxyServer):
    """It says that a way leads on before it has tried."""

    name = "pproxy"
    schemes = ("http", "socks5h")

    def start(self):
        listens = f"http+socks5://127.0.0.1:{self.plain_port}#{USER}:{PASSWORD}"
        self.spawn(sys.executable, "-m", "pproxy", "-l", listens, "--auth", 0)
