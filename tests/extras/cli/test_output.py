"""What is printed, where."""

import json

import pytest

from testkit.app import pattern
from testkit.peer import response

HEAD = b"HTTP/1.1 200 Fine\nContent-Length: 8\nX-One: 1\nX-One: 2\n\n"


@pytest.fixture
def url(answering):
    return answering(response(b"the body", "200 Fine", b"X-One: 1", b"X-One: 2"))


def test_piped_it_is_the_body_alone(command, url):
    assert (0, b"the body", "") == command(url)


def test_piped_it_is_byte_for_byte(command, origin, answering):
    assert (0, pattern(100000), "") == command(origin.plain + "/bytes/100000")
    evil = b"a\x1b[2J\x07\x00\xff\r\n"
    assert evil == command(answering(response(evil)))[1]


def test_codings_are_undone(command, origin):
    assert b"coded " * 1000 == command(origin.plain + "/gzip")[1]


@pytest.mark.parametrize(
    ("option", "expected"),
    [("--headers", HEAD), ("--body", b"the body"), ("--print=hb", HEAD + b"the body"), ("-q", b"")],
)
def test_parts_can_be_chosen(command, url, option, expected):
    assert (0, expected, "") == command(option, url)


def test_verbose_shows_requests_and_redirects_without_secrets(command, origin):
    target = f"{origin.plain}/redirect-to?url=/echo"
    _, out, _ = command("-v", "PUT", target, "Authorization:s3cret", "X-A:1", "a=1")
    text = out.decode()
    assert text.startswith("PUT /redirect-to?url=/echo HTTP/1.1\nHost: localhost:")
    assert "Authorization: [secure]\nX-A: 1\n" in text
    assert '\n\n{"a":"1"}\n\nHTTP/1.1 302' in text
    assert "location: /echo" in text
    assert "PUT /echo HTTP/1.1\n" in text
    assert (
        "Authorization: s3cret"
        in command("-v", "--show-secrets", target, "Authorization:s3cret")[1].decode()
    )


def test_verbose_masks_secrets_of_the_query_unless_they_are_asked_for(command, origin):
    target = f"{origin.plain}/echo?page=1&token=s3cret"
    lines = [
        command(*options, target)[1].splitlines()[0]
        for options in (["-v"], ["-v", "--show-secrets"])
    ]
    assert [
        b"GET /echo?page=1&token=" + end for end in (b"[secure] HTTP/1.1", b"s3cret HTTP/1.1")
    ] == lines


@pytest.mark.parametrize(
    "items",
    [
        ["password=s3cret"],
        ["user[password]=s3cret"],
        ["-f", "password=s3cret"],
        ["--multipart", "password=s3cret"],
        ["-d", '{"token": "s3cret"}'],
        ["Referer:http://localhost/?token=s3cret"],
    ],
)
@pytest.mark.parametrize("way", ["-v", "--offline"])
def test_secrets_of_bodies_and_of_urls_in_fields_are_masked_too(command, origin, way, items):
    options = [items[0]] if items[0].startswith("-") else []
    if options == ["-d"]:
        options, items = items, []
    words = [way, *options, "POST", f"{origin.plain}/status/200", *items[len(options) :]]
    shown = [command(*words)[1], command("--show-secrets", *words)[1]]
    assert [False, True] == [b"s3cret" in out for out in shown]
    assert b"[secure]" in shown[0]


def test_requests_alone_can_be_printed(command, origin):
    _, out, _ = command("-p", "H", origin.plain + "/redirect/1")
    assert [b"GET /redirect/1 HTTP/1.1", b"GET /echo HTTP/1.1"] == [
        line for line in out.splitlines() if b"HTTP/1.1" in line
    ]


def test_offline_prints_and_sends_nothing(command, free_url):
    status, out, err = command("--offline", "-f", free_url, "a=1", "-a", "u:p", "q==1")
    assert (0, "") == (status, err)
    assert out.startswith(b"POST /?q=1 HTTP/1.1\nHost: 127.0.0.1:")
    assert b"Authorization: [secure]\n" in out
    assert out.endswith(b"\n\na=1\n\n")


def test_a_body_on_its_way_is_not_read_to_show_it(command, free_url, tmp_path, stdin):
    path = tmp_path / "a.txt"
    path.write_text("12345")
    _, out, _ = command("--offline", free_url, f"@{path}")
    assert out.endswith(b"\n\n(the body is streamed, 5 bytes)\n\n")
    stdin(b"12345")
    _, out, _ = command("--offline", "--pretty", "POST", free_url)
    assert out.endswith(b"(the body is streamed)\x1b[0m\n\n")


@pytest.mark.parametrize(
    ("data", "options", "shown"),
    [
        ('{"a":1}', (), '{\n    "a": 1\n}\n\n'),
        ("a\x1bb", (), "a\\x1bb\n\n"),
        ("a\x00b", (), "(binary, 3 bytes)\n\n"),
        ("a\x00b", ("Content-Type:a/b",), "(a/b, 3 bytes)\n\n"),
    ],
)
def test_a_request_is_shown_like_a_response(command, free_url, monkeypatch, data, options, shown):
    monkeypatch.setenv("NO_COLOR", "1")
    _, out, _ = command("--offline", "--pretty", "-p", "B", free_url, "-d", data, *options)
    assert shown == out.decode()


@pytest.mark.parametrize(("status", "expected"), [(204, 0), (301, 3), (404, 4), (503, 5)])
def test_the_status_counts_when_it_is_asked(command, origin, status, expected):
    url = f"{origin.plain}/status/{status}"
    assert [0, expected] == [command(url)[0], command("--check-status", url)[0]]


@pytest.mark.parametrize("status", [600, 999])
def test_a_status_that_is_none_counts_as_that_of_an_error(command, answering, status):
    """RFC 9110 15: as 5xx."""
    assert 5 == command("--check-status", answering(response(b"", f"{status} Odd")))[0]


def test_quiet_reads_all_of_it(command, answering):
    assert (9, b"") == command("-q", answering(response(b"x" * 100)[:-50]))[:2]


# -- on a terminal --


def shown(on_terminal, answering, body, *fields, options=()):
    """What the terminal gets of a response."""
    status, text = on_terminal(*options, answering(response(body, "200 OK", *fields)))
    assert 0 == status
    head, _, body = text.partition("\n\n")
    return head, body


def test_a_terminal_gets_head_and_body_in_colour(on_terminal, answering):
    head, body = shown(on_terminal, answering, b'{"a":[1,true]}', b"Content-Type: application/json")
    assert head.startswith(
        "HTTP/1.1 \x1b[32m\x1b[1m200 OK\x1b[0m\n\x1b[36mContent-Length\x1b[0m: 14\n"
    )
    assert (
        '{\n    \x1b[36m"a"\x1b[0m: [\n        \x1b[35m1\x1b[0m,\n        \x1b[33mtrue\x1b[0m\n    ]\n}\n'
        == body
    )


@pytest.mark.parametrize("variable", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_without_colours_it_is_plain(on_terminal, answering, monkeypatch, variable):
    monkeypatch.setenv(*variable)
    kind = b"Content-Type: application/json"
    head, body = shown(on_terminal, answering, b'{"a":"\\u017c\\u202e"}', kind)
    assert ("HTTP/1.1 200 OK", '{\n    "a": "ż\\u202e"\n}\n') == (head.partition("\n")[0], body)


def test_not_pretty_is_as_it_came(on_terminal, answering):
    kind = b"Content-Type: application/json"
    _, body = shown(on_terminal, answering, b'{"a":1}\x1b', kind, options=["--no-pretty"])
    assert '{"a":1}\\x1b\n' == body


def test_nothing_drives_the_terminal(on_terminal, answering):
    head, body = shown(
        on_terminal, answering, "<title>\x1b]0;x\x07\u202e\r\nb\r".encode(), b"X-Evil: a\x9b2Jb\xe9"
    )
    assert "a\\x9b2Jb\u00e9" in head
    assert "<title>\\x1b]0;x\\x07\\u202e\nb\\x0d\n" == body


@pytest.mark.parametrize(
    ("body", "fields", "note"),
    [
        (
            b"\x89PNG\0",
            [b"Content-Type: image/png"],
            "(image/png, 5 bytes: not shown here, -o FILE",
        ),
        (b"\xff\xfa", [], "(binary, 2 bytes: "),
        (
            *(b"abc", [b"Content-Type: text/plain", b"Content-Encoding: odd"]),
            "(text/plain in the coding odd, which is not known here, of unknown size: ",
        ),
    ],
)
def test_what_is_binary_stays_away(on_terminal, answering, body, fields, note):
    assert note in shown(on_terminal, answering, body, *fields)[1]


def test_what_stays_away_is_not_missed(on_terminal, answering, tmp_path):
    status, text = on_terminal("--har", str(tmp_path / "a.har"), answering(response(b"\0")))
    assert (0, True) == (status, "not shown here" in text)


def test_the_charset_counts(on_terminal, answering):
    fields = b"Content-Type: text/plain; charset=iso-8859-2"
    assert "łódź\n" == shown(on_terminal, answering, b"\xb3\xf3d\xbc", fields)[1]


def test_a_character_may_come_in_two_pieces(on_terminal, answering):
    chunks = b"".join(b"1\r\n%c\r\n" % octet for octet in "ż😀".encode())
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    _, text = on_terminal("-b", answering(head + chunks + b"0\r\n\r\n"))
    assert "ż😀\n" == text


def test_broken_json_is_shown_as_it_is(on_terminal, answering):
    kind = b"Content-Type: application/problem+json"
    assert '{"a": 1,\n' == shown(on_terminal, answering, b'{"a": 1,', kind)[1]


def test_large_json_is_shown_as_it_came(command, answering):
    body = json.dumps(["x" * 100] * 12000).encode()
    url = answering(response(body, "200 OK", b"Content-Type: application/json"))
    assert body + b"\n" == command("--pretty", "-b", url)[1]


def test_brackets_in_brackets_are_shown_as_they_came(command, answering):
    """Each line would be indented by kilobytes: hundreds of times what was sent."""
    body = b"[" * 500 + b"1," * 10_000 + b"1" + b"]" * 500
    url = answering(response(body, "200 OK", b"Content-Type: application/json"))
    assert body + b"\n" == command("--pretty", "-b", url)[1]


def test_json_that_breaks_off_is_shown_as_far_as_it_came(command, answering):
    whole = response(b'{"a": "\x7f"}' * 9, "200 OK", b"Content-Type: application/json")
    status, out, _ = command("--pretty", "-b", answering(whole[:-70]))
    assert (9, rb'{"a": "\x7f"}{"a": "\x7f"}') == (status, out)


def test_what_the_charset_of_the_terminal_lacks_is_escaped(capsysbinary, answering, monkeypatch):
    import io
    import sys

    from httpcore_client import cli

    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert 0 == cli.main(["--pretty", "-b", answering(response("ż\n".encode()))])
    assert b"\\u017c\n" == stream.buffer.getvalue()
