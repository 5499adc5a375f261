"""Changes to the text of a regular expression: a piece left out, a repetition or a range made wider."""

import re

_PIECES = re.compile(
    r"""(?xs)
    (?P<set> \[\^? \]? (?: \\. | [^\]\\] )* \] )
  | (?P<looking> \(\?<?[=!] (?: \\. | \[ (?: \\. | [^\]\\] )* \] | [^()\[\\] )* \) )
  | (?P<anchor> \\[AZbB] | [\^$] )
  | (?P<times> (?: [*+?] | \{[0-9]+(?:,[0-9]*)?\} ) [+?]? )
  | (?P<branch> \| (?: \\. | \[ (?: \\. | [^\]\\] )* \] | [^()|\[\\] )+ )
  | \\. | \(\?[a-zA-Z]+\) | \(\?[:P<a-z>]* | .
    """
)
_OCTETS = "".join(map(chr, range(256)))
_ONE = r"(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\.|%s)"
_ITEM = re.compile(f"(?s){_ONE % '.'}(?:-{_ONE % '[^]]'})?")


def pattern_changes(text):
    """Yield a pattern's changed texts; of one that is none, nothing."""
    if isinstance(text, bytes):
        for new in pattern_changes(text.decode("latin-1")):
            yield new.encode("latin-1")
    elif re.search(r"\[.+\]|\(\?|[])][*+]", text):
        for piece in _PIECES.finditer(text):
            for new in _changed(piece):
                yield text[: piece.start()] + new + text[piece.end() :]


def _changed(piece):
    text = piece[0]
    if piece["set"]:
        meant = _octets_in(text)
        yield from (new for new in _changed_set(text) if _octets_in(new) != meant)
    elif piece["looking"] or piece["anchor"] or piece["branch"]:
        yield ""
    elif piece["times"]:
        yield ""
        if text[0] in "*+":
            yield {"*": "+", "+": "*"}[text[0]] + text[1:]
        yield from (
            text[: n.start()] + str(int(n[0]) + 1) + text[n.end() :]
            for n in re.finditer("[0-9]+", text)
        )


def _changed_set(text):
    """Leave each item out, and make each range longer by one at either end."""
    begin = 2 if text[1] == "^" else 1
    inner = text[begin:-1]
    for item in _ITEM.finditer(inner):
        rest = inner[: item.start()], inner[item.end() :]
        if len(item[0]) < len(inner):
            yield text[:begin] + rest[0] + rest[1] + "]"
        if item[2]:
            low, high = map(_number, item.groups())
            for ends in [(low - 1, high)] * (low > 0) + [(low, high + 1)] * (high < 255):
                longer = "-".join(rf"\x{end:02x}" if end < 256 else rf"\U{end:08x}" for end in ends)
                yield text[:begin] + longer.join(rest) + "]"


def _octets_in(text):
    return set(re.findall(text, _OCTETS))


def _number(text):
    return int(text[2:], 16) if text[:2] in ("\\x", "\\u", "\\U") else ord(text[-1])
