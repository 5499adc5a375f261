"""Fixtures that every folder may use. Nothing here imports the client: packages are tested alone."""

import pytest

# Helpers that assert: known before anything imports one of them.
pytest.register_assert_rewrite(
    *("testkit.awaits", "testkit.bodies", "testkit.faults", "testkit.h2_server"),
    *("testkit.interrupts", "testkit.snippets"),
)

# What the machine of a developer happens to have set must not decide how tests end.
_VARIABLES = [
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"),
    *("NETRC", "REQUEST_METHOD"),
]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path_factory):
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    from testkit.certificates import Authority  # here: not every package's tests need it

    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def origin(authority):
    from testkit.origin import Origin

    with Origin(authority) as started:
        yield started
