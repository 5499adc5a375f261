"""TLS settings of the caller's. Those of proxies (B078) are in tests/contract/test_proxy_tls.py."""

import ssl

import pytest

_READ = (
    "options",
    "verify_mode",
    "verify_flags",
    "check_hostname",
    "minimum_version",
    "keylog_filename",
)


class Watched(ssl.SSLContext):
    """A context that notes whatever is set or loaded."""

    def __new__(cls, *args):
        made = super().__new__(cls, *args)
        made.changes = []
        return made

    def set_alpn_protocols(self, protocols):
        self.changes.append(("alpn", protocols))
        super().set_alpn_protocols(protocols)

    def set_ciphers(self, ciphers):
        self.changes.append(("ciphers", ciphers))
        super().set_ciphers(ciphers)

    def load_cert_chain(self, *args, **options):
        self.changes.append(("certificate", args))
        super().load_cert_chain(*args, **options)

    def load_verify_locations(self, *args, **options):
        self.changes.append(("trust", args))
        super().load_verify_locations(*args, **options)

    def facts(self):
        return [getattr(self, name) for name in _READ], self.cert_store_stats(), self.changes[:]


@pytest.mark.parametrize("owner", [None, ["h2", "http/1.1"]], ids=["no ALPN", "ALPN"])
def test_x14_a_context_of_the_caller_s_is_never_changed_and_may_be_shared(
    run_client, origin, monkeypatch, tmp_path, owner
):
    """What it offers its owner has set, whatever each of the clients may speak."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setenv("SSL_CERT_FILE", origin.authority.bundle)
    context = Watched(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(origin.authority.bundle)
    if owner is not None:
        context.set_alpn_protocols(owner)
    before = context.facts()
    spoken = []

    async def scenario(client):
        for _ in range(2):
            answer = await client.get(origin.tls, headers={"Connection": "close"})
            spoken.append(answer.protocol)

    clients = [{}, {"http1": False}, {"trust_env": True}]
    clients.append({"http2": False} if owner is None else {})
    for options in clients:
        run_client(scenario, ssl=context, **options)
    assert before == context.facts()
    usual = "HTTP/2" if owner else "HTTP/1.1"
    assert [usual] * 2 + ["HTTP/2"] * 2 + [usual] * 4 == spoken
