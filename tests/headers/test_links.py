"""Link (RFC 8288, section 3), read by the algorithm of its appendices B.2 to B.4."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Headers, Link, encode_extended, is_token, parse_links

bounded = settings(max_examples=200, derandomize=True, deadline=None, database=None)

GOOD = Link("/good", ("next",))


def only(value: str) -> Link:
    [link] = parse_links(value)
    return link


def test_pages_as_github_sends_them() -> None:
    value = (
        '<https://api.example.com/repositories/1/issues?page=2&q=a,b;c>; rel="prev", '
        '<https://api.example.com/repositories/1/issues?page=4&q=a,b;c>; rel="next", '
        '<https://api.example.com/repositories/1/issues?page=9>; rel="last"'
    )
    links = parse_links(value)
    assert [("prev",), ("next",), ("last",)] == [link.rel for link in links]
    assert "https://api.example.com/repositories/1/issues?page=4&q=a,b;c" == links[1].target
    assert {} == links[1].parameters


# RFC 8288 3.5
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            '<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter"',
            [
                Link(
                    "http://example.com/TheBook/chapter2",
                    ("previous",),
                    parameters={"title": "previous chapter"},
                )
            ],
        ),
        (
            '</>; rel="http://example.net/foo"',
            [Link("/", ("http://example.net/foo",))],
        ),
        (
            '</terms>; rel="copyright"; anchor="#foo"',
            [Link("/terms", ("copyright",), "#foo")],
        ),
        (
            "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel,"
            "</TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
            [
                Link("/TheBook/chapter2", ("previous",), parameters={"title": "letztes Kapitel"}),
                Link("/TheBook/chapter4", ("next",), parameters={"title": "nächstes Kapitel"}),
            ],
        ),
        (
            '<http://example.org/>; rel="start http://example.net/relation/other"',
            [Link("http://example.org/", ("start", "http://example.net/relation/other"))],
        ),
        (
            '<https://example.org/>; rel="start", <https://example.org/index>; rel="index"',
            [
                Link("https://example.org/", ("start",)),
                Link("https://example.org/index", ("index",)),
            ],
        ),
    ],
)
def test_the_examples_of_the_rfc(value: str, expected: list[Link]) -> None:
    assert expected == parse_links(value)


def test_preloads_of_a_page() -> None:
    links = parse_links(
        "</style.css>; rel=preload; as=style; nopush, "
        '</font.woff2>; rel=preload; as=font; type="font/woff2"; crossorigin, '
        "<https://cdn.example>; rel=preconnect"
    )
    assert ["/style.css", "/font.woff2", "https://cdn.example"] == [link.target for link in links]
    assert {"as": "style", "nopush": ""} == links[0].parameters
    assert ("font/woff2", "") == (links[1].type, links[1].parameters["crossorigin"])


def test_one_value_or_all_values_of_the_field() -> None:
    assert [] == parse_links([])
    assert [] == parse_links("")
    headers = Headers([("Link", "<a>; rel=next"), ("Link", "<b"), ("link", "</good>;rel=next")])
    assert [Link("a", ("next",)), GOOD] == parse_links(headers.get_list("link"))
    # Joined, a broken one can take more with it.
    assert [Link("a", ("next",)), Link("b, </good", ("next",))] == parse_links(headers["link"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a>;rel=next", "a"),
        (" \t<a> \t; rel=next", "a"),
        ("<>; rel=next", ""),
        ("< a >; rel=next", " a "),
        ('<a,b;c="d>; rel=next', 'a,b;c="d'),
        ("<a, <b>; rel=next", "a, <b"),  # B.2, step 2.4: up to the first ">"
        ("<a\\>; rel=next", "a\\"),
    ],
)
def test_the_target_is_what_stands_in_the_angles(value: str, expected: str) -> None:
    assert [Link(expected, ("next",))] == parse_links(value)


# RFC 8288 3.3 and 2.1
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("rel=next", ("next",)),
        ("REL=Next", ("next",)),
        ('rel="Next  \tLAST "', ("next", "last")),
        ('rel="HTTP://Example.com/Rel#A"', ("http://example.com/rel#a",)),
        ("rel=next; rel=prev", ("next",)),
        ('rel=next; rel="prev"; REL=last', ("next",)),
        ("rel=next;;", ("next",)),
        ("rel =\tnext", ("next",)),
        ("rel=next last", ("next", "last")),  # the quotes are missing
        ("rel=http://a/b?c=d", ("http://a/b?c=d",)),
        ("rel=next; rel*=UTF-8''prev", ("next",)),
        ("rel=next\xa0É", ("next\xa0É",)),
    ],
)
def test_relation_types(parameters: str, expected: tuple[str, ...]) -> None:
    assert Link("a", expected) == only(f"<a>; {parameters}")


@pytest.mark.parametrize(
    "parameters",
    [
        *[
            "",
            "; rel",
            "; rel=",
            '; rel=""',
            '; rel=" \t"',
            "; rel; rel=next",
            '; rel=""; rel=next',
        ],
        *["; rev=next", "; rel*=UTF-8''next", "; title=rel", "rel=next", " x; rel=next", "x"],
    ],
)
def test_a_link_without_a_relation_type_is_none(parameters: str) -> None:
    assert [] == parse_links("<a>" + parameters)
    assert [GOOD] == parse_links(f"<a>{parameters}, </good>; rel=next")


# RFC 8288 3.2 to 3.4
def test_parameters() -> None:
    link = only(
        '<a>; title="T, \\"t\\""; hreflang=en; type=text/html; rel=next; media="screen, print";'
        'hreflang=de; Rev=made; type=b; anchor="#x"; anchor=y; ext=1; Ext=2; flag; hreflang'
    )
    assert ("a", ("next",), "#x", ("en", "de")) == (
        link.target,
        link.rel,
        link.anchor,
        link.hreflang,
    )
    assert ('T, "t"', "text/html", "screen, print") == (link.title, link.type, link.media)
    assert {
        "title": 'T, "t"',
        "hreflang": "en",
        "type": "text/html",
        "media": "screen, print",
        "rev": "made",
        "ext": "1",
        "flag": "",
    } == link.parameters
    bare = only("<a>; rel=x")
    assert (None, None, None, None, ()) == (
        *(bare.anchor, bare.title, bare.type, bare.media),
        bare.hreflang,
    )
    assert hash(bare) == hash(Link("a", ("x",)))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("title=a; title*=UTF-8''%c3%a4", {"title": "ä"}),
        ("title*=UTF-8''%c3%a4; title=a", {"title": "ä"}),
        ("title*=UTF-8''%c3; title=a", {"title": "a"}),
        ("title*=UTF-8''a; title*=UTF-8''b", {"title": "a"}),
        ("title*", {}),
        ("ext*=UTF-8''a%2Cb", {"ext": "a,b"}),
        # no extended form is defined for these
        (
            "type*=UTF-8''a; media*=UTF-8''a; hreflang*=UTF-8''a; anchor*=UTF-8''a; rev*=UTF-8''a",
            {},
        ),
    ],
)
def test_extended_parameters(parameters: str, expected: dict[str, str]) -> None:
    assert Link("a", ("next",), parameters=expected) == only(f"<a>; rel=next; {parameters}")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (';; ; rel="next"', {}),
        ("; =x; rel=next", {}),
        ("; a b=c; rel=next", {}),
        ("; é=c; rel=next", {}),
        (';"a"=c; rel=next', {}),
        ('; a="b"c; rel=next', {"a": "b"}),
        ("; a==b; rel=next;", {"a": "=b"}),
        ('; rel=next; a=b"c', {"a": 'b"c'}),
    ],
)
def test_broken_parameters_are_skipped(parameters: str, expected: dict[str, str]) -> None:
    meant = Link("a", ("next",), parameters=expected)
    assert [meant, GOOD] == parse_links(f"<a>{parameters}, </good>; rel=next")


@pytest.mark.parametrize(
    "broken",
    [
        *["", " ", ",,", " , \t,", "a", ";", "; rel=next", "a>; rel=next", "rel=next", "=", "\\"],
        *['"a, <b>; rel=next"', '"a\\", <b>; rel=next"', "x <a, b>; rel=next", "\x00", "é"],
        *["<a>", "<a> <b>; rel=next", "<a>x; rel=next", '<a>"; rel=next, <b>; rel=next"'],
    ],
)
def test_good_links_outlive_broken_ones(broken: str) -> None:
    assert [GOOD] == parse_links(f"{broken}, </good>; rel=next")
    assert [GOOD, GOOD] == parse_links(f"</good>; rel=next, {broken},</good>;rel=next,")


@pytest.mark.parametrize(
    "value",
    [
        "<a",  # B.2, step 2.5
        "<a, /good; rel=next",
        '"a, </good>; rel=next',
        '<a>; x="y, </good>; rel=next',  # B.4: the rest is the string
        '<a>; x="y\\',
    ],
)
def test_what_never_ends_takes_the_rest(value: str) -> None:
    assert [] == parse_links(value)
    assert [GOOD] == parse_links("</good>; rel=next, " + value)
    assert [GOOD, GOOD] == parse_links(["</good>; rel=next", value, "</good>; rel=next"])


def test_a_string_that_never_ends_keeps_its_link() -> None:
    assert Link("a", ("next",), parameters={"title": "b, <c>; d"}) == only(
        '<a>; rel=next; title="b, <c>; d\\'
    )


NAMES = st.text("abXY09-_.!", min_size=1, max_size=5).filter(
    lambda name: name.lower() not in ("rel", "anchor", "hreflang")
)
TEXT = st.text(st.sampled_from("aZ ,;=<>\"\\'%é€\n"), max_size=8)
LINKS = st.builds(
    Link,
    st.text(st.sampled_from('aZ ,;="\\%é/<'), max_size=8),
    st.lists(st.text("az:/.,;#", min_size=1, max_size=5), min_size=1, max_size=3).map(tuple),
    st.none() | TEXT,
    st.just(()),
    st.dictionaries(NAMES.map(str.lower), TEXT, max_size=3),
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(link: Link, data: st.DataObject) -> str:
    parts = [f"rel={quoted(' '.join(link.rel))}"]
    if link.anchor is not None:
        parts.append(f"anchor={quoted(link.anchor)}")
    for name, value in link.parameters.items():
        forms = [f"{name}={quoted(value)}", f"{name.upper()}\t= {quoted(value)} "]
        if is_token(value):
            forms.append(f"{name}={value}")
        if not value:
            forms.append(name)
        if name not in ("rev", "type", "media"):
            forms.append(f"{name}*={encode_extended(value)}")
        parts.append(data.draw(st.sampled_from(forms)))
    blank = data.draw(st.sampled_from(["", " ", "\t "]))
    return f"<{link.target}>" + "".join(
        f"{blank};{blank}{part}" for part in data.draw(st.permutations(parts))
    )


@bounded
@given(st.lists(LINKS, max_size=4), st.data())
def test_right_links_read_as_they_were_meant(links: list[Link], data: st.DataObject) -> None:
    values = [written(link, data) for link in links]
    assert links == parse_links(values)
    assert links == parse_links(data.draw(st.sampled_from([",", ", ", " ,\t,"])).join(values))


PIECES = st.sampled_from(
    [*"<>,;=\"\\ \taé*'%\n", "rel", "rel=a", "<a>", ";rel=b", 'title="', "title*=UTF-8''%41"]
)


@bounded
@given(st.lists(PIECES, max_size=16).map("".join))
def test_any_value_is_read_without_an_error(text: str) -> None:
    for link in parse_links(text):
        assert link.rel
        assert ">" not in link.target
        assert {"rel", "anchor"}.isdisjoint(link.parameters)
        assert [] == [name for name in link.parameters if name != name.lower()]
    assert [GOOD] == parse_links(["", text, "</good>; rel=next"])[-1:]
    if "<" not in text and '"' not in text:
        assert [GOOD] == parse_links(f"{text}, </good>; rel=next")


@pytest.mark.parametrize(
    "unit",
    [
        *'<,";=\\> ',
        "<>",
        "<>,",
        '<"',
        '",',
        '\\"',
        "a;",
        "<>;rel=x,",
        "<a>;rel=",
        ';a="\\"";',
        ";a*=",
    ],
)
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    for start in ("", "<a>;rel=x;", '<a>;rel="', "a"):
        parse_links(start + text)
    assert time.process_time() - started < 6  # usually under 0.5; quadratic work takes much longer
