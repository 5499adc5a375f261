"""Copies below another project's `_vendor` work beside installed ones, and have nothing to do with them."""

import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from testkit.pages import DOCS, run_page

ROOT = DOCS.parent
PAGE = DOCS / "vendoring.md"
PACKAGES = ["urls", "headers", "cookies", "pool", "client"]

# Run in a project's folder: one package of its `_vendor` is used, then the installed one, then both.
PROBE = """
import asyncio, sys
from importlib import import_module
from pkgutil import walk_packages

name, url, bundle, outsiders = sys.argv[1], sys.argv[2], sys.argv[3], set(sys.argv[4].split())
prefix = "myproject._vendor."


def urls(package):
    assert package.URL("https://b\\u00fccher.example/").host == "xn--bcher-kva.example"


def headers(package):
    assert package.Headers({"Accept": "text/plain"})["accept"] == "text/plain"


def cookies(package):
    jar = package.CookieJar()
    jar.extract(["a=1; Path=/"], scheme="https", host="www.example.org", path="/")
    assert jar.header(scheme="https", host="www.example.org", path="/") == "a=1"


def pool(package):
    with package.SyncConnectionPool(ssl=package.TLSConfig(bundle)) as pool:
        assert len(pool.send(package.Request("GET", url)).read()) == 9


def client(package):
    with package.SyncClient(ssl=bundle) as client:
        assert client.get(url).protocol == "HTTP/2"

    async def main():
        async with package.Client(ssl=bundle) as client:
            return await client.get(url)

    assert len(asyncio.run(main()).content) == 9


def loaded():
    return {module.partition(".")[0] for module in sys.modules}


def everything(package):
    for lazy in package.__all__:
        getattr(package, lazy)
    for module in walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(("bridges.httpx", "__main__")):
            import_module(module.name)


use = globals()[name]
vendored = import_module(f"{prefix}httpcore_{name}")
use(vendored)
assert not loaded() & outsiders, loaded() & outsiders
everything(vendored)
assert not [module for module in loaded() if module.startswith("httpcore_")]

installed = import_module(f"httpcore_{name}")
use(installed)
use(vendored)
assert installed is not vendored and installed.__version__ == vendored.__version__
errors = [lazy for lazy in vendored.__all__ if isinstance(getattr(vendored, lazy), type)
          and issubclass(getattr(vendored, lazy), Exception)]
assert errors or name == "headers"
for error in errors:
    assert not issubclass(getattr(vendored, error), getattr(installed, error))
"""


def probe(project, name, origin, outsiders):
    command = [sys.executable, "-W", "error", "-c", PROBE, name]
    command += [f"{origin.tls}/bytes/9", origin.authority.bundle, " ".join(outsiders)]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)


def new_project(folder):
    """Make what the page takes for granted: a project, with a checkout of httpcore beside it."""
    (folder / "httpcore").symlink_to(ROOT)
    vendor = folder / "project" / "myproject" / "_vendor"
    vendor.mkdir(parents=True)
    (vendor / "__init__.py").touch()
    (vendor.parent / "__init__.py").touch()
    return folder / "project"


def siblings_of(name):
    """Return what the page says is to be copied with a package."""
    row = re.search(rf"^\| `httpcore_{name}` \| (.*?) ?\|", PAGE.read_text("utf-8"), re.M)
    if row[1] == "all of the above":
        return PACKAGES[:-1]
    return re.findall(r"`httpcore_(\w+)`", row[1])


@pytest.fixture
def forgotten():
    yield
    for module in [module for module in sys.modules if module.split(".")[0] == "myproject"]:
        del sys.modules[module]


def test_the_page_runs_as_it_stands(tmp_path, monkeypatch, forgotten):
    project = new_project(tmp_path)
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(project)
    run_page("vendoring.md")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_plain_copy_works_beside_an_installed_one(name, origin, tmp_path, monkeypatch):
    project = new_project(tmp_path)
    monkeypatch.chdir(project)
    names = [*siblings_of(name), name]
    script = blocks("python")[0]
    fewer = re.sub(r"for name in \(.*\):", f"for name in {names!r}:", script)
    exec(compile(fewer, "vendoring.md", "exec"), {})
    vendor = project / "myproject" / "_vendor"
    assert sorted(f"httpcore_{n}" for n in names) == sorted(p.name for p in vendor.glob("http*"))
    licence = (ROOT / "LICENSE").read_bytes()
    assert {licence} == {path.read_bytes() for path in vendor.glob("*/LICENSE")}
    probe(project, name, origin, [])


@pytest.fixture(scope="module")
def synced(tmp_path_factory, wheels):
    """Return a project whose `_vendor` the tool has filled, with the third-party packages, offline."""
    project = new_project(tmp_path_factory.mktemp("synced"))
    (project / "pyproject.toml").write_text(blocks("toml")[0])
    pinned = re.sub(r"==.*", "", blocks("text")[0])  # the page's versions are of its day
    (project / "myproject" / "_vendor" / "vendor.txt").write_text(pinned)
    scratch = project / "scratch"
    scratch.mkdir()
    tools = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([tools, os.environ["PATH"]]),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "TMPDIR": str(scratch),  # the tool has a folder there of one name for all
    }
    result = subprocess.run(
        [sys.executable, "-m", "vendoring", "sync"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return project


def test_the_page_lists_all_that_the_tool_must_fetch(needed):
    assert sorted(needed) == re.findall(r"^([\w-]+)==", blocks("text")[0], re.M)


def test_the_tool_brings_every_licence(synced, needed):
    vendor = synced / "myproject" / "_vendor"
    folders = {path.name for path in vendor.iterdir() if path.is_dir()}
    assert {name.replace("-", "_") for name in needed} == folders
    assert folders == {path.parent.name for path in vendor.glob("*/LICENSE*")}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_tools_copy_works_beside_an_installed_one(name, origin, synced, needed):
    probe(synced, name, origin, [name.replace("-", "_") for name in needed])


def test_the_facade_of_a_copy_is_not_taken_for_anothers(synced, tmp_path):
    """`httpcore.py` looks for another project's package of its name, except where it is vendored."""
    theirs = tmp_path / "httpcore"
    theirs.mkdir()
    (theirs / "__init__.py").write_text("__version__ = 'theirs'\n")
    source = ROOT / "packages" / "httpcore-client" / "src" / "httpcore.py"
    text = source.read_text("utf-8").replace(
        "import httpcore_client", "from . import httpcore_client"
    )
    facade = synced / "myproject" / "_vendor" / "httpcore.py"
    facade.write_text(text, "utf-8")
    program = "import httpcore, myproject._vendor.httpcore as v; print(httpcore.__version__, v.get)"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=synced,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    facade.unlink()
    assert result.stdout.startswith("theirs <function get"), result.stderr


def test_each_copy_carries_its_version(synced):
    for name in PACKAGES:
        text = (synced / f"myproject/_vendor/httpcore_{name}/__init__.py").read_text("utf-8")
        assert f'__version__ = "{distribution(f"httpcore-{name}").version}"' in text
