"""Large bodies that share a connection of HTTP/2."""

import hashlib
from io import BytesIO

import pytest

from testkit.app import pattern

MEDIUM = pattern(4 << 20)  # beyond the window of a stream


def digest(data):
    return hashlib.sha256(data).hexdigest()


async def download(client, url):
    """Return the hash of what comes."""
    hashed = hashlib.sha256()
    async with client.stream("GET", url) as response:
        assert response.status_code == 200
        async for piece in response.stream():
            hashed.update(piece)
    return hashed.hexdigest()


@pytest.mark.server("echo")
def test_a_large_upload_is_echoed_whole(run, base):
    async def scenario(client):
        content = MEDIUM * 4
        response = await client.post(base + "/", content=content)
        assert digest(response.content) == digest(content)
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_uploads_and_downloads_share_a_connection(run, world, base):
    async def scenario(client):
        await client.get(base + "/")

        async def up():
            return (await client.post(base + "/digest", content=MEDIUM)).json()["sha256"]

        async def down():
            return await download(client, f"{base}/stream/{len(MEDIUM)}")

        assert await world.gather(*[up, down] * 3) == [digest(MEDIUM)] * 6
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app", "pieces")
def test_small_pieces_are_no_flood(run, world, base):
    # Some servers give back the windows for each frame of content, however small.
    pieces = [b"%09d\n" % number for number in range(5000)]

    async def generated():
        for piece in pieces:
            yield piece

    async def scenario(client):
        content = iter(pieces) if world.name == "threads" else generated()
        response = await client.post(base + "/digest", content=content)
        assert digest(b"".join(pieces)) == response.json()["sha256"]

    run(scenario)


@pytest.mark.server("app")
def test_small_pieces_of_a_known_length_share_frames(run, base):
    # Each would be a frame too small for a server that counts such ones as an attack.
    async def scenario(client):
        files = [("file", BytesIO(b"%09d\n" % number)) for number in range(300)]
        response = await client.post(base + "/digest", files=files)
        sent = int(response.request.headers["Content-Length"])
        assert sent == response.json()["length"]

    run(scenario)


@pytest.mark.server("many")
def test_a_download_that_nobody_reads_holds_up_no_other(run, world, base):
    async def scenario(client):
        async with client.stream("GET", f"{base}/bytes/{len(MEDIUM)}") as unread:

            async def small():
                return (await client.get(base + "/")).content

            assert await world.gather(*[small] * 20) == [b"hello, world"] * 20
            assert await download(client, f"{base}/bytes/{len(MEDIUM)}") == digest(MEDIUM)
            assert digest(await unread.read()) == digest(MEDIUM)
        assert client.stats().opened == 1

    run(scenario)
