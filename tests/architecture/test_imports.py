"""Who may import what: the contracts of pyproject.toml, and what is read off the source here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "packages").glob("*/src/**/*.py"))
IO_MODULES = {"asyncio", "trio", "socket", "select", "selectors", "threading", "subprocess"}


def imported(path):
    """Return (level, module) of every import of a file, those inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.level, node.module or ""))
    return found


def test_there_are_sources():
    assert len(SOURCES) > 50


def test_the_import_contracts_hold():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_backends_import_what_does_io(path):
    if "backends" in path.parts:
        return
    roots = {name.split(".")[0] for level, name in imported(path) if level == 0}
    assert roots & IO_MODULES == set()
    assert "time.sleep" not in path.read_text()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_siblings_come_in_through_one_module(path):
    package = path.relative_to(ROOT).parts[3]
    if path.name in ("_siblings.py", "httpcore.py", "pytest_httpcore_client.py"):
        return
    absolute = {name.split(".")[0] for level, name in imported(path) if level == 0}
    ours = {name for name in absolute if name.startswith("httpcore")}
    assert ours == set(), f"{package} imports {ours} past _siblings.py"


COMPOSING = ["_client.py", "_sync.py", "_trio.py", "_stack.py"]


@pytest.mark.parametrize("name", COMPOSING)
def test_what_composes_holds_no_rule(name):
    path = ROOT / "packages/httpcore-client/src/httpcore_client" / name
    assert {module for _, module in imported(path) if module.startswith("policy")} == set()


def test_an_adapter_imports_the_one_policy_that_it_drives():
    folder = ROOT / "packages/httpcore-client/src/httpcore_client/adapters"
    for path in folder.glob("*.py"):
        policies = {module for _, module in imported(path) if module.startswith("policy")}
        assert len(policies) <= 1, path.name


# What is imported by who needs it: other worlds, what speaks TLS, and what takes long to import.
LATE = {"asyncio", "trio", "socket", "ssl", "h2", "certifi", "argparse", "dataclasses", "inspect"}


@pytest.mark.parametrize("package", ["httpcore_pool", "httpcore_client"])
def test_importing_a_package_brings_in_no_other_world(package):
    program = f"import sys, {package}\nprint(sorted({LATE!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout == "[]\n", result.stderr
