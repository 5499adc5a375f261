"""multipart/form-data (RFC 7578): what is written, how long it is, and that others read the same."""

import io
import os
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_multipart import MultipartParser

from httpcore_client import BodyNotReplayable, InvalidRequest, QueryParams
from httpcore_client.content import encode_multipart
from httpcore_pool import BytesBody, make_body, run_sync


async def content_of(body):
    reader, pieces = body.open(), []
    while piece := await reader.read_chunk():
        pieces.append(piece)
    assert b"" == await reader.read_chunk()
    await reader.close()
    return b"".join(pieces)


def read(body):
    return run_sync(content_of(body))


def by_email(data, media_type):
    """What CPython's email reads: a list of (fields, content)."""
    message = message_from_bytes(b"Content-Type: %b\r\n\r\n" % media_type.encode() + data)
    return [(part.items(), part.get_payload(decode=True)) for part in message.get_payload()]


def by_parser(data, media_type):
    """What python-multipart reads: a list of (fields, content)."""
    parts, line = [], []

    def begin():
        parts.append(([], []))

    def end_of_field():
        parts[-1][0].append(tuple(b"".join(octets).decode() for octets in line))

    def name(data, start, end):
        if not line or line[1]:
            line[:] = [], []
        line[0].append(data[start:end])

    parser = MultipartParser(
        media_type.partition("boundary=")[2],
        {
            "on_part_begin": begin,
            "on_header_field": name,
            "on_header_value": lambda data, start, end: line[1].append(data[start:end]),
            "on_header_end": end_of_field,
            "on_part_data": lambda data, start, end: parts[-1][1].append(data[start:end]),
        },
    )
    assert len(data) == parser.write(data)
    parser.finalize()
    return [(fields, b"".join(content)) for fields, content in parts]


def parts_of(data=None, files=None):
    """Encode a form; both readers must read the same of it, which is returned."""
    body, media_type = encode_multipart(data, files)
    octets = read(body)
    assert body.length == len(octets)
    parts = by_parser(octets, media_type)
    assert by_email(octets, media_type) == parts
    return parts


def disposition(name, filename=None):
    more = "" if filename is None else f'; filename="{filename}"'
    return ("Content-Disposition", f'form-data; name="{name}"{more}')


def head_of(data=None, files=None):
    """The octets of the one part's fields."""
    body, media_type = encode_multipart(data, files)
    boundary = media_type.partition("boundary=")[2].encode()
    head, _, _ = read(body).partition(b"\r\n\r\n")
    return head.removeprefix(b"--%b\r\n" % boundary)


def test_fields_come_first_and_a_list_is_several_of_one_name():
    fields = {"a": "1", "b": ["2", "3"]}
    assert [
        ([disposition("a")], b"1"),
        ([disposition("b")], b"2"),
        ([disposition("b")], b"3"),
        ([disposition("f", "f"), ("Content-Type", "application/octet-stream")], b"x"),
        ([disposition("g", "g"), ("Content-Type", "application/octet-stream")], b"y"),
        ([disposition("g", "g"), ("Content-Type", "application/octet-stream")], b"z"),
    ] == parts_of(fields, {"f": b"x", "g": [b"y", "z"]})


@pytest.mark.parametrize(
    "data",
    [
        [("a", "1"), ("b", "2"), ("a", "3")],
        QueryParams("a=1&b=2&a=3"),
        (("a", "1"), ("b", "2"), ("a", "3")),
    ],
)
def test_pairs_keep_their_order(data):
    assert [("a", b"1"), ("b", b"2"), ("a", b"3")] == [
        (fields[0][1].split('"')[1], content) for fields, content in parts_of(data)
    ]


def test_fields_and_files_can_stand_in_any_order():
    files = [("a", ("a.bin", b"1")), ("b", (None, "2")), ("c", ("c.bin", b"3"))]
    assert [
        ([disposition("a", "a.bin"), ("Content-Type", "application/octet-stream")], b"1"),
        ([disposition("b")], b"2"),
        ([disposition("c", "c.bin"), ("Content-Type", "application/octet-stream")], b"3"),
    ] == parts_of(None, files)


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ("zażółć", "zażółć".encode()),
        (b"\x00\xff\r\n", b"\x00\xff\r\n"),
        (5, b"5"),
        (1.5, b"1.5"),
        (True, b"true"),
        (None, b""),
        ("", b""),
        ("a\nb\rc\r\n", b"a\nb\rc\r\n"),
    ],
)
def test_a_field_is_written_as_in_other_forms_and_not_touched(value, octets):
    ((fields, content),) = parts_of({"a": value})
    assert ([disposition("a")], octets) == (fields, content)


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.JPG", "image/jpeg"),
        ("a.html", "text/html"),
        ("a.tar.gz", "application/gzip"),
        ("a.tar.bz2", "application/octet-stream"),
        ("a.unknownext", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_is_guessed_from_its_name(filename, media_type):
    ((fields, _),) = parts_of(None, {"f": (filename, b"")})
    assert [disposition("f", filename), ("Content-Type", media_type)] == fields


def test_a_type_that_is_given_is_not_guessed():
    ((fields, _),) = parts_of(None, {"f": ("a.txt", b"", "image/png")})
    assert ("Content-Type", "image/png") == fields[1]
    ((fields, _),) = parts_of(None, {"f": (None, "{}", "application/json")})
    assert [disposition("f"), ("Content-Type", "application/json")] == fields


def test_a_type_among_the_headers_replaces_the_guess_and_a_name_that_is_like_it_does_not():
    own = {"content-type": "image/png", "X-A": "1"}
    ((fields, _),) = parts_of(None, {"f": ("a.txt", b"", "text/css", own)})
    assert [disposition("f", "a.txt"), ("content-type", "image/png"), ("X-A", "1")] == fields
    own = {"X-Content-Type-Options": "nosniff"}
    ((fields, _),) = parts_of(None, {"f": ("a.txt", b"", None, own)})
    assert [
        disposition("f", "a.txt"),
        ("Content-Type", "text/plain"),
        ("X-Content-Type-Options", "nosniff"),
    ] == fields
    ((fields, _),) = parts_of(None, {"f": ("a.txt", b"", None, [])})
    assert [disposition("f", "a.txt"), ("Content-Type", "text/plain")] == fields


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('a"b', "a%22b"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a\rb\nc", "a%0Db%0Ac"),
        ("a%22b", "a%22b"),
        ("a\\b", "a\\b"),
        ("a\tb;c=d'e", "a\tb;c=d'e"),
        (" a ", " a "),
        ("zażółć 😀", "zażółć 😀"),
        ("", ""),
    ],
)
def test_names_are_utf_8_and_escaped_as_browsers_do(name, written):
    assert f'Content-Disposition: form-data; name="{written}"'.encode() == head_of({name: "x"})
    head, _, _ = head_of(None, {"f": (name, b"")}).partition(b"\r\n")
    expected = f'Content-Disposition: form-data; name="f"; filename="{written}"'
    assert expected.encode() == head


@pytest.mark.parametrize("control", [*map(chr, range(9)), *"\x0b\x0c\x0e\x1f\x7f"])
def test_other_controls_in_names_are_refused(control):
    for data, files in (({f"a{control}b": "1"}, None), (None, {"f": (f"a{control}b", b"")})):
        with pytest.raises(InvalidRequest, match="part .*Content-Disposition.*control character"):
            encode_multipart(data, files)


class Named(io.BytesIO):
    def __init__(self, name):
        super().__init__(b"x")
        self.name = name


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("/home/user/a.txt", "a.txt"),
        ("a.txt", "a.txt"),
        (b"/home/user/a.txt", "f"),
        (3, "f"),
        ("<stdin>", "f"),
        (None, "f"),
        ("/home/user/", "f"),
    ],
)
def test_a_file_is_called_by_the_last_segment_of_its_path_or_as_its_field(name, filename):
    ((fields, content),) = parts_of(None, {"f": Named(name)})
    assert (disposition("f", filename), b"x") == (fields[0], content)


def test_a_form_in_memory_is_bytes():
    body, media_type = encode_multipart({"a": "1"}, {"f": ("x.txt", b"hi")})
    boundary = media_type.removeprefix("multipart/form-data; boundary=")
    assert (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\nhi\r\n--{boundary}--\r\n"
    ).encode() == body.data


def test_a_form_without_parts_has_an_end():
    body, media_type = encode_multipart(None, None)
    boundary = media_type.partition("boundary=")[2]
    assert f"--{boundary}--\r\n".encode() == body.data


def test_a_boundary_is_random_and_short():
    boundaries = {encode_multipart({"a": "1"}, None)[1].partition("boundary=")[2] for _ in range(9)}
    assert 9 == len(boundaries)
    assert all(32 == len(boundary) and boundary.isalnum() for boundary in boundaries)


def test_a_boundary_that_is_in_a_part_is_not_taken(monkeypatch):
    octets = iter([b"\x11" * 16, b"\x22" * 16])
    monkeypatch.setattr(os, "urandom", lambda size: next(octets))
    _, media_type = encode_multipart({"a": "11" * 16}, None)
    assert "multipart/form-data; boundary=" + "22" * 16 == media_type


def test_what_is_streamed_is_as_long_as_it_says_and_can_be_sent_again(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.seek(4)
        body, media_type = encode_multipart({"a": "1"}, {"f": [file, file], "g": b"2"})
        first = read(body)
        assert (len(first), True, first) == (body.length, body.replayable, read(body))
    text = [("Content-Type", "text/plain")]
    assert [
        ([disposition("a")], b"1"),
        ([disposition("f", "a.txt"), *text], b"456789"),
        ([disposition("f", "a.txt"), *text], b"456789"),
        ([disposition("g", "g"), ("Content-Type", "application/octet-stream")], b"2"),
    ] == by_parser(first, media_type)
    assert "a form with files" == str(body)


def test_a_part_of_unknown_length_makes_the_whole_unknown():
    body, media_type = encode_multipart(None, {"f": ("a", [b"1", b"", b"2"])})
    assert (None, True, False) == (body.length, body.replayable, body.needs_loop)
    assert b"12" == by_parser(read(body), media_type)[0][1]


def test_a_part_that_can_be_read_once_makes_the_whole_one_shot():
    body, _ = encode_multipart({"a": "1"}, {"f": ("a", iter([b"1"])), "g": ("b", [b"2"])})
    read(body)
    with pytest.raises(BodyNotReplayable, match="a form with files, was used already"):
        body.open()


def test_an_async_part_needs_a_loop():
    async def source():
        yield b"12"

    body, media_type = encode_multipart(None, {"f": ("a", source())})
    assert (False, True) == (body.replayable, body.needs_loop)
    assert b"12" == by_parser(read(body), media_type)[0][1]


def test_giving_up_closes_the_part_that_is_open():
    ended = []

    def source(name):
        try:
            yield b"1"
        finally:
            ended.append(name)

    async def scenario():
        reader = body.open()
        await reader.read_chunk()
        assert b"1" == await reader.read_chunk()
        await reader.close()
        await reader.close()

    body, _ = encode_multipart(None, [("f", ("a", source("a"))), ("f", ("b", source("b")))])
    run_sync(scenario())
    assert ["a"] == ended


def test_a_body_may_be_a_part():
    ((_, content),) = parts_of(None, {"f": ("a", BytesBody(b"1"))})
    assert b"1" == content
    body, media_type = encode_multipart(None, {"f": ("a", make_body([b"1"]))})
    assert b"1" == by_parser(read(body), media_type)[0][1]


@pytest.mark.parametrize(
    ("data", "files", "words"),
    [
        (5, None, "data= must be a mapping or pairs, not int"),
        ("a=b", None, "data= must be a mapping or pairs, not str"),
        (b"a=b", None, "data= must be a mapping or pairs, not bytes"),
        (None, 5, "files= must be a mapping or pairs, not int"),
        (["ab"], None, "data= must have pairs"),
        (None, [io.BytesIO(b"a\nb")], "files= must have pairs"),
        ([("a",)], None, "encoded: data= must have pairs, not a tuple of 1"),
        (
            None,
            [("a", b"1"), ("photo", "a.jpg", b"2")],
            r"encoded: files= must have pairs, as in \(name, \(filename, content\)\), not a tuple of 3",
        ),
        ([("a", "b", "c")], None, "data= must have pairs, not a tuple of 3"),
        ({5: "a"}, None, "data= must have names that are str, not int"),
        (None, {None: b"a"}, "files= must have names that are str, not NoneType"),
        ({"a": "\ud800", "b": "2"}, None, "part 'a': .*surrogates"),
        ({"a": {"b": "c"}}, None, "part 'a': .*not dict"),
        ({"a": "\ud800"}, None, "part 'a': .*surrogates not allowed"),
        ({"\ud800": "a"}, None, r"part '\\ud800': .*surrogates not allowed"),
        (None, {"f": None}, "part 'f': there is no content; an empty file is b''"),
        (None, {"f": ("a", None)}, "part 'f': there is no content"),
        (None, {"f": io.StringIO("a")}, "part 'f': .*text mode"),
        (None, {"f": 5}, "part 'f': content must be bytes"),
        (None, {"f": ("a",)}, "part 'f': a file is its content, .* not 1 things"),
        (None, {"f": ("a", b"", None, None, 1)}, "not 5 things"),
        (None, {"f": (5, b"")}, "part 'f': a filename must be str or None, not int"),
        (None, {"f": ("a", b"", 5)}, "part 'f': .*Content-Type.*not int"),
        (None, {"f": ("a", b"", "text/plain\r\nX: y")}, "part 'f': .*Content-Type.*control"),
        (None, {"f": ("a", b"", None, {"X": "1\n2"})}, "part 'f': .*X.*control"),
        (None, {"f": ("a", b"", None, {"X Y": "1"})}, "part 'f': header name"),
        (None, {"f": ("a", b"", None, {"content-disposition": "x"})}, "can't be given, too"),
    ],
)
def test_what_can_not_be_a_form_is_refused_by_name(data, files, words):
    with pytest.raises(InvalidRequest, match=words) as caught:
        encode_multipart(data, files)
    assert caught.value.__cause__ is not None


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(TEXT, st.binary()), min_size=1), st.booleans())
def test_any_content_comes_back(pairs, streamed):
    given = [(name, ("a", [content] if streamed else content)) for name, content in pairs]
    body, media_type = encode_multipart(None, given)
    parts = by_parser(read(body), media_type)
    assert [content for _, content in pairs] == [content for _, content in parts]
    names = [name.replace('"', "%22") for name, _ in pairs]
    assert names == [dict(fields)["Content-Disposition"].split('"')[1] for fields, _ in parts]
