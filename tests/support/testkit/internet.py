"""A proxy that is a whole internet: whatever URL it is asked for, it answers itself, from a list.

It forwards nothing. A tunnel leads to the host that was asked for, with a certificate of ours, so that every
name is reached, over http and https, without a resolver.
"""

from __future__ import annotations

import ssl

from testkit.peer import Peer, response


class Visit:
    """One request, as it came.

    Attributes:
        url: where it went, without what a client keeps for itself.
        fields: values by lower-case name.
    """

    def __init__(self, head, base):
        line, *fields = head.decode("latin-1").split("\r\n")
        self.method, target, _ = line.split(" ")
        self.target = target
        self.url = base + target
        self.fields = {}
        for name, _, value in (field.partition(":") for field in fields):
            self.fields.setdefault(name.lower(), []).append(value.strip())
        self.body = b""

    @property
    def cookie(self):
        return self.fields.get("cookie", [None])[0]


class Internet(Peer):
    """Runs from entering to leaving.

    Args:
        authority: whose certificates it shows.
        answers: for each request the bytes of a response, or a function of the visit that returns them;
            then 200.
        context: for TLS to the proxy itself.

    Attributes:
        visits: the requests, but CONNECT, in order.
        connects: the requests for tunnels.
        refuses: whether it refuses tunnels.
    """

    def __init__(self, authority, *answers, context=None):
        super().__init__(self._talk, context=context)
        self._authority = authority
        self._answers = list(answers)
        self._contexts = {}
        self.visits = []
        self.connects = []
        self.refuses = False

    def urls(self):
        return [visit.url for visit in self.visits]

    def _talk(self, client):
        reader = _Reader(client)
        while head := reader.head():
            visit = Visit(head, "")
            if visit.method != "CONNECT":
                self._answer(client, visit, reader)
                continue
            self.connects.append(visit)
            if self.refuses:
                client.sendall(response(b"", "403 No"))
                return
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            host = visit.target.rpartition(":")[0]
            with self._context_for(host.strip("[]").rstrip(".")).wrap_socket(
                client, server_side=True
            ) as inside:
                base = "https://" + visit.target.removesuffix(":443")
                reader = _Reader(inside)
                while head := reader.head():
                    self._answer(inside, Visit(head, base), reader)
            return

    def _context_for(self, host):
        if host not in self._contexts:
            self._contexts[host] = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.ca.issue_cert(host).configure_cert(context)
        return self._contexts[host]

    def _answer(self, client, visit, reader):
        visit.body = reader.body(visit.fields)
        self.visits.append(visit)
        answer = self._answers.pop(0) if self._answers else response(b"there")
        client.sendall(answer(visit) if callable(answer) else answer)


class _Reader:
    """Requests from a socket, one after the other."""

    def __init__(self, sock):
        self._sock = sock
        self._data = b""

    def head(self):
        return self._until(b"\r\n\r\n")

    def body(self, fields):
        if "transfer-encoding" not in fields:
            return self._take(int(fields.get("content-length", ["0"])[0]))
        whole = b""
        while size := int(self._until(b"\r\n"), 16):
            whole += self._take(size)
            self._take(2)
        self._until(b"\r\n")
        return whole

    def _until(self, mark):
        while mark not in self._data:
            if not self._more():
                return b""
        found, _, self._data = self._data.partition(mark)
        return found

    def _take(self, size):
        while len(self._data) < size and self._more():
            pass
        found, self._data = self._data[:size], self._data[size:]
        return found

    def _more(self):
        data = self._sock.recv(65536)
        self._data += data
        return data
