"""Fixtures that every folder may use. Nothing here imports the client: packages are tested alone."""

import gc
import sys
from pathlib import Path

import pytest

# Helpers that assert: known before anything imports one of them.
pytest.register_assert_rewrite(
    *("testkit.awaits", "testkit.bodies", "testkit.faults", "testkit.h2_server"),
    *("testkit.interrupts", "testkit.memory", "testkit.snippets", "testkit.torture.play"),
)

# What the machine of a developer happens to have set must not decide how tests end.
_VARIABLES = [
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"),
    *("NETRC", "REQUEST_METHOD"),
]


# Coverage makes a test take twice its time. The tests of these folders repeat, in numbers, what others reach,
# and so do tests of how long something takes. (pytest-cov's `no_cover` does not reach the workers of xdist.)
_UNMEASURED = {"attacks", "bugs", "conformance", "faults", "fuzz", "mutation"}
_TIMED = ("linear", "proportion")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    folders = item.path.relative_to(Path(__file__).parent).parts
    if _UNMEASURED.isdisjoint(folders) and not any(word in item.name for word in _TIMED):
        return (yield)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


# PyPy has no such thing; and what is frozen, Hypothesis takes for garbage from Python 3.14.
if hasattr(gc, "freeze") and sys.version_info < (3, 14):

    def pytest_collection_finish():
        """Leave what pytest holds of all tests out of each later collection, which many tests ask for."""
        gc.collect()
        gc.freeze()

    def pytest_sessionfinish():
        gc.unfreeze()  # Hypothesis, if it is first imported now, asks the collector who holds what


@pytest.fixture(autouse=True, scope="session")
def clean_environment(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in _VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))
        yield


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    from testkit.certificates import Authority  # here: not every package's tests need it

    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def origin(authority):
    from testkit.origin import Origin

    with Origin(authority) as started:
        yield started


@pytest.fixture
def trust_by_default(monkeypatch):
    """Trust a bundle in the place of certifi's: `trust_by_default(path)`. No context outlives the test."""
    from testkit.certificates import forget_contexts

    def trust_by_default(bundle):
        monkeypatch.setattr("certifi.where", lambda: bundle)
        forget_contexts()

    yield trust_by_default
    forget_contexts()
