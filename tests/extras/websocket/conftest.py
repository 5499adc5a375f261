"""What the tests of WebSockets share: two real servers."""

import pytest

from testkit.websocket import ASGIServer, EchoServer


@pytest.fixture(scope="session")
def echo(authority):
    with EchoServer(authority) as server:
        yield server


@pytest.fixture(scope="session")
def asgi(authority):
    with ASGIServer(authority) as server:
        yield server
