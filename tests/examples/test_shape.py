"""What holds for every example."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.rglob("*.py"))
MOST_LINES = 130
LONGER = {
    # lists of snippets
    "from_httpx": 300,
    "from_requests": 300,
    # whole programs
    "api_wrapper": 170,
    "crawler": 150,
    "reverse_proxy": 180,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_short(path):
    most = LONGER.get(path.stem, MOST_LINES)
    assert len(path.read_text("utf-8").splitlines()) <= most


def test_what_may_be_longer_is_there():
    assert LONGER.keys() <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_tested_and_in_the_table(path):
    name = path.relative_to(EXAMPLES)
    assert f"]({name.as_posix()})" in (EXAMPLES / "README.md").read_text("utf-8")
    tests = [test.read_text("utf-8") for test in Path(__file__).parent.glob("test_*.py")]
    assert any(name.parts[0] in text for text in tests)


def test_the_suite_of_an_application_passes():
    # `-p`: where the distribution is installed, pytest finds the plugin by itself.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_httpcore_client"]
    command += ["-p", "no:cacheprovider", EXAMPLES / "asgi_tests"]
    # Not with what this run was asked for, such as to measure the coverage of ours.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    assert (0, True) == (done.returncode, "3 passed" in done.stdout), done.stdout
