"""Where what an extra brings is missing, the error says which extra to install."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from testkit.pages import DOCS

PACKAGES = sorted((Path(__file__).parents[2] / "packages").glob("httpcore-*"))
CLIENT = "from httpcore_client import SyncClient\n"

# For each extra: what it brings (as modules), and a use of it. `url` is an origin's, over TLS.
USES = {
    "trio": ("trio", "from httpcore_client import TrioClient; TrioClient()"),
    "truststore": ("truststore", CLIENT + "SyncClient(ssl='system').get(url)"),
    "brotli": ("brotli brotlicffi", CLIENT + "SyncClient().post(url, json=1, compress='br')"),
    "zstd": (
        "backports.zstd compression.zstd",
        CLIENT + "SyncClient().post(url, json=1, compress='zstd')",
    ),
    "socks": ("socksio", CLIENT + "SyncClient(proxy='socks5h://127.0.0.1:1080')"),
    "psl": (
        "publicsuffixlist",
        "from httpcore_cookies import PublicSuffixes; PublicSuffixes.load()",
    ),
    "cache": ("hishel", "from httpcore_client.cache import CacheAdapter; CacheAdapter()"),
    "websocket": (
        "wsproto",
        CLIENT + "SyncClient().websocket(url.replace('http', 'ws')).__enter__()",
    ),
    "opentelemetry": ("opentelemetry", "import httpcore_client.tracing.opentelemetry"),
    "cli": ("click", "from httpcore_client.cli import main; raise SystemExit(main())"),
    "dask": ("distributed", "import httpcore_client.bridges.dask"),
}
NEVER_MISSED = {"all", "structured-fields"}  # the latter is for callers: nothing of ours imports it


def declared():
    """Return (distribution, extra) of all that the five declare."""
    for package in PACKAGES:
        project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
        for extra in project.get("optional-dependencies", {}):
            yield package.name, extra


def test_every_extra_has_its_use_here():
    assert {extra for _, extra in declared()} == USES.keys() | NEVER_MISSED


@pytest.mark.parametrize("extra", USES)
def test_a_missing_extra_says_what_to_install(extra, origin):
    modules, use = USES[extra]
    program = f"import sys\nfor name in {modules.split()}: sys.modules[name] = None\n{use}"
    result = subprocess.run(
        [sys.executable, "-c", program.replace("url", repr(origin.tls))],
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    (last,) = result.stderr.strip().splitlines()[-1:]
    named = set(re.findall(r"(httpcore-\w+)\[([\w-]+)\]", last))
    assert {(name, extra) for name, _ in named} == named
    assert named, last
    assert named <= set(declared())


def test_the_page_lists_each_extra_with_what_it_brings():
    rows = re.findall(
        r"^\| `(httpcore-\w+)` \| `([\w-]+)` \|", (DOCS / "installing.md").read_text("utf-8"), re.M
    )
    assert sorted(declared()) == sorted(rows)
