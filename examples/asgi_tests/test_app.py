"""The tests of `app.py`, which is called without a server; what it calls is made up.

    pytest examples/asgi_tests

`httpcore_mock` is a fixture that comes with `httpcore-client`. A test fails if the application asks for
what no route is for, or does not ask for what there is one for.
"""

from collections.abc import Iterator

import pytest
from app import RATES, app

from httpcore_client import ConnectError, SyncClient
from httpcore_client.testing import ASGIAdapter, MockAdapter


@pytest.fixture
def client() -> Iterator[SyncClient]:
    with SyncClient(adapters=[ASGIAdapter(app)], base_url="https://app.example") as client:
        yield client


def test_an_amount_is_converted(client: SyncClient, httpcore_mock: MockAdapter) -> None:
    httpcore_mock.get(RATES).respond(json={"dollar": 1.25})
    assert client.get("/convert/8").json() == {"dollars": 10.0}


def test_without_rates_there_is_an_error(client: SyncClient, httpcore_mock: MockAdapter) -> None:
    httpcore_mock.get(RATES).respond(503).fail(ConnectError).respond(text="late", delay=60)
    assert [client.get("/convert/8").status_code for _ in range(3)] == [502] * 3


def test_what_is_no_amount_is_not_found(client: SyncClient) -> None:
    response = client.get("/convert/eight")
    assert (response.status_code, response.json()) == (404, {"error": "not found"})
