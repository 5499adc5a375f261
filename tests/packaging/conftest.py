"""What is built once for all tests of packaging: the five distributions, and wheels of what they need."""

import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = sorted((ROOT / "packages").glob("httpcore-*"))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Return a folder with the wheels and sdists of the five."""
    folder = tmp_path_factory.mktemp("dist")
    for package in PACKAGES:
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
        result = subprocess.run(command, cwd=package, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="session")
def needed():
    """Return the names of all that the client needs without extras, itself and the other four too."""
    found, left = set(), {"httpcore-client"}
    while left:
        name = left.pop()
        found.add(name)
        asked = [Requirement(text) for text in distribution(name).requires or ()]
        plain = {r.name for r in asked if r.marker is None or r.marker.evaluate({"extra": ""})}
        left |= plain - found
    return found


@pytest.fixture(scope="session")
def wheels(built, needed, tmp_path_factory):
    """Return a folder of wheels as `pip download` fills it, but with no index: from what is installed."""
    folder = tmp_path_factory.mktemp("wheels")
    for wheel in built.glob("*.whl"):
        (folder / wheel.name).write_bytes(wheel.read_bytes())
    for name in needed:
        if not name.startswith("httpcore-"):
            _pack(distribution(name), folder)
    return folder


def _pack(dist, folder):
    name = dist.name.replace("-", "_")
    with zipfile.ZipFile(folder / f"{name}-{dist.version}-py3-none-any.whl", "w") as archive:
        for file in dist.files:
            if ".." not in file.parts and file.suffix != ".pyc":
                archive.write(dist.locate_file(file), file.as_posix())
