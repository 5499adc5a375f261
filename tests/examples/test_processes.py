"""`examples/process_pool.py` and `dask_job.py`, run as programs; clients that were used before a fork."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from testkit.peer import Peer, response

EXAMPLES = Path(__file__).parents[2] / "examples"
REQUESTS = 6
WORKERS = 2


@pytest.fixture
def peer():
    with Peer() as peer:
        peer.handlers = (peer.holding(*[response()] * 2 * REQUESTS),)
        yield peer


def run(*arguments, given=""):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def test_a_process_pool_has_a_connection_for_each_worker_or_each_task(peer):
    printed = run("-W", "error", EXAMPLES / "process_pool.py", *[peer.url] * REQUESTS)
    once = ", ".join(["(200, 1)"] * REQUESTS)
    assert f"kept: [{once}]\ndialled: [{once}]\n" == printed
    assert REQUESTS + 1 <= peer.accepted <= REQUESTS + WORKERS
    assert 2 * REQUESTS == sum(b"X-App: demo" in head for head in peer.requests)


def test_the_workers_of_a_cluster_have_a_client_each(peer):
    urls = [f"{peer.url}/{number}" for number in range(REQUESTS)]
    given = "\n".join([*urls, "nonsense"])
    *found, last = map(
        json.loads, run("-W", "error", EXAMPLES / "dask_job.py", given=given).splitlines()
    )
    assert [{"url": url, "status": 200, "size": 5} for url in urls] == found
    assert ("nonsense", True) == (last["url"], "scheme is missing" in last["error"])
    assert 1 <= peer.accepted <= REQUESTS
    assert REQUESTS == sum(b"X-App: demo" in head for head in peer.requests)


# -- forks --

FORKING = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
{world}
url = sys.argv[1]

def fetch():
    return body(client, url), client.connections_opened

def fetch_in_child():
    return fetch()

first = fetch()
with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as executor:
    print("child", *executor.submit(fetch_in_child).result())
print("parent", *fetch())
end(client)
"""

WORLDS = {
    "threads": """
from httpcore_client import SyncClient
client = SyncClient()
def body(client, url):
    return client.get(url).text
def end(client):
    client.close()
""",
    "asyncio": """
import asyncio
from httpcore_client import Client
client = Client()
def body(client, url):
    async def get():
        return (await client.get(url)).text
    return asyncio.run(get())
def end(client):
    asyncio.run(client.close())
""",
    "trio": """
import trio
from httpcore_client import TrioClient
client = TrioClient()
def body(client, url):
    async def get():
        return (await client.get(url)).text
    return trio.run(get)
def end(client):
    trio.run(client.close)
""",
}


@pytest.mark.parametrize("world", WORLDS)
def test_a_client_that_was_used_before_a_fork_works_in_both_processes(peer, world):
    # Newer Pythons deprecate forking where there are threads.
    warnings = ["-Werror", "-Wignore::DeprecationWarning"]
    printed = run(*warnings, "-c", FORKING.format(world=WORLDS[world]), peer.url)
    # A loop of their own for each call leaves the async clients no connection to keep.
    parent = {"threads": 1, "asyncio": 2, "trio": 2}[world]
    assert f"child hello 2\nparent hello {parent}\n" == printed
    assert parent + 1 == peer.accepted
