"""Building a distribution twice gives the same bytes, with everything that belongs in it."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = sorted((Path(__file__).parents[2] / "packages").glob("httpcore-*"))


def build(package, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    result = subprocess.run(command, cwd=package, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_two_builds_are_identical_and_complete(package, tmp_path):
    first = build(package, tmp_path / "first")
    second = build(package, tmp_path / "second")
    assert len(first) == 2  # a wheel and an sdist
    for name, path in first.items():
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, second[name])]
        assert digests[0] == digests[1], name
    (wheel,) = (path for name, path in first.items() if name.endswith(".whl"))
    module = package.name.replace("-", "_")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert f"{module}/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
