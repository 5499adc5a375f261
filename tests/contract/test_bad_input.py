"""Bad input gets a clear error at the place where it enters, before anything is sent."""

import pytest

import httpcore_client as httpcore


@pytest.fixture
def attempt(world):
    """Call a function of a client that can reach nothing."""

    def attempt(call, **options):
        async def inside():
            backend = httpcore.ScriptedBackend()
            async with world.client(backend=backend, **options) as client:
                try:
                    return await call(client)
                finally:
                    assert backend.dialled == []

        return world.run(inside)

    return attempt


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org/path", "https://example.org/path"),
        ("/path", "it is relative; give the client a base_url"),
        ("http://", "host"),
        ("http://exa mple.org/", None),
        ("http://a\\b.org/", None),
        ("", None),
    ],
)
def test_a_url_without_scheme_or_host_is_refused(attempt, url, message):
    with pytest.raises(httpcore.InvalidURL, match=message):
        attempt(lambda client: client.get(url))


def test_a_scheme_that_is_not_http_is_refused_by_name(attempt):
    with pytest.raises(httpcore.UnsupportedScheme, match="must be http or https, not 'ftp'"):
        attempt(lambda client: client.get("ftp://example.org/"))


@pytest.mark.parametrize("method", ["", "GET /", "GE\r\nT", "GE\0T", "GÉT"])
def test_a_method_that_is_not_a_token_is_refused(attempt, method):
    with pytest.raises(httpcore.InvalidRequest, match="is not a token"):
        attempt(lambda client: client.request(method, "http://example.org/"))


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\x7fb"])
def test_a_control_character_in_a_header_is_refused_with_its_name(attempt, value):
    with pytest.raises(httpcore.InvalidHeader, match="X-Name"):
        attempt(lambda client: client.get("http://example.org/", headers={"X-Name": value}))


def test_a_header_name_that_is_not_a_token_is_refused(attempt):
    with pytest.raises(httpcore.InvalidHeader):
        attempt(lambda client: client.get("http://example.org/", headers={"X Name": "1"}))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"content": 5}, TypeError, "content must be bytes"),
        ({"content": {"a": 1}}, TypeError, "use data= for a form or json="),
        ({"content": "a\ud800"}, httpcore.InvalidRequest, "can't be sent as UTF-8.*position 1"),
        ({"json": "a\ud800"}, httpcore.InvalidRequest, "json= can't be encoded"),
        ({"json": object()}, httpcore.InvalidRequest, "json= can't be encoded"),
        ({"json": float("nan")}, httpcore.InvalidRequest, "json= can't be encoded"),
        ({"data": 5}, TypeError, "data must be a mapping, pairs, text or bytes, not int"),
        ({"data": [5]}, httpcore.InvalidRequest, "data= can't be encoded"),
        ({"files": {"f": 5}}, httpcore.InvalidRequest, "'f'"),
        ({"files": 5}, httpcore.InvalidRequest, "files"),
        ({"content": b"a", "files": {"f": b"a"}}, TypeError, "content= and files= exclude each"),
        ({"content": b"a", "compress": "lzma"}, ValueError, "lzma"),
        ({"content": b"a", "upload_progress": 5}, TypeError, "upload_progress must be callable"),
        ({"json": 1, "data": {"a": 1}}, TypeError, "data= and json= exclude each other"),
        ({"tiemout": 1}, TypeError, "unknown option 'tiemout'; did you mean 'timeout'?"),
        ({"verify": False}, TypeError, "did you mean 'ssl'"),
        ({"timeout": "5"}, TypeError, "timeout must be a Timeout, such as"),
        ({"trace": "print"}, TypeError, "trace must be callable or None, not str"),
        ({"on_informational": 1}, TypeError, "on_informational must be callable or None, not int"),
        ({"timeout": 0}, ValueError, "must be more than 0"),
        ({"timeout": True}, TypeError, "timeout must be"),
        ({"auth": "user:pass"}, TypeError, "auth must be a pair"),
        ({"auth": ("a:b", "c")}, ValueError, "can't hold a colon"),
        ({"proxy": 5}, TypeError, "proxy must be a URL"),
        ({"proxy": "socks4://localhost"}, httpcore.InvalidURL, "of SOCKS there is version 5 alone"),
        ({"headers": {"Content-Length": "x"}, "content": b"a"}, ValueError, "Content-Length"),
        ({"headers": {"Content-Length": "9"}, "content": b"a"}, ValueError, "has 1 bytes"),
    ],
)
def test_a_wrong_option_is_refused_by_name(attempt, options, error, message):
    with pytest.raises(error, match=message):
        attempt(lambda client: client.post("http://example.org/", **options))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"timeout": "5"}, TypeError, "timeout must be"),
        ({"ssl": 5}, TypeError, "ssl must be a path"),
        ({"ssl": "/no/such/file"}, FileNotFoundError, "no such file or folder"),
        ({"pool_limits": 5}, TypeError, "limits must be a PoolLimits"),
        ({"max_redirects": -1}, ValueError, "max_redirects must be 0 or more"),
        ({"max_redirects": "3"}, TypeError, "max_redirects must be an int"),
        ({"http1": False, "http2": False}, ValueError, "can't both be False"),
        ({"headers": {"a b": "c"}}, ValueError, "header name 'a ' ends in a character"),
        ({"verify": False}, TypeError, "verify"),
    ],
)
def test_a_wrong_argument_of_the_client_is_refused_by_name(world, options, error, message):
    with pytest.raises(error, match=message):
        world.client(**options)


def test_an_iterator_that_yields_text_is_refused(run):
    async def scenario(client, base):
        with pytest.raises(TypeError, match="must yield bytes, but generator yielded str"):
            await client.post(base + "/echo", content=(part for part in ("text",)))
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario)


def test_a_closed_client_says_so(attempt):
    async def call(client):
        await client.close()
        await client.close()
        await client.get("http://user:secret@example.org/?a=1", params={"token": "secret"})

    with pytest.raises(httpcore.ClosedError) as caught:
        attempt(call)
    shown = "http://user:[secure]@example.org/?a=1&token=[secure]"
    assert (shown, f"GET {shown}: the client is closed") == (caught.value.url, str(caught.value))


def test_an_async_iterable_needs_an_async_client():
    async def parts():
        yield b"part"

    with httpcore.SyncClient() as client, pytest.raises(TypeError, match="async client"):
        client.post("http://example.org/", content=parts())
