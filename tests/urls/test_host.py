"""Hosts: IDNA, addresses, lengths."""

import subprocess
import sys

import pytest

from httpcore_urls import URL, InvalidURL


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("EXAMPLE.org", "example.org"),
        ("example.org.", "example.org."),
        ("a_b.example", "a_b.example"),
        ("ab--c.example", "ab--c.example"),
        ("%65xample", "example"),
        ("%F0%9F%92%A9.example", "xn--ls8h.example"),
        ("💩.example", "xn--ls8h.example"),
        ("ｇｏ.example", "go.example"),
        ("good。example", "good.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("go\u200bod.example", "good.example"),
        ("א.example", "xn--4db.example"),
        ("127.1", "127.0.0.1"),
        ("0x7F.1", "127.0.0.1"),
        ("0177.0.0.1.", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x", "0.0.0.0"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8"),
        ("[1:0:0:2:0:0:0:3]", "1:0:0:2::3"),
        ("[1:0:2:3:4:5:6:7]", "1:0:2:3:4:5:6:7"),
        ("[::]", "::"),
        ("[1::]", "1::"),
        ("[::127.0.0.1]", "::7f00:1"),
        ("[1:2:3:4:5:6:1.2.3.4]", "1:2:3:4:5:6:102:304"),
    ],
)
def test_host_has_one_spelling(host: str, expected: str):
    assert expected == URL(f"http://{host}/").host


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("a%00b", "no host may hold"),
        ("a%2fb", "no host may hold"),
        ("a%25b", "no host may hold"),
        ("a%", "no host may hold"),
        ("a<b", "no host may hold"),
        ("a＠b", "no host may hold"),
        ("a%FFb", "no UTF-8"),
        ("\u00ad", "host is missing"),
        ("\u0378", "IDNA does not allow"),
        ("xn--", "not valid Punycode"),
        ("xn--a-", "not valid Punycode"),
        ("xn--0", "not valid Punycode"),
        ("xn--99999999", "not valid Punycode"),
        ("xn--tešla", "not valid Punycode"),
        ("xn--BCHER-kva-", "not valid Punycode"),
        ("xn--zn7c", "IDNA does not allow"),
        ("xn--tda", None),
        ("xn--wda", None),
        ("\u0301a", "combining mark"),
        ("a\u200db", "joiner"),
        ("\u200d\u0378", "IDNA does not allow"),
        ("\u064aa", "directions"),
        ("é" + "a" * 62, "longer than 63"),
        ("é" * 64, "longer than 63"),
        ("a" * 64 + ".example", "longer than 63"),
        ("é" * 255, "longer than 253"),
        ("a." * 127 + "a", "longer than 253"),
        ("%41" * 2000, "longer than 253"),
        ("ﷺ" * 20, "longer than 63"),
        ("a..b", "label of the host is empty"),
        (".", "label of the host is empty"),
        ("1.2.3.4.5", "at most four"),
        ("256.1.1.1", "too large"),
        ("1.1.65536", "too large"),
        ("1.x.1.1", "no IPv4"),
        ("1.0xg.1", "no IPv4"),
        ("xn--999b", "IDNA does not allow"),  # a surrogate
        ("é.xn--xn--a--gua", "form that IDNA demands"),
        ("xn--xn--a--gua.pt", "form that IDNA demands"),
        ("0x0x1.1", "no IPv4"),
        ("00o1.1", "no IPv4"),
        ("0_1.1", "no IPv4"),
        ("1.08.1", "no IPv4"),
        ("1.-1.1", "no IPv4"),
        ("1._1.1", "no IPv4"),
        ("[fe80::1%25eth0]", "zone identifiers"),
        ("[v1.x]", "malformed"),
        ("[]", "malformed"),
        ("[:]", "malformed"),
        ("[1:2]", "too few"),
        ("[1:2:3:4:5:6:7:8:9]", "too many"),
        ("[1:2:3:4:5:6:7::8]", "too many"),
        ("[1::2::3]", "malformed"),
        ("[12345::]", "malformed"),
        ("[1.2.3.4::]", "malformed"),
        ("[::1.2.3.256]", "too large"),
        ("[::1.2.3.04]", "malformed"),
    ],
)
def test_host_that_is_none_is_refused(host: str, reason: str | None):
    if reason is None:
        assert host == URL(f"http://{host}/").host
        return
    with pytest.raises(InvalidURL, match=reason):
        URL(f"http://{host}/")


def test_opaque_host_of_another_scheme_is_kept():
    assert str(URL("foo://A%41é/")) == "foo://A%41%C3%A9/"
    # Never checked, so shown as it is where it is no A-label or would hide something.
    host = "xn--a-.xn--0.xn--ab-g1t"
    assert URL(f"foo://{host}/").human == f"foo://{host}/"


def test_joiner_beside_a_character_unknown_to_this_python_is_refused(
    monkeypatch: pytest.MonkeyPatch,
):
    import idna

    def unknown(label: str, position: int) -> bool:
        # What idna does where its tables are newer than the interpreter's.
        raise ValueError("Unknown character in unicodedata")

    monkeypatch.setattr(idna, "valid_contextj", unknown)
    with pytest.raises(InvalidURL, match="joiner"):
        URL("http://a\u200db/")


def test_idna_is_imported_only_when_needed():
    code = (
        "import sys; from httpcore_urls import URL;"
        "URL('http://u:p@EXAMPLE.org/é?é'); assert 'idna' not in sys.modules;"
        "URL('http://é.example/'); assert 'idna' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
