"""Content-Disposition, parameters in general, and names for files.

- Nothing is raised. Written anew, parameters read the same; names are lower-case tokens.
- A safe name is one component of a path on any system, of 255 octets at most, visible, no device, not hidden;
  it stays as it is when it is made safe again.
- An extended value reads back from what is written.
"""

import re

from httpcore_headers import (
    decode_extended,
    encode_extended,
    is_token,
    parse_content_disposition,
    parse_parameters,
    safe_filename,
)

from ..shapes import spell, text

PIECES = [
    *('"', "\\", '\\"', ";", "; ", "=", " = ", "*", "*=", "'", "''", "%", "%2F", "%00"),
    *("%e2%82%ac", "%F0", " ", "\t", "\r\n", "\x00", "\x7f", "\x85", "\u202e", "\u200d", "\u2028"),
    *("\ufe0f", "\ud800", "é", "e\u0301", "💩", "\xc3\xa9", "\xff", "\u212a", "\u3000", "/", "../"),
    *("..", ".", "\\..\\", ":", "C:", "|", "<", "?", "~", "-", "attachment", "inline", "filename"),
    *("filename=", 'filename="', "filename*=", "UTF-8''", "ISO-8859-1''", "size", "con", "NUL"),
    *("com1", "lpt\xb9", "CONIN$", ".txt", ".exe", "a" * 100, "é" * 100, "." + "x" * 16, "name"),
]  # fmt: skip
SEEDS = [
    spell(each, PIECES)
    for each in (
        'attachment; filename="a b.txt"; size=3',
        "attachment; filename=x; filename*=UTF-8''%e2%82%ac.txt",
        'inline; filename="..\\\\..\\\\con.txt"; name=a',
        'attachment; filename="\xc3\xa9\u202eexe.txt"',
    )
]
_FORBIDDEN = re.compile(r'[<>:"|?*/\\\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\xb9\xb2\xb3]) *(\.|$)", re.I)


def check(data):
    said = text(data, PIECES)
    parameters = parse_parameters(said)
    for name, value in parameters.items():
        assert is_token(name)
        assert name == name.lower()
        assert value is not None
    again = parse_parameters(_written(parameters))
    assert parameters == again, (parameters, again)
    disposition = parse_content_disposition(said)
    if disposition is not None:
        assert is_token(disposition.type)
        _is_safe(disposition.filename)
    _is_safe(safe_filename(said))
    decode_extended(said)
    if "\ud800" not in said:
        assert said == decode_extended(encode_extended(said))


def _written(parameters):
    pairs = []
    for name, value in parameters.items():
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        # A name that ends with "*" was extended: a plain one of that kind can't be written.
        pairs.append(f'{name}="{quoted}"')
    return "; ".join(pairs)


def _is_safe(name):
    if name is None:
        return
    assert name
    assert not _FORBIDDEN.search(name), name
    assert name.isprintable(), name
    assert len(name.encode("utf-8")) <= 255
    assert name.strip(" .") == name, name
    assert not _DEVICE.match(name), name
    assert name == safe_filename(name), (name, safe_filename(name))
