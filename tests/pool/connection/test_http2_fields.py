"""Fields over HTTP/2 (RFC 9113 8.2, 8.3): how requests are written, which responses are well-formed."""

import h2.errors
import pytest

from httpcore_pool import LocalProtocolError, Options, Request
from httpcore_pool.connection import _http2_fields as module
from httpcore_pool.connection._http2_fields import read_head, read_trailers, write_head
from httpcore_pool.connection._http2_frames import StreamFault
from testkit.scripted_h2 import HERE

CODES = h2.errors.ErrorCodes


def written(method="GET", url=HERE, content=None, headers=None, **options):
    return write_head(Request(method, url, content, headers=headers, options=Options(**options)))


def fields_of(*args, **more):
    return dict(written(*args, **more).fields)


def refused(*args, **more):
    with pytest.raises(LocalProtocolError) as caught:
        written(*args, **more)
    return str(caught.value)


class Raw:
    """A request as nobody can make one: its fields were not checked before."""

    def __init__(self, *fields, method="GET", **options):
        request = Request("GET", HERE, options=Options(**options))
        self.method, self.url, self.options = method, request.url, request.options
        self.headers = type("Headers", (), {"raw": [(b"Host", b"example.org"), *fields]})


# Requests.


def test_pseudo_fields_come_first_in_this_order():
    assert [
        (b":method", b"GET"),
        (b":authority", b"example.org"),
        (b":scheme", b"https"),
        (b":path", b"/path?q=1"),
        (b"x-upper", b"A"),
    ] == written(headers={"X-Upper": "A"}).fields
    assert b"http" == fields_of(url="http://example.org:8080")[b":scheme"]
    assert b"example.org:8080" == fields_of(url="http://example.org:8080")[b":authority"]


def test_the_callers_host_is_the_authority():
    fields = fields_of(headers={"Host": "other"})
    assert (b"other", False) == (fields[b":authority"], b"host" in fields)


def test_fields_about_the_connection_are_dropped():
    names = ("Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Transfer-Encoding")
    assert 4 == len(write_head(Raw(*[(name.encode(), b"x") for name in names])).fields)


def test_fields_that_connection_names_are_dropped_with_it():
    fields = fields_of(
        headers={"X-A": "1", "Connection": "close, X-a , x-b", "X-B": "2", "X-C": "3"}
    )
    assert {b"x-c"} == {name for name in fields if not name.startswith(b":")}
    fields = fields_of(headers={"Keep-Alive": "x-a", "X-A": "1"})  # which names none
    assert b"x-a" in fields


@pytest.mark.parametrize(
    ("value", "kept"), [("trailers", True), ("Trailers", True), ("gzip", False)]
)
def test_te_may_say_trailers_only(value, kept):
    fields = fields_of(headers={"TE": value, "X-A": "b"})
    assert (kept, True) == (b"te" in fields, b"x-a" in fields)


def test_several_cookies_are_one_field_in_the_place_of_the_first():
    head = write_head(Raw((b"Cookie", b"a=1"), (b"x-a", b"b"), (b"cookie", b"b=2; c=3")))
    assert [(b"cookie", b"a=1; b=2; c=3"), (b"x-a", b"b")] == head.fields[4:]
    head = write_head(Raw((b"x-a", b"b"), (b"cookie", b"a=1"), (b"x-b", b"c"), (b"cookie", b"b=2")))
    assert [(b"x-a", b"b"), (b"cookie", b"a=1; b=2"), (b"x-b", b"c")] == head.fields[4:]
    assert (b"cookie", b"a=1") == write_head(Raw((b"Cookie", b"a=1"))).fields[4]


def test_content_has_its_length_and_chunks_have_none():
    head = written("POST", content=b"hello")
    assert (5, b"5") == (head.length, dict(head.fields)[b"content-length"])
    assert not head.expects
    assert 10**19 - 1 == write_head(Raw((b"Content-Length", b"9" * 19))).length
    head = written("POST", content=[b"hello"])
    assert (None, False) == (head.length, b"transfer-encoding" in dict(head.fields))


@pytest.mark.parametrize(
    ("value", "expects"), [("100-continue", True), ("100-Continue", True), ("other", False)]
)
def test_expect_asks_to_wait(value, expects):
    assert expects is written("POST", content=b"x", headers={"Expect": value}).expects


@pytest.mark.parametrize("values", [[b""], [b"x"], [b"-1"], [b"+1"], [b"1" * 20], [b"1", b"1"]])
def test_a_content_length_that_is_no_single_number_is_our_error(values):
    with pytest.raises(LocalProtocolError, match="no single number as its Content-Length"):
        write_head(Raw(*[(b"Content-Length", value) for value in values]))


def test_a_request_without_host_is_our_error():
    request = Raw()
    request.headers.raw.clear()
    with pytest.raises(LocalProtocolError, match="it has no Host"):
        write_head(request)


@pytest.mark.parametrize("name", [b"", b"x y", b"x\r\n", b":path", b"x\xff"])
def test_what_is_no_name_is_our_error(name):
    with pytest.raises(LocalProtocolError, match="is no field name"):
        write_head(Raw((name, b"x")))


@pytest.mark.parametrize(
    "value",
    [b"a\rb", b"a\nb", b"a\0b", b" a", b"a ", b"a\t", b"\x1f", b"a\x1fb", b"a\x7f"],
    ids=repr,
)
def test_what_is_no_value_is_our_error_and_named(value):
    with pytest.raises(LocalProtocolError, match="the value of b'x-b' has forbidden characters"):
        write_head(Raw((b"x-a", b"fine"), (b"X-B", value), (b"x-c", b"fine")))


@pytest.mark.parametrize("value", [b"", b"a b", b"a\tb", b"\xff", b"!~"])
def test_other_values_are_sent_as_they_are(value):
    assert (b"x-a", value) in write_head(Raw((b"x-a", value))).fields


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *[(method, None) for method in ("GE T", "", "GET\n", "GÉT")],
        *[("GET", target) for target in ("", "/ x", "/\x7f", "/é", "/\ud800", "/💩?a")],
    ],
)
def test_a_method_or_target_that_is_none_is_our_error(method, target):
    with pytest.raises(LocalProtocolError, match="illegal method or target"):
        write_head(Raw(method=method, target=target))


def test_a_target_of_the_callers_is_the_path():
    assert b"*" == fields_of("OPTIONS", target="*")[b":path"]


# CONNECT (RFC 9113 8.5, RFC 8441).


def test_connect_has_method_and_authority_only():
    head = written("CONNECT", "https://example.org")
    assert [(b":method", b"CONNECT"), (b":authority", b"example.org:443")] == head.fields[:2]
    assert (2, False) == (len(head.fields), head.extends)


def test_connect_goes_to_the_callers_target():
    assert b"db.internal:5432" == fields_of("CONNECT", target="db.internal:5432")[b":authority"]


def test_an_extended_connect_has_the_others_and_the_protocol():
    head = written("CONNECT", connect_protocol="websocket", headers={"X-A": "b"})
    assert [
        (b":method", b"CONNECT"),
        (b":authority", b"example.org"),
        (b":scheme", b"https"),
        (b":path", b"/path?q=1"),
        (b":protocol", b"websocket"),
        (b"x-a", b"b"),
    ] == head.fields
    assert head.extends


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "websocket"), ("CONNECT", ""), ("CONNECT", "a b")]
)
def test_an_extended_connect_needs_connect_and_a_name(method, name):
    assert "needs CONNECT and the name of a protocol" in refused(method, connect_protocol=name)


# What is remembered.


def test_what_is_remembered_of_one_request_is_not_told_to_another():
    first = written(headers={"User-Agent": "me"})
    again = written("PUT", "https://example.org/other", headers={"User-Agent": "me"})
    assert [(b"user-agent", b"me")] == first.fields[4:]
    assert (b"PUT", b"/other") == (again.fields[0][1], again.fields[3][1])


def test_only_what_says_the_same_each_time_is_remembered():
    module._heads.clear()
    written(headers={"Authorization": "Basic secret"})
    written("POST", content=b"hello")
    assert {} == module._heads
    names = ("Accept", "Accept-Encoding", "Accept-Language", "User-Agent")
    for number, name in enumerate(names, 1):
        head = written(headers={name: "b"})
        assert number == len(module._heads)
        assert head.fields[1:2] + head.fields[4:] == [*module._heads.values()][-1].fields


def test_so_many_heads_and_names_are_remembered_and_not_more(monkeypatch):
    monkeypatch.setattr(module, "_MOST_HEADS", 3)
    monkeypatch.setattr(module, "_MOST_NAMES", 3)
    for remembered in (module._heads, module._known, module._sent_as):
        remembered.clear()
    kept, names = [], set()
    for number in range(10):
        kept.append((len(module._heads), len(module._known)))
        head = written(url=f"https://host-{number}.test/", headers={f"Seldom-{number}": "a"})
        assert f"host-{number}.test".encode() == head.fields[1][1]
        head = written(url=f"https://host-{number}.test/")
        assert f"host-{number}.test".encode() == head.fields[1][1]
        read_head([(b":status", b"200"), (b"seldom-%d" % number, b"a")])
        names.add(len(module._sent_as))
    assert [(0, 0), *[(1, 1), (2, 2), (3, 3)] * 3] == kept
    assert {2, 3} == names
    for size in (4, 3):
        read_head([(b":status", b"200"), *[(b"many-%d" % at, b"a") for at in range(size)]])
        assert {4: 0, 3: 3}[size] == len(module._known)


# Responses.


def why_not(read, *fields):
    with pytest.raises(StreamFault) as caught:
        read(list(fields))
    assert CODES.PROTOCOL_ERROR == caught.value.code
    assert str(caught.value).startswith("the response is malformed: ")
    return str(caught.value)


def test_a_head_is_status_fields_and_length():
    fields = [(b"content-length", b"5"), (b"x-a", b"b")]
    assert (200, fields, 5) == read_head([(b":status", b"200"), *fields])
    assert (999, [], None) == read_head([(b":status", b"999")])


@pytest.mark.parametrize("fields", [[], [(b"x-a", b"b")], [(b"x-a", b"b"), (b":status", b"200")]])
def test_a_head_begins_with_its_status(fields):
    assert "does not begin with :status" in why_not(read_head, *fields)


@pytest.mark.parametrize(
    "status",
    [
        *(b"", b"20", b"2000", b"099", b"abc", b"+20", b"200 ", "２００".encode()),
        *(b":00", b"2/0", b"2:0", b"20/", b"20:"),
    ],
)
def test_a_status_is_three_digits(status):
    assert "its status is" in why_not(read_head, (b":status", status))


@pytest.mark.parametrize("name", [b":status", b":path", b":unknown"])
def test_other_pseudo_fields_have_no_place(name):
    assert "has no place there" in why_not(read_head, (b":status", b"200"), (name, b"200"))
    assert "has no place there" in why_not(read_trailers, (name, b"200"))


@pytest.mark.parametrize("name", [b"", b"X-Upper", b"x y", b"x\0", b"x\xff", b"x:y"])
def test_names_are_tokens_in_lower_case(name):
    assert "is no field name in lower case" in why_not(read_trailers, (name, b"a"))
    assert "is no field name" in why_not(read_head, (b":status", b"200"), (name, b"a"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"connection", b"close"),
        (b"keep-alive", b"1"),
        (b"proxy-connection", b"x"),
        (b"transfer-encoding", b"chunked"),
        (b"upgrade", b"x"),
        (b"te", b"gzip"),
    ],
)
def test_fields_about_the_connection_are_malformed_each_time(name, value):
    assert [(b"te", b"trailers")] == read_trailers([(b"te", b"trailers")])
    for _ in range(2):
        assert "is a field about the connection" in why_not(
            read_head, (b":status", b"200"), (name, value)
        )


def test_host_may_stand_in_a_response():
    assert [(b"host", b"a")] == read_head([(b":status", b"200"), (b"host", b"a")]).fields


@pytest.mark.parametrize(
    "value", [b"a\rb", b"a\nb", b"a\0", b" a", b"a\t", b"a\x1f\x1fb"], ids=repr
)
def test_values_without_controls_and_blanks_at_their_ends_are_well_formed(value):
    good = (b"x-a", b"good")
    assert "the value of b'x-b' has" in why_not(
        read_head, (b":status", b"200"), good, (b"x-b", value)
    )
    assert [good, (b"x-b", b"")] == read_trailers([good, (b"x-b", b"")])


@pytest.mark.parametrize(
    ("values", "length"), [([b"5"], 5), ([b"5", b"5"], 5), ([b"0"], 0), ([b"9" * 19], 10**19 - 1)]
)
def test_a_length_may_be_given_more_than_once_if_it_is_the_same(values, length):
    fields = [(b"content-length", value) for value in values]
    assert length == read_head([(b":status", b"200"), *fields]).length


@pytest.mark.parametrize("values", [[b""], [b"x"], [b"+5"], [b"5, 5"], [b"5", b"6"], [b"1" * 20]])
def test_a_length_that_is_no_number_is_malformed(values):
    fields = [(b"content-length", value) for value in values]
    assert "its Content-Length is" in why_not(read_head, (b":status", b"200"), *fields)
