"""Every code block of the READMEs and of the migration pages runs, as it stands, against a local origin.

The names of example.org are made to lead there, and its certificate is trusted, by what a user could set
too: the resolver and SSL_CERT_FILE.
"""

import ast
import asyncio
import contextlib
import inspect
import io
import re
import socket
from pathlib import Path

import pytest

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
    """Make https://www.example.org/ lead to the origin."""
    port = int(origin.tls.rpartition(":")[2])
    real = socket.getaddrinfo

    def getaddrinfo(host, service, *args, **kwargs):
        if host in ("www.example.org", b"www.example.org"):
            return real("127.0.0.1", port, *args, **kwargs)
        return real(host, service, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("SSL_CERT_FILE", origin.authority.bundle)
    # The pool alone reads no environment: its default bundle is certifi's.
    import certifi

    monkeypatch.setattr(certifi, "where", lambda: origin.authority.bundle)
    from httpcore_pool._tls import shared_context

    shared_context.cache_clear()
    yield
    shared_context.cache_clear()


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
