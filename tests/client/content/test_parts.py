"""Multipart content is taken apart as servers take it apart, and put together as it was."""

import pytest

from httpcore_client.content._parts import Part, changed_parts

FORM = 'multipart/form-data; boundary="b"'


def part(content="hunter2", *fields, disposition='form-data; name="token"', end="\r\n"):
    head = [f"Content-Disposition: {disposition}", *fields, "", ""]
    return f"--b{end}" + end.join(head) + content + end


def parts_of(text, content_type=FORM):
    """The parts that are found; what is left as it is changes nothing."""
    found = []

    def keep(part):
        found.append(part)
        return part.content

    assert text == changed_parts(text, content_type, keep)
    return found


@pytest.mark.parametrize(
    "disposition",
    [
        *('form-data; name="token"', "form-data;name=token", "form-data; filename=x; NAME=token"),
        *("form-data; name*=UTF-8''token", 'form-data; filename="name=x"; name="token"'),
        *('form-data; filename="; name=x"; name=token', 'form-data;\r\n name="token"'),
        'form-data; filename="\\"; name=x"; name="token"',
    ],
)
def test_a_field_is_found_by_its_name(disposition):
    text = part(disposition=disposition) + "--b--\r\n"
    assert [Part("token", "", "hunter2")] == parts_of(text)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("last", ["--b--", "--b-- \t", ""])
def test_lines_end_with_or_without_cr_and_the_end_may_be_missing(end, last):
    text = part(end=end) + part("x", "Content-Type: a/b", end=end)
    text = text + last if last else text.removesuffix(end)
    assert [Part("token", "", "hunter2"), Part("token", "a/b", "x")] == parts_of(text)


@pytest.mark.parametrize("content", ["a--b", "a\r\n--bc", "--b", "\r\n\r\n", "a\r\n-b", ""])
def test_a_delimiter_is_a_line_of_its_own(content):
    expected = [] if content == "--b" else [Part("token", "", content)]
    assert expected == parts_of(part(content) + "--b--\r\n")[:1]


def test_what_surrounds_the_parts_is_none():
    text = "before\r\n" + part() + "--b--\r\nContent-Disposition: x; name=y\r\n\r\nafter"
    assert [Part("token", "", "hunter2")] == parts_of(text)
    changed = changed_parts(text, FORM, lambda part: "XXX")
    assert text.replace("hunter2", "XXX") == changed


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "", "multipart/form-data; boundary="]
)
def test_without_a_boundary_the_first_line_is_one(content_type):
    assert [Part("token", "", "hunter2")] == parts_of(part() + "--b--\r\n", content_type)
    assert [] == parts_of("no parts", content_type)


def test_a_part_without_a_name_or_a_head_is_no_field():
    text = "--b\r\nX: y\r\n\r\nz\r\n--b\r\nno head\r\n--b--"
    assert [Part("", "", "z")] == parts_of(text)


@pytest.mark.parametrize(
    "unit",
    ["--b\r\n", "--b", "\r\n", "\n\n", "\r\n--b\r\n\r\n", 'name="', "a: b\r\n ", "\n ", part()],
)
def test_hostile_content_takes_linear_time(unit):
    for before in ("", part(), "--b\r\n"):
        parts_of(before + unit * (200_000 // len(unit)))  # by the square, minutes
