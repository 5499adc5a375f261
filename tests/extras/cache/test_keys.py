"""Which requests ask for the same, and what tells them apart."""

import ssl

import pytest

from httpcore_client import (
    Adapter,
    ClientCertificate,
    ConnectionPool,
    Network,
    Options,
    Request,
    SyncBackend,
    TLSConfig,
)
from httpcore_client.adapters import Layer
from httpcore_client.cache import CacheAdapter, cache_status
from httpcore_client.cache._key import is_question, key_of

FRESH = "Cache-Control: max-age=60"
URL = "https://example.com/a?x=1&y=2"


@pytest.mark.parametrize(
    "other",
    [
        "https://EXAMPLE.com/a?x=1&y=2",
        "https://example.com:443/a?x=1&y=2",
        "https://example.com/b/../a?x=1&y=2",
        "https://user:password@example.com/a?x=1&y=2#part",
    ],
)
def test_a_url_is_what_it_means(other):
    assert key_of(Request("GET", other)) == key_of(Request("HEAD", URL))


@pytest.mark.parametrize(
    "other",
    [
        "http://example.com/a?x=1&y=2",
        "https://example.com:444/a?x=1&y=2",
        "https://example.com./a?x=1&y=2",
        "https://example.com/%61?x=1&y=2",
        "https://example.com//a?x=1&y=2",
        "https://example.com/a?y=2&x=1",
        "https://example.com/a?x=1&y=2&",
    ],
)
def test_nothing_else_is_taken_for_it(other):
    assert key_of(Request("GET", other)) != key_of(Request("GET", URL))


def test_the_way_to_a_server_tells_its_responses_apart(authority):
    own = ClientCertificate(authority.chain, authority.key)
    ways = [
        {},
        {"tls": TLSConfig(False)},
        {"tls": TLSConfig(certificate=own)},
        {"tls": TLSConfig(verify_name="other.example")},
        {"tls": TLSConfig(server_name="other.example")},
        {"network": Network(unix_socket="/run/a")},
        {"network": Network(unix_socket="/run/b")},
        {"network": Network(hosts={"example.com": "127.0.0.1"})},
        {"network": Network(hosts={"example.com": "127.0.0.2"})},
        {"tls": TLSConfig(False), "network": Network(unix_socket="/run/a")},
    ]
    assert len({key_of(Request("GET", URL), **way) for way in ways}) == len(ways)


def test_what_leads_to_the_same_does_not():
    usual = key_of(Request("GET", URL))
    for way in (
        {"tls": TLSConfig(), "network": Network()},
        {"network": Network(hosts={"example.com:444": "127.0.0.1", "a.example": "127.0.0.1"})},
        {"network": Network(local_address="127.0.0.1")},
    ):
        assert key_of(Request("GET", URL), **way) == usual
    cleartext = Request("GET", URL.replace("https", "http"))
    assert key_of(cleartext, tls=TLSConfig(False)) == key_of(cleartext)


def test_what_a_request_says_comes_before_what_the_pool_does():
    unverified = Request("GET", URL, options=Options(ssl=TLSConfig(False)))
    usual = Request("GET", URL, options=Options(ssl=TLSConfig(), network=Network()))
    assert key_of(unverified) == key_of(Request("GET", URL), tls=TLSConfig(False))
    assert key_of(usual, tls=TLSConfig(False), network=Network(unix_socket="/a")) == key_of(
        Request("GET", URL)
    )


def unverifying():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_what_the_pool_does_is_known_through_the_levels_between():
    backend, request = SyncBackend(), Request("GET", URL)
    for options, expected in (
        ({}, key_of(request)),
        ({"ssl": False}, key_of(request, tls=TLSConfig(False))),
        ({"ssl": unverifying()}, key_of(request, tls=TLSConfig(False))),
        ({"ssl": ssl.create_default_context()}, key_of(request)),
        (
            {"network": Network(unix_socket="/a")},
            key_of(request, network=Network(unix_socket="/a")),
        ),
    ):
        pool = ConnectionPool(backend, **options)
        for below in (pool, Layer(pool), Layer(Layer(pool))):
            assert CacheAdapter().over(below, backend)._key(request) == expected


class NoPool(Adapter):
    """Sends nothing anywhere."""

    async def send(self, request):
        raise NotImplementedError

    async def close(self):
        pass


def test_over_what_is_no_pool_nothing_is_known():
    placed, request = CacheAdapter().over(NoPool(), SyncBackend()), Request("GET", URL)
    assert placed._key(request) == key_of(request)


def test_a_target_of_its_own_is_no_question():
    assert not is_question(Request("GET", URL, options=Options(target="/other")))


def test_a_host_field_of_the_callers_own_names_another_site(run_cached, shop):
    for site in (b"a", b"b", b"a, changed"):
        shop.say(site, FRESH)

    async def get(client, site):
        return await client.get(shop.url, headers={"Host": f"{site}.example"})

    async def scenario(client):
        for _ in range(2):
            assert [(await get(client, site)).text for site in "ab"] == ["a", "b"]
        shop.say(b"done")
        shop.answers[:] = reversed(shop.answers)
        await client.post(shop.url, content=b"1", headers={"Host": "a.example"})
        assert (await get(client, "a")).text == "a, changed"
        assert cache_status(await get(client, "b")).hit

    run_cached(scenario)
