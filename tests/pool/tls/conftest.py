"""Two ends of TLS in memory, without a stream."""

import ssl

import pytest

from testkit.certificates import forget_contexts


@pytest.fixture(autouse=True)
def _no_cached_contexts():
    forget_contexts()
    yield
    forget_contexts()


@pytest.fixture
def meet():
    """Let a client's context meet a server's: `meet(client, server, name)` returns both ends."""

    def meet(client, server, name="localhost", session=None):
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        ours = client.wrap_bio(to_client, to_server, server_hostname=name, session=session)
        theirs = server.wrap_bio(to_server, to_client, server_side=True)
        for _ in range(3):
            for end in (ours, theirs):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
        return ours, theirs

    return meet
