"""JSON out of a whole body."""

import codecs
import json

import pytest

from httpcore_headers import Headers
from httpcore_pool import Request, Response, SyncResponse

VALUE = {"a": "ü€𝄞"}


def holding(body, content_type="application/json", status=200):
    fields = Headers({"Content-Type": content_type} if content_type else None)
    request = Request("GET", "http://user:hunter2@example.org/")
    made = SyncResponse(Response(status, fields, body, request=request))
    made.read()
    return made


MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("encoding", MARKS)
def test_json_is_found_in_each_unicode_encoding_with_a_mark_and_without(encoding):
    body = json.dumps(VALUE, ensure_ascii=False).encode(encoding)
    for content in (body, MARKS[encoding] + body):
        assert VALUE == holding(content).json()
        assert VALUE == holding(content, "text/plain; charset=latin-1").json()
        given = holding(content).json(lambda body: body)
        assert json.dumps(VALUE, ensure_ascii=False).encode() == given


def test_options_go_to_the_parser():
    assert {"a": "1.5"} == holding(b'{"a": 1.5}').json(parse_float=str)
    assert (b"{}", 1) == holding(b"{}").json(lambda body, extra: (body, extra), extra=1)


@pytest.mark.parametrize("body", [b"{", b"<html>", b'{"a": \x00}'])
def test_what_is_no_json_is_a_value_error_that_tells_whose(body):
    with pytest.raises(json.JSONDecodeError) as caught:
        holding(body, "text/html", 502).json()
    [note] = caught.value.__notes__
    assert note.endswith("had 502 Bad Gateway, Content-Type: 'text/html'")
    assert "<Request GET http://user:" in note
    assert "hunter2" not in note


@pytest.mark.parametrize("body", [b'"\xff"', b'"\xed\xa0\x80"', b'"\xe2\x82"', b'\xff\xfe"'])
def test_what_is_no_unicode_is_a_value_error_that_says_so(body):
    with pytest.raises(UnicodeDecodeError, match="codec can't decode"):
        holding(body).json()


@pytest.mark.parametrize("loads", [None, json.loads])
def test_an_empty_body_says_that_it_is_empty(loads):
    with pytest.raises(json.JSONDecodeError, match="the body is empty") as caught:
        holding(b"", None, 204).json(loads)
    assert "had 204 No Content, Content-Type: 'none'" in caught.value.__notes__[0]


def test_json_that_is_nested_too_deeply_is_not_json():
    with pytest.raises(json.JSONDecodeError, match="nested too deeply"):
        holding(b"[" * 200_000).json()
