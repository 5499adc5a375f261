"""The opening handshake: what is asked, what may be answered, and what callers may say."""

import pickle

import pytest

import httpcore_client
from httpcore_client import URL, HTTPError, InvalidRequest, RemoteProtocolError, SyncClient
from httpcore_client.websocket import WebSocketClosed, WebSocketRefused
from testkit.websocket import BINARY, TEXT, Script, close_frame, frame, switching

BYE = close_frame()


def refused(answer, **options):
    """The error of a handshake that is answered so."""
    script = Script(answer=answer, **options)
    with script.client as client:
        with pytest.raises(HTTPError) as caught, script:
            pass
        assert client.stats().in_use == 0
    return caught.value


def head(lines, body=b""):
    return (
        b"HTTP/1.1 "
        + b"\r\n".join([*lines, b"Content-Length: %d" % len(body)])
        + b"\r\n\r\n"
        + body
    )


# What is asked.


def asked(url="ws://example.org/chat", **options):
    heads = []

    def answer(stream):
        heads.append(stream.written.decode())
        return switching()(stream)

    backend = httpcore_client.ScriptedBackend([answer, lambda _: BYE])
    with (
        SyncClient(backend=backend, trust_env=False) as client,
        client.websocket(url, **options),
    ):
        pass
    lines = heads[0].removesuffix("\r\n\r\n").split("\r\n")
    return lines[0], dict(line.split(": ", 1) for line in lines[1:]), backend.dialled


def test_the_handshake_is_that_of_rfc_6455():
    line, fields, dialled = asked()
    assert ("GET /chat HTTP/1.1", [("example.org", 80)]) == (line, dialled)
    key = fields.pop("Sec-WebSocket-Key")
    assert (24, "==") == (len(key), key[-2:])
    ours = {
        name: value
        for name, value in fields.items()
        if name[:4] in ("Host", "Upgr", "Conn", "Sec-")
    }
    assert {
        "Host": "example.org",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    } == ours


def test_each_handshake_has_a_key_of_its_own():
    assert asked()[1]["Sec-WebSocket-Key"] != asked()[1]["Sec-WebSocket-Key"]


@pytest.mark.parametrize(
    "url", ["http://example.org:81/", URL("ws://example.org:81/"), " WS://example.org:81/"], ids=str
)
def test_ws_and_http_are_the_same(url):
    assert ("GET / HTTP/1.1", [("example.org", 81)]) == (asked(url)[0], asked(url)[2])


def test_what_the_caller_says_goes_along():
    line, fields, _ = asked(
        subprotocols=iter(["chat.v2", "chat"]),
        compression=False,
        params={"a": "b"},
        headers={"Origin": "https://example.org"},
        cookies={"c": "d"},
        auth=("user", "password"),
    )
    names = (
        "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Extensions",
        "Origin",
        "Cookie",
        "Authorization",
    )
    assert (
        "GET /chat?a=b HTTP/1.1",
        ["chat.v2, chat", None, "https://example.org", "c=d", "Basic dXNlcjpwYXNzd29yZA=="],
    ) == (line, [fields.get(name) for name in names])


def test_a_base_url_may_be_left_out():
    backend = httpcore_client.ScriptedBackend([switching(), lambda _: BYE])
    with (
        SyncClient(backend=backend, trust_env=False, base_url="http://example.org/api/") as client,
        client.websocket("live") as ws,
    ):
        assert "http://example.org/api/live" == str(ws.response.url)


# What is answered.


def test_octets_behind_the_head_are_frames():
    script = Script(answer=switching(behind=frame(TEXT, "at once") + frame(BINARY, b"x") + BYE))
    with script as ws:
        assert ["at once", b"x"] == list(ws)


def test_the_answer_says_what_was_agreed():
    answer = switching(
        b"Sec-WebSocket-Protocol: chat",
        b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10",
        b"X-Node: 7",
    )
    script = Script(BYE, answer=answer, subprotocols=["other", "chat"], compression=True)
    with script as ws:
        found = ws.subprotocol, ws.extensions, ws.protocol, ws.response.headers["X-Node"]
        ws.close()
    assert (
        ("chat", ("permessage-deflate; server_max_window_bits=10",), "HTTP/1.1", "7"),
        101,
    ) == (found, ws.response.status_code)


def test_what_was_not_agreed_is_none():
    with Script(BYE) as ws:
        found = ws.subprotocol, ws.extensions
        ws.close()
    assert (None, ()) == found


def instead(old, new):
    """An answer that is right but for one thing."""
    return lambda stream: switching()(stream).replace(old, new)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (switching(accept=b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "not for our key"),
        (instead(b"Sec-WebSocket-Accept", b"X-Accept"), "not for our key: nothing"),
        (instead(b"Connection: Upgrade", b"Connection: keep-alive"), "no Connection: Upgrade"),
        (instead(b"Upgrade: websocket", b"Upgrade: h2c"), "switches to 'h2c'"),
        (switching(b"Upgrade: websocket"), "switches to 'websocket, websocket'"),
        (switching(b"Sec-WebSocket-Protocol: chat"), "subprotocol 'chat' was not offered"),
        (switching(b"Sec-WebSocket-Extensions: permessage-deflate"), "more extensions"),
    ],
    ids=[
        *("wrong accept", "no accept", "no connection", "other upgrade", "upgrade twice"),
        *("subprotocol", "extension"),
    ],
)
def test_what_was_not_asked_for_is_no_answer(answer, why):
    error = refused(answer)
    assert (RemoteProtocolError, True) == (type(error), why in str(error)), str(error)
    assert "GET http://example.org/chat: the server's answer to the" in str(error)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ([b"Sec-WebSocket-Protocol: b"], "'b' was not offered"),
        ([b"Sec-WebSocket-Protocol: A"], "'A' was not offered"),
        ([b"Sec-WebSocket-Protocol: a, a"], "'a, a' was not offered"),
        ([b"Sec-WebSocket-Protocol: a"] * 2, "'a, a' was not offered"),
        ([b"Sec-WebSocket-Extensions: x-webkit-deflate-frame"], "'x-webkit-deflate-frame', which"),
        ([b"Sec-WebSocket-Extensions: permessage-deflate, x"], "more extensions"),
        *(
            ([b"Sec-WebSocket-Extensions: permessage-deflate; " + parameter], "the parameter '")
            for parameter in (
                *(b"server_max_window_bits=7", b"server_max_window_bits=16"),
                *(b"client_max_window_bits", b"client_max_window_bits=08", b"other", b"", b"A=1"),
                *(
                    b"server_no_context_takeover=1",
                    b"client_max_window_bits=9; client_max_window_bits=9",
                ),
            )
        ),
    ],
)
def test_subprotocol_and_extension_are_those_offered(fields, why):
    error = refused(switching(*fields), subprotocols=["a"], compression=True)
    assert (RemoteProtocolError, True) == (type(error), why in str(error)), str(error)


def test_a_refusal_tells_what_the_server_said():
    answer = head([b"403 Forbidden", b"X-Why: closed on Mondays"], b"no entry")
    error = refused(lambda _: answer)
    assert (WebSocketRefused, 403, "closed on Mondays", b"no entry", "read") == (
        type(error),
        error.status_code,
        error.headers["X-Why"],
        error.content,
        error.phase,
    )
    assert "GET http://example.org/chat: the server refused the WebSocket: 403 Forbidden" == str(
        error
    )
    copy = pickle.loads(pickle.dumps(error))
    assert (str(error), 403, b"no entry") == (str(copy), copy.status_code, copy.content)


@pytest.mark.parametrize("status", [200, 204, 401, 426, 500])
def test_whatever_is_no_101_is_a_refusal(status):
    assert status == refused(lambda _: head([b"%d Status" % status])).status_code


def test_a_redirect_is_not_followed_and_said():
    error = refused(lambda _: head([b"301 Moved", b"Location: wss://example.org/new"]))
    assert "redirects are not followed: Location is 'wss://example.org/new'" in str(error)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (b"wss://user:hunter2@example.org/new", "'wss://example.org/new'"),
        (b"//user:hunter2@example.org/new", "'//example.org/new'"),
        (b"/new?token=hunter2", "'/new?token=[secure]'"),
    ],
    ids=["absolute", "relative", "parameter"],
)
def test_a_redirect_is_shown_without_secrets(location, shown):
    error = refused(lambda _: head([b"302 Found", b"Location: " + location]))
    assert f"Location is {shown}" in str(error)


def test_of_a_large_refusal_the_start_is_kept():
    error = refused(lambda _: head([b"500 Error"], b"x" * 200_000))
    assert b"x" * 65536 == error.content


def test_a_refusal_that_breaks_off_is_one_all_the_same():
    error = refused(lambda _: head([b"500 Error", b"Content-Encoding: gzip"], b"not gzip"))
    assert (500, b"") == (error.status_code, error.content)


# What callers may say.


@pytest.mark.parametrize(
    ("options", "kind", "why"),
    [
        ({"subprotocol": ["a"]}, TypeError, "subprotocols"),
        ({"json": {}}, TypeError, "unknown option 'json'"),
        ({"subprotocols": "chat"}, TypeError, "a list of names, not 'chat'"),
        ({"subprotocols": 7}, TypeError, "a list of names, not 7"),
        ({"subprotocols": ["a b"]}, ValueError, "'a b' is no token"),
        ({"subprotocols": [b"a"]}, ValueError, "b'a' is no token"),
        ({"subprotocols": ["a", "a"]}, ValueError, "offered once"),
        ({"compression": "deflate"}, TypeError, "compression must be True or False, not str"),
        ({"http2": "yes"}, TypeError, "http2 must be True, False or None, not str"),
        ({"max_message_bytes": 1.5}, TypeError, "a whole number or None, not float"),
        ({"max_message_bytes": 0}, ValueError, "at least 1, not 0"),
        ({"ping_interval": "20"}, TypeError, "ping_interval must be a number of seconds"),
        ({"ping_timeout": None}, TypeError, "ping_timeout must be a number of seconds"),
        ({"close_timeout": -1}, ValueError, "close_timeout must be more than 0 seconds, not -1"),
    ],
    ids=lambda value: next(iter(value), None) if isinstance(value, dict) else None,
)
def test_what_makes_no_sense_is_refused_at_once(options, kind, why):
    with SyncClient() as client, pytest.raises(kind) as caught:
        client.websocket("ws://example.org/", **options)
    assert why in str(caught.value), str(caught.value)


def test_a_websocket_has_no_fragment():
    with SyncClient() as client, pytest.raises(InvalidRequest, match="no fragment"):
        client.websocket("ws://example.org/#top")


def test_other_urls_are_refused_as_for_any_request():
    with SyncClient() as client:
        for url, kind in (
            ("ftp://example.org/", ValueError),
            (7, TypeError),
            ("/chat", ValueError),
        ):
            with pytest.raises(kind):
                client.websocket(url)


@pytest.mark.parametrize("name", ["Upgrade", "sec-websocket-key", "Sec-WebSocket-Protocol"])
def test_the_fields_of_the_handshake_are_not_the_callers(name):
    error = refused(None, headers={name: "x"})
    assert (InvalidRequest, True) == (type(error), "is the handshake's" in str(error))


def test_a_block_is_no_websocket(run_client):
    async def scenario(client):
        with pytest.raises(AttributeError, match=r"with client.websocket\(...\) as ws: ws.send"):
            assert client.websocket("ws://example.org/").send

    run_client(scenario)


def test_a_block_that_was_not_entered_ends_in_peace():
    with SyncClient() as client:
        client.websocket("ws://example.org/").__exit__(None, None, None)


def test_a_block_is_entered_once():
    script = Script(BYE)
    with script, pytest.raises(RuntimeError, match=r"call websocket\(\) for each"), script:
        pass


def test_errors_can_be_sent_to_other_processes():
    error = pickle.loads(pickle.dumps(WebSocketClosed("closed", 4000, "why")))
    assert (4000, "why", "closed") == (error.code, error.reason, str(error))
