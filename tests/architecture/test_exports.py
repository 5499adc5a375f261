"""What each package exports, and that its metadata says the same."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from testkit.api_snapshot import FOLDER, MODULES, PACKAGES, describe
from testkit.bump import range_of

ROOT = Path(__file__).parents[2]


def folder(package):
    return ROOT / "packages" / package.replace("_", "-")


def project(package):
    return tomllib.loads((folder(package) / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("package", PACKAGES)
def test_version_and_all_are_literals(package):
    tree = ast.parse((folder(package) / "src" / package / "__init__.py").read_text())
    literals = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in ("__version__", "__all__")
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+", literals["__version__"])
    assert len(literals["__all__"]) == len(set(literals["__all__"]))


@pytest.mark.parametrize("module", MODULES)
def test_every_exported_name_is_there_and_documented(module):
    module = importlib.import_module(module)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name


@pytest.mark.parametrize("module", MODULES)
def test_the_public_interface_is_that_of_the_reviewed_snapshot(module):
    """After a change on purpose: `hatch run snapshot`, read the diff, and think of the version."""
    assert describe(module) == (FOLDER / f"{module}.txt").read_text()


@pytest.mark.parametrize("package", PACKAGES)
def test_siblings_are_pinned_to_a_compatible_range(package):
    for requirement in project(package).get("dependencies", []):
        if requirement.startswith("httpcore-"):
            sibling = Requirement(requirement)
            version = importlib.import_module(sibling.name.replace("-", "_")).__version__
            assert version in sibling.specifier
            assert requirement.endswith(range_of(version).partition(",")[2]), requirement


@pytest.mark.parametrize("package", PACKAGES)
def test_each_distribution_is_complete(package):
    root = folder(package)
    for name in ("README.md", "LICENSE", "CHANGELOG.md", f"src/{package}/py.typed"):
        assert (root / name).is_file(), name
    assert project(package)["requires-python"] == ">=3.11"


def test_the_client_says_its_version_once():
    import httpcore_client
    from httpcore_client import _version

    assert httpcore_client.__version__ == _version.__version__


def test_star_imports_work():
    for package in PACKAGES:
        program = f"from {package} import *"
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert result.stderr == ""
