"""What requests carry: forms, files, lengths, and the fields that frame and describe them."""

import io
from typing import NamedTuple

import pytest

from httpcore_client import HTTPError, InvalidRequest
from httpcore_client.content import encode_multipart
from testkit.bodies import read
from testkit.peer import response

OK = response()
URL = "http://a.test/"


@pytest.fixture
def posted(send):
    """Send one request and return it as it went out."""

    def posted(method="POST", **options):
        async def scenario(client):
            await client.request(method, URL, **options)

        (sent,) = send(scenario, OK)
        return sent

    return posted


class Part(NamedTuple):
    fields: dict
    content: bytes


def parts_of(sent):
    """Take a form apart, by its boundary and its line ends alone."""
    assert [str(len(sent.framed))] == sent.fields["content-length"]
    boundary = sent.fields["content-type"][0].removeprefix("multipart/form-data; boundary=")
    begin, *parts, end = (b"\r\n" + sent.framed).split(b"\r\n--" + boundary.encode())
    assert (b"", b"--\r\n") == (begin, end)
    return [_part(part) for part in parts]


def _part(octets):
    head, _, content = octets.partition(b"\r\n\r\n")
    begin, *lines = head.decode().split("\r\n")
    fields = {}
    for name, _, value in (line.partition(": ") for line in lines):
        fields.setdefault(name.lower(), []).append(value)
    assert "" == begin
    return Part(fields, content)


EVIL = 'a"\r\nX-Evil: 1\r\n\r\nb'


def test_b044_names_can_not_end_their_quotes_their_line_or_their_part(posted):
    """h2x#1142, ah#12719, #12721; RFC 7578 4.2, WHATWG HTML 4.10.21.8: three are escaped."""
    cases = {EVIL: "a%22%0D%0AX-Evil: 1%0D%0A%0D%0Ab", "\r": "%0D", "\n": "%0A", '"': "%22"}
    same = ["back\\slash\\", "%22", "semi;colon=x", "zażółć", "'", " "]
    for given, written in {**cases, **{text: text for text in same}}.items():
        for options in (
            {"files": {given: (given, b"data")}},
            {"files": [(given, (given, io.BytesIO(b"data"), "text/plain"))]},
        ):
            (part,) = parts_of(posted(**options))
            disposition = f'form-data; name="{written}"; filename="{written}"'
            assert [disposition] == part.fields["content-disposition"], given
            assert {"content-disposition", "content-type"} == part.fields.keys()
            assert b"data" == part.content
        field, _ = parts_of(posted(data={given: given}, files={"f": b""}))
        assert [f'form-data; name="{written}"'] == field.fields["content-disposition"]
        assert given == field.content.decode()


@pytest.mark.parametrize("control", ["\0", "\x0b", "\x1b", "\x7f"], ids=repr)
def test_b044_other_controls_in_names_are_refused_before_anything_is_sent(posted, control):
    for options in (
        {"files": {f"a{control}": b""}},
        {"files": {"a": (f"a{control}b", b"")}},
        {"data": {f"{control}a": "x"}, "files": {"a": b""}},
    ):
        with pytest.raises(InvalidRequest, match="the form can't be encoded"):
            posted(**options)


def test_b044_headers_and_types_of_parts_can_not_end_their_line(posted):
    for bad in ("a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"):
        for file in (
            ("f", b"", bad),
            ("f", b"", None, {"X-Own": bad}),
            ("f", b"", None, {bad: "x"}),
            ("f", b"", None, [("X-Own", "ok"), ("X-Other", bad)]),
        ):
            with pytest.raises(InvalidRequest):
                posted(files={"a": file})
    (part,) = parts_of(posted(files={"a": ("f", b"x", None, {"X-Own": "fine"})}))
    assert ["fine"] == part.fields["x-own"]


def test_b045_of_a_file_that_was_read_half_way_goes_what_remains(posted, tmp_path):
    """h2x#1214; the length is that of what remains, in forms too."""
    path = tmp_path / "file"
    path.write_bytes(b"read already|still to send")
    for make in (lambda: path.open("rb"), lambda: io.BytesIO(path.read_bytes())):
        for skip, left in ((13, b"still to send"), (0, path.read_bytes()), (26, b""), (99, b"")):
            with make() as file:
                file.seek(skip)
                sent = posted(content=file)
                assert (left, [str(len(left))]) == (sent.framed, sent.fields["content-length"])
            with make() as file:
                file.seek(skip)
                (part,) = parts_of(posted(files={"f": file}))
                assert left == part.content


def test_b045_a_file_that_became_shorter_or_longer_never_breaks_the_framing(posted, tmp_path):
    """RFC 9112 6.3: what goes out is as long as was said, or an error."""
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    for size in (5, 20):
        with path.open("r+b") as file:
            body, _ = encode_multipart(None, {"f": file})
            said = body.length
            path.write_bytes(b"x" * size)
            try:
                written = b"".join(read(body))
            except (HTTPError, OSError):
                continue
            assert said == len(written)


def test_b047_methods_that_have_content_say_when_there_is_none(posted):
    """ah#11035; RFC 9110 8.6."""
    for method in ("POST", "PUT", "PATCH"):
        for nothing in ({}, {"content": None}, {"content": b""}, {"json": None}, {"data": None}):
            sent = posted(method, **nothing)
            assert (["0"], b"") == (sent.fields["content-length"], sent.framed), (method, nothing)
            assert "transfer-encoding" not in sent.fields
    for method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        sent = posted(method)
        assert not {"content-length", "transfer-encoding"} & sent.fields.keys(), method


def test_b048_there_is_exactly_one_host_field(posted, send):
    """rq#5391; RFC 9112 3.2."""
    for name in ("Host", "host", "HOST", b"hOsT"):
        value = b"own.test" if isinstance(name, bytes) else "own.test"
        assert ["own.test"] == posted(headers=[(name, value)]).fields["host"]
        assert ["own.test"] == posted(headers={name: value}).fields["host"]
    assert ["a.test"] == posted().fields["host"]

    async def scenario(client):
        await client.get(URL)
        await client.get("http://b.test/", headers={"host": "own.test"})

    first, second = send(scenario, OK, OK, headers={"HOST": "of-the-client.test"})
    assert ["of-the-client.test"] == first.fields["host"]
    assert ["own.test"] == second.fields["host"]
    with pytest.raises(InvalidRequest, match="exactly one Host"):
        posted(headers=[("Host", "a.test"), ("host", "b.test")])


def test_b050_without_content_no_type_is_made_up(posted):
    """ah#8858."""
    empty = [{"data": {}}, {"data": {"a": []}}, {"data": [], "files": {}}, {"content": b""}]
    for nothing in ({}, {"content": None}, {"json": None}, {"data": None}, *empty):
        for method in ("GET", "POST", "DELETE"):
            assert "content-type" not in posted(method, **nothing).fields, nothing
    assert "content-type" not in posted(content=b"bytes of any type").fields
    assert ["text/own"] == posted(headers={"Content-Type": "text/own"}).fields["content-type"]


def unchunked(framed):
    """The data of the chunks."""
    pieces = []
    while framed:
        size, _, framed = framed.partition(b"\r\n")
        pieces.append(framed[: int(size, 16)])
        assert framed[int(size, 16) :].startswith(b"\r\n")
        framed = framed[int(size, 16) + 2 :]
    assert b"" == pieces.pop()
    return pieces


def test_b051_a_part_of_unknown_length_is_streamed_in_chunks(send):
    """hx#2382: piece by piece, as it comes; the next one is not asked for before this one went."""
    asked, written = [], []

    def pieces(name):
        for number in range(5):
            asked.append((name, number))
            yield f"{name}{number} ".encode() * 100

    class Watched:
        """An iterable without a length."""

        def __iter__(self):
            return pieces("a")

    async def scenario(client):
        progress = lambda sent, total: written.append((sent, total))  # noqa: E731
        await client.post(
            URL, files={"a": ("f", Watched()), "b": ("g", pieces("b"))}, upload_progress=progress
        )

    (sent,) = send(scenario, OK)
    assert (["chunked"], False) == (
        sent.fields["transfer-encoding"],
        "content-length" in sent.fields,
    )
    assert 10 == len(asked)
    chunks = unchunked(sent.framed)
    assert 10 <= len(chunks)
    whole = b"".join(chunks)
    for name in ("a", "b"):
        assert b"".join(f"{name}{number} ".encode() * 100 for number in range(5)) in whole
    assert {None} == {total for _, total in written}
    assert 10 <= len({sent for sent, _ in written})


def test_b051_as_the_only_content_too(posted):
    sent = posted(content=iter([b"one", b"", b"two"]))
    assert ["chunked"] == sent.fields["transfer-encoding"]
    assert [b"one", b"two"] == unchunked(sent.framed)


def test_x11_only_a_field_named_content_type_replaces_the_default(posted):
    """Neither one whose name contains it, nor one that looks like it."""
    for name in ("X-Content-Type", "Content-Type-Options", "X-Content-Type-Options", "Content-Typ"):
        (part,) = parts_of(posted(files={"a": ("f.txt", b"x", None, {name: "own"})}))
        assert (["text/plain"], ["own"]) == (part.fields["content-type"], part.fields[name.lower()])
    for name in ("Content-Type", "content-type", "CONTENT-TYPE"):
        (part,) = parts_of(posted(files={"a": ("f.txt", b"x", None, {name: "text/own"})}))
        assert ["text/own"] == part.fields["content-type"]
