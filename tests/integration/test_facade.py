"""`import httpcore` never breaks another project's package of that name, however both are installed."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "packages" / "httpcore-client"
THEIRS = {
    "httpcore/__init__.py": "__version__ = 'theirs'\n\n\nclass ConnectionPool: ...\n",
    "httpcore/_api.py": "from . import ConnectionPool\n",
    "httpcore-1.0.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: httpcore\nVersion: 1.0.9\n",
    "httpcore-1.0.9.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Return the paths of (a wheel of theirs, our client's wheel)."""
    folder = tmp_path_factory.mktemp("wheels")
    theirs = folder / "httpcore-1.0.9-py3-none-any.whl"
    record = "".join(f"{name},,\n" for name in (*THEIRS, "httpcore-1.0.9.dist-info/RECORD"))
    with zipfile.ZipFile(theirs, "w") as archive:
        for name, text in {**THEIRS, "httpcore-1.0.9.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=CLIENT)
    (ours,) = folder.glob("httpcore_client-*.whl")
    return theirs, ours


def _run(*command, cwd=None, env=None):
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


class Environment:
    """A virtual environment with our dependencies in it, but neither of the two packages."""

    def __init__(self, folder):
        venv.create(folder, with_pip=False)
        self.python = str(folder / "bin" / "python")
        (self.site,) = folder.glob("lib/python*/site-packages")
        # What we stand on: taken from the environment that runs the tests.
        others = [p for p in sys.path if p and Path(p).is_dir() and p != str(CLIENT / "src")]
        (self.site / "dependencies.pth").write_text("\n".join(others) + "\n")

    def pip(self, *arguments):
        _run(sys.executable, "-m", "pip", "--python", self.python, *arguments, "-q")

    def install(self, wheel):
        self.pip("install", "--no-index", "--no-deps", str(wheel))

    def uninstall(self, name):
        self.pip("uninstall", "-y", name)

    def which(self, *, path=()):
        """Say whose `import httpcore` is, and that our own name works whatever it is."""
        program = (
            f"import sys; sys.path[:0] = {[str(entry) for entry in path]!r}\n"
            "import httpcore, httpcore_client\n"
            "assert httpcore_client.Client and httpcore_client.__version__ != 'theirs'\n"
            "assert httpcore.__version__ != 'theirs' or httpcore.ConnectionPool\n"
            "print('theirs' if httpcore.__version__ == 'theirs' else 'ours')\n"
        )
        return _run(self.python, "-c", program)


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "venv")


def test_theirs_wins_when_it_comes_first_and_ours_is_back_without_it(environment, wheels):
    theirs, ours = wheels
    environment.install(theirs)
    environment.install(ours)
    assert environment.which() == "theirs"
    environment.uninstall("httpcore")
    assert environment.which() == "ours"


def test_theirs_wins_when_it_comes_last_and_is_whole_without_ours(environment, wheels):
    theirs, ours = wheels
    environment.install(ours)
    environment.install(theirs)
    assert environment.which() == "theirs"
    environment.uninstall("httpcore-client")
    for name in THEIRS:
        assert (environment.site / name).exists()
    assert _run(environment.python, "-c", "import httpcore._api; print(httpcore.__version__)") == (
        "theirs"
    )


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_theirs_wins_over_layered_paths(environment, wheels, tmp_path, first):
    for name, wheel in zip(("theirs", "ours"), wheels, strict=True):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tmp_path / name)
    layers = [tmp_path / "ours", tmp_path / "theirs"]
    assert environment.which(path=layers if first == "ours" else layers[::-1]) == "theirs"


def test_alone_it_is_ours_and_a_plain_folder_of_that_name_is_not_taken_for_theirs(
    environment, wheels, tmp_path
):
    environment.install(wheels[1])
    assert environment.which() == "ours"
    (tmp_path / "work" / "httpcore").mkdir(parents=True)  # a checkout's folder, say: no package
    assert environment.which(path=[tmp_path / "work"]) == "ours"


def test_the_facade_has_the_names_of_the_client_and_no_more():
    program = (
        "import httpcore, httpcore_client\n"
        "assert httpcore.__all__ == httpcore_client.__all__\n"
        "assert set(httpcore.__all__) <= set(dir(httpcore))\n"
        "for name in httpcore.__all__:\n"
        "    assert getattr(httpcore, name) is getattr(httpcore_client, name)\n"
        "print(hasattr(httpcore, 'no_such_name'))\n"
    )
    assert _run(sys.executable, "-c", program) == "False"


def test_the_wheel_ships_a_module_file_and_no_folder(wheels):
    with zipfile.ZipFile(wheels[1]) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    version = wheels[1].name.split("-")[1]
    assert tops == {
        *("httpcore.py", "pytest_httpcore_client.py"),  # the facade, and the plugin of pytest
        *("httpcore_client", f"httpcore_client-{version}.dist-info"),
    }
