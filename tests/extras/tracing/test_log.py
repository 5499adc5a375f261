"""Lines that tell of requests, without their secrets."""

import logging
import re

import pytest

from httpcore_client import ConnectError, HTTPError
from httpcore_client.tracing.log import LogAdapter
from testkit.peer import Peer


def lines(caplog):
    return [re.sub(r"\d+ ms|connection \d+", "N", line) for line in caplog.messages]


def test_a_line_for_each_request_that_goes_out(run_client, origin, caplog):
    async def scenario(client):
        await client.get(f"{origin.plain}/redirect/1?token=hunter2&page=2")

    caplog.set_level(logging.INFO, "httpcore_client")
    run_client(scenario, adapters=[LogAdapter()])
    first, second = lines(caplog)
    url = f"{origin.plain}/redirect/1?token=[secure]&page=2"
    assert f'GET {url} "HTTP/1.1 302" in N, 9 bytes, new N' == first
    assert re.fullmatch(
        rf'GET {origin.plain}/echo "HTTP/1.1 200" in N, \d+ bytes, reused N', second
    )


@pytest.mark.parametrize(("length", "said"), [(1, "1 byte"), (2, "2 bytes"), (3000, "3,000 bytes")])
def test_a_line_says_how_much_came(run_client, origin, caplog, length, said):
    async def scenario(client):
        with client.waterfall() as waterfall:
            await client.get(f"{origin.plain}/bytes/{length}")
        return str(waterfall)

    caplog.set_level(logging.INFO, "httpcore_client")
    drawn = run_client(scenario, adapters=[LogAdapter()])
    assert f" in N, {said}, new N" in lines(caplog)[0]
    assert f" {said}," in drawn


def test_at_debug_each_step_has_a_line_with_the_number_of_its_request(run_client, origin, caplog):
    async def scenario(client):
        await client.get(origin.plain, auth=("user", "hunter2"))

    caplog.set_level(logging.DEBUG, "mine")
    run_client(scenario, adapters=[LogAdapter("mine", logging.DEBUG)])
    assert 1 == len({line.split(" ")[0] for line in caplog.messages})
    assert [f"GET {origin.plain}/", "dns.start", "receive.done"] == [
        re.sub(r"^#\d+ | at .*", "", caplog.messages[index]) for index in (0, 1, -2)
    ]
    assert re.fullmatch(r"#\d+ dns.start at \d+\.\d ms host=localhost", caplog.messages[1])
    assert "hunter2" not in caplog.text


def test_who_does_not_listen_has_no_lines_and_no_watcher(run_client, origin, caplog):
    async def scenario(client):
        await client.get(origin.plain)

    caplog.set_level(logging.WARNING, "httpcore_client")
    run_client(scenario, adapters=[LogAdapter(logging.getLogger("httpcore_client"))])
    assert [] == caplog.messages


def test_steps_may_be_listened_to_alone(run_client, answers, caplog):
    async def scenario(client):
        await client.get("http://example.org/")

    caplog.set_level(logging.DEBUG, "httpcore_client")
    run_client(scenario, adapters=[LogAdapter(level=5), answers(204)])
    assert [" GET http://example.org/"] == [re.sub(r"^#\d+", "", line) for line in caplog.messages]


def test_failures_are_told(run_client, caplog):
    async def scenario(client, url):
        with pytest.raises(ConnectError):
            await client.get("http://user:hunter2@127.0.0.1:1/")
        with pytest.raises(HTTPError):
            await client.get(url)
        async with client.stream("GET", url):
            pass

    caplog.set_level(logging.INFO, "httpcore_client")
    with Peer() as peer:
        cut = b"HTTP/1.1 200 Fine\x80\r\nContent-Length: 900000\r\n\r\nhello"
        peer.handlers = (peer.answering(cut), peer.holding(cut))
        run_client(lambda client: scenario(client, peer.url), adapters=[LogAdapter()])
    assert [
        "GET http://[secure]@127.0.0.1:1/ failed with ConnectError after N",
        f'GET {peer.url}/ "HTTP/1.1 200 Fine\\x80" in N, 5 bytes until it failed with '
        "RemoteProtocolError, new N",
        f'GET {peer.url}/ "HTTP/1.1 200 Fine\\x80" in N, 0 bytes until it was closed, new N',
    ] == lines(caplog)


def test_an_answer_that_is_no_networks_names_no_connection(run_client, answers, caplog):
    async def scenario(client):
        await client.get("http://example.org/")

    caplog.set_level(logging.INFO, "httpcore_client")
    run_client(scenario, adapters=[LogAdapter(), answers(204)])
    assert ['GET http://example.org/ "HTTP/1.1 204 No Content" in N, 0 bytes'] == lines(caplog)


@pytest.mark.parametrize("arguments", [(3,), (None, "INFO"), (None, True)])
def test_wrong_arguments_are_refused(arguments):
    with pytest.raises(TypeError, match="must be a"):
        LogAdapter(*arguments)


def test_repr_tells_where_to():
    assert "<LogAdapter 'httpcore_client' INFO>" == repr(LogAdapter())
