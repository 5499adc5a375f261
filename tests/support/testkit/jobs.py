"""What a walk interrupts: requests to a `testkit.tiny` server, each of which gives b"123"."""


async def get(client, url):
    return (await client.get(url + "/id/123")).content


async def chunked(client, url):
    async with client.stream("GET", url + "/chunked/123") as answer:
        return b"".join([piece async for piece in answer.stream()])


async def left_early(client, url):
    async with client.stream("GET", url + "/large/123") as answer:
        return (await anext(answer.stream()))[:3]


async def left_at_its_end(client, url):
    """Leave a small rest, which is drained."""
    async with client.stream("GET", url + "/id/123") as answer:
        return b"123" if answer.status_code == 200 else b""


async def redirected(client, url):
    return (await client.get(url + "/to/123")).content


async def expecting(client, url):
    headers = {"Expect": "100-continue"}
    return (await client.post(url + "/id/123", content=b"up", headers=headers)).content[:3]


async def uploading(client, url):
    return (await client.post(url + "/id/123", content=iter([b"a", b"b"]))).content[:3]


async def uploading_much(client, url):
    return (await client.put(url + "/id/123", content=bytes(1_000_000))).content[:3]


async def accepted(client, url):
    """Send while the answer is read."""
    content = iter([bytes(30_000)] * 3)
    return (await client.post(url + "/accepted/123", content=content)).content


JOBS = [get, chunked, left_early, left_at_its_end, redirected, expecting, uploading]
JOBS += [uploading_much, accepted]
NAMES = [job.__name__ for job in JOBS]
