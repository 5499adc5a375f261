"""Responses: what they know without waiting, and the one pass over the body."""

import copy
import gc
import gzip
import pickle
import tracemalloc
import zlib

import pytest

from httpcore_headers import Headers
from httpcore_pool import (
    ByteSource,
    DecodingError,
    HTTPStatusError,
    Options,
    ReadError,
    RedirectError,
    Request,
    Response,
    ResponseBase,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    SyncResponse,
    run_sync,
)

REQUEST = Request("GET", "http://user:hunter2@example.org/")


class Pieces(ByteSource):
    """A source of given pieces; an exception among them is raised."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    async def read_chunk(self):
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, BaseException):
            self.closed = self.cut = True
            raise piece
        self.closed = self.closed or not piece
        return piece

    async def close(self):
        self.cut = self.cut or not self.closed
        self.closed = True


def response(source=b"", status=200, headers=None, **options):
    return Response(status, Headers(headers), source, request=REQUEST, **options)


def typed(content_type, body=b""):
    made = response(body, headers={"Content-Type": content_type} if content_type else None)
    run_sync(made.read())
    return made


def test_a_new_response_knows_its_parts():
    made = Response(404, request=REQUEST)
    assert (404, "Not Found", "HTTP/1.1", {}, (), None, [], REQUEST.url) == (
        made.status_code,
        made.reason_phrase,
        made.protocol,
        made.cookies,
        made.history,
        made.next_request,
        list(made.headers.raw),
        made.url,
    )


def test_the_reason_is_what_the_server_wrote_or_the_standard_one_or_nothing():
    assert ("", "Fine", "") == (
        response(status=599).reason_phrase,
        response(reason_phrase="Fine").reason_phrase,
        response(reason_phrase="").reason_phrase,
    )


@pytest.mark.parametrize(
    ("status", "success"), [(199, False), (200, True), (299, True), (300, False)]
)
def test_success_is_2xx(status, success):
    assert success is response(status=status).is_success


@pytest.mark.parametrize(("status", "error"), [(399, False), (400, True), (599, True)])
def test_an_error_is_4xx_or_5xx(status, error):
    assert error is response(status=status).is_error


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_has_a_status_that_names_another_url_and_a_location(status):
    assert response(status=status, headers={"Location": "/"}).is_redirect
    assert not response(status=status).is_redirect


@pytest.mark.parametrize("status", [200, 300, 304])
def test_other_statuses_are_no_redirects(status):
    assert not response(status=status, headers={"Location": "/"}).is_redirect


def test_content_must_be_read_first():
    with pytest.raises(ResponseNotRead, match="GET http://user:.*call read"):
        _ = response(b"x").content


def test_read_gives_the_same_bytes_again(run):
    async def scenario():
        made = response(Pieces(b"a", b"b"))
        return await made.read(), await made.read(), made.content, made.is_closed

    assert (b"ab", b"ab", b"ab", True) == run(scenario)


def test_an_adapter_may_let_the_body_pass_through_its_hands():
    made = response(Pieces(b"a", b"b"))
    inner = []

    def wrap(source):
        inner.append(source)
        return Pieces(b"c")

    made.wrap_source(wrap)
    assert (b"c", [b"a", b"b"]) == (run_sync(made.read()), inner[0].pieces)
    run_sync(inner[0].close())


def test_but_not_when_somebody_has_begun_to_stream_it():
    made = response(Pieces(b"a", b"b"))
    stream = made.stream()
    with pytest.raises(StreamConsumed, match="can't be wrapped any more"):
        made.wrap_source(lambda source: source)
    run_sync(stream.close())


def test_one_that_was_read_stays_as_it_is():
    made = response(Pieces(b"a", b"b"))
    run_sync(made.read())
    made.wrap_source(lambda source: source)
    assert b"ab" == made.content


def test_an_empty_body_reads_as_no_bytes():
    made = response(Pieces())
    assert (b"", b"") == (run_sync(made.read()), made.content)


async def pieces_of(stream):
    return [piece async for piece in stream]


def test_a_stream_gives_the_pieces_and_consumes(run):
    async def scenario():
        made = response(Pieces(b"a", b"b"))
        pieces = await pieces_of(made.stream())
        with pytest.raises(StreamConsumed, match="streamed before"):
            await made.read()
        with pytest.raises(StreamConsumed):
            made.stream()
        return pieces

    assert [b"a", b"b"] == run(scenario)


def test_after_read_a_stream_gives_the_content_again_but_raw_does_not():
    made = response(b"abc")
    run_sync(made.read())
    assert [b"abc"] == run_sync(pieces_of(made.stream()))
    with pytest.raises(StreamConsumed, match="bytes as transferred are gone"):
        made.raw()


def test_after_close_there_is_nothing_to_read():
    made = response(Pieces(b"a"))
    run_sync(made.close())
    for use in (made.stream, made.raw, lambda: run_sync(made.read())):
        with pytest.raises(StreamClosed, match="closed before its body was read"):
            use()


def test_a_response_closes_as_a_context_manager_and_for_aclosing(run):
    async def scenario():
        first, second = response(Pieces(b"a")), response(Pieces(b"a"))
        async with first as same:
            assert first is same
        await second.aclose()
        return first.is_closed, second.is_closed

    assert (True, True) == run(scenario)


@pytest.mark.parametrize(
    ("coding", "coder"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("x-gzip", gzip.compress)],
)
def test_read_and_stream_undo_the_content_coding_raw_does_not(coding, coder):
    plain = b"plain " * 50_000
    coded = coder(plain)

    def made():
        return response(Pieces(coded[:7], coded[7:]), headers={"Content-Encoding": coding})

    assert plain == run_sync(made().read())
    assert plain == b"".join(run_sync(pieces_of(made().stream())))
    assert coded == b"".join(run_sync(pieces_of(made().raw())))


def test_decoded_pieces_are_bounded():
    made = response(Pieces(gzip.compress(bytes(1_000_000))), headers={"Content-Encoding": "gzip"})
    assert 64 * 1024 == max(map(len, run_sync(pieces_of(made.stream()))))


def test_an_unknown_coding_leaves_the_body_as_it_is():
    made = response(b"???", headers={"Content-Encoding": "zork"})
    assert b"???" == run_sync(made.read())


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(b"cut off", mtime=0)[:-3]])
def test_a_body_that_is_not_as_coded_is_an_error_and_closes(body):
    source = Pieces(body, b"") if body else None
    made = response(source, headers={"Content-Encoding": "gzip"})
    with pytest.raises(DecodingError, match="GET http://user:") as caught:
        run_sync(made.read())
    assert (True, False) == (made.is_closed, "hunter2" in str(caught.value))


def test_an_error_of_another_kind_while_decoding_closes_and_passes():
    made = response(Pieces(RuntimeError("mine")), headers={"Content-Encoding": "gzip"})
    with pytest.raises(RuntimeError, match="mine"):
        run_sync(made.read())
    assert made.is_closed


def test_an_interrupted_body_can_not_be_read_again():
    made = response(Pieces(b"a", ReadError("broke")))
    with pytest.raises(ReadError):
        run_sync(made.read())
    with pytest.raises(StreamConsumed):
        run_sync(made.read())


@pytest.mark.parametrize(
    ("content_type", "body", "encoding"),
    [
        ("text/plain; charset=latin-1", b"", "latin-1"),
        ('text/plain; charset="UTF-8"', b"", "utf-8"),
        ("text/plain; charset=latin-1", "a".encode("utf-8-sig"), "latin-1"),
        ("text/plain; charset=no-such", b"", "utf-8"),
        ("text/plain; charset=no-such", "a".encode("utf-16"), "utf-16"),
        ("text/plain; charset=base64", b"", "utf-8"),
        ("text/plain", b"", "utf-8"),
        ("???", b"", "utf-8"),
        (None, "a".encode("utf-8-sig"), "utf-8"),
        (None, "a".encode("utf-16"), "utf-16"),
        (None, b"\xfe\xff\0a", "utf-16"),
        (None, "a".encode("utf-32"), "utf-32"),
        (None, b"\0\0\xfe\xff\0\0\0a", "utf-32"),
    ],
)
def test_the_encoding_is_the_charset_or_the_mark_or_utf_8(content_type, body, encoding):
    assert encoding == typed(content_type, body).encoding.lower()


def test_the_encoding_needs_no_body():
    assert "utf-8" == response().encoding


def defaulting(default, content_type=None, body=b"\xe4"):
    request = Request("GET", "http://example.org/", options=Options(default_encoding=default))
    fields = Headers({"Content-Type": content_type} if content_type else None)
    return Response(200, fields, Pieces(body), request=request)


def test_the_default_encoding_stands_behind_charset_and_mark():
    for content_type, body, encoding in (
        (None, b"", "koi8-r"),
        (None, b"\xe4", "koi8-r"),
        ("text/plain; charset=no-such", b"\xe4", "koi8-r"),
        ("text/plain; charset=latin-1", b"\xe4", "latin-1"),
        (None, b"\xef\xbb\xbfa", "utf-8"),
    ):
        made = defaulting("koi8-r", content_type, body)
        run_sync(made.read())
        assert encoding == made.encoding


def test_a_caller_may_take_what_no_peer_may_name_as_the_default():
    made = defaulting("unicode_escape", None, rb"\u20ac")
    run_sync(made.read())
    assert "€" == made.text


def test_a_function_is_given_the_content_once_and_may_not_know_either():
    given = []

    def detect(content):
        given.append(content)
        return "latin-1"

    made = defaulting(detect)
    assert ("utf-8", []) == (made.encoding, given)  # there is nothing to look at
    run_sync(made.read())
    assert ("ä", "ä", "latin-1", [b"\xe4"]) == (made.text, made.text, made.encoding, given)
    for unknown in (None, "no-such", "base64"):
        made = defaulting(lambda content, unknown=unknown: unknown)
        run_sync(made.read())
        assert ("utf-8", "\ufffd") == (made.encoding, made.text)


def test_an_error_of_the_function_is_the_callers():
    made = defaulting(lambda content: 1 // 0)
    run_sync(made.read())
    with pytest.raises(ZeroDivisionError):
        _ = made.text


def test_a_caller_may_set_the_encoding_before_and_after_reading():
    made = response(Pieces(b"\xe4\x80"))
    made.encoding = "latin-1"
    run_sync(made.read())
    assert ("latin-1", "ä\x80") == (made.encoding, made.text)
    made.encoding = "cp1252"
    assert ("cp1252", "ä€") == (made.encoding, made.text)
    twin = SyncResponse(made)
    twin.encoding = "latin-1"
    assert "ä\x80" == made.text


@pytest.mark.parametrize("label", ["klingon", "base64", "idna", "a\0b"])
def test_an_encoding_that_is_none_is_refused_where_it_is_set(label):
    made = typed(None, b"a")
    with pytest.raises(LookupError, match=f"{label!r} is not a text encoding".replace("\\", ".")):
        made.encoding = label
    assert ("utf-8", "a") == (made.encoding, made.text)


def test_text_never_fails_and_has_no_mark():
    assert "a\ufffdb" == typed("text/plain", b"a\xffb").text
    assert "grüße" == typed("text/plain; charset=iso-8859-1", "grüße".encode("latin-1")).text
    assert (
        "a" == typed(None, "a".encode("utf-8-sig")).text == typed(None, "a".encode("utf-16")).text
    )


def test_text_is_decoded_once():
    made = typed(None, b"abc" * 100)
    assert made.text is made.text


async def items_of(stream):
    return [item async for item in stream]


def test_text_and_lines_are_streamed(run):
    async def scenario():
        def made():
            return response(Pieces("aé".encode()[:2], "é".encode()[1:] + b"\r", b"\n\nb"))

        return await items_of(made().stream_text()), await items_of(made().stream_lines())

    assert (["a", "é\r", "\n\nb"], ["aé", "", "b"]) == run(scenario)


def test_streamed_text_tells_its_encoding():
    made = response(Pieces("aé\n".encode("utf-16")))
    assert (["aé"], "utf-16") == (run_sync(items_of(made.stream_lines())), made.encoding)
    made = defaulting("latin-1")
    assert (["ä"], "latin-1") == (run_sync(items_of(made.stream_text())), made.encoding)
    made = response(Pieces(b"\xe4"))
    made.encoding = "latin-1"
    assert ["ä"] == run_sync(items_of(made.stream_text()))


def test_a_body_that_was_read_streams_as_text_and_one_that_was_streamed_does_not():
    made = typed(None, b"a\nb")
    assert ["a\nb"] == run_sync(items_of(made.stream_text()))
    assert ["a", "b"] == run_sync(items_of(made.stream_lines()))
    made = response(Pieces(b"a"))
    run_sync(items_of(made.stream_lines()))
    for again in (made.stream_text, made.stream_lines):
        with pytest.raises(StreamConsumed):
            again()


def test_a_stream_of_lines_that_is_left_early_closes_the_response(run):
    async def scenario():
        made = response(Pieces(b"a\nb", b"c"))
        async with made.stream_lines() as lines:
            line = await anext(lines)
        return line, made.is_closed

    assert ("a", True) == run(scenario)


def test_the_media_type_has_its_parts():
    media = typed('Text/HTML; Charset="utf-8"').content_type
    assert ("text/html", "utf-8") == (media.essence, media.charset)
    assert None is typed("???").content_type is typed(None).content_type


def test_codings_that_are_not_undone_are_said():
    def left(value):
        return response(headers=value and {"Content-Encoding": value}).codings_left

    assert [(), (), ("zork",), ("gzip", "zork")] == [
        left(value) for value in (None, "gzip", "zork, gzip", "gzip, zork")
    ]
    with pytest.raises(DecodingError, match="content codings in a row"):
        left("gzip, " * 10)


def test_links_are_found_by_relation_with_absolute_targets():
    made = Response(
        200,
        Headers(
            [
                ("Link", '</p2>; rel="next", <?page=9>; rel="last end"; title="End"'),
                ("Link", '</p3>; rel=next, </other>; rel="up"; anchor="/elsewhere"'),
                ("Link", '<http://[>; rel="broken", <#x>; rel=top; anchor=""'),
            ]
        ),
        request=Request("GET", "http://example.org/a/p1?page=1#here"),
    )
    assert {
        "next": "http://example.org/p2",
        "last": "http://example.org/a/p1?page=9",
        "end": "http://example.org/a/p1?page=9",
        "top": "http://example.org/a/p1?page=1#x",
    } == {relation: link.target for relation, link in made.links.items()}
    assert ("End", ("last", "end")) == (made.links["end"].title, made.links["end"].rel)
    assert {} == response().links


def test_raise_for_status_passes_what_is_below_400():
    made = response(status=399)
    assert made is made.raise_for_status()


@pytest.mark.parametrize(
    ("status", "words"), [(404, "client error 404 Not Found"), (599, "server error 599")]
)
def test_raise_for_status_names_request_and_status(status, words):
    made = response(status=status)
    with pytest.raises(HTTPStatusError, match=words) as caught:
        made.raise_for_status()
    assert (status, made, "GET") == (
        caught.value.status_code,
        caught.value.response,
        caught.value.method,
    )
    assert not str(caught.value).endswith(" ")


def test_a_status_without_a_phrase_is_told_with_the_standard_one():
    """RFC 9112 4: the phrase may be empty."""
    silent = Response(404, request=REQUEST, reason_phrase="")
    with pytest.raises(HTTPStatusError) as caught:
        silent.raise_for_status()
    assert ("client error 404 Not Found", "") == (caught.value.message, silent.reason_phrase)


def failed(content_type, body, status=500):
    made = typed(content_type, body)
    made.status_code = status
    with pytest.raises(HTTPStatusError) as caught:
        made.raise_for_status()
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/html; charset=utf-8", "application/json", "application/problem+json"],
)
def test_the_error_shows_the_start_of_a_text(content_type):
    error = failed(content_type, b'{"why": "\xc3\xbc"}', 404)
    assert 'client error 404 OK: {"why": "ü"}' == error.message
    assert error.message == pickle.loads(pickle.dumps(error)).message
    assert "GET http://user:" in str(error)
    assert "hunter2" not in str(error)


def test_the_text_in_an_error_is_one_line_of_at_most_200_characters():
    error = failed("text/plain; charset=utf-16", "a\r\n\x1b[2J\u2028\x85b".encode("utf-16"))
    assert r"server error 500 OK: a\r\n\x1b[2J\u2028\x85b" == error.message
    for character in ("x", "€", "𝄞"):
        whole = failed("text/plain", character.encode() * 200)
        assert f"server error 500 OK: {character * 200}" == whole.message
        assert f"{whole.message}..." == failed("text/plain", character.encode() * 201).message
    assert "..." == failed("text/plain", b"\0" * 10_000_000).message[-3:]


@pytest.mark.parametrize("content_type", [None, "image/png", "application/octet-stream", "???"])
def test_the_error_shows_nothing_of_what_is_no_text(content_type):
    assert "server error 500 OK" == failed(content_type, b"body").message


def test_the_error_shows_nothing_of_an_empty_or_unread_body():
    assert "server error 500 OK" == failed("text/plain", b"").message
    with pytest.raises(HTTPStatusError, match="server error 500 Internal Server Error$"):
        response(b"a", 500, {"Content-Type": "text/plain"}).raise_for_status()


def test_next_sends_what_the_redirect_asks_for_and_closes_this_one(run):
    async def scenario():
        first, then = response(Pieces(b"body"), 302), response(status=200)

        async def follow(request):
            assert REQUEST is request
            return then

        first.set_redirect((then,), REQUEST, follow)
        return await first.next() is then, first.is_closed, first.history == (then,)

    assert (True, True, True) == run(scenario)


def test_next_says_why_there_is_none():
    with pytest.raises(RedirectError, match="status 200 is not a redirect"):
        run_sync(response().next())
    refused = response(status=302)
    refused.set_redirect((), None, None, "Location is missing")
    with pytest.raises(RedirectError, match="Location is missing"):
        run_sync(refused.next())


def test_repr_tells_class_and_status():
    assert "<Response [200 OK]>" == repr(response())
    assert "<SyncResponse [404 Not Found]>" == repr(SyncResponse(response(status=404)))


def test_a_reason_phrase_can_not_split_a_line_of_a_log():
    strange = Response(500, request=REQUEST, reason_phrase="a\x85b\u2028\xe9\t")
    assert r"<Response [500 a\x85b\u2028\xe9\t]>" == repr(strange)
    with pytest.raises(HTTPStatusError) as caught:
        strange.raise_for_status()
    assert r"server error 500 a\x85b\u2028\xe9\t" == caught.value.message


@pytest.mark.parametrize("reason", ["a\r\nX: y", "a\nb", "a\x00b", "\x7f", "\x1b[2J"])
def test_a_reason_phrase_has_no_control_characters(reason):
    with pytest.raises(ValueError, match="reason_phrase must not have control characters"):
        Response(200, request=REQUEST, reason_phrase=reason)


def test_a_response_without_a_switch_has_no_network_stream():
    assert (None, None) == (response().network_stream, SyncResponse(response()).network_stream)


def test_the_twin_shares_the_body():
    made = response(Pieces(b"a", b"b"))
    twin = SyncResponse(made)
    assert (b"ab", b"ab", True) == (twin.read(), made.content, made.is_closed)


def test_the_twin_has_all_that_the_response_has():
    response = Response(200, Headers(), b"", request=REQUEST)
    twin = SyncResponse(response)
    for name in ResponseBase.__slots__:
        assert getattr(response, name) is getattr(twin, name), name


def test_a_source_that_is_at_its_end_is_not_read_again():
    class Whole(Pieces):
        async def read_chunk(self):
            self.closed = len(self.pieces) == 1
            return self.pieces.pop(0)

    source = Whole(b"a", b"b")
    assert b"ab" == SyncResponse(Response(200, Headers(), source, request=REQUEST)).read()


def test_the_twin_streams_text_and_lines():
    assert ["a", "b\n"] == list(SyncResponse(response(Pieces(b"a", b"b\n"))).stream_text())
    assert ["ab", ""] == list(SyncResponse(response(Pieces(b"a", b"b\n", b"\n"))).stream_lines())
    made = SyncResponse(response(Pieces(b"a\n", b"b")))
    with made.stream_lines() as lines:
        assert "a" == next(lines)
    assert made.is_closed


def test_the_twin_streams():
    assert [b"a", b"b"] == list(SyncResponse(response(Pieces(b"a", b"b"))).stream())
    assert [b"a"] == list(SyncResponse(response(Pieces(b"a"))).raw())


def test_the_twin_closes_its_stream_early():
    made = SyncResponse(response(Pieces(b"a", b"b")))
    with made.stream() as stream:
        assert b"a" == next(stream)
    assert made.is_closed


def test_the_twin_closes_as_a_context_manager():
    with SyncResponse(response(Pieces(b"a"))) as made:
        pass
    assert made.is_closed


def test_the_twins_redirects_are_twins():
    first, then = response(status=302), response(status=200)

    async def follow(_):
        return then

    first.set_redirect((then,), REQUEST, follow)
    twin = SyncResponse(first)
    assert (SyncResponse, 200) == (type(twin.next()), twin.history[0].status_code)
    assert SyncResponse is type(twin.history[0])


def test_a_response_that_is_dropped_open_warns():
    made = response(Pieces(b"a"))
    with pytest.warns(ResourceWarning, match="dropped without being read to its end or closed"):
        del made
        gc.collect()


# To other processes.


def travelled(response):
    return pickle.loads(pickle.dumps(response))


@pytest.mark.parametrize("kind", [Response, SyncResponse])
def test_a_response_that_was_read_travels_without_the_secrets_of_its_request(kind):
    url = "https://user:s3cret@example.org/a?b=c"
    fields = {"Authorization": "s3cret", "Cookie": "a=s3cret", "X-One": "1"}
    request = Request("POST", url, b"asked", fields)
    response = Response(404, Headers({"X-Two": "2"}), "café".encode("latin-1"), request=request)
    response.cookies = {"b": "1"}
    response.set_redirect((Response(302, request=request),))
    run_sync(response.read())
    response._body.source.trailers = Headers({"X-Sum": "1"})
    response.encoding = "latin-1"
    twin = travelled(response if kind is Response else SyncResponse(response))
    assert b"s3cret" not in pickle.dumps(response)
    assert (kind, 404, "Not Found", "HTTP/1.1") == (
        type(twin),
        twin.status_code,
        twin.reason_phrase,
        twin.protocol,
    )
    assert ("café", "latin-1", {"b": "1"}) == (twin.text, twin.encoding, twin.cookies)
    assert ("https://example.org/a?b=c", "1", b"asked") == (
        str(twin.url),
        twin.request.headers["X-One"],
        twin.request.content,
    )
    assert [302] == [each.status_code for each in twin.history]
    assert (response.connection, response.elapsed) == (twin.connection, twin.elapsed)
    assert repr(twin) == repr(travelled(twin))
    assert [("X-Sum", "1")] == twin.trailers.multi_items()
    assert "s3cret" in str(response.request.url)


def test_a_response_that_was_closed_unread_travels_as_that():
    request = Request("POST", "http://a.test/", iter([b""]))
    response = Response(200, source=b"lost", request=request)
    run_sync(response.close())
    twin = travelled(response)
    assert twin.request.body is None
    with pytest.raises(StreamClosed):
        _ = twin.content


def test_a_response_that_is_in_memory_is_read_for_that():
    response = Response(200, source=b"in memory", request=Request("GET", "http://a.test/"))
    assert b"in memory" == travelled(response).content == response.content


def test_a_response_whose_body_is_open_can_not_travel():
    response = Response(200, source=Pieces(b"open"), request=Request("GET", "http://a.test/"))
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="while its body is open: read it first"):
            way(response)
    run_sync(response.close())


def test_what_a_server_sends_back_of_the_secrets_is_not_in_the_error():
    fields = {"Authorization": "Basic dTpwdw==", "X-API-Key": "s3cret", "Cookie": "a=1"}
    request = Request("GET", "http://a.test/", headers=fields)
    echo = b'{"Authorization": "Basic dTpwdw==", "token": "dTpwdw==", "key": "s3cret", "a": "1"}'
    response = Response(500, Headers({"Content-Type": "application/json"}), echo, request=request)
    run_sync(response.read())
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    assert str(caught.value).endswith(
        '{"Authorization": "[secure]", "token": "[secure]", "key": "[secure]", "a": "1"}'
    )


def test_what_a_server_sends_back_of_the_secrets_of_a_url_is_not_in_the_error():
    url = "http://a.test/?page=1&token=s3%2Fcret&next=http%3A%2F%2Fb%2F%3Fsig%3Ds3cret"
    echo = b"GET /?page=1&token=s3%2Fcret: token is s3/cret, next is http://b/?sig=s3cret, page 1"
    fields = Headers({"Content-Type": "text/plain"})
    response = Response(500, fields, echo, request=Request("GET", url))
    run_sync(response.read())
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    shown = "GET /?page=1&token=[secure]: token is [secure], next is [secure], page 1"
    assert str(caught.value).endswith(shown)


def test_a_secret_across_the_cut_of_an_excerpt_is_not_shown_in_part():
    fields = [
        ("Cookie", "a=1; sid=COOKIEVALUE"),
        ("X-API-Key", "FIRSTKEY"),
        ("X-API-Key", "SECONDKEY"),
    ]
    request = Request("GET", "http://a.test/", headers=fields)
    for secret in ("COOKIEVALUE", "FIRSTKEY", "SECONDKEY"):
        for before in range(180, 201):
            body = b"y" * before + secret.encode() * 3
            response = Response(500, Headers({"Content-Type": "text/plain"}), body, request=request)
            run_sync(response.read())
            with pytest.raises(HTTPStatusError) as caught:
                response.raise_for_status()
            assert secret[:5] not in str(caught.value)


def test_what_a_peer_wrote_is_cut_in_errors():
    request = Request("GET", "http://a.test/")
    fields = Headers({"Content-Type": "x" * 5000})
    response = Response(500, fields, b"{", request=request, reason_phrase="r" * 5000)
    run_sync(response.read())
    with pytest.raises(HTTPStatusError) as caught:
        response.raise_for_status()
    assert 300 > len(str(caught.value))
    with pytest.raises(ValueError) as caught:
        response.json()
    assert 600 > sum(map(len, caught.value.__notes__))


def test_an_attribute_error_of_a_callers_function_is_shown_as_it_is():
    options = Options(default_encoding=lambda start: start.nope)
    request = Request("GET", "http://a.test/", options=options)
    response = Response(200, source=b"x", request=request)
    run_sync(response.read())
    with pytest.raises(AttributeError, match="'bytes' object has no attribute 'nope'"):
        _ = response.text


def test_a_body_of_many_tiny_pieces_is_read_in_little_memory():
    pieces = 50_000
    response = Response(200, source=Pieces(*[b"ab"] * pieces), request=REQUEST)
    tracemalloc.start()
    try:
        content = run_sync(response.read())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert b"ab" * pieces == content
    assert 10 * len(content) > peak


def test_a_copy_has_the_text_that_the_response_has():
    options = Options(default_encoding="latin-1")
    request = Request("GET", "http://a.test/", options=options)
    response = Response(200, source=b"caf\xe9", request=request)
    run_sync(response.read())
    assert "café" == travelled(response).text == copy.copy(response).text
