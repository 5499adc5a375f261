"""Which combinations there are: ways, faults, and at which places they strike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import httpcore_client as httpcore
from testkit.torture.network import Fault
from testkit.torture.origins import Origin, Origin2, Secure, connect, socks
from testkit.torture.scenarios import scenarios


@dataclass(frozen=True)
class Way:
    """How an origin is reached.

    Attributes:
        protocol: "h1" or "h2".
        scheme: of the origin.
        proxy: the URL of one on the way, or None.
        tunnel: puts a proxy before a machine, or None.
    """

    protocol: str
    scheme: str
    proxy: str | None = None
    tunnel: object = None

    def wire(self, contexts):
        """Return what makes the far end of a connection."""
        origin = Origin if self.protocol == "h1" else Origin2

        def make(network):
            machine = origin(network)
            if self.scheme == "https":
                machine = Secure(contexts[self.protocol], machine)
            return self.tunnel(machine) if self.tunnel else machine

        return make

    @property
    def options(self):
        """What a client is told."""
        known = {"http2": False} if self.protocol == "h1" else {"http1": self.scheme == "https"}
        return {"proxy": self.proxy, "trust_env": False, **known}


_PROXY, _SOCKS = "http://127.0.0.1:3128", "socks5h://127.0.0.1:1080"
WAYS = {
    "h1-plain": Way("h1", "http"),
    "h1-tls": Way("h1", "https"),
    "h1-forwarded": Way("h1", "http", _PROXY),
    "h1-tunnel": Way("h1", "http", _SOCKS, socks),
    "h1-tunnel-tls": Way("h1", "https", _PROXY, connect),
    "h2-plain": Way("h2", "http"),
    "h2-tls": Way("h2", "https"),
    "h2-tunnel": Way("h2", "http", _PROXY, connect),
    "h2-tunnel-tls": Way("h2", "https", _PROXY, connect),
}

# The handshake of TLS is the same on each way: "h1-tls" has it octet by octet.
_TLS_AGAIN = ("h1-tunnel-tls", "h2-tls", "h2-tunnel-tls")
_TLS_STEP = 10

BREAKS = ("fin", "rst", "stall")
ON_THE_WIRE = (*BREAKS, "junk", "flip", "delay")
TWICE = ("answer", "end")  # what is sent twice


@dataclass(frozen=True)
class Case:
    """One combination.

    Attributes:
        way, scenario: their names.
        kind: the fault's, or "twice-answer", "twice-end", "cancel" or "cancel-again".
        place: the fault's, or "" where it has none.
        at: the number of an octet, a write or an await.
    """

    way: str
    scenario: str
    kind: str = "none"
    place: str = ""
    at: int = 0

    def __str__(self):
        return f"{self.way}/{self.scenario}/{self.kind}@{self.place}+{self.at}"

    @classmethod
    def parse(cls, text):
        """Read what `str` gives.

        Raises:
            ValueError: it is none.
        """
        try:
            way, scenario, fault = text.split("/")
            kind, _, where = fault.partition("@")
            place, _, at = where.rpartition("+")
            known = scenarios(WAYS[way].protocol)[scenario] and kind in KINDS
        except (ValueError, KeyError):
            known = False
        if not known or place not in PLACES or not at.isdigit():
            example = Case("h1-tls", "get", "fin", "answer", 17)
            raise ValueError(f"{text!r} is no case, such as {str(example)!r}")
        return cls(way, scenario, kind, place, int(at))

    @property
    def fault(self):
        if self.place in ("way", "answer", "write"):
            return Fault(self.kind, self.place, self.at)
        return Fault("octets" if self.kind == "octets" else "none")

    @property
    def twice(self):
        return self.kind.removeprefix("twice-") if self.kind.startswith("twice-") else None

    @property
    def walks(self):
        return self.kind.startswith("cancel")


PLACES = ("", "way", "answer", "write", "await")
KINDS = {"none", "octets", *ON_THE_WIRE, *(f"twice-{what}" for what in TWICE)}
KINDS |= {"cancel", "cancel-again"}


def cases(way, scenario, sizes):
    """Yield the cases of one scenario, given how many octets, writes and awaits it has by place.

    What happens before a request reaches the origin is the same for all scenarios: "get" stands for them.
    """
    base = Case(way, scenario)
    yield base
    yield replace(base, kind="octets")
    for what in TWICE:
        yield replace(base, kind=f"twice-{what}")
    for place in ("way", "answer") if scenario == "get" else ("answer",):
        step = _TLS_STEP if place == "way" and way in _TLS_AGAIN else 1
        for at in range(0, sizes[place] + 1, step):
            for kind in ON_THE_WIRE:
                if kind in BREAKS or at < sizes[place]:
                    yield replace(base, kind=kind, place=place, at=at)
    for at in range(sizes["write"]):
        for kind in BREAKS:
            yield replace(base, kind=kind, place="write", at=at)
    for kind in ("cancel", "cancel-again"):
        for at in range(sizes["await"]):
            yield replace(base, kind=kind, place="await", at=at)


def timeouts(kind):
    """The limits under which a case runs: short where a peer may fall silent."""
    if kind in ("stall", "junk", "flip"):
        return httpcore.Timeout(connect=0.02, read=0.02, write=5, pool=5, expect=0.005)
    return httpcore.Timeout(connect=5, read=5, write=5, pool=5, expect=5)
