"""The plugin for pytest of httpcore-client: fixtures for tests of programs that use it.

Every run of pytest imports this where the package is installed, so that it imports nothing of it until a
fixture is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpcore_client.testing import ManualClock, MockAdapter, Recorder, Replayer

_ALL_CALLED = "httpcore_assert_all_called"
_MOST_NAME = 80
_FAILED = pytest.StashKey[BaseException]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the fixtures."""
    parser.getgroup("httpcore").addoption(
        "--httpcore-cassettes",
        choices=("auto", "record", "replay"),
        default="auto",
        help="whether httpcore_cassette records or replays; auto: replays what was recorded before",
    )
    parser.addini(
        _ALL_CALLED,
        "whether httpcore_mock fails a test that leaves a route uncalled",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "httpcore(assert_all_called=..., **options): what httpcore_mock and httpcore_cassette are to do "
        "in this test; the others are arguments of httpcore_client.testing.cassette",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note what a test has failed with, for the fixtures, which are to hide nothing of it."""
    if call.when == "call" and call.excinfo is not None:
        item.stash[_FAILED] = call.excinfo.value


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("httpcore"))):
        found |= mark.kwargs
    if found:
        from inspect import signature

        from httpcore_client.testing import cassette

        known = {"assert_all_called", *signature(cassette).parameters} - {"path"}
        if unknown := sorted(found.keys() - known):
            raise pytest.UsageError(
                f"the marker httpcore has no {unknown[0]!r}; known are {', '.join(sorted(known))}"
            )
    return found


@pytest.fixture
def httpcore_clock() -> ManualClock:
    """A clock that passes only when it is told to; `httpcore_mock` is on it."""
    from httpcore_client.testing import ManualClock

    return ManualClock()


@pytest.fixture
def httpcore_mock(
    request: pytest.FixtureRequest, httpcore_clock: ManualClock
) -> Iterator[MockAdapter]:
    """A mock in the place of every client's network.

    The test fails if a request came that no route was for, or if a route was never called. Where it has
    failed already, only a request that the program has kept to itself is worth a further error.
    """
    from httpcore_client.testing import MockAdapter, UnmatchedRequest

    strict = _marked(request).get("assert_all_called", request.config.getini(_ALL_CALLED))
    mock = MockAdapter(httpcore_clock)
    with mock.installed():
        yield mock
    failed = request.node.stash.get(_FAILED, None)
    if isinstance(failed, UnmatchedRequest):
        return
    says = ""
    try:
        (mock.assert_all_called if strict and failed is None else mock.assert_all_matched)()
    except AssertionError as error:
        says = str(error)
    if says:
        pytest.fail(says, pytrace=False)


@pytest.fixture
def httpcore_cassette(request: pytest.FixtureRequest) -> Iterator[Recorder | Replayer]:
    """The test's traffic, recorded in `cassettes/<module>/<test>.json` beside its file, or replayed.

    What a test did that failed is not kept: it would be replayed from then on.
    """
    import re
    from hashlib import sha256

    from httpcore_client.testing import Recorder, cassette
    from httpcore_client.testing._stand_in import StandIn

    given = _marked(request)
    given.pop("assert_all_called", None)
    given.setdefault("mode", request.config.getoption("--httpcore-cassettes"))
    path = Path(request.path)
    test = str(request.node.nodeid).partition("::")[2]  # with its class, if it has one
    name = re.sub(r"[^\w.-]+", "-", test).strip("-")
    if len(name) > _MOST_NAME or re.search(r"[^\w.:\[\]-]", test):  # others may have the same
        name = f"{name[:_MOST_NAME]}-{sha256(test.encode()).hexdigest()[:8]}"
    adapter = cassette(path.parent / "cassettes" / path.stem / f"{name}.json", **given)
    with StandIn.installed(adapter):  # a recorder's own would keep it whatever happens
        yield adapter
    if isinstance(adapter, Recorder) and _FAILED not in request.node.stash:
        adapter.save()
