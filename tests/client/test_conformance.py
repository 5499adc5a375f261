"""Redirects, NO_PROXY, proxy variables and multipart against data nobody here wrote.

Sources stand in tests/conformance/data/*/README.md; how each file is graded, in its `doc`.
"""

import json
from base64 import b64encode
from email import message_from_bytes
from pathlib import Path

import pytest

from httpcore_client import (
    URL,
    AuthFlowError,
    BodyNotReplayable,
    DigestAuth,
    InvalidRequest,
    InvalidURL,
    ProxyError,
    RedirectError,
    ScriptedBackend,
    SyncClient,
)
from httpcore_client.content import encode_multipart
from httpcore_client.policy._environment import ProxyRules
from httpcore_client.policy._no_proxy import NoProxy
from testkit.peer import response

DATA = Path(__file__).parents[1] / "conformance" / "data"
OWN = ("redirects", "no-proxy", "proxy-env", "multipart", "netrc-lookup")
COOKIES = ("explicit-cookie-header", "redirect-cookie-header-dropped")

# What has a test of its own: CR LF can't be in a field of a fake response.
ON_THE_WIRE = {"location-crlf-header"}
# What we answer otherwise -> why.
NO_PROXY_DEVIATIONS = {
    "zone-id-suffix": "a URL with a zone is refused before anybody is asked",
}


def load(name):
    return json.loads((DATA / name).read_text("utf-8"))


def cases(name, apart=()):
    found = [case for case in load(name)["cases"] if case["id"] not in apart]
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


def answers(case, source):
    for status, location, *extra in case["responses"]:
        more = extra[0] if extra else {}
        locations = [location] if isinstance(location, str) else location or []
        name = "WWW-Authenticate" if status == 401 else "Location"
        fields = [(name, text) for text in locations]
        body = b""
        if "set_cookie" in more:
            fields.append(("Set-Cookie", more["set_cookie"]))
        if "content_length" in more:
            fields.append(("Content-Length", str(more["content_length"])))
            hang = AssertionError("waited for a body that never ends")
            body = source(b"x" * more["send"], hang)
        yield (status, fields, body)


def check(want, request, body):
    url = request.url.copy_with(username="", password="")
    assert want["url"] == str(url)
    assert want.get("method", request.method) == request.method
    if "body" in want:
        assert (want["body"] or "").encode() == body
    if "cookie" in want:
        assert want["cookie"] == request.headers.get("Cookie")
    names = {name.lower() for name in request.headers}
    assert set() == names & set(want.get("headers_absent", []))
    assert set() == set(want.get("headers_present", [])) - names


@cases("own/redirects.json", ON_THE_WIRE)
def test_redirects_of_the_project(case, fake, source, client_over):
    asked = case["request"]
    content = asked["body"]
    if content == {"stream": "once"}:
        content = iter([b"once"])
    bottom = fake(*answers(case, source))
    client = client_over(bottom)
    if "auth" in case:
        user, password, _digest = case["auth"]
        client = client_over(bottom, auth=DigestAuth(user, password))

    def send():
        return client.request(
            asked["method"],
            asked["url"],
            headers=[tuple(pair) for pair in asked["headers"]],
            content=content,
            allow_redirects=case.get("follow", True),
        )

    if case["want"] == "error":
        with pytest.raises((RedirectError, InvalidURL, BodyNotReplayable)):
            send()
        return
    final = send()
    assert len(case["want"]) == len(bottom.requests) - 1
    for want, request, body in zip(
        case["want"], bottom.requests[1:], bottom.bodies[1:], strict=True
    ):
        check(want, request, body)
    refusals = [status for status, *_ in case["responses"] if status == 401]
    assert len(final.history) == len(case["want"]) - len(refusals)


def test_redirects_of_the_project_with_a_field_after_the_location():
    """location-crlf-header: on the wire the CR LF ends the field line."""
    (case,) = [c for c in load("own/redirects.json")["cases"] if c["id"] == "location-crlf-header"]
    location = case["responses"][0][1].encode()
    first = response(b"", "302 Found", b"Location: " + location)
    backend = ScriptedBackend([first, lambda stream: response(b"there")])
    with SyncClient(backend=backend, trust_env=False) as client:
        answer = client.get(case["request"]["url"].replace("https:", "http:"))
        assert case["want"][0]["url"].replace("https:", "http:") == str(answer.url)
        assert "b" == client.cookies.get("a", domain="a.test")


@pytest.mark.parametrize(
    "case", load("fetch/redirect-method.json"), ids=lambda c: f"{c['status']}-{c['method']}"
)
def test_redirect_method_of_web_platform_tests(case, fake, client_over):
    names = ("Content-Type", "Content-Language", "Content-Encoding", "Content-Location")
    bottom = fake((case["status"], [("Location", "/next")]))
    client_over(bottom).request(
        case["method"],
        "https://a.test/start",
        content=b"body" if case["body"] else None,
        headers=dict.fromkeys(names, "x") if case["body"] else {},
    )
    _, following = bottom.requests
    assert case["expected_method"] == following.method
    assert (b"body" if case["body_kept"] else b"") == bottom.bodies[1]
    kept = [name for name in names if name in following.headers]
    assert (list(names) if case["content_headers_kept"] else []) == kept


@cases("own/no-proxy.json", NO_PROXY_DEVIATIONS)
def test_no_proxy_of_the_project(case):
    direct = NoProxy(case["no_proxy"]).matches(URL(case["url"]))
    assert direct in (True, False)
    if case["direct"] is not None:
        assert case["direct"] is direct


def test_no_proxy_of_the_project_with_a_zone():
    (case,) = [c for c in load("own/no-proxy.json")["cases"] if c["id"] == "zone-id-suffix"]
    with pytest.raises(InvalidURL):
        URL(case["url"])


@cases("own/proxy-env.json")
def test_proxy_env_of_the_project(case):
    rules = ProxyRules(case["env"])
    if case["proxy"] == "error":
        with pytest.raises(ProxyError):
            rules.proxy_for(URL(case["url"]))
        return
    found = rules.proxy_for(URL(case["url"]))
    expected = None if case["proxy"] is None else URL(case["proxy"])
    assert expected == (None if found is None else found.url)


# A netrc for which the data let a client choose, by the notes of the cases.
EXPLICIT = ("me", "mine")
CHOICES = {
    "lookup-default-not-first": [("la", "pa"), ("ld", "pd")],
    "lookup-explicit-auth": [EXPLICIT],
    "lookup-login-only": [("la", ""), None],
    "redirect-cross-host": [("lb", "pb"), None],
    "redirect-downgrade": [None],
}


def basic(credentials):
    return credentials and "Basic " + b64encode(":".join(credentials).encode()).decode()


@cases("own/netrc-lookup.json")
def test_netrc_of_the_project(case, fake, client_over, tmp_path):
    (tmp_path / "netrc").write_text(case["text"])
    first, _, second = case["url"].partition(" -> 302 ")
    bottom = fake((302, [("Location", second)])) if second else fake()
    client = client_over(bottom, environ={"NETRC": str(tmp_path / "netrc")})
    client.get(first, **({"auth": EXPLICIT} if case["creds"] == "explicit" else {}))
    allowed = CHOICES.get(case["id"], [case["creds"]])
    sent = bottom.requests[-1].headers.get("Authorization")
    assert sent in [basic(each) for each in allowed]


OF_URLS = [case for case in load("own/basic-auth.json")["cases"] if "url" in case]


@pytest.mark.parametrize("case", OF_URLS, ids=lambda case: case["id"])
def test_basic_auth_of_the_project_from_a_url(case, fake, client_over):
    bottom = fake()
    if case["authorization"] == "error":
        with pytest.raises(AuthFlowError):
            client_over(bottom).get(case["url"])
        assert [] == bottom.requests
        return
    client_over(bottom).get(case["url"])
    assert case["authorization"] == bottom.requests[0].headers.get("Authorization")


def cookie_case(name):
    """A case of the cookies' data that asks what the client does with the caller's own field."""
    (case,) = [case for case in load("own/cookie-jar.json")["cases"] if case["id"] == name]
    name, value = case["steps"][-1]["own"].split(": ")
    return case["steps"], {name: value}


def pairs(request):
    (value,) = request.headers.get_list("Cookie") or [""]
    return value.split("; ") if value else []


def test_explicit_cookie_header_of_the_project(fake, client_over):
    (received, asked), own = cookie_case(COOKIES[0])
    bottom = fake((200, [("Set-Cookie", value) for value in received["headers"]]))
    client = client_over(bottom)
    client.get(received["set"])
    client.get(asked["get"], headers=own)
    assert pairs(bottom.requests[1]) in asked["expect_one_of"]


def test_redirect_cookie_header_dropped_of_the_project(fake, client_over):
    (asked,), own = cookie_case(COOKIES[1])
    bottom = fake((302, [("Location", asked["redirect"])]))
    client_over(bottom).get(asked["get"], headers=own)
    assert asked["expect_second"] == pairs(bottom.requests[1])


def as_file(value):
    """One value of the data as callers write it: text is a field, the rest a file."""
    if isinstance(value, str):
        return (None, value)
    return (value["filename"], value["content"], value.get("content_type"))


@cases("own/multipart.json")
def test_multipart_of_the_project(case):
    files = [(name, as_file(value)) for name, value in case["parts"]]
    if case["part_headers"] == "error":
        with pytest.raises(InvalidRequest):
            encode_multipart(None, files)
        return
    body, media_type = encode_multipart(None, files)
    assert len(body.data) == body.length
    boundary = media_type.removeprefix("multipart/form-data; boundary=")
    first, *parts, last = body.data.decode().split(f"--{boundary}")
    assert ("", "--\r\n") == (first, last)
    heads = [part.removeprefix("\r\n").partition("\r\n\r\n")[0].split("\r\n") for part in parts]
    wanted = case["part_headers"]
    # More lists than parts: any of them will do.
    assert heads == wanted if len(wanted) == len(heads) else heads[0] in wanted
    message = message_from_bytes(f"Content-Type: {media_type}\r\n\r\n".encode() + body.data)
    contents = [value if isinstance(value, str) else value["content"] for _, value in case["parts"]]
    assert contents == [part.get_payload(decode=True).decode() for part in message.get_payload()]


def played():
    """Say which cases are graded here, and which are answered otherwise, and why."""
    own = {name: load(f"own/{name}.json")["cases"] for name in OWN}
    of_the_client = [case for case in load("own/cookie-jar.json")["cases"] if case["id"] in COOKIES]
    return {
        **{f"own/{name}.json": {"graded": cases} for name, cases in own.items()},
        "own/no-proxy.json": {"graded": own["no-proxy"], "otherwise": NO_PROXY_DEVIATIONS},
        "own/basic-auth.json": {"graded": OF_URLS},
        "own/cookie-jar.json": {"graded": of_the_client},
        "fetch/redirect-method.json": {"graded": load("fetch/redirect-method.json")},
    }
