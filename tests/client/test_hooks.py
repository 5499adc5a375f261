"""Whom a client tells of what, in each world."""

import pytest

import httpcore_client as httpcore
from httpcore_client import ScriptedBackend, SyncClient
from httpcore_client._hooks import Hooks
from testkit.worlds import ThreadWorld

URL_TEXT = "http://example.org/"


def answer(*lines, body=b"hello"):
    head = [*lines, b"Content-Length: %d" % len(body)]
    return b"HTTP/1.1 " + b"\r\n".join(head) + b"\r\n\r\n" + body


def scripted(*scripts):
    """A network whose connections each answer one request after another."""
    return ScriptedBackend(*[[lambda stream, data=data: data for data in each] for each in scripts])


OK = answer(b"200 OK")
REDIRECT = answer(b"302 Found", b"Location: /there")


@pytest.fixture
def told(world):
    """A list of what was told, and a function that makes a hook for an event, async where that may be."""

    class Told(list):
        def hook(self, event):
            def hook(*what):
                self.append((event, *what))

            async def later(*what):
                hook(*what)

            return hook if isinstance(world, ThreadWorld) else later

        @property
        def events(self):
            return [event for event, *_ in self]

    return Told()


def test_requests_and_responses_are_told_of_in_order_with_each_hop(run, told):
    backend = scripted([REDIRECT, OK])

    async def scenario(client):
        response = await client.get(URL_TEXT)
        assert 200 == response.status_code
        assert ["request", "response", "redirect", "request", "response"] == told.events
        assert ["http://example.org/", "http://example.org/there"] == [
            str(what.url) for event, what in told if event == "request"
        ]
        assert [302, 200] == [what.status_code for event, what in told if event == "response"]
        (redirect,) = (what for event, what in told if event == "redirect")
        assert "http://example.org/there" == str(redirect.next_request.url)

    names = ("request", "response", "redirect", "retry", "error")
    run(scenario, backend=backend, hooks={name: told.hook(name) for name in names})


def test_several_functions_are_called_in_order_and_plain_ones_work_everywhere(run):
    seen = []
    hooks = {"request": [lambda _: seen.append(1), lambda _: seen.append(2)], "response": ()}

    async def scenario(client):
        await client.get(URL_TEXT)
        assert [1, 2] == seen

    run(scenario, backend=scripted([OK]), hooks=hooks)


def test_a_hook_may_change_the_headers_of_what_is_sent_but_not_the_caller_s_request(run):
    backend = scripted([OK])

    def mark(request):
        request.headers["X-Trace"] = "7"

    async def scenario(client):
        request = client.build("GET", URL_TEXT)
        response = await client.send(request)
        assert "7" == response.request.headers["X-Trace"]
        assert "X-Trace" not in request.headers
        assert b"X-Trace: 7" in backend.streams[0].written

    run(scenario, backend=backend, hooks={"request": mark})


def test_a_hook_sees_no_credentials_and_no_cookies_of_the_jar(run):
    async def scenario(client):
        await client.get(URL_TEXT, auth=("user", "pass"))
        assert [] == seen

    seen = []
    hooks = {
        "request": lambda request: seen.extend(
            {"Authorization", "Cookie"}.intersection(request.headers)
        )
    }
    run(scenario, backend=scripted([OK]), hooks=hooks, cookies={"a": "1"})


def test_a_hook_may_read_the_body(run, world):
    read = []

    async def later(response):
        read.append(await response.read())

    def now(response):
        read.append(response.read())

    async def scenario(client):
        response = await client.get(URL_TEXT)
        assert [b"hello"] == read
        assert b"hello" == response.content

    hook = now if isinstance(world, ThreadWorld) else later
    run(scenario, backend=scripted([OK]), hooks={"response": hook})


def test_a_hook_may_raise_for_status_behind_authentication(run):
    """It sees what authentication accepts, not the challenge."""
    challenge = answer(b"401 No", b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    async def scenario(client):
        response = await client.get(URL_TEXT, auth=httpcore.DigestAuth("a", "b"))
        assert 200 == response.status_code

    hooks = {"response": lambda response: response.raise_for_status()}
    run(scenario, backend=scripted([challenge, OK]), hooks=hooks)


def test_a_response_whose_hook_raises_is_closed(run):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"

    def hook(_):
        raise KeyError("mine")

    async def scenario(client):
        with pytest.raises(KeyError):
            await client.get(URL_TEXT)
        assert (0, 0) == (client.stats().in_use, client.stats().open)

    run(scenario, backend=scripted([head]), hooks={"response": hook})


@pytest.mark.parametrize("event", ["request", "response", "redirect"])
def test_what_a_hook_raises_is_the_caller_s_and_leaves_the_client_usable(run, event):
    raising = True

    def hook(_):
        if raising:
            raise KeyError(event)

    async def scenario(client):
        nonlocal raising
        with pytest.raises(KeyError, match=event):
            await client.get(URL_TEXT)
        assert 0 == client.stats().in_use
        raising = False
        assert 200 == (await client.get(URL_TEXT)).status_code

    scripts = [[REDIRECT, OK, OK], [REDIRECT, OK, OK]]
    run(scenario, backend=scripted(*scripts), hooks={event: hook})


def test_what_the_pool_sends_again_is_told_of(run, told):
    backend = scripted([OK, b""], [OK])

    async def scenario(client):
        await client.get(URL_TEXT)
        await client.get(URL_TEXT)
        ((_, request, error),) = told
        assert URL_TEXT == str(request.url)
        assert isinstance(error, httpcore.TransportError)

    run(scenario, backend=backend, hooks={"retry": told.hook("retry")})


@pytest.mark.parametrize("script", [[b"nonsense\r\n\r\n"], [OK[:-2], b""]])
def test_the_error_that_the_caller_gets_is_told_of_once(run, told, script):
    async def scenario(client):
        with pytest.raises(httpcore.RemoteProtocolError) as caught:
            await client.get(URL_TEXT)
        assert [("error", caught.value)] == [(event, error) for event, _, error in told]

    run(scenario, backend=scripted(script), hooks={"error": told.hook("error")})


def test_who_is_told_of_nothing_costs_no_level():
    with SyncClient(hooks={"error": print, "retry": None}, backend=ScriptedBackend()) as client:
        assert "HookAdapter" in repr(client)
    with SyncClient(hooks={}, backend=ScriptedBackend()) as client:
        assert "HookAdapter" not in repr(client)


def test_hooks_in_threads_are_given_twins():
    kinds = []
    with SyncClient(
        backend=scripted([REDIRECT, OK]),
        hooks={
            "response": lambda r: kinds.append(type(r)),
            "redirect": lambda r: kinds.append(type(r)),
        },
    ) as client:
        client.get(URL_TEXT)
    assert [httpcore.SyncResponse] * 3 == kinds


async def nothing(*_):
    pass


@pytest.mark.parametrize(
    ("hooks", "message"),
    [
        ({"respons": print}, "unknown hook 'respons'; did you mean 'response'?"),
        ({"request": 5}, "hooks['request'] must be functions, not int"),
        ({"request": [print, None]}, "hooks['request'] must be functions, not NoneType"),
        ([print], "hooks must be a dict of functions by event, not list"),
        ({"error": nothing}, "hooks['error'] is async, which needs an async client"),
    ],
)
def test_what_is_no_hook_is_refused_when_the_client_is_made(hooks, message):
    with pytest.raises(TypeError) as caught:
        SyncClient(hooks=hooks)
    assert message == str(caught.value)


def test_hooks_say_what_they_have():
    hooks = Hooks({"request": print, "error": []})
    assert ("request" in hooks, "error" in hooks, bool(hooks), bool(Hooks({}))) == (
        True,
        False,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", httpcore.URL("http://other.test/")),
        ("method", "DELETE"),
        ("headers", {"X-One": "1"}),
        ("body", b"other"),
    ],
)
def test_a_hook_may_change_nothing_but_headers(run, name, value):
    """Credentials of the first origin would go to another one, say."""

    async def scenario(client):
        with pytest.raises(
            TypeError, match="a hook may change the headers of a request, and nothing"
        ):
            await client.get(URL_TEXT)
        assert 0 == client.connections_opened

    hooks = {"request": lambda request: setattr(request, name, value)}
    run(scenario, backend=ScriptedBackend(), hooks=hooks)


def test_a_hook_that_turns_out_to_be_async_is_an_error_in_threads():
    async def later(_):
        pass

    with (
        SyncClient(
            backend=scripted([OK]), hooks={"request": lambda request: later(request)}
        ) as client,
        pytest.raises(TypeError, match="is async, which needs an async client"),
    ):
        client.get(URL_TEXT)


def test_requests_of_an_auth_flow_are_not_told_of(run):
    """They hold secrets: those of a token's source, say."""

    class Own:
        def flow(self, request):
            yield httpcore.AuthRequest("POST", "http://token.test/", content=b"client_secret=1")
            yield (("Authorization", "Token t"),)

    told = []

    async def scenario(client):
        await client.get(URL_TEXT, auth=Own())
        assert [URL_TEXT, 200] == told

    hooks = {
        "request": lambda request: told.append(str(request.url)),
        "response": lambda response: told.append(response.status_code),
    }
    run(scenario, backend=scripted([OK], [OK]), hooks=hooks)


def test_the_error_of_a_closed_client_is_told_of(run, told):
    async def scenario(client):
        await client.close()
        with pytest.raises(httpcore.ClosedError):
            await client.get(URL_TEXT)
        assert ["error"] == told.events

    run(scenario, backend=ScriptedBackend(), hooks={"error": told.hook("error")})
