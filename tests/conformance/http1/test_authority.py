"""Which host a URL means: the one that is shown, dialled, named to the server and kept with its cookies.

Where the data come from stands in ../data/url/README.md; how they are graded, in their `doc`. What URLs
show by themselves is tested with them (tests/urls/test_conformance.py).
"""

import json
import re
from pathlib import Path

import pytest

from httpcore_client import URL, HTTPError, InvalidURL, ScriptedBackend
from testkit.peer import response

DATA = Path(__file__).parents[1] / "data" / "url" / "url-authority.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]
ANSWER = response(b"fine", "200 OK", b"Set-Cookie: a=1")


def host_of(url):
    return f"[{url.host}]" if ":" in url.host else url.host


async def hosts_of(world, url):
    """Fetch a URL; return all hosts that anybody takes it for, as URLs have them."""
    backend = ScriptedBackend([lambda stream: ANSWER])
    async with world.client(backend=backend, trust_env=False) as client:
        try:
            answer = await client.get(url)
        except InvalidURL:
            assert [] == backend.dialled
            return {"error"}
        assert "1" == client.cookies.get("a", domain=answer.url.host)
    ((dialled, _),) = backend.dialled
    assert answer.url.host == dialled
    (field,) = re.findall(rb"\r\nHost: (.*)\r\n", backend.streams[0].written)
    return {host_of(answer.url), host_of(URL(f"http://{field.decode()}"))}


def test_all_take_a_url_for_the_same_host_which_is_the_one_that_is_meant(world):
    async def scenario():
        return [(case, await hosts_of(world, case["url"])) for case in CASES]

    allowed = [[{host} for host in case.get("may", [case["host"]])] for case in CASES]
    found = world.run(scenario)
    assert [] == [each for each, right in zip(found, allowed, strict=True) if each[1] not in right]


def names_in(hello):
    """Give the hosts that a ClientHello names (RFC 6066 3)."""
    for found in re.finditer(rb"(?=\0\0(..)(..)\0(..))", hello, re.DOTALL):
        extension, names, name = (int.from_bytes(each, "big") for each in found.groups())
        if name + 5 == names + 2 == extension:
            yield hello[found.end(3) :][:name].decode()


def test_tls_names_that_host_and_no_address(world):
    backend = ScriptedBackend(*[[] for _ in CASES])

    async def names(client, url):
        before = len(backend.streams)
        with pytest.raises((HTTPError, InvalidURL)):
            await client.get(url.replace("http:", "https:", 1))
        return [[*names_in(stream.written)] for stream in backend.streams[before:]]

    async def scenario():
        async with world.client(backend=backend, trust_env=False) as client:
            for case in CASES:
                is_address = re.search(r"^\[|\.\d+$", case["host"])
                expected = [] if is_address else [case["host"].removesuffix(".")]
                assert await names(client, case["url"]) in ([], [expected]), case

    world.run(scenario)


def played():
    """Say which cases are graded here."""
    return {"url/url-authority.json": {"graded": CASES}}
