"""Variants of a client that share its pool, and clients that travel to other processes."""

import pickle
import ssl

import pytest

import httpcore_client as httpcore
from httpcore_client import (
    Adapter,
    Client,
    ConnectionPool,
    CookieAdapter,
    CookieJar,
    Layer,
    PoolLimits,
    Response,
    ScriptedBackend,
    SyncClient,
    Timeout,
    TrioClient,
)
from testkit.peer import response

URL_TEXT = "http://example.org/"


def scripted(*responses):
    return ScriptedBackend([lambda stream, data=data: data for data in responses])


# -- replace --


def test_a_variant_shares_connections_and_cookies(run):
    backend = scripted(response(b"hello", "200 OK", b"Set-Cookie: a=1"), response())

    async def scenario(client):
        variant = client.replace(headers={"X-Variant": "1"}, timeout=3)
        assert type(client) is type(variant)
        await client.get(URL_TEXT)
        request = (await variant.get(URL_TEXT)).request
        assert ("1", "a=1") == (request.headers["X-Variant"], request.headers["Cookie"])
        assert Timeout(3, 3, 3, 3) == request.options.timeout
        assert 1 == client.connections_opened == variant.connections_opened
        assert "X-Variant" not in client.build("GET", URL_TEXT).headers

    run(scenario, backend=backend)


def test_to_close_a_variant_leaves_the_pool_open_and_to_close_the_client_does_not(run):
    async def scenario(client):
        variant = client.replace()
        other = variant.replace()
        await variant.close()
        await variant.close()
        with pytest.raises(httpcore.ClosedError, match="the client is closed"):
            await variant.get(URL_TEXT)
        assert 200 == (await client.get(URL_TEXT)).status_code
        assert 200 == (await other.get(URL_TEXT)).status_code
        await client.close()
        with pytest.raises(httpcore.ClosedError):
            await other.get(URL_TEXT)

    run(scenario, backend=scripted(response(), response()))


def test_what_is_not_changed_stays_as_it_is_now(run):
    async def scenario(client):
        client.headers["X-Later"] = "1"
        client.cookies["b"] = "2"
        variant = client.replace(max_redirects=3)
        request = variant.prepare_request(variant.build("GET", "users"))
        assert "https://h.test/api/users?p=1" == str(request.url)
        assert ("1", "b=2") == (request.headers["X-Later"], request.headers["Cookie"])
        assert "max_redirects=3" in repr(variant)
        assert variant.cookies is client.cookies
        own = client.replace(cookies={}, base_url=None, params=None)
        assert {} == dict(own.cookies)
        assert "https://other.test/" == str(own.build("GET", "https://other.test/").url)

    run(scenario, base_url="https://h.test/api", params={"p": "1"}, backend=ScriptedBackend())


def test_headers_that_were_taken_away_stay_away():
    with SyncClient(headers={"X-One": "1"}) as client:
        client.headers.remove("User-Agent")
        for twin in (client.replace(timeout=1), pickle.loads(pickle.dumps(client))):
            expected = ["Host", "X-One", "Accept", "Accept-Encoding"]
            assert expected == list(twin.build("GET", URL_TEXT).headers)
            assert twin.headers is not client.headers


def test_what_can_be_read_once_is_read_when_the_client_is_made(run):
    async def scenario(client):
        for each in (client, client.replace(timeout=1), client.replace().replace(max_redirects=1)):
            for _ in range(2):
                request = each.build("GET", URL_TEXT, headers={"X-Mine": "s3cret"})
                assert "http://example.org/?a=1" == str(request.url)
                assert "s3cret" not in repr(request.headers)
                assert "HookAdapter" in repr(each)

    run(
        scenario,
        params=iter([("a", 1)]),
        sensitive_headers=iter(["X-Mine"]),
        hooks={"request": iter([hook])},
        backend=ScriptedBackend(),
    )


def test_a_variant_without_the_pool_leaves_it_open_too(run):
    async def scenario(client):
        async with client.replace(adapters={ConnectionPool: Answering}) as variant:
            assert 200 == (await variant.get(URL_TEXT)).status_code
        assert 200 == (await client.get(URL_TEXT)).status_code

    run(scenario, backend=scripted(response()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ssl": False}, "ssl is a matter of the pool, which a variant shares: make a client of"),
        ({"verify": False}, "verify is a matter of the pool, which a variant shares"),
        ({"pool_limits": PoolLimits()}, "pool_limits is a matter of the pool"),
        ({"http2": False}, "http2 is a matter of the pool"),
        ({"backend": None}, "backend is a matter of the pool"),
        ({"tls": False}, "unknown argument 'tls'; 'ssl' is an argument of clients"),
        ({"pins": ()}, "unknown argument 'pins'; give a new client ssl=TLSConfig(pins=...)"),
        ({"interface": ""}, "unknown argument 'interface'; give a new client network=Network("),
        ({"tiemout": 1}, "unknown argument 'tiemout'; did you mean 'timeout'?"),
        ({"follow_redirects": True}, "unknown argument 'follow_redirects'; did you mean 'allow"),
    ],
)
def test_a_variant_can_not_have_another_pool(changes, message):
    with SyncClient(backend=ScriptedBackend()) as client:
        with pytest.raises(TypeError) as caught:
            client.replace(**changes)
        assert str(caught.value).startswith(message)


def test_a_variant_has_a_proxy_of_its_own(run):
    async def scenario(client):
        direct = client.replace(proxy=False)
        other = client.replace(proxy="http://other.test:1")
        proxies = [each.build("GET", URL_TEXT).options.proxy for each in (client, direct, other)]
        assert ["http://p.test/", "None", "http://other.test:1/"] == [
            str(getattr(proxy, "url", None)) for proxy in proxies
        ]

    run(scenario, proxy="http://p.test", backend=ScriptedBackend())


# -- arguments --


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"heders": {}}, "unknown argument 'heders'; did you mean 'headers'?"),
        ({"verify": False}, "unknown argument 'verify'; did you mean 'ssl'?"),
        ({"limits": None}, "unknown argument 'limits'; did you mean 'pool_limits'?"),
        ({"event_hooks": {}}, "unknown argument 'event_hooks'; did you mean 'hooks'?"),
        ({"transport": None}, "unknown argument 'transport'; give network=Network(...), or"),
        ({"hosts": {}}, "unknown argument 'hosts'; give network=Network(hosts=...)"),
        ({"proxy_auth": ""}, "unknown argument 'proxy_auth'; give proxy=Proxy(url, auth=...)"),
        ({"allow_redirects": "no"}, "allow_redirects must be True or False, not str"),
        ({"body_limits": 5}, "body_limits must be a BodyLimits or None, not int"),
        ({"json_encoder": "orjson"}, "json_encoder must be callable or None, not str"),
        ({"trust_env": "no"}, "trust_env must be"),
        ({"allow_downgrade": "no"}, "allow_downgrade must be True or False, not str"),
        ({"sensitive_headers": 5}, "sensitive_headers must be several names"),
        ({"params": 5}, "query parameters must be a mapping"),
        ({"sensitive_headers": "x-key"}, "sensitive_headers must be several names"),
    ],
)
@pytest.mark.parametrize("kind", [Client, TrioClient, SyncClient])
def test_a_wrong_argument_is_refused_at_once(kind, settings, message):
    with pytest.raises(TypeError) as caught:
        kind(**settings)
    assert str(caught.value).startswith(message)


# -- pickle --


class Marking(Layer):
    async def send(self, request):
        request.headers["X-Marked"] = "1"
        return await super().send(request)


class Answering(Adapter):
    """Stands where the pool was."""

    def __init__(self, level):
        self.level = level

    async def send(self, request):
        return Response(200, request=request)

    async def close(self):
        await self.level.close()


def hook(_):
    pass


def test_a_client_pickles_as_what_it_was_made_with(world):
    client = world.client(
        None,
        Timeout(connect=7),
        PoolLimits(max_connections=3),
        5,
        headers={"X-One": "1"},
        cookies={"a": "1"},
        auth=("user", "pass"),
        base_url="https://h.test/api",
        proxy="http://user:pass@p.test",
        trust_env=False,
        hooks={"request": hook},
        adapters={CookieAdapter: Marking},
    )

    client = getattr(client, "_target", client)
    twin = pickle.loads(pickle.dumps(client))
    assert type(client) is type(twin)
    assert repr(client) == repr(twin)
    assert twin.cookies is not client.cookies
    request = twin.prepare_request(twin.build("GET", "x"))
    assert "https://h.test/api/x" == str(request.url)
    assert ("1", "a=1") == (request.headers["X-One"], request.headers["Cookie"])
    assert "Basic dXNlcjpwYXNz" == request.headers["Authorization"]
    assert Timeout(connect=7) == request.options.timeout
    assert "http://user:[secure]@p.test/" == request.options.proxy.url.masked
    twice = pickle.loads(pickle.dumps(twin))
    assert repr(client) == repr(twice)


def test_a_client_that_has_sent_something_still_pickles(run):
    async def scenario(client):
        client.cookies["a"] = "1"
        await client.get(URL_TEXT)
        twin = pickle.loads(pickle.dumps(getattr(client, "_target", client)))
        assert 0 == twin.connections_opened
        assert "1" == twin.cookies["a"]

    run(scenario, adapters={ConnectionPool: Answering})


def test_what_can_not_travel_is_named():
    with (
        SyncClient(ssl.create_default_context()) as client,
        pytest.raises(TypeError, match="with an ssl.SSLContext can't be pickled: give it the path"),
    ):
        pickle.dumps(client)


@pytest.mark.parametrize(
    "auth",
    [httpcore.BasicAuth("a", "b"), httpcore.DigestAuth("a", "b"), httpcore.BearerAuth("token")],
)
def test_credentials_travel_with_the_client(auth):
    with SyncClient(auth=auth) as client:
        twin = pickle.loads(pickle.dumps(client))
        assert repr(auth) == repr(twin.build("GET", URL_TEXT).options.auth)


def test_a_jar_pickles_with_its_cookies():
    jar = CookieJar()
    jar.set("a", "1", domain="h.test")
    twin = pickle.loads(pickle.dumps(jar))
    assert "1" == twin.get("a", domain="h.test")


# -- limits and text --


def test_limits_of_bodies_are_the_client_s_or_the_request_s(run):
    async def scenario(client):
        with pytest.raises(httpcore.ContentTooLarge):
            await client.get(URL_TEXT)
        wider = httpcore.BodyLimits(max_bytes=5)
        return (await client.get(URL_TEXT, body_limits=wider)).content

    backend = scripted(
        response(b"hello"), response(b"hello")
    )  # which came with the head: it is kept
    assert b"hello" == run(scenario, backend=backend, body_limits=httpcore.BodyLimits(max_bytes=4))


def test_the_default_encoding_is_the_client_s(run):
    async def scenario(client):
        detecting = client.replace(default_encoding=lambda start: "cp1250")
        return (await client.get(URL_TEXT)).text, (await detecting.get(URL_TEXT)).text

    backend = scripted(response(b"\xe9\x9c"), response(b"\xe9\x9c"))
    assert ("é\x9c", "éś") == run(scenario, backend=backend, default_encoding="latin-1")


@pytest.mark.parametrize(("encoding", "error"), [("nonsense", LookupError), (5, TypeError)])
def test_a_default_encoding_that_is_none_is_refused(encoding, error):
    with pytest.raises(error):
        SyncClient(default_encoding=encoding)


# -- subclasses, and what goes wrong --


class Own(SyncClient):
    def __init__(self, organisation):
        super().__init__(headers={"X-Organisation": organisation}, trust_env=False)
        self.organisation = organisation


class OwnAsync(Client):
    def __init__(self, organisation):
        super().__init__(headers={"X-Organisation": organisation}, trust_env=False)
        self.organisation = organisation


@pytest.mark.parametrize("kind", [Own, OwnAsync])
def test_a_subclass_keeps_what_it_has_in_variants_and_pickles(kind):
    client = kind("ours")
    for twin in (client.replace(timeout=1), pickle.loads(pickle.dumps(client))):
        assert (kind, "ours") == (type(twin), twin.organisation)
        assert "ours" == twin.build("GET", URL_TEXT).headers["X-Organisation"]


def test_headers_given_as_an_iterator_travel():
    with SyncClient(headers=iter([("X-One", "1")])) as client:
        twin = pickle.loads(pickle.dumps(client))
        assert "1" == twin.headers["X-One"]


def test_a_closed_variant_opens_nothing_ahead(run):
    async def scenario(client):
        variant = client.replace()
        await variant.close()
        with pytest.raises(httpcore.ClosedError):
            await variant.warm(URL_TEXT)
        assert 0 == client.connections_opened

    run(scenario, backend=ScriptedBackend())


class Failing(Layer):
    async def close(self):
        raise KeyError("mine")


def test_connections_are_closed_whatever_an_adapter_does(run):
    async def scenario(client):
        await client.get(URL_TEXT)
        with pytest.raises(KeyError):
            await client.close()
        assert 0 == client.stats().open

    async def inside(client):
        try:
            await scenario(client)
        finally:
            levels = getattr(client, "_target", client)
            levels = getattr(levels, "_client", levels)
            levels._stack[0] = levels._stack[-1]

    run(inside, backend=scripted(response()), adapters={CookieAdapter: Failing})


def test_an_adapter_that_stands_on_itself_is_refused():
    class Circle(Layer):
        inner = property(lambda self: self)

    with pytest.raises(TypeError, match="leads nowhere but back"):
        SyncClient(adapters={CookieAdapter: Circle})


def test_no_default_encoding_is_none(run):
    async def scenario(client):
        assert client.build("GET", URL_TEXT).options.default_encoding is None

    run(scenario, default_encoding=None, backend=ScriptedBackend())


def test_an_attribute_error_of_a_property_is_shown_as_it_is():
    class Broken(SyncClient):
        @property
        def region(self):
            return self.headers.nonsense

    with (
        Broken(backend=ScriptedBackend()) as client,
        pytest.raises(AttributeError, match="'Headers' object has no attribute 'nonsense'"),
    ):
        _ = client.region
