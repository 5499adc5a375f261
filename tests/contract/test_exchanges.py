"""What a request and its response are, the same in every world and over every transport."""

import pytest

import httpcore_client as httpcore
from testkit.app import pattern

VERBS = ["get", "options", "post", "put", "patch", "delete"]


def test_get_returns_the_whole_response(run, transport):
    async def scenario(client, base):
        response = await client.get(base + "/")
        assert response.status_code == 200
        assert response.reason_phrase in ("OK", "")  # the server sends none on HTTP/1.1
        assert response.protocol == transport.protocol
        assert str(response.url) == base + "/"
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.content == b"hello, world"
        assert response.text == "hello, world"
        assert response.encoding == "utf-8"
        assert response.request.method == "GET"
        assert response.history == ()
        assert response.is_redirect is False
        assert response.is_closed is True

    run(scenario)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_sends_its_method(run, verb):
    async def scenario(client, base):
        response = await getattr(client, verb)(base + "/echo?a=1&a=2")
        assert response.json()["method"] == verb.upper()
        assert response.json()["target"] == "/echo?a=1&a=2"

    run(scenario)


def test_head_has_the_fields_but_no_body(run):
    async def scenario(client, base):
        response = await client.head(base + "/bytes/1000")
        assert response.headers["Content-Length"] == "1000"
        assert response.content == b""
        assert (await client.get(base + "/")).status_code == 200
        assert client.connections_opened == 1

    run(scenario)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_leaves_the_connection_usable(run, status):
    async def scenario(client, base):
        response = await client.get(f"{base}/status/{status}")
        assert response.status_code == status
        assert response.content == b""
        assert (await client.get(base + "/")).text == "hello, world"
        assert client.connections_opened == 1

    run(scenario)


def test_one_connection_serves_one_request_after_another(run):
    async def scenario(client, base):
        for _ in range(5):
            await client.get(base + "/")
        assert client.connections_opened == 1

    run(scenario)


def test_twenty_requests_at_once_all_get_their_own_answer(run, world, transport):
    async def scenario(client, base):
        def call(number):
            async def get():
                response = await client.get(f"{base}/echo?number={number}")
                return response.json()["target"]

            return get

        targets = await world.gather(*(call(number) for number in range(20)))
        assert targets == [f"/echo?number={number}" for number in range(20)]
        if transport.protocol == "HTTP/2":
            assert client.connections_opened == 1

    run(scenario)


def test_requests_wait_for_the_only_connection_in_turn(run, world):
    async def scenario(client, base):
        async def get():
            return (await client.get(base + "/")).status_code

        assert await world.gather(*[get] * 8) == [200] * 8
        assert client.connections_opened == 1

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


BODIES = {
    "bytes": (lambda: b"some bytes", b"some bytes"),
    "text": (lambda: "zażółć", "zażółć".encode()),
    "empty": (lambda: b"", b""),
    "list": (lambda: [b"one", b"", b"two"], b"onetwo"),
    "generator": (lambda: (part for part in (b"one", b"", b"two")), b"onetwo"),
    "large": (lambda: pattern(3_000_000), pattern(3_000_000)),
    "large pieces": (lambda: iter([pattern(500_000)] * 4), pattern(500_000) * 4),
}


@pytest.mark.parametrize("kind", BODIES)
def test_content_arrives_whole(run, kind):
    async def scenario(client, base):
        make, expected = BODIES[kind]
        answer = (await client.post(base + "/echo", content=make())).json()
        assert answer["length"] == len(expected)
        assert answer["body"].encode("latin-1") == expected[:65536]

    run(scenario)


def test_b045_a_file_sends_what_remains_of_it(run, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"read already|still to send")

    async def scenario(client, base):
        with path.open("rb") as file:
            file.read(13)
            answer = (await client.post(base + "/echo", content=file)).json()
        assert answer["body"] == "still to send"
        assert ["content-length", "13"] in answer["headers"]

    run(scenario)


def test_json_is_sent_compact_with_its_type(run):
    async def scenario(client, base):
        answer = (await client.post(base + "/echo", json={"zażółć": [1, None]})).json()
        assert answer["body"].encode("latin-1").decode() == '{"zażółć":[1,null]}'
        assert ["content-type", "application/json"] in answer["headers"]

    run(scenario)


def test_a_form_is_sent_urlencoded_with_its_type(run):
    async def scenario(client, base):
        answer = (await client.post(base + "/echo", data={"a b": "ż", "n": ["1", "2"]})).json()
        assert answer["body"] == "a+b=%C5%BC&n=1&n=2"
        assert ["content-type", "application/x-www-form-urlencoded"] in answer["headers"]

    run(scenario)


def test_params_are_appended_to_the_query(run):
    async def scenario(client, base):
        answer = (await client.get(base + "/echo?a=%7e", params={"b": "x y"})).json()
        assert answer["target"] == "/echo?a=%7e&b=x+y"

    run(scenario)


def test_headers_of_the_request_replace_those_of_the_client(run):
    async def scenario(client, base):
        answer = (await client.get(base + "/echo", headers={"x-one": "request"})).json()
        fields = [field for field in answer["headers"] if field[0].startswith("x-")]
        assert sorted(fields) == [["x-one", "request"], ["x-two", "client"]]
        assert [name for name, _ in answer["headers"]].count("host") == 1

    run(scenario, headers={"X-One": "client", "X-Two": "client"})


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_content_codings_are_undone(run, coding):
    async def scenario(client, base):
        response = await client.get(f"{base}/{coding}")
        assert response.content == b"coded " * 1000
        async with client.stream("GET", f"{base}/{coding}") as response:
            raw = b"".join([piece async for piece in response.raw()])
        assert len(raw) < 1000

    run(scenario)


@pytest.mark.parametrize("path", ["bytes", "stream"])
def test_a_large_body_is_streamed_whole(run, path):
    async def scenario(client, base):
        async with client.stream("GET", f"{base}/{path}/5000000") as response:
            pieces = [piece async for piece in response.stream()]
        assert all(pieces)
        assert b"".join(pieces) == pattern(5_000_000)
        await client.get(base + "/")
        assert client.connections_opened == 1

    run(scenario)


def test_redirects_are_followed_with_history(run):
    async def scenario(client, base):
        response = await client.get(base + "/redirect/3")
        assert response.status_code == 200
        assert str(response.url) == base + "/echo"
        assert [str(r.url) for r in response.history] == [
            base + f"/redirect/{n}" for n in (3, 2, 1)
        ]
        assert client.connections_opened == 1

    run(scenario)


def test_a_redirect_can_be_followed_by_hand(run):
    async def scenario(client, base):
        response = await client.get(base + "/redirect/2", allow_redirects=False)
        assert response.is_redirect is True
        assert str(response.next_request.url) == base + "/redirect/1"
        response = await response.next()
        await response.read()
        assert len(response.history) == 1
        response = await response.next()
        assert (await response.read())[:1] == b"{"
        assert response.is_redirect is False
        with pytest.raises(httpcore.RedirectError, match="is not a redirect"):
            await response.next()

    run(scenario)


def test_max_redirects_counts_hops(run):
    async def scenario(client, base):
        assert (await client.get(base + "/redirect/2")).status_code == 200
        with pytest.raises(httpcore.TooManyRedirects) as caught:
            await client.get(base + "/redirect/3")
        assert len(caught.value.history) == 3
        assert (await client.get(base + "/")).status_code == 200

    run(scenario, max_redirects=2)


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (302, "PUT", "PUT"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
    ],
)
def test_the_method_after_a_redirect_is_that_of_rfc_9110_15_4(run, status, method, expected):
    async def scenario(client, base):
        response = await client.request(
            method, f"{base}/redirect-to?status={status}&url=/echo", json={"a": 1}
        )
        answer = response.json()
        assert answer["method"] == expected
        assert answer["body"] == ("" if expected == "GET" else '{"a":1}')
        names = [name for name, _ in answer["headers"]]
        assert ("content-type" in names) is (expected != "GET")

    run(scenario)


def test_cookies_are_kept_between_requests(run):
    async def scenario(client, base):
        response = await client.get(base + "/set-cookie?session=abc&theme=dark")
        assert dict(response.cookies) == {"session": "abc", "theme": "dark"}
        assert client.cookies["session"] == "abc"
        answer = (await client.get(base + "/echo", cookies={"once": "1"})).json()
        assert ["cookie", "once=1; session=abc; theme=dark"] in _joined(answer["headers"])
        answer = (await client.get(base + "/echo")).json()
        assert ["cookie", "session=abc; theme=dark"] in _joined(answer["headers"])

    run(scenario)


def _joined(headers):
    """HTTP/2 may split the Cookie field (RFC 9113 8.2.3)."""
    crumbs = [value for name, value in headers if name == "cookie"]
    return [field for field in headers if field[0] != "cookie"] + [["cookie", "; ".join(crumbs)]]


def test_basic_auth_by_option_client_and_userinfo(run):
    async def scenario(client, base):
        url = base + "/basic/user/pass"
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, auth=("user", "pass"))).json() == {"user": "user"}
        with_userinfo = url.replace("://", "://user:pass@")
        assert (await client.get(with_userinfo)).json() == {"user": "user"}

    run(scenario)


def test_raise_for_status_raises_for_errors_only(run):
    async def scenario(client, base):
        fine = await client.get(base + "/")
        assert fine.raise_for_status() is not None
        bad = await client.get(base + "/status/404")
        with pytest.raises(httpcore.HTTPStatusError) as caught:
            bad.raise_for_status()
        assert str(caught.value) == f"GET {base}/status/404: client error 404 Not Found"
        assert caught.value.status_code == 404

    run(scenario)


def test_a_request_of_the_callers_own_is_sent_as_prepared(run):
    async def scenario(client, base):
        request = httpcore.Request("PUT", base + "/echo", b"body", {"X-Own": "1"})
        prepared = client.prepare_request(request)
        assert prepared.headers["User-Agent"].startswith("httpcore/")
        answer = (await client.send(prepared)).json()
        assert answer["method"] == "PUT"
        assert ["x-own", "1"] in answer["headers"]

    run(scenario)


@pytest.mark.transports("http1-plain")
def test_a_request_can_be_sent_again_after_its_total_has_passed(run):
    async def scenario(client, base):
        response = await client.get(base + "/", timeout=httpcore.Timeout(total=0.3))
        await client.get(base + "/slow/0.35")
        assert (await client.send(response.request)).text == "hello, world"

    run(scenario)
