import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import AltService, AltSvc, parse_alt_svc

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

DAY = 86_400


def services(value: str) -> tuple[AltService, ...]:
    return parse_alt_svc(value).services


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # examples of RFC 7838, sections 3 and 3.1
        ('h2=":8000"', [AltService("h2", "", 8000)]),
        ('h2="new.example.org:80"', [AltService("h2", "new.example.org", 80)]),
        (
            'h2="alt.example.com:8000", h2=":443"',
            [AltService("h2", "alt.example.com", 8000), AltService("h2", "", 443)],
        ),
        ('h2=":443"; ma=3600', [AltService("h2", "", 443, 3600)]),
        ('h2=":443"; ma=2592000; persist=1', [AltService("h2", "", 443, 2_592_000, persist=True)]),
        ('w%3Dx%3Ay#z=":443"', [AltService("w=x:y#z", "", 443)]),
        ('x%25y=":443"', [AltService("x%y", "", 443)]),
        # as big sites send it
        (
            'h3=":443"; ma=86400,h3-29=":443"; ma=86400',
            [AltService("h3", "", 443), AltService("h3-29", "", 443)],
        ),
        (
            'quic=":443"; ma=2592000; v="46,43",h3-Q050=":443"; ma=2592000;',
            [AltService("quic", "", 443, 2_592_000), AltService("h3-Q050", "", 443, 2_592_000)],
        ),
        ('quic=":443"; ma=1; v=44,43,39', [AltService("quic", "", 443, 1)]),
        # spacing (RFC 9110 5.6.1, 5.6.6)
        (
            ' ,, h3=":1"\t;\tma=5 ;; , ,h2=":2" ;',
            [AltService("h3", "", 1, 5), AltService("h2", "", 2)],
        ),
        ("", []),
        (" , ", []),
    ],
)
def test_services_are_read_in_the_servers_order(value: str, expected: list[AltService]) -> None:
    assert AltSvc(tuple(expected)) == parse_alt_svc(value)


def test_services_of_several_fields_are_one_list() -> None:
    expected = AltSvc((AltService("h3", "", 1), AltService("h2", "a", 2)))
    assert expected == parse_alt_svc(['h3=":1"', "", 'h2="a:2"'])
    assert expected == parse_alt_svc(iter(['h3=":1"', 'h2="a:2"']))
    assert AltSvc() == parse_alt_svc([])


@pytest.mark.parametrize(
    "value", ["clear", " clear\t", ",clear,", 'h3=":443", clear', 'clear, h3=":443"', "x, clear"]
)
def test_clear_voids_all_services_those_beside_it_too(value: str) -> None:
    # RFC 7838 3, of a reply with both
    assert AltSvc((), clear=True) == parse_alt_svc(value)
    assert AltSvc((), clear=True) == parse_alt_svc(['h3=":1"', value, 'h2=":2"'])


@pytest.mark.parametrize(
    "value", ["Clear", "CLEAR", '"clear"', "clear;ma=1", "clear=1", "clear x", "clea", "cl\\ear"]
)
def test_what_is_not_exactly_clear_clears_nothing(value: str) -> None:
    assert AltSvc((AltService("h3", "", 1),)) == parse_alt_svc(f'{value}, h3=":1"')


def test_a_protocol_may_be_named_clear() -> None:
    assert AltSvc((AltService("clear", "", 1),)) == parse_alt_svc('clear=":1"')


@pytest.mark.parametrize(
    ("authority", "host", "port"),
    [
        (":443", "", 443),
        (":1", "", 1),
        (":65535", "", 65535),
        (":00080", "", 80),
        ("example.com:443", "example.com", 443),
        ("EXAMPLE.Com:443", "example.com", 443),
        ("xn--bcher-kva.example:443", "xn--bcher-kva.example", 443),
        ("a_b-c.example.:443", "a_b-c.example.", 443),
        ("192.0.2.1:443", "192.0.2.1", 443),
        ("[::1]:443", "::1", 443),
        ("[2001:DB8::A]:443", "2001:db8::a", 443),
        ("[::ffff:192.0.2.1]:443", "::ffff:192.0.2.1", 443),
        ("[::]:443", "::", 443),
        (r"\[\:\:1\]:4\43", "::1", 443),  # quoted pairs (RFC 9110 5.6.4)
    ],
)
def test_an_authority_is_a_host_and_a_port(authority: str, host: str, port: int) -> None:
    assert (AltService("h3", host, port),) == services(f'h3="{authority}"')


@pytest.mark.parametrize(
    "authority",
    [
        # no port, or none that there is
        *("", ":", "example.com", "example.com:", ":0", ":00000", ":65536", ":99999", ":000443"),
        *(":100000", ":-1", ":+1", ":1.0", ":http", ": 443", ":443 ", ":\u0661", ":\uff11", "443"),
        *(":" + "9" * 5_000, "a:1:2", "::443"),
        # what could become another URL, or no name of a host
        *("user@example.com:443", "example.com/x:443", "example.com:443/", "example.com?:443"),
        *("example.com#:443", "exa mple.com:443", " example.com:443", "https://example.com:443"),
        *("a\\\\b:443", "a%2Fb:443", "a%00b:443", "b\u00fccher.example:443", "a\n:443", "\x00:443"),
        *("a*b:443", "a,b:443", "a;b:443", "\u212a:443", 'a\\":443'),
        # brackets without an address of IPv6 (a zone is none, RFC 6874)
        *("[]:443", "[::1]", "[::1]443", "::1:443", "[::1:443", "::1]:443", "[[::1]]:443"),
        *("[:::]:443", "[1]:443", "[12345::]:443", "[1:2:3:4:5:6:7:8:9]:443", "[::1::]:443"),
        *("[192.0.2.1]:443", "[::256.0.0.1]:443", "[fe80::1%eth0]:443", "[fe80::1%25eth0]:443"),
        *(
            "[v1.x]:443",
            "[example.com]:443",
            "x[::1]:443",
            "[::1]x:443",
            "[" + ":" * 5_000 + "]:443",
        ),
    ],
)
def test_a_service_with_a_broken_authority_is_skipped(authority: str) -> None:
    assert (AltService("h2", "", 1),) == services(f'h3="{authority}", h2=":1"')


@pytest.mark.parametrize(
    "element",
    [
        *("h3", "h3=", "=", '=":443"', '":443"', "h3=:443", "h3=443", 'h3:":443"', 'h3 =":443"'),
        *('h3= ":443"', 'h3=":443"x', 'h3=":443" x', "h3=':443'", 'h 3=":443"'),
        *('h\u00fc=":443"', 'h/3=":443"', 'h3=h2=":443"', 'h3=x":443"', 'h3\n=":443"'),
        # the same of its parameters
        *('h3=":443";ma', 'h3=":443";=1', 'h3=":443";ma=', 'h3=":443";ma =1', 'h3=":443";ma= 1'),
        *(
            'h3=":443"ma=1',
            'h3=":443" ma=1',
            'h3=":443";ma=1 x',
            'h3=":443";ma="1"2',
            'h3=":443";?',
        ),
        *('h3=":443";x=a/b', 'h3=":443";x="1" y="2"', 'h3=":443";ma:1', 'h3=":443"\n;ma=1'),
    ],
)
def test_a_service_that_is_broken_is_skipped(element: str) -> None:
    assert (AltService("h2", "", 1),) == services(f'{element}, h2=":1"')


@pytest.mark.parametrize(
    "start", ['h3="', 'h3=":443""', 'h3=":443', 'h3=":443\\"', 'h3=":443";x="', 'h3=":443";x="\\']
)
def test_a_quote_that_never_ends_takes_the_rest(start: str) -> None:
    assert (AltService("h2", "", 1),) == services(f'h2=":1", {start}, h3=":443')


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("h3", "h3"),
        ("H3", "H3"),  # octets have no case
        ("http%2F1.1", "http/1.1"),
        ("http%2f1.1", "http/1.1"),
        ("%68%32", "h2"),  # not how it is to be written, but there is one way to read it
        ("%0A%1a", "\n\x1a"),  # a GREASE value (RFC 8701)
        ("%00%FF", "\x00\xff"),
        ("%2525", "%25"),
        ("a%20b%22", 'a b"'),
        ("x" * 255, "x" * 255),
        ("%41" * 255, "A" * 255),
    ],
)
def test_a_protocol_is_decoded(protocol: str, expected: str) -> None:
    assert (AltService(expected, "", 443),) == services(f'{protocol}=":443"')


@pytest.mark.parametrize(
    "protocol", ["%", "%4", "h%", "%zz", "%%41", "%+1", "%4g", "x" * 256, "%41" * 256]
)
def test_a_protocol_that_is_no_name_of_alpn_is_skipped(protocol: str) -> None:
    # RFC 7301 3.1: at most 255 octets
    assert () == services(f'{protocol}=":443"')


@pytest.mark.parametrize(
    ("parameters", "max_age", "persist"),
    [
        ("", DAY, False),
        ("ma=0", 0, False),
        ("ma=0060", 60, False),
        ('ma="60"', 60, False),
        ("MA=60", 60, False),  # names have no case
        ("ma=60;ma=70", 60, False),  # the first counts
        ("ma=60;ma=x", 60, False),
        ("ma=2147483648", 2**31, False),
        ("ma=2147483649", 2**31, False),  # RFC 9111 1.2.2
        ("ma=" + "9" * 5_000, 2**31, False),
        ("persist=1", DAY, True),
        ('persist="1"', DAY, True),
        ("Persist=1", DAY, True),
        # RFC 7838 3.1: other values are ignored
        ("persist=0", DAY, False),
        ("persist=true", DAY, False),
        ("persist=01", DAY, False),
        ('persist=""', DAY, False),
        ("persist=0;persist=1", DAY, True),
        ("persist=1;persist=0", DAY, True),
        # RFC 7838 3: so are unknown parameters
        ("foo=bar;ma=60", 60, False),
        ('foo=";ma=1";ma=60', 60, False),
        ('foo="a, b";bar="\\"";persist=1;ma=60', 60, True),
    ],
)
def test_parameters_say_how_long_it_lives(parameters: str, max_age: int, persist: bool) -> None:
    assert (AltService("h3", "", 443, max_age, persist),) == services(f'h3=":443"; {parameters}')


@pytest.mark.parametrize(
    "age", ["x", "-1", "+1", "1.5", '""', '" 1"', '"1 "', "1e3", '"\u0661"', '"1,2"']
)
def test_a_service_that_lives_nobody_knows_how_long_is_skipped(age: str) -> None:
    assert (AltService("h2", "", 1),) == services(f'h3=":443";ma={age}, h2=":1"')


@pytest.mark.parametrize(
    "unit",
    [
        ",",
        ";",
        "a",
        " ",
        "=",
        '"',
        "\\",
        "%",
        "%41",
        ':1"',
        "clear ,",
        ";a=",
        ';a="',
        ";a=b",
        " ;\t",
    ],
)
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    for start in ("", "h3=", 'h3="', 'h3=":443"', 'h3=":443";', 'h3=":443";ma=', 'h3="['):
        parse_alt_svc(start + unit * 100_000)  # quadratic work would take minutes


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9\-]{0,8}[a-z0-9])?", fullmatch=True)


@bounded
@given(
    st.binary(min_size=1, max_size=8),
    st.just("")
    | st.lists(LABEL, min_size=1, max_size=3).map(".".join)
    | st.ip_addresses(v=6).map(str),
    st.integers(1, 65535),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_what_is_written_by_the_grammar_reads_back(
    protocol: bytes, host: str, port: int, max_age: int, persist: bool
) -> None:
    name = "".join(
        chr(octet) if re.match(r"[!#$&'*+\-.^_`|~0-9A-Za-z]", chr(octet)) else f"%{octet:02X}"
        for octet in protocol
    )
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    text = f'{name}="{authority}"; ma={max_age}' + ("; persist=1" if persist else "")
    expected = AltService(protocol.decode("latin-1"), host, port, max_age, persist)
    assert AltSvc((expected,)) == parse_alt_svc(text)


@bounded
@given(
    st.lists(
        st.sampled_from(
            [
                *'h3="":;,[]%. \t\\é\n',
                "h3=",
                '":443"',
                ";ma=",
                "60",
                "clear",
                "persist=1",
                "[::1]",
                "%2",
            ]
        ),
        max_size=16,
    ).map("".join)
)
def test_no_text_raises_and_hosts_are_harmless(text: str) -> None:
    found = parse_alt_svc(text)
    assert not (found.clear and found.services)
    for service in found.services:
        assert re.fullmatch(r"[a-z0-9\-._:]*", service.host)
        assert 0 < service.port < 65536
        assert 0 <= service.max_age <= 2**31
        assert 0 < len(service.protocol) <= 255
