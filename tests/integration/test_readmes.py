"""Every code block of the READMEs and of the migration pages runs, as it stands, against a local origin.

The names of example.org are made to lead there, and its certificate is trusted, by what a user could set
too: fixed addresses and SSL_CERT_FILE. Only the port is the test's doing.
"""

import ast
import asyncio
import contextlib
import inspect
import io
import re
from pathlib import Path

import pytest

from httpcore_pool import Network
from httpcore_pool.network import _dial
from httpcore_pool.pool import _pool

ROOT = Path(__file__).parents[2]
READMES = [
    ROOT / "README.md",
    *sorted((ROOT / "packages").glob("*/README.md")),
    *sorted((ROOT / "docs").glob("migrating-*.md")),
]


def name(path):
    if path.name != "README.md":
        return path.stem
    return "root" if path.parent == ROOT else path.parent.name


BLOCKS = [
    pytest.param(block, id=f"{name(path)}-{number}")
    for path in READMES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(), re.S), 1)
]


@pytest.fixture
def example_org(monkeypatch, origin):
    """Make https://www.example.org/ lead to the origin, which is at 127.0.0.1 but not at port 443."""
    hosts = Network(hosts={"www.example.org": "127.0.0.1"}).hosts
    monkeypatch.setitem(Network._defaults, "hosts", hosts)  # of networks that say nothing
    monkeypatch.setattr(_pool, "PLAIN", Network())
    at, addresses_of = int(origin.tls.rpartition(":")[2]), _dial.addresses_of

    async def at_the_origin(*dialled):
        return [(ip, at if port == 443 else port) for ip, port in await addresses_of(*dialled)]

    monkeypatch.setattr(_dial, "addresses_of", at_the_origin)
    monkeypatch.setenv("SSL_CERT_FILE", origin.authority.bundle)
    # The pool alone reads no environment: its default bundle is certifi's.
    import certifi

    monkeypatch.setattr(certifi, "where", lambda: origin.authority.bundle)
    from testkit.certificates import forget_contexts

    forget_contexts()
    yield
    forget_contexts()


def test_there_are_blocks():
    assert len(BLOCKS) >= 9


@pytest.mark.parametrize("block", BLOCKS)
def test_the_block_runs_and_prints_what_it_says(block, example_org):
    code = compile(block, "README", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(_run(code))
        else:
            exec(code, {"__name__": "__main__"})
    lines = printed.getvalue().splitlines()
    for promised in re.findall(r"^\s*print\(.*\)  # (.*)$", block, re.M):
        assert promised in lines


async def _run(code):
    await eval(code, {"__name__": "__main__"})
