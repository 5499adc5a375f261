"""Archives that browsers open: valid by the schema of HAR 1.2, and without secrets."""

import base64
import gzip
import json
import pickle
from pathlib import Path

import jsonschema
import pytest
import referencing

from httpcore_client import ConnectError, DecodingError, HTTPError, ScriptedBackend, SyncClient
from httpcore_client.tracing.har import HarRecorder
from testkit.peer import Peer, response

SCHEMAS = {
    path.name: json.loads(path.read_text())
    for path in (Path(__file__).parent / "har_schema").glob("*.json")
}
REGISTRY = referencing.Registry().with_resources(
    (schema["$id"].rstrip("#"), referencing.Resource.from_contents(schema))
    for schema in SCHEMAS.values()
)
VALIDATOR = jsonschema.Draft6Validator(
    SCHEMAS["har.json"], registry=REGISTRY, format_checker=jsonschema.FormatChecker()
)


def entries(har):
    """Those of an archive that is valid."""
    archive = json.loads(json.dumps(har.to_dict()))
    assert [] == [error.message for error in VALIDATOR.iter_errors(archive)]
    return archive["log"]["entries"]


@pytest.fixture
def record(run_client):
    """Run a scenario and return the entries of what it sends."""

    def record(scenario, **options):
        har = HarRecorder(**options)
        run_client(scenario, adapters=[har])
        return entries(har)

    return record


def fields(entry, side):
    return {field["name"].lower(): field["value"] for field in entry[side]["headers"]}


def test_each_hop_is_an_entry(record, origin):
    async def scenario(client):
        await client.get(f"{origin.tls}/redirect/1?page=2")

    first, second = record(scenario)
    assert ("GET", f"{origin.tls}/redirect/1?page=2", "h2") == (
        first["request"]["method"],
        first["request"]["url"],
        first["request"]["httpVersion"],
    )
    assert [{"name": "page", "value": "2"}] == first["request"]["queryString"]
    answer = first["response"]
    assert (302, "h2", f"{origin.tls}/echo") == (
        answer["status"],
        answer["httpVersion"],
        answer["redirectURL"],
    )
    assert (9, 9, "on and on") == (
        answer["bodySize"],
        answer["content"]["size"],
        answer["content"]["text"],
    )
    assert "127.0.0.1" == first["serverIPAddress"]
    assert first["connection"] == second["connection"] != ""
    timings = first["timings"]
    assert timings["connect"] >= timings["ssl"] > 0 <= timings["dns"]
    assert (-1, -1, -1) == tuple(second["timings"][name] for name in ("dns", "connect", "ssl"))
    parts = ("dns", "connect", "send", "wait", "receive")
    assert first["time"] == pytest.approx(sum(timings[name] for name in parts))
    assert first["startedDateTime"].endswith("Z")
    assert first["startedDateTime"] < second["startedDateTime"] or first["time"] < 1


def test_secrets_are_left_out(record, origin):
    async def scenario(client):
        query = "access_token=hunter2&page=2"
        location = "url=http://me:hunter2@localhost/%3Fsig=hunter2"
        url = origin.plain.replace("://", "://user:hunter2@")
        await client.get(f"{origin.plain}/set-cookie?sid=hunter2&_key=x")
        await client.get(f"{url}/redirect-to?{query}&{location}", allow_redirects=False)
        form = {"password": "hunter2", "name": "me"}
        await client.post(origin.plain, data=form, headers={"X-API-Key": "hunter2"})
        await client.post(f"{origin.plain}/echo", json=[{"client_secret": "hunter2", "name": "me"}])
        await client.post(origin.plain, json={"name": "hunted"})
        await client.post(origin.plain, data={"password": "hunter2"}, files={"f": b"x"})
        body = b'{"id_token": "hunter2"}'.hex()
        await client.get(f"{origin.plain}/say?type=application/json&body={body}")
        await client.get(f"{origin.plain}/say?type={FORM}&body={b'token=hunter2'.hex()}")

    found = record(scenario)
    found[1]["request"]["url"] = found[1]["request"]["queryString"] = (
        ""  # what /redirect-to is told
    )
    assert "hunter2" not in json.dumps([*found[1:3], *found[4:]])
    assert [{"name": "sid", "value": "REDACTED"}] == [
        {"name": cookie["name"], "value": cookie["value"]}
        for cookie in found[1]["request"]["cookies"]
        if cookie["name"] == "sid"
    ]
    assert "REDACTED" == found[0]["response"]["cookies"][0]["value"]
    assert "REDACTED" == fields(found[1], "request")["authorization"]
    assert "/?sig=REDACTED" == fields(found[1], "response")["location"].partition("localhost")[2]
    assert "http://localhost/?sig=REDACTED" == found[1]["response"]["redirectURL"]
    form = found[2]["request"]["postData"]
    assert ("password=REDACTED&name=me", "REDACTED") == (form["text"], form["params"][0]["value"])
    text = found[3]["request"]["postData"]["text"]
    assert [{"client_secret": "REDACTED", "name": "me"}] == json.loads(text)
    assert '{"name":"hunted"}' == found[4]["request"]["postData"]["text"]
    assert 'name="password"\r\n\r\nREDACTED\r\n--' in found[5]["request"]["postData"]["text"]
    assert {"id_token": "REDACTED"} == json.loads(found[6]["response"]["content"]["text"])
    assert "token=REDACTED" == found[7]["response"]["content"]["text"]


FORM = "application/x-www-form-urlencoded"


def test_secrets_are_kept_on_request(record, origin):
    async def scenario(client):
        url = origin.plain.replace("://", "://user:hunter2@")
        await client.get(f"{url}/set-cookie?sid=hunter2", cookies={"a": "hunter2"})
        await client.post(origin.plain, files={"f": b"hunter2"})
        await client.post(origin.plain, data={"token": "hunter2"})
        await client.get(f"{origin.plain}/redirect-to?url=/%3Ftoken=hunter2", allow_redirects=False)

    first, second, third, fourth = record(scenario, secrets=True)
    assert "user:hunter2@" in first["request"]["url"]
    assert [{"name": "a", "value": "hunter2"}] == first["request"]["cookies"]
    assert "hunter2" == first["response"]["cookies"][0]["value"]
    assert "sid=hunter2" in fields(first, "response")["set-cookie"]
    assert "hunter2" in second["request"]["postData"]["text"]
    assert [{"name": "token", "value": "hunter2"}] == third["request"]["postData"]["params"]
    assert "/?token=hunter2" == fourth["response"]["redirectURL"]


def test_cookies_are_told_with_what_holds_for_them(record):
    async def scenario(client, url):
        await client.get(url)

    cookie = (
        b"Set-Cookie: a=b; Path=/x; Domain=localhost; Secure; HttpOnly; SameSite=lax; "
        b"Expires=Wed, 09 Jun 2027 10:18:14 GMT"
    )
    with Peer() as peer:
        peer.handlers = (peer.answering(response(b"", "200 OK", cookie, b"Set-Cookie: =")),)
        (entry,) = record(lambda client: scenario(client, peer.url))
    assert [
        {
            "name": "a",
            "value": "REDACTED",
            "httpOnly": True,
            "secure": True,
            "path": "/x",
            "domain": "localhost",
            "sameSite": "Lax",
            "expires": "2027-06-09T10:18:14Z",
        }
    ] == entry["response"]["cookies"]


def test_bodies_are_kept_as_they_are_read(record, origin):
    async def scenario(client):
        await client.get(f"{origin.plain}/gzip")
        await client.get(f"{origin.plain}/bytes/300")
        await client.get(f"{origin.plain}/stream/90000")
        await client.post(f"{origin.plain}/echo", content=[b"\xff\x00", b"\xfe"])
        await client.get(f"{origin.plain}/stream/150000")
        await client.post(f"{origin.plain}/echo", content=[b"x" * 150_000])
        async with client.stream("GET", f"{origin.plain}/stall") as answer:
            await answer.stream().__anext__()

    coded, octets, pieces, sent, large, long, cut = record(scenario, max_body_bytes=100_000)
    content = coded["response"]["content"]
    assert ("coded " * 1000, 6000) == (content["text"], content["size"])
    assert content["compression"] == 6000 - coded["response"]["bodySize"] > 5000
    assert "base64" == octets["response"]["content"]["encoding"]
    assert 300 == len(base64.b64decode(octets["response"]["content"]["text"]))
    assert 90_000 == pieces["response"]["content"]["size"] == pieces["response"]["bodySize"]
    posted = sent["request"]["postData"]
    assert (b"\xff\x00\xfe", "base64") == (base64.b64decode(posted["text"]), posted["_encoding"])
    assert 3 == sent["request"]["bodySize"]
    assert (150_000, "too large to be kept") == (
        large["response"]["content"]["size"],
        large["response"]["content"]["comment"],
    )
    assert "a list: too large to be kept" == long["request"]["postData"]["comment"]
    assert "a little" == cut["response"]["content"]["text"]


def test_what_fails_is_told(record):
    async def scenario(client, url):
        with pytest.raises(ConnectError):
            await client.get("http://127.0.0.1:1/")
        with pytest.raises(HTTPError):
            await client.get(url)
        with pytest.raises(DecodingError):
            await client.get(url)
        await client.get(url, allow_redirects=False)

    with Peer() as peer:
        coded = response(b"no gzip", "200 OK", b"Content-Encoding: gzip")
        moved = response(b"", "302 Found", b"Location: http://[/")
        peer.handlers = (
            peer.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
            peer.answering(coded),
            peer.answering(moved),
        )
        refused, broken, wrong, nowhere = record(lambda client: scenario(client, peer.url))
    assert (0, "ConnectError", -1) == (
        refused["response"]["status"],
        refused["response"]["_error"],
        refused["response"]["bodySize"],
    )
    assert "connection" not in refused
    assert (200, "RemoteProtocolError") == (
        broken["response"]["status"],
        broken["response"]["_error"],
    )
    assert wrong["response"]["content"]["comment"].startswith("not decoded: ")
    assert "REDACTED" == nowhere["response"]["redirectURL"]


def test_what_is_large_in_memory_is_not_kept(record):
    async def scenario(client, url):
        await client.get(url)
        await client.post(url, content=b"x" * 1001)

    coded = response(gzip.compress(bytes(1001)), "200 OK", b"Content-Encoding: gzip")
    with Peer() as peer:
        peer.handlers = (peer.answering(coded, response()),)
        grown, sent = record(lambda client: scenario(client, peer.url), max_body_bytes=1000)
    assert "text" not in grown["response"]["content"]
    assert grown["response"]["content"]["comment"].startswith("not decoded: ")
    assert "1001 bytes: too large to be kept" == sent["request"]["postData"]["comment"]


def test_secrets_in_what_is_no_text_are_left_out(record):
    async def scenario(client, url):
        fields = {"Content-Type": "application/json"}
        await client.post(url, content=b'{"token": "hunter2"}\xff', headers=fields)
        fields["Content-Encoding"] = "gzip"
        await client.post(url, content=gzip.compress(b"hunter2"), headers=fields)

    said = response(b'{"token": "hunter2"}\xff', "200 OK", b"Content-Type: application/json")
    with Peer() as peer:
        peer.handlers = (peer.answering(said, said),)
        plain, coded = record(lambda client: scenario(client, peer.url))
    for text in plain["request"]["postData"]["text"], plain["response"]["content"]["text"]:
        assert b'{"token": "REDACTED"}\xff' == base64.b64decode(text)
    assert "it is coded" in coded["request"]["postData"]["comment"]


def test_what_utf_8_does_not_have_is_saved_too(tmp_path):
    odd = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n+2AA-"
    har, backend = HarRecorder(), ScriptedBackend([odd])
    options = {"backend": backend, "default_encoding": "utf-7"}
    with SyncClient(trust_env=False, adapters=[har], **options) as client:
        client.get("http://example.org/")
    har.save(tmp_path / "traffic.har")
    (entry,) = json.loads((tmp_path / "traffic.har").read_text("utf-8"))["log"]["entries"]
    assert 200 == entry["response"]["status"]
    assert 0o600 == (tmp_path / "traffic.har").stat().st_mode & 0o777


def test_what_is_dropped_is_warned_of_once(run_client, origin):
    async def scenario(client):
        with pytest.warns(ResourceWarning, match="dropped without being read") as warned:
            await client.get(f"{origin.plain}/stall", stream=True)
        return len(warned)

    assert 1 == run_client(scenario, adapters=[HarRecorder()])


def test_a_body_can_be_sent_again(record, origin):
    async def scenario(client):
        url = f"{origin.plain}/redirect-to?status=307&url=/echo"
        await client.post(url, content=[b"abc"])

    first, second = record(scenario)
    assert ["abc", "abc"] == [each["request"]["postData"]["text"] for each in (first, second)]


def test_cookies_may_say_little_and_json_may_be_none(record):
    async def scenario(client, url):
        await client.get(url)

    fields = (b"Set-Cookie: a=b", b"Content-Type: application/problem+json")
    with Peer() as peer:
        peer.handlers = (peer.answering(response(b"{no", "200 OK", *fields)),)
        (entry,) = record(lambda client: scenario(client, peer.url))
    assert {"name", "value", "httpOnly", "secure"} == set(entry["response"]["cookies"][0])
    assert "{no" == entry["response"]["content"]["text"]


def test_the_body_of_a_redirect_is_kept_on_the_way():
    moved = (
        b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    )
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    har, backend = HarRecorder(), ScriptedBackend([moved, b"going"], [ok])
    with SyncClient(trust_env=False, backend=backend, adapters=[har]) as client:
        client.get("http://example.org/")
    assert ["going", ""] == [entry["response"]["content"]["text"] for entry in entries(har)]


def test_a_client_with_a_recorder_travels():
    client = SyncClient(trust_env=False, adapters=[HarRecorder(limit=7)])
    assert "HarRecorder of 0 exchanges" in repr(pickle.loads(pickle.dumps(client)))


def test_the_last_ones_are_kept_and_can_be_saved(run_client, origin, tmp_path):
    async def scenario(client):
        for n in range(3):
            await client.get(f"{origin.plain}/status/20{n}")

    har = HarRecorder(limit=2)
    run_client(scenario, adapters=[har])
    assert [201, 202] == [entry["response"]["status"] for entry in entries(har)]
    har.save(tmp_path / "traffic.har")
    assert har.to_dict() == json.loads((tmp_path / "traffic.har").read_text("utf-8"))
    assert "<HarRecorder of 2 exchanges>" == repr(har)
    har.clear()
    assert (0, []) == (len(har), entries(har))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"secrets": 1}, TypeError),
        ({"max_body_bytes": "1"}, TypeError),
        ({"limit": True}, TypeError),
        ({"limit": 0}, ValueError),
    ],
)
def test_wrong_arguments_are_refused(options, error):
    with pytest.raises(error, match=f"{next(iter(options))} must be"):
        HarRecorder(**options)
