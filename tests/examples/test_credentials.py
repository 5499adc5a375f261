"""`oauth2_client_credentials.py` and `aws_sigv4.py` as they stand, with each client and a real server."""

import base64
import contextlib
import hashlib
import hmac
import json
import pickle
import re
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from runpy import run_path
from urllib.parse import parse_qsl, quote, unquote

import pytest

from httpcore_client import AuthError, AuthRequest, AuthResponse, InvalidRequest
from testkit.auth_flows import drive, refusal, request_for
from testkit.worlds import WORLDS

REQUESTS_AT_ONCE = 20
EXAMPLES = Path(__file__).parents[2] / "examples"
ClientCredentials = run_path(EXAMPLES / "oauth2_client_credentials.py")["ClientCredentials"]
AWSSigV4 = run_path(EXAMPLES / "aws_sigv4.py")["AWSSigV4"]


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def run(world):
    """Run a scenario: `async def scenario(client)` in each world."""
    return partial(world.run_client, trust_env=False, timeout=10)


class Server(ThreadingHTTPServer):
    """A server on 127.0.0.1; `answer(method, target, headers, content)` says what it answers."""

    request_queue_size = 64
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.lock = threading.Condition()

    def answer(self, method, target, headers, content):
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            status, value = self.server.answer(self.command, self.path, self.headers, content)
            self.server.lock.notify_all()
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


# -- OAuth 2 client credentials --

CLIENT, SECRET = "a client:1", "s3cret ü&="


class TokenServer(Server):
    """Gives tokens, and serves /things to who has the last one."""

    def __init__(self):
        super().__init__()
        self.asked = []  # the token requests
        self.served = []  # the status of each of the others
        self.token = None
        self.failure = None
        self.patience = 0  # how many are served before a token is given

    def answer(self, method, target, headers, content):
        if target == "/token":
            self.asked.append((method, headers, content))
            if self.failure is not None:
                return self.failure
            self.lock.wait_for(lambda: len(self.served) >= self.patience, 10)
            self.token = f"token-{len(self.asked)}"
            return 200, {
                "access_token": self.token,
                "token_type": "Bearer",
                "expires_in": 3600,
            }
        valid = headers.get("Authorization") == f"Bearer {self.token}"
        self.served.append(200 if valid and target == "/things" else 401)
        return self.served[-1], {"content": content.decode()}

    def auth(self, **options):
        return ClientCredentials(f"{self.base}/token", CLIENT, SECRET, **options)


@pytest.fixture
def tokens():
    with serving(TokenServer()) as server:
        yield server


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_token_request_is_what_the_standard_says(run, tokens):
    async def scenario(client):
        return await client.get(f"{tokens.base}/things")

    assert 200 == run(scenario, auth=tokens.auth(scope="read write")).status_code
    ((method, headers, content),) = tokens.asked
    assert ("POST", "application/x-www-form-urlencoded") == (method, headers["Content-Type"])
    form = {"grant_type": "client_credentials", "scope": "read write"}
    assert form == dict(parse_qsl(content.decode()))
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert "a+client%3A1:s3cret+%C3%BC%26%3D" == pair  # RFC 6749 2.3.1


def test_many_requests_at_once_cost_one_token_request(run, world, tokens):
    async def scenario(client):
        async def one():
            return (await client.get(f"{tokens.base}/things")).status_code

        return await world.gather(*[one] * REQUESTS_AT_ONCE)

    assert [200] * REQUESTS_AT_ONCE == run(scenario, auth=tokens.auth())
    assert (1, [200] * REQUESTS_AT_ONCE) == (len(tokens.asked), tokens.served)


def test_after_a_refusal_of_all_of_them_one_more(run, world, tokens):
    async def scenario(client):
        async def one():
            response = await client.post(f"{tokens.base}/things", content=b"twice")
            return response.status_code, response.json()["content"]

        await one()
        tokens.token, tokens.patience = "revoked", 1 + REQUESTS_AT_ONCE
        return await world.gather(*[one] * REQUESTS_AT_ONCE)

    assert [(200, "twice")] * REQUESTS_AT_ONCE == run(scenario, auth=tokens.auth())
    refused, accepted = [401] * REQUESTS_AT_ONCE, [200] * REQUESTS_AT_ONCE
    assert (2, [200, *refused, *accepted]) == (len(tokens.asked), tokens.served)


def test_a_token_is_renewed_before_its_end(run, world, tokens):
    clock = Clock()

    async def scenario(client):
        async def one():
            return (await client.get(f"{tokens.base}/things")).status_code

        await one()
        clock.now = 3569.0
        await one()
        assert 1 == len(tokens.asked)
        clock.now = 3570.0
        return await world.gather(*[one] * REQUESTS_AT_ONCE)

    assert [200] * REQUESTS_AT_ONCE == run(scenario, auth=tokens.auth(clock=clock))
    assert (2, {200}) == (len(tokens.asked), {*tokens.served})


def test_a_server_that_refuses_each_token_is_asked_twice(run, tokens):
    async def scenario(client):
        return await client.get(f"{tokens.base}/closed")

    assert 401 == run(scenario, auth=tokens.auth()).status_code
    assert (2, [401, 401]) == (len(tokens.asked), tokens.served)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ((401, {"error": "invalid_client"}), "401: invalid_client$"),
        ((400, {"error": "invalid_scope", "error_description": SECRET}), "400: invalid_scope$"),
        ((400, {"error": SECRET}), "400 without a bearer token$"),
        ((400, {"error": [SECRET]}), "400 without a bearer token$"),
        ((503, SECRET), "503 without a bearer token$"),
        ((302, {}), "302 without a bearer token$"),
        ((200, {"access_token": "x", "token_type": "mac"}), "200 without a bearer token$"),
        ((200, {"access_token": 1, "token_type": "Bearer"}), "200 without a bearer token$"),
        ((200, {"token_type": "Bearer"}), "200 without a bearer token$"),
        ((200, ["access_token"]), "200 without a bearer token$"),
        (
            (200, {"access_token": "x", "token_type": "Bearer", "expires_in": SECRET}),
            "200 without a bearer token$",
        ),
    ],
)
def test_a_failure_is_an_error_without_secrets_and_the_next_request_tries_anew(
    run, tokens, failure, words
):
    async def scenario(client):
        tokens.failure = failure
        with pytest.raises(InvalidRequest) as caught:
            await client.get(f"{tokens.base}/things")
        assert re.search(f"the token endpoint answered {words}", str(caught.value.__cause__))
        assert isinstance(caught.value.__cause__, AuthError)
        assert SECRET not in f"{caught.value}{caught.value.__cause__!r}"
        assert [] == tokens.served
        tokens.failure = None
        return await client.get(f"{tokens.base}/things")

    assert 200 == run(scenario, auth=tokens.auth()).status_code


def test_what_is_no_json_is_no_token():
    auth = ClientCredentials("https://id.test/token", CLIENT, SECRET)
    for content in (b"", b"<html>", b"\xff", None):
        with pytest.raises(AuthError, match="200 without a bearer token"):
            drive(auth.flow(request_for()), AuthResponse(200, content=content))


def token_answer(token, kind="Bearer"):
    content = json.dumps({"access_token": token, "token_type": kind}).encode()
    return AuthResponse(200, content=content)


def test_the_same_token_again_is_not_sent_again_and_its_kind_has_no_case():
    auth = ClientCredentials("https://id.test/token", CLIENT, SECRET)
    answer = token_answer("same", "bEARER")
    steps = drive(auth.flow(request_for()), answer, refusal("Bearer"), answer)
    fields = [step for step in steps if isinstance(step, tuple)]
    assert [(("Authorization", "Bearer same"),)] == fields
    assert 2 == sum(isinstance(step, AuthRequest) for step in steps)


# -- AWS Signature Version 4 --

ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class SigningServer(Server):
    """Computes the signature of what arrived, by the fields that the request names."""

    def answer(self, method, target, headers, content):
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8}/us-east-1/service/aws4_request), "
            r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
            headers["Authorization"],
        )
        _, scope, names, claimed = found.groups()
        path, _, query = target.partition("?")
        pairs = sorted(
            tuple(quote(unquote(text), safe="") for text in pair.split("=", 1))
            for pair in query.split("&")
            if pair
        )
        canonical = [method, quote(path), "&".join(map("=".join, pairs))]
        canonical += [f"{name}:{', '.join(headers.get_all(name))}" for name in names.split(";")]
        canonical += ["", names, hashlib.sha256(content).hexdigest()]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        key = f"AWS4{SECRET_KEY}".encode()
        for part in (
            *scope.split("/"),
            f"AWS4-HMAC-SHA256\n{headers['X-Amz-Date']}\n{scope}\n{digest}",
        ):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return (200 if claimed == key.hex() else 403), {"signed": names.split(";")}


@pytest.fixture
def signing():
    with serving(SigningServer()) as server:
        yield server


def test_what_arrives_at_a_server_is_what_was_signed(run, world, signing):
    requests = [
        ("GET", "/", {}),
        ("GET", "/a b/ü/c%2Fd", {"params": {"z": "1 2", "a": "ü&=", "empty": ""}}),
        ("POST", "/x", {"json": {"a": 1}, "headers": {"X-Amz-Target": "Service.Method"}}),
        ("PUT", "/y", {"content": b"content" * 1000, "cookies": {"a": "b"}}),
    ]

    async def scenario(client):
        async def one(method, path, options):
            response = await client.request(method, signing.base + path, **options)
            return response.status_code, response.json()["signed"]

        return await world.gather(*[lambda args=args: one(*args) for args in requests])

    answers = run(
        scenario, auth=AWSSigV4(ACCESS_KEY, SECRET_KEY, region="us-east-1", service="service")
    )
    assert [200] * len(requests) == [status for status, _ in answers]
    assert {"host", "content-type", "x-amz-date", "x-amz-target"} <= {*answers[2][1]}


# -- both --


def test_no_text_of_an_example_shows_its_secret():
    oauth = ClientCredentials("https://a.test/", CLIENT, SECRET)
    token = "s3cret-token"
    drive(oauth.flow(request_for()), token_answer(token))
    aws = AWSSigV4(ACCESS_KEY, SECRET_KEY, region="r", service="s", session_token=SECRET)
    for auth in (oauth, aws):
        assert not [secret for secret in (SECRET, SECRET_KEY, token) if secret in repr(auth)]
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(auth)
