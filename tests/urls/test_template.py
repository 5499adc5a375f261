"""URI templates: published cases, the grammar by character, and what values may reach."""

import enum
import json
import re
import string
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_urls import URL, InvalidURL, QueryParams
from httpcore_urls._errors import RefusedError
from httpcore_urls._parts import MAX_URL_CHARACTERS
from httpcore_urls._template import check_reach, expand, expand_template

DATA = Path(__file__).parents[1] / "conformance" / "data" / "uritemplate"
PUBLISHED = {
    file.name: [
        (template, group["variables"], expected)
        for group in json.loads(file.read_text("utf-8")).values()
        for template, expected in group["testcases"]
    ]
    for file in sorted(DATA.glob("*.json"))
}
bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)
# See test_limits.py.
LIMIT_SECONDS = 6


class Colour(str, enum.Enum):  # noqa: UP042 - its str() is not its value
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


def expanded(template: str, variables: dict[str, Any]) -> str | bool:
    try:
        return expand_template(template, variables)
    except InvalidURL:
        return False


@pytest.mark.parametrize("file", PUBLISHED)
def test_templates_are_expanded_as_published(file: str):
    for template, variables, expected in PUBLISHED[file]:
        answers = expected if isinstance(expected, list) else [expected]
        assert expanded(template, variables) in answers, template


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        ("a b", "a%20b"),
        (7, "7"),
        (-2.5, "-2.5"),
        (1e22, "1e%2B22"),
        (True, "true"),
        (False, "false"),
        (Colour.RED, "red"),
        (Size.BIG, "3"),
        (["a", 1, None, True], "a,1,true"),
        (("a", "b,c"), "a,b%2Cc"),
        ({"k": 1, "gone": None, Colour.RED: False}, "k,1,red,false"),
        ("\ud800", "%EF%BF%BD"),
        ("\ud83d\ude00", "%EF%BF%BD%EF%BF%BD"),
        ("é\N{GRINNING FACE}", "%C3%A9%F0%9F%98%80"),
        ("%2F", "%252F"),
        ("\x00\x7f\\", "%00%7F%5C"),
    ],
)
def test_values_are_written_as_parameters_are(value: Any, written: str):
    assert expand_template("{x}", x=value) == written
    assert expand_template("{x}", {"x": value}) == written


@pytest.mark.parametrize("value", [None, [], (), {}, [None, None], {"k": None}])
@pytest.mark.parametrize("sign", ["", "+", "#", ".", "/", ";", "?", "&"])
def test_undefined_writes_nothing(sign: str, value: Any):
    for names in ("x", "x*", "x,y", "y,x*"):
        assert expand_template("a{" + sign + names + "}b", {"x": value}) == "ab"
    # What follows takes the place of the first.
    alone = expand_template("{" + sign + "y}", {"y": "1"})
    assert expand_template("{" + sign + "x,y}", {"x": value, "y": "1"}) == alone


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{x*}", "v"),
        ("{?x*}", "?x=v"),
        ("{;e*}", ";e"),
        ("{;l*}", ";l;l=a"),
        ("{?l*}", "?l=&l=a"),
        ("{;l}", ";l=,a"),
        ("{;m*}", ";k;j=a"),
        ("{?m*}", "?k=&j=a"),
        ("{m*}", "k=,j=a"),
        ("{;m}", ";m=k,,j,a"),
        ("{;one}", ";one="),
        ("{/one}", "/"),
        ("{.l*}", "..a"),
        # Beyond RFC 6570 3.2.1, which would let the name of a pair add parameters.
        ("{?odd*}", "?a%26b%3D=c"),
        ("{odd*}", "a%26b%3D=c"),
        ("{+odd*}", "a&b==c"),
        ("{%41}{x}", "escapedv"),
        ("{?%41}", "?%41=escaped"),
        ("{a.b}{A}", "dottedupper"),
        ("é{x}\N{GRINNING FACE}", "%C3%A9v%F0%9F%98%80"),
        ("", ""),
    ],
)
def test_corners_of_the_expansion(template: str, expected: str):
    variables = {
        "x": "v",
        "e": "",
        "l": ["", "a"],
        "m": {"k": "", "j": "a"},
        "one": [""],
        "odd": {"a&b=": "c"},
        "%41": "escaped",
        "A": "upper",
        "a.b": "dotted",
    }
    assert expand_template(template, variables) == expected


def test_reserved_expansion_keeps_delimiters_and_escapes():
    value = "".join(map(chr, range(0x20, 0x7F))) + "%41%zz%"
    written = "%20!%22#$%25&'()*+,-./0123456789:;%3C=%3E?@"
    written += string.ascii_uppercase + "[%5C]%5E_%60" + string.ascii_lowercase + "%7B%7C%7D~"
    assert expand_template("{+x}", x=value) == written + "%41%25zz%25"
    assert expand_template("{#x}", x=value) == "#" + written + "%41%25zz%25"


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("{x:1}", "éa", "%C3%A9"),
        ("{x:1}", "\N{GRINNING FACE}a", "%F0%9F%98%80"),
        ("{x:3}", "", ""),
        ("{x:2}", "%41", "%254"),
        ("{x:2}", 123, "12"),
        ("{x:9999}", "a" * 10_000, "a" * 9999),
        ("{?x:1}", "ab", "?x=a"),
        # An escape is one character, and so are those that make one together.
        ("{+x:1}", "%2Fab", "%2F"),
        ("{+x:2}", "%2Fab", "%2Fa"),
        ("{+x:1}", "%c3%a9ab", "%c3%a9"),
        ("{+x:1}", "%E2%82%ACab", "%E2%82%AC"),
        ("{+x:1}", "%F0%9F%98%80ab", "%F0%9F%98%80"),
        ("{+x:2}", "%F0%9F%98ab", "%F0%9F"),
        ("{+x:1}", "%FF%FF", "%FF"),
        ("{+x:1}", "%zz", "%25"),
        ("{#x:2}", "\n%41b", "#%0A%41"),
        ("{+x:5}", "%41", "%41"),
        ("{+x:9999}", "%41" * 10_000, "%41" * 9999),
    ],
)
def test_prefix_counts_code_points_and_cuts_none(template: str, value: Any, expected: str):
    assert expand_template(template, x=value) == expected


LITERALS = string.ascii_letters + string.digits + "!#$&'()*+,-./:;=?@[]_~"


@pytest.mark.parametrize("character", [chr(code) for code in range(128)], ids=ascii)
def test_each_ascii_character_of_a_literal(character: str):
    template = f"ab{character}"
    if character in LITERALS:
        assert expand_template(template) == template
    else:
        with pytest.raises(InvalidURL, match="at position 2"):
            expand_template(template)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0xA0, 0xD7FF),
        (0xE000, 0xFDCF),
        (0xFDF0, 0xFFEF),
        *[(plane << 16, (plane << 16) + 0xFFFD) for plane in range(1, 17) if plane != 14],
        (0xE1000, 0xEFFFD),
    ],
)
def test_each_range_of_unicode_literals(first: int, last: int):
    for inside in (first, last):
        assert URL("http://h/" + expand_template(chr(inside)))
        assert bytes.fromhex(expand_template(chr(inside)).replace("%", "")).decode() == chr(inside)
    outside = [first - 1, last + 1] if last < 0x10FFFD else [first - 1, last + 1, last + 2]
    for code in outside:
        with pytest.raises(InvalidURL, match="at position 0 must be percent-encoded"):
            expand_template(chr(code))


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("a{x", "the expression at position 1 has no end"),
        ("a{x{y}}", "the expression at position 1 has no end"),
        ("a{x}}", "no expression ends at position 4"),
        ("a%4", "no two hexadecimal digits follow the % at position 1"),
        ("a%g0", "no two hexadecimal digits follow the % at position 1"),
        ("a%41%", "no two hexadecimal digits follow the % at position 4"),
        ("a%4{x}", "no two hexadecimal digits follow the % at position 1"),
        ("a b", "the character at position 1 must be percent-encoded"),
        ("\ud800", "the character at position 0 must be percent-encoded"),
        *[(f"{{{sign}x}}", "the operator at position 1 is reserved") for sign in "=,!@|"],
        *[
            (f"{{x,{spec}}}", "is needed at position 3")
            for spec in [
                *["", ".", "a.", ".a", "a..b", "a-b", "a b", " a", "a ", "a\n", "é", "%4", "%zz"],
                *[
                    "a:",
                    "a:0",
                    "a:01",
                    "a:10000",
                    "a:+1",
                    "a:-1",
                    "a:1*",
                    "a*:1",
                    "a**",
                    "a:\u0661",
                ],
                *["+a", "?a", "#a", "/a", ";a", "&a", "$a", "~a", "*", ":1"],
            ]
        ],
        ("{}", "is needed at position 1"),
        ("{?}", "is needed at position 2"),
        ("{??x}", "is needed at position 2"),
        ("{?ab,c,}", "is needed at position 7"),
        ("{a:3}", "the variable at position 1 is no text, so that it can't be cut"),
        ("{?b,a:3}", "the variable at position 4 is no text, so that it can't be cut"),
    ],
)
@pytest.mark.parametrize("value", [["v"], [], {}, {"k": "v"}, ()])
def test_what_is_no_template_is_refused_with_its_place(template: str, reason: str, value: Any):
    with pytest.raises(InvalidURL) as caught:
        expand_template(template, {"a": value})
    assert caught.value.reason.startswith("can't expand the template: ")
    assert caught.value.reason.endswith(reason)
    assert caught.value.url == template


def test_error_masks_what_may_be_a_password():
    with pytest.raises(InvalidURL) as caught:
        expand_template("https://user:pass@host/{x")
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"a", "bytes"),
        (1j, "complex"),
        ({"a"}, "set"),
        (iter("a"), type(iter("a")).__name__),
        (QueryParams("a=1"), "QueryParams"),
        ([["a"]], "list"),
        ([{"a": "b"}], "dict"),
        ({"k": ["a"]}, "list"),
        ({"k": b"a"}, "bytes"),
        ({1: "a"}, "int"),
        ({None: "a"}, "NoneType"),
    ],
)
def test_other_types_name_the_variable(value: Any, kind: str):
    with pytest.raises(TypeError, match=f"variable 'some.name' takes .*, not ({kind})$"):
        expand_template("{ok}{?some.name*}", {"some.name": value})
    assert expand_template("{ok}", {"some.name": value}) == ""


def test_other_types_of_arguments():
    with pytest.raises(TypeError, match="a template must be str, not bytes"):
        expand_template(b"{x}")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="variables must be a mapping or None, not list"):
        expand_template("{x}", [("x", "1")])  # type: ignore[arg-type]


def test_named_values_win_and_must_be_used():
    defaults = {"a": "1", "b": "2", "unused": "3"}
    assert expand_template("{a}{b}", defaults, b=None) == "1"
    assert expand_template("{a}{b}", defaults, b="4") == "14"
    assert expand_template("{template}{variables}", template=1, variables=2) == "12"
    with pytest.raises(TypeError, match="does not use 'aa', 'bb'; its variables: 'x', 'y.z', 'w'$"):
        expand_template("/{x}{?y.z*,x}{w:3}", aa=1, x=2, bb=None)
    with pytest.raises(TypeError, match="does not use 'x'; its variables: none$"):
        expand_template("/path", x=1)


def test_template_may_be_a_str_of_another_kind():
    class Path(str, enum.Enum):  # noqa: UP042
        USER = "/users/{id}"

    assert expand_template(Path.USER, id=7) == "/users/7"


@pytest.mark.parametrize(
    ("template", "text", "skeleton"),
    [
        ("http://h/{a}", "http://h/1", "http://h/x"),
        ("{a,b}{none}", "1,..", "xxx"),
        ("{+a,b}/{#b}", "1,../#..", "1,../#.."),
        ("{.a,b}", ".1...", "xx"),
        ("{/a,none,b}", "/1/..", "/x/x"),
        ("{/list*}{/list}", "/a/../a,..", "/x/x/x"),
        ("{/empty}", "/", "/x"),
        ("{/none}{?none}{#none}{+none}", "", ""),
        ("{;a}{?a,b}{&a}", ";a=1?a=1&b=..&a=1", "x?xx"),
    ],
)
def test_skeleton_holds_what_values_do_not_decide(template: str, text: str, skeleton: str):
    variables = {"a": "1", "b": "..", "list": ["a", ".."], "empty": ""}
    assert expand(template, variables, {}) == (text, skeleton)


def refusal(template: str, values: Any) -> str:
    try:
        check_reach(expand(template, values, {}))
    except RefusedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("https://api.test/users/{name}", {"name": ".."}, True),
        ("https://api.test/users/{name}", {"name": "."}, True),
        ("https://api.test/users/{name}", {"name": "..."}, False),
        ("https://api.test/users/{name}", {"name": "a.."}, False),
        ("https://api.test/users/{name}", {"name": "%2e%2e"}, False),
        ("https://api.test/users/{name}", {"name": "../x"}, False),
        ("https://api.test/users/{name:2}", {"name": "../x"}, True),
        ("https://api.test/users/{name}/", {"name": ".."}, True),
        ("{name}/keys", {"name": ".."}, True),
        ("/{a}{b}", {"a": ".", "b": "."}, True),
        ("/.{x}", {"x": "."}, True),
        ("/{x}.", {"x": "."}, True),
        ("/%2e{x}", {"x": "."}, True),
        ("/{x}%2E", {"x": "."}, True),
        # The dots are the template's, but that nothing else stands there is the value's doing.
        ("/.{x}", {"x": ""}, True),
        ("/..{x}", {}, True),
        ("/{x}..{y}", {"x": "", "y": "a"}, False),
        ("/{x}..{y}", {"x": "", "y": ""}, True),
        ("/{.x}", {"x": ""}, True),
        ("/{.x,y}", {"x": "", "y": ""}, True),
        ("/{.x*}", {"x": ["", ""]}, True),
        ("/{.x}", {"x": "."}, True),
        ("/..{;x}", {}, True),
        ("/..{;x}", {"x": "a"}, False),
        ("{/x*}", {"x": ["a", "..", "b"]}, True),
        ("{/x}", {"x": ["a", "..", "b"]}, False),
        ("{/x,y}", {"x": "a", "y": "."}, True),
        ("{/x}..", {"x": ""}, True),
        ("{/x*}", {"x": {"..": ".."}}, False),
        ("{/x}/..", {"x": "a"}, False),
        ("..{/x}", {"x": "a"}, False),
        ("..{/x}", {}, False),
        ("/a/../b/%2E/{x}", {"x": "a"}, False),
        ("/a/{+path}", {"path": "../x"}, False),
        ("/a/{+path}{x}", {"path": ".", "x": "."}, True),
        ("/a/{+path}{x}", {"path": "..", "x": "."}, False),
        ("/a/{+path}/{x}", {"path": "..", "x": "a"}, False),
        ("/a/{+path}{x}", {"path": "b?", "x": ".."}, False),
        ("/a{?q}", {"q": ".."}, False),
        ("/a{?q*}", {"q": [".", ".."]}, False),
        ("/a/..{?q}", {"q": "b"}, False),
        ("/a/..{?q}", {}, False),
        ("/a?b={q}/{q}", {"q": ".."}, False),
        ("/a#/{q}/", {"q": ".."}, False),
        ("/a{#q}", {"q": "/../"}, False),
        ("/a{&q}", {"q": ".."}, False),
        ("https:{x}", {"x": ".."}, True),
        ("{x}:..", {"x": "https"}, False),
    ],
)
def test_dot_segments_made_by_values_are_found(template: str, values: Any, expected: bool):
    assert ("another folder" in refusal(template, values)) is expected


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{/x*}", {"x": ["", "evil.test"]}, True),
        ("{/x*}", {"x": ["a", "", "b"]}, False),
        ("{/x}/evil.test", {"x": ""}, True),
        ("/{x}/evil.test", {"x": ""}, True),
        ("/{x}/evil.test", {"x": "a"}, False),
        ("//{x}/evil.test", {"x": ""}, True),
        ("https://{x}/evil.test", {"x": ""}, True),
        ("https://{x}/evil.test", {"x": "h"}, False),
        ("https:/{x}/evil.test", {"x": ""}, True),
        ("{s}://h/", {"s": "https"}, False),
        ("{+base}{/x*}", {"base": "https://h", "x": ["", "a"]}, False),
        ("{+base}{/x*}", {"base": "", "x": ["", "a"]}, True),
        ("{+base}a", {"base": "//h/"}, False),
        ("{x}/a", {"x": ""}, True),
        ("{x}/a", {}, True),
        ("{x}/a", {"x": "b"}, False),
        ("{x}{/x}", {"x": ""}, True),
        ("https:{x}//h/", {"x": ""}, True),
        ("{/x}", {"x": "a"}, False),
        ("", {}, False),
    ],
)
def test_hosts_and_roots_made_by_empty_values_are_found(template: str, values: Any, expected: bool):
    assert ("an empty value" in refusal(template, values)) is expected


def test_url_from_a_template_is_absolute_and_keeps_values_in_their_place():
    template = "https://{host}/users/{name}{?page}"
    url = URL.template(template, {"host": "api.test"}, name="a/../b", page=2)
    assert url == URL("https://api.test/users/a%2F..%2Fb?page=2")
    for values in ({"host": "api.test", "name": ".."}, {"host": "", "name": "evil.test"}):
        with pytest.raises(InvalidURL, match="can't expand the template: a"):
            URL.template(template, values)
    for host in ("evil.test/", "evil.test#", "evil.test?", "u@evil.test", "h:1", "h\\", "h／"):
        with pytest.raises(InvalidURL):
            URL.template(template, host=host)
    with pytest.raises(InvalidURL, match="scheme is missing"):
        URL.template("/users{/name}", name="a")
    assert str(URL.template("/users{/name}", name="a", allow_relative=True)) == "/users/a"
    with pytest.raises(TypeError, match="does not use 'nam'; its variables: 'name'"):
        URL.template("https://h/{name}", nam="a")


def test_longest_template_and_expansion_are_taken_and_one_more_character_is_not():
    longest = "a" * MAX_URL_CHARACTERS
    assert expand_template(longest) == longest
    assert expand_template("{x}", x=longest) == longest
    with pytest.raises(InvalidURL, match="it is longer than"):
        expand_template(longest + "a")
    for template in ("a{x}", "{x,y}", "{?x}"):
        with pytest.raises(InvalidURL, match="it gives more than"):
            expand_template(template, {"x": longest, "y": ""})


HOSTILE_TEMPLATES = [
    *[("", repeated, "") for repeated in ("{", "}", "{x", "{x}", "{+x:9999}", "%", "%41", "é")],
    *[("", repeated, "") for repeated in ("{?x*}", "{x,", "{}", "{{x}}", "\ud800")],
    *[("{", repeated, "x}") for repeated in ("x,", "a.", "%41", "%4", ",")],
    *[("{", repeated, "-}") for repeated in ("x", "a.", "%41")],
]
HOSTILE_VALUES = ["a", "%", "%C3%A9", "%F0%9F", "é", "\ud800a", ".", "/", "\x00"]


@pytest.mark.parametrize(("before", "repeated", "after"), HOSTILE_TEMPLATES, ids=ascii)
@pytest.mark.parametrize("value", ["", "b" * 10**6], ids=["empty", "long"])
def test_hostile_templates_cost_linear_time(before: str, repeated: str, after: str, value: Any):
    room = (MAX_URL_CHARACTERS - len(before) - len(after)) // len(repeated)
    template = before + repeated * room + after
    start = time.process_time()
    try:
        refusal(template, {"x": value})
    except InvalidURL:
        pass
    assert time.process_time() - start < LIMIT_SECONDS


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=ascii)
@pytest.mark.parametrize("template", ["{x}", "{+x}", "{+x:9999}", "{x:9999}", "{/x*}"])
def test_hostile_values_cost_linear_time(template: str, value: str):
    start = time.process_time()
    for size in (MAX_URL_CHARACTERS // 12, 10**6):
        text = (value * size)[:size]
        try:
            refusal(template, {"x": text})
        except InvalidURL:
            continue
    assert time.process_time() - start < LIMIT_SECONDS


def test_large_lists_cost_linear_time():
    start = time.process_time()
    for template in ("{/x*}", "{?x*}", "{x}"):
        refusal(template, {"x": [".", "."] * 30_000})
    assert time.process_time() - start < LIMIT_SECONDS


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
DOTTED = st.text(st.sampled_from("./%2eE?#ax\\:@\ud800"), max_size=4)
VALUES = st.one_of(
    *[st.none(), ANY_TEXT, DOTTED, st.booleans(), st.integers(-99, 99), st.floats()],
    st.lists(st.one_of(st.none(), DOTTED, ANY_TEXT), max_size=3),
    st.dictionaries(DOTTED, st.one_of(st.none(), DOTTED), max_size=3),
)
PIECES = st.sampled_from(
    [
        *["/", "//", ".", "..", "%2e", "?", "#", "a", "é", "%41", "https://h/", ":", "'"],
        *[" ", "%", "{", "}", "\\", "\ud800", "{}", "{=x}", "{x:0}", "{x y}", "{x.}"],
        *["{x}", "{y}", "{x,y}", "{+x}", "{+y:2}", "{#x}", "{.x}", "{.y*}", "{/x}", "{/y*}"],
        *["{;x}", "{;y*}", "{?x}", "{?x,y*}", "{&y*}", "{x:3}", "{/x:1,y}", "{none}", "{/none}"],
    ]
)
TEMPLATES = st.lists(PIECES, max_size=8).map("".join)


@bounded
@given(ANY_TEXT, st.sampled_from(["", ".", "/", ";", "?", "&"]))
def test_ordinary_expansion_gives_only_unreserved_characters(value: str, sign: str):
    written = expand_template("{" + sign + "x}", x=value)
    if sign == ";" and not value:
        assert written == ";x"
        return
    text = written.removeprefix(f"{sign}x=" if sign in ("?", "&", ";") else sign)
    assert re.fullmatch("(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*", text)
    assert unquote(text) == re.sub("[\ud800-\udfff]", "\ufffd", value)


@bounded
@given(TEMPLATES, VALUES, VALUES)
def test_any_template_expands_or_is_refused(template: str, x: Any, y: Any):
    try:
        expansion = expand(template, {"x": x, "y": y, "other": object()}, {})
    except InvalidURL:
        return
    assert expansion.text.isascii()
    assert expansion.text.isprintable()
    assert not {*expansion.text} & {*' "<>\\^`{|}'}
    try:
        check_reach(expansion)  # text and skeleton have the same segments, else it raises otherwise
    except RefusedError:
        pass


PATH_PIECES = st.sampled_from(
    ["/", ".", "..", "%2E", "a", "{x}", "{y}", "{x,y}", "{.x}", "{.y,x}", "{/x}", "{/x,y}", "{;x}"]
)
CLIMBING = st.lists(PATH_PIECES, max_size=8).map("".join)
SCALARS = st.text(st.sampled_from(".a2eE%/\\"), max_size=3)


@bounded
@given(CLIMBING, SCALARS, SCALARS)
def test_what_does_not_climb_keeps_its_place(pieces: str, x: str, y: str):
    """The oracle: with harmless values the path has as many segments after normalising."""
    template = "https://h/a/b/c/" + pieces
    values = {"x": x, "y": y}
    if not refusal(template, values):
        harmless = URL(expand_template(template, {"x": "xx", "y": "yy"}))
        assert URL(expand_template(template, values)).path.count("/") == harmless.path.count("/")


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here."""
    return {f"uritemplate/{file}": {"graded": cases} for file, cases in PUBLISHED.items()}
