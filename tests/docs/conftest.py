"""Blocks of documentation run as they stand: https://www.example.org leads to a local origin, and is trusted.

The names of example.org are made to lead there, and its certificate is trusted, by what a user could set
too: fixed addresses and SSL_CERT_FILE. Only the ports are the test's doing.
"""

from __future__ import annotations

import pytest

from httpcore_pool import Network
from httpcore_pool.network import _dial
from httpcore_pool.pool import _pool


@pytest.fixture
def example_org(monkeypatch, origin, trust_by_default):
    """Make www.example.org lead to the origin, which is at 127.0.0.1 but not at ports 80 and 443."""
    hosts = Network(hosts={"www.example.org": "127.0.0.1"}).hosts
    monkeypatch.setitem(Network._defaults, "hosts", hosts)  # of networks that say nothing
    monkeypatch.setattr(_pool, "PLAIN", Network())
    ports = {443: int(origin.tls.rpartition(":")[2]), 80: int(origin.plain.rpartition(":")[2])}
    addresses_of = _dial.addresses_of

    async def at_the_origin(*dialled):
        return [(ip, ports.get(port, port)) for ip, port in await addresses_of(*dialled)]

    monkeypatch.setattr(_dial, "addresses_of", at_the_origin)
    monkeypatch.setenv("SSL_CERT_FILE", origin.authority.bundle)
    trust_by_default(origin.authority.bundle)  # the pool alone reads no environment
