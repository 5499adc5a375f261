"""Servers that ask for a user and a password: what all of them share.

They speak HTTP/1.1, keep a log that tells who asked for what with which credentials, and know the same
users. Their challenges differ: Apache has Digest with MD5, nonces that serve once and counts that are
checked; lighttpd has the SHA-2 algorithms, and hashes users; Squid is a proxy. nginx, HAProxy and H2O
have no Digest as Debian builds them.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from dataclasses import dataclass

from testkit.servers.base import Limits, Server, Site

USERS = USER, INTERNATIONAL_USER = "user", "Jürgen Müller"
PASSWORD = "open sesame"
REALM = "a place for tests"

_LOG_SECONDS = 10
_SEPARATOR = " | "
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,"]+))')
# `openssl passwd -apr1 "open sesame"`: the one form that Apache, lighttpd and Squid read.
_CRYPTED = "$apr1$interops$iXJ50ZMllNUHqz.bjjhb10"


@dataclass(frozen=True)
class Seen:
    """A request, as a server's log tells of it.

    Attributes:
        status: of the answer.
        line: method and target.
        authorization, proxy_authorization: the fields; empty where there were none.
    """

    status: int
    line: str
    authorization: str
    proxy_authorization: str

    @classmethod
    def read(cls, logged):
        status, line, *fields = logged.split(_SEPARATOR)
        values = ["" if field == "-" else field.replace('\\"', '"') for field in fields]
        return cls(int(status), line.rpartition(" HTTP/")[0], *values)


def statuses(requests):
    return [seen.status for seen in requests]


def credentials(requests, field="authorization"):
    """The parameters of the Digest credentials in those requests that had some."""
    fields = [getattr(seen, field) for seen in requests]
    return [
        {name: quoted or plain for name, quoted, plain in _PARAMETER.findall(value)}
        for value in fields
        if value.startswith("Digest ")
    ]


def uses(requests, field="authorization"):
    """Each use of a nonce: the nonce, and its count."""
    return [(sent["nonce"], int(sent["nc"], 16)) for sent in credentials(requests, field)]


def log_format(status, line, authorization, proxy_authorization):
    """What a server is to log, in its own words."""
    return _SEPARATOR.join([status, line, authorization, proxy_authorization])


class Guarded(Server):
    """A server that asks for a password.

    Args:
        authority: who issues its certificate.
        backend: the port of an HTTP/1.1 server that runs the application.
    """

    def __init__(self, authority, backend):
        # Not in pytest's folder, which nobody else may enter: started by root, some become another user.
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{self.name}-")
        super().__init__(authority, self._temporary.name, Site(backend=backend), Limits())
        self.folder.chmod(0o777)
        self._before = 0

    def __exit__(self, *exc_info):
        super().__exit__(*exc_info)
        self._temporary.cleanup()

    def forget(self):
        """Tell no more of what was seen so far; returns itself."""
        self._before = len(self._requests())
        return self

    def seen(self, count, status=None):
        """What was asked since then, as soon as it is so many requests, or so many with this status.

        A log is written a little later than the answer, that of a tunnel when it ends: a test must wait
        for all that it did, for itself and for the next one.
        """
        end = time.monotonic() + _LOG_SECONDS
        while True:
            requests = [Seen.read(line) for line in self._requests()[self._before :]]
            if len([seen for seen in requests if status in (None, seen.status)]) >= count:
                return requests
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} was not asked {count} times: {self.log()}")
            time.sleep(0.01)

    def _requests(self):
        path = self.folder / "access.log"
        *lines, _unfinished = path.read_text().split("\n") if path.exists() else [""]
        return [line for line in lines if " HTTP/1." in line]  # not those of mere connections

    def write_htpasswd(self):
        """Write the file of users for Basic and return its path."""
        return self.write("htpasswd", "".join(f"{user}:{_CRYPTED}\n" for user in USERS))

    def write_htdigest(self, algorithm):
        """Write the file of users for Digest and return its path.

        It has the hash of user, realm and password, and that of user and realm (RFC 7616 3.4.2, 3.4.4).
        """
        lines = []
        for user in USERS:
            known = [f"{user}:{REALM}:{PASSWORD}", f"{user}:{REALM}"]
            hashed = [hashlib.new(algorithm, text.encode()).hexdigest() for text in known]
            lines.append(":".join([user, REALM, *hashed]) + "\n")
        return self.write("htdigest", "".join(lines))
