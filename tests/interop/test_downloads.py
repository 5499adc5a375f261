"""Downloads from nginx: ranges, entity tags, and a server that restarts on the way."""

import os
import random
from functools import partial

import pytest

from testkit.servers.files import FilesNginx
from testkit.worlds import WORLDS

CONTENT = random.Random(3).randbytes(3 * 2**19 + 1)


@pytest.fixture(scope="module")
def nginx(authority, tmp_path_factory):
    with FilesNginx(authority, tmp_path_factory.mktemp("files")) as started:
        (started.files / "a.bin").write_bytes(CONTENT)
        (started.files / "empty").touch()
        yield started


@pytest.fixture
def run(world, authority):
    return partial(world.run_client, ssl=authority.bundle, trust_env=False)


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_file_comes_whole(run, nginx, tmp_path, scheme, connections):
    url = getattr(nginx, scheme)

    async def scenario(client):
        found = await client.download(f"{url}/a.bin", tmp_path, connections=connections)
        empty = await client.download(f"{url}/empty", tmp_path, connections=connections)
        return found.size, empty.size

    assert run(scenario) == (len(CONTENT), 0)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "empty"]


@pytest.mark.parametrize("world", WORLDS[:1], ids=["asyncio"], indirect=True)
def test_a_server_that_restarts_on_the_way(run, nginx, tmp_path):
    cuts = [400_000, 800_000]

    def cut(progress):
        if cuts and progress.received >= cuts[0]:
            cuts.pop(0)
            nginx.cut()

    async def scenario(client):
        url = f"{nginx.plain}/slow/a.bin"
        await client.download(url, tmp_path / "a", progress=cut)

    run(scenario)
    assert cuts == []
    assert (tmp_path / "a").read_bytes() == CONTENT


@pytest.mark.parametrize("world", WORLDS[2:], ids=["threads"], indirect=True)
def test_a_file_that_changes_on_the_way(run, nginx, tmp_path):
    path = nginx.files / "changes"
    path.write_bytes(CONTENT * 2)
    changed = []

    def change(progress):
        if not changed and progress.received >= 1_000_000:
            changed.append(path.write_bytes(CONTENT[999_999::-1]))
            os.utime(path, (1, 1))
            nginx.cut()

    async def scenario(client):
        url = f"{nginx.plain}/slow/changes"
        return (await client.download(url, tmp_path / "a", progress=change)).status_code

    assert run(scenario) == 200
    assert (tmp_path / "a").read_bytes() == CONTENT[999_999::-1]
