"""The five install from a folder of wheels, with no index, and into a working state."""

import json
import subprocess
import sys
import venv
import zipfile
from email import message_from_bytes
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement


@pytest.fixture(scope="module")
def python(wheels, tmp_path_factory):
    """Return the Python of a new environment, into which the client was installed offline."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = str(folder / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    command += ["--find-links", str(wheels), "httpcore-client"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return python


def run(python, program, *arguments):
    result = subprocess.run(
        [python, "-I", "-W", "error", "-c", program, *arguments], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_folder_of_wheels_is_enough(python, needed):
    program = (
        "import json; from importlib.metadata import distributions\n"
        "print(json.dumps({d.name: d.version for d in distributions()}))"
    )
    installed = json.loads(run(python, program))
    assert {name: distribution(name).version for name in needed} == installed


def test_what_was_installed_sends_requests(python, origin):
    program = (
        "import sys, httpcore\n"
        "with httpcore.SyncClient(ssl=sys.argv[2]) as client:\n"
        "    print(client.get(sys.argv[1]).protocol)\n"
    )
    assert "HTTP/2\n" == run(python, program, origin.tls + "/bytes/9", origin.authority.bundle)


def test_the_command_without_its_extra_says_what_to_install(python):
    program = "import sys; from httpcore_client.cli import main; sys.exit(main())"
    result = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True)
    assert (result.returncode, "httpcore-client[cli]" in result.stderr) == (2, True)


def test_siblings_are_required_in_the_range_of_their_version(built):
    """Each wheel can be installed with the siblings that were built beside it, and names them."""
    for wheel in built.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            metadata = message_from_bytes(archive.read(name))
        plain = [r for r in metadata.get_all("Requires-Dist", []) if ";" not in r]
        siblings = [r for r in map(Requirement, plain) if r.name.startswith("httpcore-")]
        assert all(distribution(r.name).version in r.specifier for r in siblings), siblings
        assert metadata["License-Expression"] == "BSD-3-Clause"
