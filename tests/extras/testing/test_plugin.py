"""The plugin for pytest, in two runs of its own: in the second the recordings of the first are replayed."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "packages/httpcore-client"
NAME = "pytest_httpcore_client"
BLOCKS = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs/guides/testing.md").read_text(), re.DOTALL
)

FIRST = """
import asyncio, pytest
import httpcore_client
from httpcore_client import Client, SyncClient

def program():
    with SyncClient() as client:
        return client.get("https://api.example.org/users/7?token=hidden").json()

def test_good(httpcore_mock, httpcore_clock):
    route = httpcore_mock.get("https://api.example.org/users/{id}").respond(json=7, delay=3)
    assert program() == 7
    route.assert_called(1)
    assert httpcore_clock.elapsed == 3

def test_async(httpcore_mock):
    httpcore_mock.get().respond(text="hello")
    async def main():
        async with Client() as client:
            assert (await client.get("https://x.example/")).text == "hello"
    asyncio.run(main())

def test_error_uncalled(httpcore_mock):
    httpcore_mock.get("https://never.example/")

@pytest.mark.httpcore(assert_all_called=False)
def test_uncalled_on_purpose(httpcore_mock):
    httpcore_mock.get("https://never.example/")

@pytest.mark.httpcore(assert_all_call=False)
def test_misspelt(httpcore_mock):
    pass

def test_failed_unmatched(httpcore_mock):
    program()

def test_error_swallowed(httpcore_mock):
    with pytest.raises(AssertionError):
        program()

def test_failed_and_uncalled(httpcore_mock):
    httpcore_mock.get("https://never.example/")
    assert 1 == 2

def test_failed_and_error_swallowed(httpcore_mock):
    with pytest.raises(AssertionError):
        program()
    assert 1 == 2

def test_network_is_back():
    assert "<ConnectionPool" in repr(SyncClient())
    assert httpcore_client.ConnectionPool.send.__name__ == "send"
"""

BOTH = """
import pytest
from httpcore_client import SyncClient

def program(path):
    with SyncClient(trust_env=False) as client:
        assert client.get("{origin}" + path).status_code == 200

@pytest.mark.parametrize("path", ["/", "/?a=b/c", "/?a=b:c", "/?" + "x" * 300])
@pytest.mark.httpcore(match=["method", "url"])
def test_cassette(httpcore_cassette, path):
    program(path)
    assert type(httpcore_cassette).__name__ == "{kind}"

def test_failed(httpcore_cassette):
    program("/")
    assert False
"""

SECOND = """
def test_uncalled(httpcore_mock):
    httpcore_mock.get('https://never.example/')
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory, origin):
    """Run pytest twice, and return where, and what it said."""
    path = tmp_path_factory.mktemp("runs")
    (path / "pytest.ini").touch()  # the root of the run is here
    page = "\n".join(block for block in BLOCKS if "def test_" in block)

    def run(kind, text, *options):
        (path / "test_it.py").write_text(text)
        (path / "test_tape.py").write_text(
            BOTH.replace("{origin}", origin.plain).replace("{kind}", kind)
        )
        # What this run was told, by PYTEST_ADDOPTS for one, is not for that.
        environ = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
        environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        command = [sys.executable, "-m", "pytest", "-p", NAME, "-p", "no:cacheprovider", "-v"]
        result = subprocess.run(
            [*command, *options], cwd=path, env=environ, capture_output=True, text=True
        )
        return result.stdout + result.stderr

    return (
        path,
        run("Recorder", FIRST + page, "--strict-markers"),
        run(
            "Replayer",
            SECOND,
            *("--httpcore-cassettes=replay", "-o", "httpcore_assert_all_called=false"),
        ),
    )


def outcomes(said):
    """Return the names of the tests and what became of them; of a test and its teardown both."""
    return [(name, how) for name, how in re.findall(r"::(\w+)\S* (PASSED|FAILED|ERROR) +\[", said)]


def test_it_is_registered_and_in_the_wheel():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert {NAME: NAME} == project["project"]["entry-points"]["pytest11"]
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert f"src/{NAME}.py" in packages


def test_importing_it_imports_nothing_of_ours():
    text = (PROJECT / f"src/{NAME}.py").read_text()
    assert [] == re.findall(r"^(?:from|import) (?!__future__|pathlib|typing|pytest).*", text, re.M)


def test_the_mock_stands_in_for_the_network(runs):
    _, said, _ = runs
    assert [
        ("test_good", "PASSED"),
        ("test_async", "PASSED"),
        ("test_error_uncalled", "PASSED"),
        ("test_error_uncalled", "ERROR"),
        ("test_uncalled_on_purpose", "PASSED"),
        ("test_misspelt", "ERROR"),
        ("test_failed_unmatched", "FAILED"),
        ("test_error_swallowed", "PASSED"),
        ("test_error_swallowed", "ERROR"),
        ("test_failed_and_uncalled", "FAILED"),
        ("test_failed_and_error_swallowed", "FAILED"),
        ("test_failed_and_error_swallowed", "ERROR"),
        ("test_network_is_back", "PASSED"),
        ("test_greeting", "PASSED"),
    ] == outcomes(said)[:14], said
    assert "\nno request came for\n  GET https://never.example/\n" in said
    assert (
        "the marker httpcore has no 'assert_all_call'; known are assert_all_called, match" in said
    )
    lost = "\nno route was for\n  GET https://api.example.org/users/7?token=[secure]\n"
    assert 2 == said.count(lost)


def test_uncalled_routes_may_be_allowed_for_all(runs):
    assert ("test_uncalled", "PASSED") in outcomes(runs[2]), runs[2]


def test_a_cassette_is_recorded_once_and_replayed_after(runs):
    path, first, second = runs
    for said in (first, second):
        assert [("test_cassette", "PASSED")] * 4 == [
            each for each in outcomes(said) if each[0] == "test_cassette"
        ], said
    names = sorted(each.name for each in (path / "cassettes/test_tape").iterdir())
    assert 4 == len(names)
    assert all(len(name) < 100 for name in names)
    assert 2 == sum(name.startswith("test_cassette-a-b-c-") for name in names)


def test_of_a_test_that_failed_nothing_is_kept(runs):
    _, first, second = runs
    assert ("test_failed", "FAILED") in outcomes(first)
    assert ("test_failed", "ERROR") in outcomes(second)
    assert "FileNotFoundError" in second
