"""ARCHITECTURE.md and CONTRIBUTING.md name only what is there."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("urls", "headers", "cookies", "pool", "client")
FILES = [path.as_posix() for path in ROOT.glob("packages/*/src/**/*")]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
NAMED = set(re.findall(r"[\w/*]+\.py\b|(?<=`)[\w/]+/(?=`)", ARCHITECTURE))
COMMANDS = set(re.findall(r"hatch run (?:(\w+):)?(\w+)", CONTRIBUTING))


def there(name):
    """Tell whether a file or folder is there; `client/` stands for the package, as that page says."""
    package, _, rest = name.partition("/")
    ends = [name.rstrip("/")]
    if package in PACKAGES:
        ends.append(f"httpcore_{package}/{rest}".rstrip("/"))
    found = any(fnmatch(path, f"*/{end}") for path in FILES for end in ends)
    return found or (ROOT / name).exists()


def test_the_pages_name_files_and_commands():
    assert len(NAMED) > 60
    assert len(COMMANDS) > 8


@pytest.mark.parametrize("name", sorted(NAMED))
def test_what_the_architecture_names_is_there(name):
    assert there(name), f"ARCHITECTURE.md names {name}, which is no more"


def test_every_folder_of_tests_is_in_their_table():
    tests = ROOT / "tests"
    rows = re.findall(r"^\| (.+?) \|", (tests / "README.md").read_text("utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)/", row)}
    assert named == {
        path.name for path in tests.iterdir() if path.is_dir() and path.name[0].isalpha()
    }


@pytest.mark.parametrize(("environment", "script"), sorted(COMMANDS))
def test_what_the_contributing_page_runs_is_a_command(environment, script):
    environments = tomllib.loads((ROOT / "hatch.toml").read_text("utf-8"))["envs"]
    own = environments[environment or "default"]
    # Hatch's way: who names no template has the default's.
    assert script in own.get("scripts", environments[own.get("template", "default")]["scripts"])
