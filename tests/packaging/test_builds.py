"""What is built twice is the same, and has in it what belongs there."""

import hashlib
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

PACKAGES = sorted((Path(__file__).parents[2] / "packages").glob("httpcore-*"))


def build(folder, *arguments):
    command = [sys.executable, "-m", "hatchling", "build", *map(str, arguments)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(params=PACKAGES, ids=lambda path: path.name)
def package(request):
    return request.param


@pytest.fixture
def sdist(package, built):
    (sdist,) = built.glob(f"{package.name.replace('-', '_')}-*.tar.gz")
    return sdist


@pytest.fixture
def unpacked(sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    return tmp_path / "unpacked" / sdist.name.removesuffix(".tar.gz")


def test_the_tree_and_its_sdist_give_the_same_again(package, built, unpacked, tmp_path):
    again = tmp_path / "dist"
    build(package, "-t", "sdist", "-d", again)
    build(unpacked, "-t", "wheel", "-d", again)
    assert [".gz", ".whl"] == sorted(path.suffix for path in again.iterdir())
    for path in again.iterdir():
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (built / path.name, path)]
        assert digests[0] == digests[1], path.name


def test_a_wheel_is_typed_and_licensed_and_has_no_tests(package, built):
    module = package.name.replace("-", "_")
    (wheel,) = built.glob(f"{module}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert f"{module}/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert [] == [name for name in names if name.startswith("tests/")]


def test_an_sdist_has_its_tests_and_only_those(package, unpacked):
    tests = unpacked / "tests"
    name = package.name.removeprefix("httpcore-")
    assert (unpacked / "pytest.ini").is_file()
    assert {name} == {path.relative_to(tests).parts[0] for path in tests.rglob("test_*.py")}


def test_an_sdist_has_the_helpers_that_its_tests_import_and_no_other(unpacked):
    """Where this fails, mend the table `sdist.force-include` of the package's pyproject.toml."""
    tests = unpacked / "tests"
    found = {path.stem for path in tests.glob("support/testkit/*.py")} - {"__init__"}
    sources = {path: path.read_text("utf-8") for path in tests.rglob("*.py")}
    common = helpers_in(sources.pop(tests / "conftest.py"))  # its fixtures are not for everybody
    needed = set().union(*map(helpers_in, sources.values()))
    assert set() == needed - found
    assert set() == found - needed - common


def helpers_in(source):
    """The modules of the testkit that are imported, in programs for other processes too."""
    pattern = r"^\s*from testkit(?:\.(\w+) import| import (\w+))"
    return {one or other for one, other in re.findall(pattern, source, re.M)}
