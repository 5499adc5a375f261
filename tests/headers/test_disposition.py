"""Content-Disposition (RFC 6266) and the names of files.

The kinds of cases are those of Julian Reschke's collection (greenbytes.de/tech/tc2231).
"""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import (
    ContentDisposition,
    encode_extended,
    parse_content_disposition,
    safe_filename,
)

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def filename(value: str) -> str | None:
    found = parse_content_disposition(value)
    assert found is not None, value
    return found.filename


# RFC 6266 4.1 and 4.2
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("inline", ContentDisposition("inline")),
        ("attachment", ContentDisposition("attachment")),
        (" \tATTachment \t", ContentDisposition("attachment")),
        ("attachment;", ContentDisposition("attachment")),
        ("x-new; A=b", ContentDisposition("x-new", {"a": "b"})),
        (
            'attachment; name="n"; filename=f; size=3',
            ContentDisposition("attachment", {"name": "n", "filename": "f", "size": "3"}),
        ),
        ("inline; attachment; filename=f", ContentDisposition("inline", {"filename": "f"})),
    ],
)
def test_type_and_parameters(value: str, expected: ContentDisposition) -> None:
    assert expected == parse_content_disposition(value)
    assert hash(expected) == hash(parse_content_disposition(value))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        ";",
        "; filename=a.html",
        "filename=a.html",
        "a=b; filename=a.html",
        '"attachment"',
        '"attachment; filename=a.html"; filename=b.html',
        "attachment filename=a.html",
        "filename=a.html; attachment",
        "filename=a.html, filename=b.html",
        ": inline; attachment; filename=a.html",
        "attachment, inline",
        "attachmént",
        "\u212a",
    ],
)
def test_a_value_without_a_type_says_nothing(value: str) -> None:
    assert None is parse_content_disposition(value)


# RFC 6266 4.3, and what there is beyond the grammar
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("attachment", None),
        ("attachment; filename", None),
        ("attachment; filename=", None),
        ('attachment; filename=""', None),
        ("attachment; filename=a.html", "a.html"),
        ("attachment; filename=a.html ;", "a.html"),
        ("attachment; ;filename=a.html", "a.html"),
        ('inline; FileName="a.html"', "a.html"),
        ('attachment; filename \t= "a.html"', "a.html"),
        ('attachment; filename="a;b, c.html"', "a;b, c.html"),
        (r'attachment; filename="\a\'b.html"', "a'b.html"),
        (r'attachment; filename="so \"called\" page.html"', "so _called_ page.html"),
        ('attachment; note="filename=bad.html"; filename="a.html"', "a.html"),
        (r'attachment; note="\"\\";filename="a.html"', "a.html"),
        ("attachment; xfilename=a.html", None),
        ("attachment; filename='a.html'", "'a.html'"),
        ("attachment; filename=a b.html", "a b.html"),
        ("attachment; filename=a,b.html", "a,b.html"),
        ("attachment; filename=a[1](2).html", "a[1](2).html"),
        ('attachment; filename="a.html".txt', "a.html"),
        ('attachment; filename="a.html', "a.html"),
        ('attachment; filename=a"b;c"d', "a_b"),
        ('attachment; filename="a.html"; filename="b.html"', "a.html"),
        ("attachment; filename=a b=c", "a b=c"),
        ("attachment; other=a filename=b", None),
        # several fields joined: the first counts if its value is quoted
        ('attachment; filename="a.html", inline; filename="b.html"', "a.html"),
        # percent-encoding, encoded words and continuations are not of HTTP
        ('attachment; filename="a%20%41.html"', "a%20%41.html"),
        ('attachment; filename="50%.html"', "50%.html"),
        ('attachment; filename="=?UTF-8?Q?a-=C3=A4.html?="', "=_UTF-8_Q_a-=C3=A4.html_="),
        ('attachment; filename*0="a."; filename*1="html"', None),
        ("attachment; filename*0*=UTF-8''a; filename*1=b; filename=c", "c"),
    ],
)
def test_the_plain_filename(value: str, expected: str | None) -> None:
    assert expected == filename(value)


# RFC 6266 4.3, RFC 8187
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("filename*=UTF-8''a-%c3%a4.html", "a-ä.html"),
        ("filename*=utf-8'de'a-%C3%A4-%e2%82%ac.html", "a-ä-€.html"),
        ("filename*=iso-8859-1''a-%E4.html", "a-ä.html"),
        ("filename*=UTF-8''a-a%cc%88.html", "a-ä.html"),  # not composed
        ("filename*= UTF-8''a.html", "a.html"),
        ("filename* =UTF-8''a.html", "a.html"),
        ("filename *=UTF-8''a.html", None),
        ("filename*=\"UTF-8''a%20b.html\"", "a b.html"),
        ("filename*=''a.html", None),
        ("filename*=UTF-8'a.html", None),
        ("filename*=UTF-8''a%", None),
        ("filename*=UTF-8''a%zz.html", None),
        ("filename*=utf-8''a-%E4.html", None),
        ("filename*=UTF-8''A-%2541.html", "A-%41.html"),
        ("filename=plain.html; filename*=UTF-8''a.html", "a.html"),
        ("filename*=UTF-8''a.html; filename=plain.html", "a.html"),
        ("filename*=UTF-8''%e4; filename=plain.html", "plain.html"),
        ("filename*=ISO-8859-15''a%a4; filename=plain.html", "plain.html"),
        ("filename*0*=UTF-8''b; filename*=UTF-8''a", "a"),
        ("filename*=UTF-8''%c3%83%c2%a4", "Ã¤"),  # an extended one is not mended
        # a path in disguise
        ("filename*=UTF-8''%2Fetc%2fpasswd", "passwd"),
        ("filename*=UTF-8''..%2f..%2Fpasswd", "passwd"),
        ("filename*=UTF-8''%5C%5chost%5Cshare%5cevil.exe", "evil.exe"),
        ("filename*=UTF-8''%2e%2e", None),
        ("filename*=UTF-8''a%00.txt%0d%0A", "a.txt"),
    ],
)
def test_the_extended_filename(value: str, expected: str | None) -> None:
    assert expected == filename("attachment; " + value)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        ('"a-ä€.html"'.encode(), "a-ä€.html"),
        ("a-ä.html".encode(), "a-ä.html"),
        ('"a-ä.html"'.encode("latin-1"), "a-ä.html"),
        ('"Ã.html"'.encode("latin-1"), "Ã.html"),
        (b'"a.html"', "a.html"),
        (b'"a\xc0\xafb"', "aÀ¯b"),  # an overlong "/" is no UTF-8
        (b'"\xe2\x80\xae"', None),  # UTF-8 of a bidi override
        ('"../\ue000ä"'.encode(), "ä"),
    ],
)
def test_raw_octets_are_utf_8_or_iso_8859_1(octets: bytes, expected: str | None) -> None:
    # As Headers give them: octets as ISO-8859-1 text.
    assert expected == filename("attachment; filename=" + octets.decode("latin-1"))


def test_only_a_plain_filename_is_mended() -> None:
    found = parse_content_disposition("a; filename=Ã¤; name=Ã¤")
    assert ContentDisposition("a", {"filename": "ä", "name": "Ã¤"}) == found
    assert "€" == filename("a; filename=€")


def test_the_parameter_keeps_what_was_sent() -> None:
    found = parse_content_disposition('a; filename="../x?"')
    assert found is not None
    assert ({"filename": "../x?"}, "x_") == (found.parameters, found.filename)


@pytest.mark.parametrize(
    "name",
    [
        *["a.txt", "a b.tar.gz", "日本語 – ñ €.pdf", "🎉.png", "a..b"],
        *["-rf", "~root", "$HOME `x`;&.sh", "%2e%2e", "CONSOLE.txt"],
    ],
)
def test_a_good_name_stays(name: str) -> None:
    assert name == safe_filename(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/etc/passwd", "passwd"),
        ("../../a", "a"),
        ("..\\..\\a", "a"),
        ("C:\\dir\\a.txt", "a.txt"),
        ("\\\\host\\share/a", "a"),
        ("\\\\?\\C:\\a", "a"),
        ("dir\\../a", "a"),
        ("dir/..\\a", "a"),
        ("dir/", None),
        ("dir\\", None),
        ("..", None),
        (".", None),
        ("", None),
        ("   ", None),
        ("../..", None),
        ("a/. .", None),
        ("a/\u202e..", None),
    ],
)
def test_only_the_last_component_counts(name: str, expected: str | None) -> None:
    assert expected == safe_filename(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a<b>c"d|e?f*g', "a_b_c_d_e_f_g"),
        ("C:a.txt", "C_a.txt"),
        ("a.txt:stream", "a.txt_stream"),
        ("a.txt::$DATA", "a.txt__$DATA"),
        ("???", "___"),
    ],
)
def test_what_windows_forbids_is_replaced(name: str, expected: str) -> None:
    assert expected == safe_filename(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".bashrc", "bashrc"),
        ("..a", "a"),
        (". .ssh", "ssh"),
        (" a ", "a"),
        ("a.txt.", "a.txt"),
        ("a.txt. .", "a.txt"),
        ("a. . txt", "a. . txt"),
        ("\x00.a\x00.\x00", "a"),
        ("\u3000\u200b.git\ufeff", "git"),
        (".g\u200cit", "git"),
    ],
)
def test_blanks_and_dots_at_the_ends_go(name: str, expected: str) -> None:
    assert expected == safe_filename(name)


@pytest.mark.parametrize(
    "char",
    [
        *["\x00", "\x08", "\x1b", "\x7f", "\x80", "\x9f"],  # Cc
        *["\xad", "\u200b", "\u200d", "\u200e", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff"],
        *["\u061c", "\u2060", "\ufff9", "\U000e0001", "\U000e0041"],  # Cf, as those above
        *["\ud800", "\udcff", "\udfff"],  # Cs
        *["\ue000", "\U000f0000", "\U0010fffd"],  # Co
        *["\ufffe", "\ufdd0", "\U0010ffff", "\u0378"],  # Cn
        *["\u034f", "\u115f", "\u1160", "\u17b4", "\u180b", "\u180f", "\u2800", "\u3164"],
        *["\ufe00", "\ufe0f", "\uffa0", "\U000e0100", "\U000e01ef"],  # ignorable, or blank
    ],
)
def test_what_shows_nothing_goes(char: str) -> None:
    assert "txt.exe" == safe_filename(f"{char}txt{char}.e{char}xe{char}")
    assert None is safe_filename(char)


@pytest.mark.parametrize(
    "char", [*"\t\n\r\x0b\x0c\x1c\x85\xa0", "\u1680", "\u2003", "\u2028", "\u2029", "\u3000"]
)
def test_whitespace_becomes_a_blank(char: str) -> None:
    assert "a b.txt" == safe_filename(f"{char}a{char}b.txt{char}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("\u212b", "Å"),
        ("<\u0338.txt", "≮.txt"),
        ("ﬁle", "ﬁle"),  # NFKC is not applied
    ],
)
def test_the_name_is_normalised(name: str, expected: str) -> None:
    assert expected == safe_filename(name)


DEVICES = [
    *["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"],
    *[port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"],
]


@pytest.mark.parametrize("device", DEVICES)
def test_devices_of_windows_are_renamed(device: str) -> None:
    for name in (device, device.lower(), device.title(), f"{device}.txt", f"{device} .tar.gz"):
        assert f"_{name}" == safe_filename(name)
    for name in (f" {device}. ", f".{device}", f"x/{device}"):
        assert f"_{device}" == safe_filename(name)
    assert f"_{device}" == safe_filename(f"{device}\u200b")
    for name in (f"{device}_", f"x{device}", f"{device}1", f"x.{device}", f"{device} x.txt"):
        assert name == safe_filename(name)


def test_a_long_name_keeps_its_extension() -> None:
    assert "a" * 251 + ".txt" == safe_filename("a" * 300 + ".txt")
    assert "a" * 251 + ".txt" == safe_filename("a" * 251 + ".txt")
    assert "€" * 83 + ".txt" == safe_filename("€" * 100 + ".txt")  # 253 octets, no half character
    assert "🎉" * 63 == safe_filename("🎉" * 100)
    assert "a" * 255 == safe_filename("a" * 300)
    assert "a." + "b" * 253 == safe_filename("a." + "b" * 300)  # too long for an extension
    assert "a" * 238 + "." + "b" * 16 == safe_filename("a" * 300 + "." + "b" * 16)
    assert "a" * 10 + ".txt" == safe_filename("a" * 10 + " ." * 200 + ".txt")
    assert "a" * 10 == safe_filename("a" * 10 + " " * 300 + "." + "b" * 17)


def test_cutting_makes_no_device() -> None:
    assert "_CON.txt" == safe_filename("CON" + " " * 300 + "x.txt")
    assert "_NUL." + "a" * 246 + ".txt" == safe_filename("NUL." + "a" * 300 + ".txt")
    assert "_AUX." + "a" * 246 + ".txt" == safe_filename("AUX." + "a" * 247 + ".txt")


def test_names_that_shrink_are_cut_after_that() -> None:
    assert "가" * 85 == safe_filename("\u1100\u1161" * 85)
    assert "\u1f82" * 85 == safe_filename("\u03b1\u0313\u0300\u0345" * 85)
    assert "a.txt" == safe_filename("a" + "\u200b" * 10_000 + ".txt")


PIECES = st.sampled_from(
    [
        *'aZ0. /\\:<>|?*"_-\x00\n\u200b\u202e\u0301\u0338éß\ud800\ue000\u3164🎉\u3000¹',
        *["..", "CON", "nul", "com1", "LPT", "conin$", ".txt", "a" * 250, "é" * 125, " " * 250],
    ]
)
NAMES = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=12).map("".join))


@bounded
@given(NAMES)
def test_a_safe_name_is_one_component_and_stays(name: str) -> None:
    safe = safe_filename(name)
    if safe is None:
        return
    assert safe == safe_filename(safe)
    assert set() == set(safe) & set('<>:"/\\|?*')
    assert safe.isprintable()
    assert safe == safe.strip(" .")
    assert 1 <= len(safe.encode()) <= 255
    assert safe == unicodedata.normalize("NFC", safe)
    assert safe.partition(".")[0].rstrip().upper() not in DEVICES


@bounded
@given(NAMES, st.sampled_from(["plain", "quoted", "extended"]))
def test_no_spelling_gets_past_it(name: str, spelling: str) -> None:
    if spelling == "extended":
        name = name.encode("utf-8", "replace").decode()
        sent = f"filename*={encode_extended(name)}"
    elif spelling == "quoted":
        sent = 'filename="' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        sent = "filename=" + name
    found = filename("attachment; " + sent)
    assert found == (None if found is None else safe_filename(found))
    if spelling == "extended":
        assert safe_filename(name) == found


@bounded
@given(st.text(st.sampled_from("aA;=\"\\'* \tfilename%é\n,"), max_size=24))
def test_any_value_is_read_without_an_error(text: str) -> None:
    for value in (text, "attachment;" + text, "attachment; filename=" + text):
        found = parse_content_disposition(value)
        assert found is None or found.filename != ""


@pytest.mark.parametrize("unit", [*"./\\a é:\x00\ud800\u200b", "\u0301\u0316", "a.", "\\/", "CON"])
def test_a_hostile_name_takes_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    for start in ("", "a", "a.", "é"):
        safe_filename(start + text)
        safe_filename(start + text + "a")
        filename(f"a; filename={start}{text}")
        filename(f'a; filename="{start}{text}')
    assert time.process_time() - started < 6  # usually under 0.5; quadratic work takes much longer
