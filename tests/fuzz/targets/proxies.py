"""What a proxy answers to CONNECT and in SOCKS5's handshake, as octets in any split.

- The tunnel is open, or a ProxyError, ReadError or ConnectTimeout says why, in plain text without the
  password; which of these does not depend on the split.
- Not one octet behind a handshake is taken: what is read through the tunnel is what came behind.
- The password goes out in the place for it, and nowhere else. A tunnel is open only where the proxy says so,
  by a naive reading of its answer.
"""

import re

from httpcore_pool import (
    ConnectTimeout,
    Options,
    Proxy,
    ProxyError,
    ReadError,
    ScriptedStream,
    Timeout,
    run_sync,
)
from httpcore_pool._config import Budget
from httpcore_pool.connection._proxy import ProxyFlow
from httpcore_pool.connection._socks import open_socks
from httpcore_pool.connection._tunnel import open_tunnel

from ..judges import plain_error
from ..shapes import Source, spell, splits, text
from .http11 import PIECES as HTTP

PIECES = [
    *HTTP,
    *("\x05\x00", "\x05\x02", "\x05\xff", "\x01\x00", "\x05\x00\x00\x01"),
    *("\x05\x00\x00\x03\x03abc\x00P", "\x05\x05\x00\x01", "\x05\x00\x00\x04", "\x05", "\x04"),
    *("Proxy-Authenticate: Basic realm=x\r\n", "HTTP/1.1 407 No\r\n"),
    *("Content-Type: text/plain\r\n",),
]  # fmt: skip
_REFUSAL = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 5\r\n\r\nhello"
SEEDS = [
    b"\x00" + spell("HTTP/1.1 200 OK\r\n\r\n", PIECES),
    b"\x00"
    + spell(
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 5\r\n\r\nhello",
        PIECES,
    ),
    b"\x01" + spell("HTTP/1.1 200 OK\r\n\r\nhello", PIECES),
    b"\x02\x85\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x64hello",
    b"\x03\x05\x02\x01\x00\x05\x00\x00\x03\x03abc\x00Phello",
]
_NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)
_SECRET = "hunter2"
_CONNECT = (
    rb"CONNECT a\.test:443 HTTP/1\.1\r\nHost: a\.test:443\r\n(?:User-Agent: [^\r\n]*\r\n)?"
    rb"(?:Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n)?\r\n"
)
_TO = rb"\x05\x01\x00\x03\x06a\.test\x01\xbb"
_SENT = [
    re.compile(_CONNECT),
    re.compile(_CONNECT),
    re.compile(rb"\x05\x01\x00(?:%b)?" % _TO),
    re.compile(rb"\x05\x02\x00\x02(?:(?:\x01\x04user\x07hunter2)?(?:%b)?)" % _TO),
]
_STATUS = re.compile(rb"\s*HTTP/1\.\d (\d\d\d)")


def check(data):
    source = Source(data)
    kind = source.octet() % 5
    octets = text(source.rest, PIECES).encode("latin-1")
    outcomes = []
    for pieces in splits(octets):
        outcomes.append(_open(kind, [*pieces, b""]))
    # Whoever speaks first in the tunnel may take octets of the origin's for the proxy's.
    same = {outcome[0] for outcome in outcomes}
    assert len(same) == 1 or (kind == 0 and same == {"open", ProxyError}), (same, octets)
    for outcome, behind in outcomes:
        assert outcome != "open" or octets.endswith(behind)
        assert outcome != "open" or kind == 0 or behind == outcomes[0][1]


def _open(kind, pieces):
    """Give how it ends, and what is behind it."""
    stream = ScriptedStream(pieces)
    try:
        if kind < 2:
            proxy = Proxy.of("http://user:hunter2@proxy.test:3128")
            flow = ProxyFlow(proxy, "CONNECT", "a.test:443")
            passed = run_sync(
                open_tunnel(stream, proxy, "a.test:443", flow, _NO_LIMIT, tls=kind == 0)
            )
            assert passed
        else:
            user = "" if kind == 2 else "user:hunter2@"
            proxy = Proxy.of(f"socks5h://{user}proxy.test:1080")
            run_sync(open_socks(stream, proxy, "a.test", 443, _NO_LIMIT))
    except (ProxyError, ReadError, ConnectTimeout) as error:
        plain_error(error, _SECRET)
        return type(error), b""
    finally:
        assert _SENT[min(kind, 3)].fullmatch(stream.written), stream.written
    assert _says_so(kind, b"".join(pieces)), pieces
    behind = b""
    while piece := run_sync(stream.read(65536)):
        behind += piece
    return "open", behind


def _says_so(kind, octets):
    if kind >= 2:
        agreed = rb"\x05\x00" if kind == 2 else rb"\x05(?:\x00|\x02\x01\x00)"
        return re.match(agreed + rb"\x05\x00", octets) is not None
    heads = re.split(rb"\n\r?\n", octets)
    statuses = [int(found[1]) for head in heads if (found := _STATUS.match(head))]
    return next(status for status in statuses if status >= 200) < 300
