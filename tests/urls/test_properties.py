"""Properties that hold for any text."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_urls import URL, InvalidURL, Origin, QueryParams

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

PIECES = st.sampled_from(
    [
        *"abcZ019.-_~!$&'()*+,;=:@/\\?#[]%^|{}`\"<> \t\n\x00é\u3002ß\u0301💩",
        *[
            "http:",
            "https://",
            "ws://",
            "foo:",
            "//",
            "..",
            "%2e",
            "xn--",
            "bcher-kva",
            ":80",
            "[::1]",
        ],
        *["user:pw@", "example.org", "127.1", "0x7f", "%C3%A9", "%00"],
    ]
)
WEB = st.lists(PIECES, max_size=12).map(lambda pieces: "http://h" + "".join(pieces))
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), WEB, st.text(max_size=30))


def parsed(text: str, base: URL | None = None) -> URL | None:
    try:
        return URL(text, allow_relative=True) if base is None else base.resolve_with(text)
    except InvalidURL:
        return None


@bounded
@given(TEXTS)
def test_url_reads_back_from_its_text(text: str):
    url = parsed(text)
    if url is not None:
        again = URL(str(url), allow_relative=True)
        assert url == again
        assert url.host == again.host
        assert pickle.loads(pickle.dumps(url)) == url
        assert str(url).isascii()
        assert str(url).isprintable()


@bounded
@given(TEXTS, TEXTS)
def test_resolving_gives_an_absolute_url_that_is_stable(base_text: str, text: str):
    base = parsed(base_text)
    if base is not None and base.is_absolute_url:
        url = parsed(text, base)
        if url is not None:
            assert url.is_absolute_url
            assert url == URL(str(url)) == base.resolve_with(str(url))
            reference = parsed(text)
            # A reference with no base is read as against http; an http base must then agree.
            if (
                reference is not None
                and reference.is_relative_url
                and base.scheme in ("http", "https")
            ):
                assert url == base.resolve_with(reference)


@bounded
@given(TEXTS, TEXTS)
def test_no_changed_part_reaches_into_another(text: str, value: str):
    url = parsed(text)
    if url is None:
        return
    for name in ("host", "username", "password", "path", "query", "fragment"):
        try:
            changed = url.copy_with(**{name: value})  # type: ignore[arg-type]
        except InvalidURL:
            continue
        assert url.scheme == changed.scheme
        assert url.explicit_port == changed.explicit_port
        if name != "host":
            assert url.host == changed.host
        if name != "path" and url.path and url.is_absolute_url:
            assert url.path == changed.path
        if name in ("username", "password") and "\ud800" not in value:
            assert value == getattr(changed, name)


@bounded
@given(TEXTS)
def test_origin_and_host_header_name_the_host(text: str):
    url = parsed(text)
    if url is not None and url.host and url.is_absolute_url and url.port is not None:
        assert Origin(str(url.origin)) == url.origin
        assert URL(f"{url.scheme}://{url.host_header}").origin == url.origin
        assert url.human


@bounded
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8))))
def test_params_read_back_from_their_text(pairs: list[tuple[str, str]]):
    params = QueryParams(pairs)
    assert params == QueryParams(str(params))
    url = URL("http://h/?sig=%2f").merge_params(params)
    assert url.query.startswith("sig=%2f")
    assert url.params.multi_items()[1:] == pairs
