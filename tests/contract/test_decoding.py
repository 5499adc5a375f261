"""Content codings as a caller meets them: scripted answers over real sockets, in each world."""

import pytest

import httpcore_client as httpcore
from testkit.codings import CODERS, PLAIN, packed, skippable
from testkit.peer import Peer, response


@pytest.fixture
def peer():
    with Peer() as started:
        yield started


@pytest.fixture
def get(run_client, peer):
    """Ask for one answer; return its body, or the `DecodingError`."""

    def get(answer, method="GET"):
        async def scenario(client):
            try:
                response = await client.request(method, peer.url)
            except httpcore.DecodingError as error:
                return error
            return response.content

        peer.handlers = (peer.answering(answer),)
        return run_client(scenario)

    return get


def coded(body, *values, status="200 OK"):
    return response(body, status, *(b"Content-Encoding: " + value for value in values))


def until_close(body, *values):
    """An answer that ends with its connection, so that only the coding knows of an end before."""
    lines = [b"HTTP/1.1 200 OK", *(b"Content-Encoding: " + value for value in values)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_what_can_be_undone_is_asked_for(get, peer):
    get(response())
    assert b"Accept-Encoding: gzip, deflate, br, zstd" in peer.requests[0].split(b"\r\n")


@pytest.mark.parametrize("coding", CODERS)
def test_each_coding_is_undone(get, coding):
    assert PLAIN == get(coded(CODERS[coding](PLAIN), coding.encode()))


@pytest.mark.parametrize("name", [b"Gzip", b"GZIP", b"X-Gzip", b" gzip , identity", b",gzip,"])
def test_b095_names_are_case_insensitive_and_blanks_are_nothing(get, name):
    assert PLAIN == get(coded(packed(PLAIN), name))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", packed(PLAIN[:9]) + packed(b"") + packed(PLAIN[9:])),
        (b"zstd", CODERS["zstd"](PLAIN[:9]) + skippable(b"x") + CODERS["zstd"](PLAIN[9:])),
    ],
)
def test_b093_all_members_are_decoded(get, coding, body):
    assert PLAIN == get(coded(body, coding))
    assert PLAIN == get(until_close(body, coding))


@pytest.mark.parametrize("answer", [coded, until_close])
@pytest.mark.parametrize("coding", CODERS)
def test_b093_a_body_cut_off_is_an_error(get, coding, answer):
    body = CODERS[coding](PLAIN)
    for cut in (1, len(body) // 2, len(body) - 1):
        error = get(answer(body[:cut], coding.encode()))
        assert f"the {coding} body is cut off before its end" in str(error)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_b096_what_follows_the_end_is_ignored(get, coding):
    body = CODERS[coding](PLAIN) + b"junk" * 50_000
    assert PLAIN == get(coded(body, coding.encode()))
    assert PLAIN == get(until_close(body, coding.encode()))


def test_b096_what_follows_the_end_of_brotli_is_an_error(get):
    error = get(coded(CODERS["br"](PLAIN) + b"junk" * 50_000, b"br"))
    assert "the body is not valid br: " in str(error)


@pytest.mark.parametrize("values", [[b"gzip, " * 5 + b"gzip"], [b"gzip"] * 3 + [b"deflate"] * 3])
def test_b098_more_than_five_codings_are_refused(get, values):
    error = get(coded(packed(PLAIN), *values))
    assert "6 content codings in a row; at most 5 are undone" in str(error)


def test_codings_of_several_lines_are_undone_last_one_first(get):
    body = CODERS["br"](CODERS["deflate"](packed(PLAIN)))
    assert PLAIN == get(coded(body, b"gzip, deflate", b"br"))


def test_an_unknown_coding_is_passed_through(get):
    assert PLAIN == get(coded(PLAIN, b"utf-8"))
    assert b"zorked" == get(coded(packed(b"zorked"), b"deflate, zork, gzip"))


@pytest.mark.parametrize("coding", CODERS)
def test_b099_what_is_decoded_when_the_connection_ends_is_delivered(get, coding):
    plain = bytes(range(256)) * 20_000
    assert plain == get(until_close(CODERS[coding](plain), coding.encode()))


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize(
    ("method", "status", "length"),
    [
        ("GET", "200 OK", b"0"),
        ("HEAD", "200 OK", b"1000"),
        ("GET", "204 No Content", None),
        ("GET", "304 Not Modified", b"1000"),
    ],
)
def test_b101_no_body_is_empty_whatever_its_coding(get, coding, method, status, length):
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Encoding: " + coding.encode()]
    if length is not None:
        lines.append(b"Content-Length: " + length)
    assert b"" == get(b"\r\n".join(lines) + b"\r\n\r\n", method)


def test_the_client_is_usable_after_a_body_that_is_damaged(run_client, peer):
    peer.handlers = (peer.answering(coded(b"not gzip" * 9, b"gzip")), peer.answering(response()))

    async def scenario(client):
        with pytest.raises(httpcore.DecodingError, match="the body is not valid gzip") as caught:
            await client.get(peer.url)
        assert f"GET {peer.url}" in str(caught.value)
        return (await client.get(peer.url)).content

    assert b"hello" == run_client(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))
