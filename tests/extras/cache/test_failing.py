"""A storage that fails, or is interrupted, loses nothing but what it was to keep."""

import logging
import sys
from types import ModuleType

import pytest

from httpcore_client.cache import CacheAdapter, MemoryStorage, cache_status

FRESH = "Cache-Control: max-age=60"


class Broken(MemoryStorage):
    """Raises an error in one of its methods, and counts how often."""

    def __init__(self, method, error, blocks=False):
        super().__init__()
        self.blocks = blocks
        self.failed = 0

        def fail(*args):
            self.failed += 1
            raise error

        setattr(self, method, fail)


@pytest.mark.parametrize("method", ["find", "body", "put", "update", "remove", "close"])
@pytest.mark.parametrize("blocks", [True, False])
def test_requests_go_on_without_it_and_that_is_said_once(run_cached, shop, caplog, method, blocks):
    storage = Broken(method, OSError("disk full"), blocks)
    shop.say(b"one", FRESH, 'ETag: "1"')

    async def scenario(client):
        assert (await client.get(shop.url)).content == b"one"
        shop.clock.seconds += 61
        if method in ("find", "body", "put"):  # it is not there, then
            shop.say(b"one", FRESH, 'ETag: "1"')
        else:
            shop.say_unchanged('ETag: "1"')
        assert (await client.get(shop.url)).content == b"one"
        shop.say(b"done")
        assert (await client.post(shop.url, content=b"a")).content == b"done"

    with caplog.at_level(logging.WARNING, "httpcore_client.cache"):
        run_cached(scenario, storage)
    assert storage.failed >= 1
    [said] = [record.getMessage() for record in caplog.records]
    assert said.endswith("fails, which is said once: disk full")


@pytest.mark.parametrize("method", ["find", "remove", "put"])
def test_an_interrupt_in_it_leaves_no_connection_behind(run_client, shop, method):
    storage = Broken(method, KeyboardInterrupt())
    shop.say(b"x" * 100_000, FRESH)

    async def scenario(client):
        with pytest.raises(KeyboardInterrupt):
            await client.request("POST" if method == "remove" else "GET", shop.url)
        assert client.stats().in_use == 0

    run_client(scenario, adapters=[CacheAdapter(storage, clock=shop.clock)])


def test_an_interrupt_before_a_body_is_open_closes_it(run_client, shop):
    storage = Broken("remove", KeyboardInterrupt())
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say(b"x" * 100_000, "Cache-Control: no-store")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        with pytest.raises(KeyboardInterrupt):
            await client.get(shop.url)
        assert client.stats().in_use == 0

    run_client(scenario, adapters=[CacheAdapter(storage, clock=shop.clock)])


def test_without_a_place_it_says_where_it_belongs():
    with pytest.raises(RuntimeError, match="has no place in a stack yet"):
        CacheAdapter().clock.now()


def test_what_it_is_shows(run_cached):
    async def nothing(client):
        assert "CacheAdapter <MemoryStorage 0 responses, 0 bytes>" in repr(client)

    assert repr(run_cached(nothing)) == "<CacheAdapter <MemoryStorage 0 responses, 0 bytes>>"


def test_a_cache_without_hits_has_no_status_of_hits(run_cached, shop):
    shop.say(b"one", FRESH)

    async def scenario(client):
        assert not cache_status(await client.get(shop.url)).hit

    run_cached(scenario)


def test_without_hishel_it_says_what_to_install(monkeypatch):
    from httpcore_client.cache import _rules

    module = ModuleType(_rules.__name__)
    module.__package__ = _rules.__package__
    monkeypatch.setitem(sys.modules, "hishel", None)
    with pytest.raises(
        ImportError, match=r"hishel, version 2: pip install httpcore-client\[cache\]"
    ):
        _rules.__spec__.loader.exec_module(module)
