"""A proxy that asks for Digest credentials, and checks them by its own reckoning; its log says who asked.

It forwards what comes in absolute form, one request on a connection, and opens tunnels. Its realm is that
of `testkit.guard`, as its user and password are: who mixes up proxies and origins is found out.
"""

from __future__ import annotations

import re
import select
import socket
import ssl

from testkit.guard import USER, answer
from testkit.peer import Peer, response

_PATIENCE = 10
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,"]+))')


class Asked:
    """What the proxy was asked: a request line and fields, and the status that it answered.

    Attributes:
        status: 200 where it went on to the origin.
    """

    def __init__(self, head):
        line, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = line.split(" ")
        self.fields = {}
        for name, _, value in (field.partition(":") for field in fields):
            self.fields.setdefault(name.lower(), []).append(value.strip())
        self.length = int(self.fields.get("content-length", ["0"])[0])
        self.status = None

    @property
    def credentials(self):
        return self.fields.get("proxy-authorization", [None])[0]

    @property
    def digest(self):
        if not (self.credentials or "").startswith("Digest "):
            return {}
        found = _PARAMETER.findall(self.credentials)
        return {name: quoted or plain for name, quoted, plain in found}


class AskingProxy(Peer):
    """Runs from entering to leaving.

    Args:
        leaves: whether it closes the connection after it has asked.
        renews: whether it names the next nonce in each answer to a forwarded request.
        context: for TLS with the proxy itself.

    Attributes:
        log: what it was asked, in order.
    """

    def __init__(self, *, leaves=False, renews=False, context=None):
        super().__init__(self._talk, context=context)
        self._leaves = leaves
        self._renews = renews
        self._issued = 0
        self._counts = set()
        self.log = []
        self.stale()

    def stale(self):
        """From now on another nonce counts."""
        self._issued += 1
        self._nonce = f"nonce/{self._issued}=="

    def statuses(self):
        return [asked.status for asked in self.log]

    def _talk(self, client):
        while True:
            data = b""
            while b"\r\n\r\n" not in data:
                more = client.recv(65536)
                if not more:
                    return None
                data += more
            head, _, body = data.partition(b"\r\n\r\n")
            asked = Asked(head)
            while len(body) < asked.length:
                body += client.recv(65536)
            self.log.append(asked)
            asked.status = 200 if self._lets_in(asked) else 407
            if asked.status == 407:
                challenge = f'Proxy-Authenticate: Digest realm="here", nonce="{self._nonce}"'
                fields = [f'{challenge}, algorithm=SHA-256, qop="auth"'.encode()]
                fields += [b"Connection: close"] * self._leaves
                client.sendall(response(b"who?", "407 Who", *fields))
                if self._leaves:
                    return None
            elif asked.method == "CONNECT":
                return self._relay(client, asked.target)
            else:
                return self._forward(client, asked, body)

    def _lets_in(self, asked):
        said = asked.digest
        if not said or (said["username"], said["realm"]) != (USER, "here"):
            return False
        count = said["nonce"], said["nc"]
        if said["nonce"] != self._nonce or count in self._counts or said["uri"] != asked.target:
            return False
        if said["response"] != answer(said, asked.method, "SHA-256"):
            return False
        self._counts.add(count)
        return True

    def _relay(self, client, target):
        with _connected(target) as origin:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            while True:
                pending = isinstance(client, ssl.SSLSocket) and client.pending()
                waiting = [client] if pending else [client, origin]
                for source in (
                    select.select(waiting, [], [], 0 if pending else _PATIENCE)[0] or waiting
                ):
                    data = source.recv(65536)
                    if not data:
                        return
                    (origin if source is client else client).sendall(data)

    def _forward(self, client, asked, body):
        authority, slash, path = asked.target.removeprefix("http://").partition("/")
        lines = [f"{asked.method} {slash}{path} HTTP/1.1", "Connection: close"]
        # As it should, it keeps what was for itself.
        lines += [
            f"{name}: {value}"
            for name, values in asked.fields.items()
            for value in values
            if not name.startswith("proxy-")
        ]
        with _connected(authority) as origin:
            origin.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            whole = b""
            while data := origin.recv(65536):
                whole += data
        status, _, rest = whole.partition(b"\r\n")
        fields = b""
        if self._renews:
            self.stale()
            fields = b'Proxy-Authentication-Info: nextnonce="%s"\r\n' % self._nonce.encode()
        client.sendall(status + b"\r\n" + fields + rest)


def _connected(authority):
    host, _, port = authority.rpartition(":")
    return socket.create_connection((host, int(port)), _PATIENCE)
