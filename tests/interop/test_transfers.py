"""Bodies: large ones in both directions, those that are left early, those that the server does not want."""

import hashlib

import pytest

from testkit.app import pattern

LARGE = pattern(16 << 20)
MEDIUM = LARGE[: 4 << 20]  # beyond the window of a stream, too
MOST_BYTES = 1 << 20


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


def test_a_large_download_arrives_whole(run, base):
    async def scenario(client):
        assert await download(client, f"{base}/bytes/{len(LARGE)}") == digest(LARGE)
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_a_large_upload_arrives_whole(run, base):
    async def scenario(client):
        response = await client.post(base + "/digest", content=LARGE)
        assert response.json() == {"length": len(LARGE), "sha256": digest(LARGE)}
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_an_upload_of_unknown_length_arrives_whole(run, base):
    async def scenario(client):
        pieces = (MEDIUM[n : n + 100_000] for n in range(0, len(MEDIUM), 100_000))
        response = await client.post(base + "/digest", content=pieces)
        assert response.json() == {"length": len(MEDIUM), "sha256": digest(MEDIUM)}
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("echo")
def test_a_large_upload_is_echoed_whole(run, base):
    async def scenario(client):
        response = await client.post(base + "/", content=LARGE)
        assert digest(response.content) == digest(LARGE)
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


def test_a_download_left_early_leaves_the_connection_usable(run, base):
    async def scenario(client):
        for _ in range(5):
            async with client.stream("GET", f"{base}/bytes/{len(MEDIUM)}") as response:
                assert MEDIUM.startswith(await anext(response.stream()))
            assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app", "body", body=MOST_BYTES)
def test_an_answer_before_the_end_of_the_upload_is_delivered(run, base):
    async def scenario(client):
        for _ in range(3):
            response = await client.post(base + "/digest", content=LARGE)
            assert response.status_code == 413
            assert (await client.get(base + "/")).content == b"hello, world"

    run(scenario)


@pytest.mark.server("asgi")
def test_an_answer_of_the_application_before_the_end_of_the_upload_is_delivered(run, base):
    async def scenario(client):
        for _ in range(3):
            response = await client.post(base + "/early", content=LARGE)
            assert response.status_code == 413
            assert response.content == b"too much"
            assert (await client.get(base + "/")).content == b"hello, world"

    run(scenario)
