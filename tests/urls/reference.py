"""A second opinion: the basic URL parser of https://url.spec.whatwg.org, step by step.

Written from the text of the standard (review draft of August 2026) and from nothing of ours, as
literally as Python allows: states bear the standard's names, every code point passes through the
machine by itself, and nothing is done for speed. Tests compare our parser with it.

Left out, because nothing of ours needs them: `file:` (NotImplementedError), state overrides (the
setters), encodings other than UTF-8, and validation errors that do not fail.

What the standard hands to UTS 46 is done with the mapping table of `idna` and the properties of
`unicodedata`. Where these do not suffice (a code point newer than `unicodedata`, a joiner that only
joining types could excuse) the host is UNSURE: the standard may give any host, or failure.
"""

import unicodedata
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, hexdigits
from typing import Final

import idna

__all__ = ["UNSURE", "Record", "domain_to_ascii", "parse", "percent_decode"]

# No host can be this: "?" is a forbidden host code point.
UNSURE: Final = "?"

# Longer than any code point, so that it equals none of them.
EOF: Final = "end of file"

DEFAULT_PORTS: Final[dict[str, int | None]] = {
    "ftp": 21,
    "file": None,
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
}
LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


class Failure(Exception):
    """The standard says: return failure."""


@dataclass
class Record:
    """A URL record; its host is serialized already."""

    scheme: str = ""
    username: str = ""
    password: str = ""
    host: str | None = None
    port: int | None = None
    path: list[str] | str = field(default_factory=list[str])
    query: str | None = None
    fragment: str | None = None

    @property
    def is_special(self) -> bool:
        return self.scheme in DEFAULT_PORTS

    @property
    def includes_credentials(self) -> bool:
        return self.username != "" or self.password != ""

    @property
    def has_opaque_path(self) -> bool:
        return isinstance(self.path, str)

    @property
    def href(self) -> str:
        """URL serializer."""
        output = self.scheme + ":"
        if self.host is not None:
            output += "//"
            if self.includes_credentials:
                output += self.username
                if self.password != "":
                    output += ":" + self.password
                output += "@"
            output += self.host
            if self.port is not None:
                output += ":" + str(self.port)
        elif isinstance(self.path, list) and len(self.path) > 1 and self.path[0] == "":
            output += "/."
        output += self.pathname
        if self.query is not None:
            output += "?" + self.query
        if self.fragment is not None:
            output += "#" + self.fragment
        return output

    @property
    def pathname(self) -> str:
        """URL path serializer."""
        if isinstance(self.path, str):
            return self.path
        output = ""
        for segment in self.path:
            output += "/" + segment
        return output

    @property
    def search(self) -> str:
        return "?" + self.query if self.query else ""

    @property
    def hash(self) -> str:
        return "#" + self.fragment if self.fragment else ""

    def shorten(self) -> None:
        """Shorten a url's path (no drive letters here)."""
        assert isinstance(self.path, list)
        if self.path:
            self.path.pop()

    def append(self, segment: str) -> None:
        assert isinstance(self.path, list)
        self.path.append(segment)


# Percent-encoded bytes


def is_c0_control(c: str) -> bool:
    return ord(c) <= 0x1F


def in_c0_control_set(c: str) -> bool:
    return is_c0_control(c) or ord(c) > 0x7E


def in_fragment_set(c: str) -> bool:
    return in_c0_control_set(c) or c in (" ", '"', "<", ">", "`")


def in_query_set(c: str) -> bool:
    return in_c0_control_set(c) or c in (" ", '"', "#", "<", ">")


def in_special_query_set(c: str) -> bool:
    return in_query_set(c) or c == "'"


def in_path_set(c: str) -> bool:
    return in_query_set(c) or c in ("?", "^", "`", "{", "}")


def in_userinfo_set(c: str) -> bool:
    return in_path_set(c) or c in ("/", ":", ";", "=", "@", "[", "\\", "]", "|")


def percent_encode(text: str, in_set: Callable[[str], bool]) -> str:
    """UTF-8 percent-encode: byte by byte, as the standard has it."""
    output = ""
    for byte in text.encode():
        isomorph = chr(byte)
        output += f"%{byte:02X}" if in_set(isomorph) else isomorph
    return output


def percent_decode(text: str) -> bytes:
    data = text.encode()
    output = bytearray()
    i = 0
    while i < len(data):
        two = data[i + 1 : i + 3].decode("latin-1")
        if data[i] == 0x25 and len(two) == 2 and two[0] in hexdigits and two[1] in hexdigits:
            output.append(int(two, 16))
            i += 3
        else:
            output.append(data[i])
            i += 1
    return bytes(output)


# IDNA


def domain_parser(domain: str) -> str:
    """Domain parser, with beStrict false."""
    result = domain.translate(LOWER) if domain.isascii() else domain_to_ascii(domain)
    if result == UNSURE:
        return UNSURE
    if result == "":
        raise Failure
    for c in result:
        if is_forbidden_host_code_point(c) or is_c0_control(c) or c in ("%", "\x7f"):
            raise Failure
    return result


def domain_to_ascii(domain: str) -> str:
    """Unicode ToASCII of UTS 46, no check but CheckBidi and CheckJoiners being asked for."""
    labels = [to_unicode(label) for label in uts46_map(domain).split(".")]
    sure = True
    bidi = any(is_right_to_left(label) for label in labels)
    for label in labels:
        sure = check_label(label) and sure
        if bidi and not keeps_bidi_rule(label):
            raise Failure
    if not sure:
        return UNSURE
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in labels
    )


def uts46_map(text: str) -> str:
    """Processing, steps 1 and 2: Map, Normalize."""
    output = ""
    for c in text:
        try:
            output += idna.uts46_remap(c, std3_rules=False)
        except idna.IDNAError:
            raise Failure from None
    return unicodedata.normalize("NFC", output)


def to_unicode(label: str) -> str:
    """Processing, step 4: Convert."""
    if not label.startswith("xn--"):
        return label
    code = label.removeprefix("xn--")
    # RFC 3492, 6.2: the last hyphen ends the basic code points only if there are any before it.
    if not label.isascii() or code.rfind("-") == 0:
        raise Failure
    try:
        decoded = code.encode("ascii").decode("punycode")
    except UnicodeError:
        raise Failure from None
    if decoded.isascii():
        raise Failure
    return decoded


def check_label(label: str) -> bool:
    """Validity Criteria, but for bidi; the answer is whether we are sure."""
    if unicodedata.normalize("NFC", label) != label:
        raise Failure
    if label.startswith("xn--") or "." in label:
        raise Failure
    if label and unicodedata.category(label[0]).startswith("M"):
        raise Failure
    sure = True
    for i, c in enumerate(label):
        check_status(c)
        if c in ("\u200c", "\u200d") and not (i > 0 and unicodedata.combining(label[i - 1]) == 9):
            # RFC 5892, A.1: joining types, which Python does not know, may excuse U+200C.
            if c == "\u200d":
                raise Failure
            sure = False
        if unicodedata.category(c) == "Cn":
            sure = False
    return sure


def check_status(c: str) -> None:
    """Only valid and deviation code points may remain: those that are mapped to themselves."""
    try:
        mapped = idna.uts46_remap(c, std3_rules=False)
    except idna.IDNAError:
        raise Failure from None
    if mapped != c:
        raise Failure


def is_right_to_left(label: str) -> bool:
    return any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in label)


def keeps_bidi_rule(label: str) -> bool:
    """RFC 5893, 2: six conditions."""
    kinds = [unicodedata.bidirectional(c) for c in label]
    if not kinds:
        return True
    ending = [kind for kind in kinds if kind != "NSM"]
    allowed: tuple[str, ...]
    ends: tuple[str, ...]
    if kinds[0] in ("R", "AL"):
        allowed = ("R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM")
        ends = ("R", "AL", "EN", "AN")
        mixed = "EN" in kinds and "AN" in kinds
    elif kinds[0] == "L":
        allowed = ("L", "EN", "ES", "CS", "ET", "ON", "BN", "NSM")
        ends = ("L", "EN")
        mixed = False
    else:
        return False
    # A code point that unicodedata does not know has no kind: check_label is unsure of it.
    return all(kind in (*allowed, "") for kind in kinds) and ending[-1] in (*ends, "") and not mixed


# Host parsing


def is_forbidden_host_code_point(c: str) -> bool:
    return c in "\x00\t\n\r #/:<>?@[\\]^|"


def host_parser(text: str, *, is_opaque: bool) -> str:
    """Host parser, and host serializer on what it returns."""
    if text.startswith("["):
        if not text.endswith("]"):
            raise Failure
        return "[" + ipv6_serializer(ipv6_parser(text[1:-1])) + "]"
    if is_opaque:
        return opaque_host_parser(text)
    assert text != ""
    domain = percent_decode(text).decode("utf-8", "replace")
    ascii_domain = domain_parser(domain)
    if ascii_domain == UNSURE:
        return UNSURE
    if ends_in_a_number(ascii_domain):
        return ipv4_serializer(ipv4_parser(ascii_domain))
    return ascii_domain


def opaque_host_parser(text: str) -> str:
    if any(is_forbidden_host_code_point(c) for c in text):
        raise Failure
    return percent_encode(text, in_c0_control_set)


def ends_in_a_number(text: str) -> bool:
    parts = text.split(".")
    if parts[-1] == "":
        parts.pop()
    last = parts[-1]
    if last != "" and all(c in digits for c in last):
        return True
    try:
        ipv4_number_parser(last)
    except Failure:
        return False
    return True


def ipv4_parser(text: str) -> int:
    parts = text.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if len(parts) > 4:
        raise Failure
    numbers: list[int] = []
    for part in parts:
        numbers.append(ipv4_number_parser(part))
    if any(number > 255 for number in numbers[:-1]):
        raise Failure
    if numbers[-1] >= 256 ** (5 - len(numbers)):
        raise Failure
    ipv4 = numbers.pop()
    for counter, n in enumerate(numbers):
        ipv4 += n * 256 ** (3 - counter)
    return ipv4


def ipv4_number_parser(text: str) -> int:
    if text == "":
        raise Failure
    radix, allowed = 10, digits
    if text[:2] in ("0x", "0X"):
        text = text[2:]
        radix, allowed = 16, hexdigits
    elif len(text) >= 2 and text[0] == "0":
        text = text[1:]
        radix, allowed = 8, "01234567"
    output = 0
    for c in text:
        if c not in allowed:
            raise Failure
        output = output * radix + int(c, 16)
    return output


def ipv4_serializer(address: int) -> str:
    output = ""
    n = address
    for i in (1, 2, 3, 4):
        output = str(n % 256) + output
        if i != 4:
            output = "." + output
        n //= 256
    return output


def ipv6_parser(text: str) -> list[int]:
    address = [0] * 8
    piece_index = 0
    compress = None
    pointer = 0

    def c() -> str:
        return text[pointer] if pointer < len(text) else EOF

    if c() == ":":
        if not text[pointer + 1 :].startswith(":"):
            raise Failure
        pointer += 2
        piece_index += 1
        compress = piece_index
    while c() != EOF:
        if piece_index == 8:
            raise Failure
        if c() == ":":
            if compress is not None:
                raise Failure
            pointer += 1
            piece_index += 1
            compress = piece_index
            continue
        value = length = 0
        while length < 4 and c() in tuple(hexdigits):
            value = value * 0x10 + int(c(), 16)
            pointer += 1
            length += 1
        if c() == ".":
            if length == 0:
                raise Failure
            pointer -= length
            if piece_index > 6:
                raise Failure
            numbers_seen = 0
            while c() != EOF:
                ipv4_piece = None
                if numbers_seen > 0:
                    if c() == "." and numbers_seen < 4:
                        pointer += 1
                    else:
                        raise Failure
                if c() not in tuple(digits):
                    raise Failure
                while c() in tuple(digits):
                    number = int(c())
                    if ipv4_piece is None:
                        ipv4_piece = number
                    elif ipv4_piece == 0:
                        raise Failure
                    else:
                        ipv4_piece = ipv4_piece * 10 + number
                    if ipv4_piece > 255:
                        raise Failure
                    pointer += 1
                assert ipv4_piece is not None
                address[piece_index] = address[piece_index] * 0x100 + ipv4_piece
                numbers_seen += 1
                if numbers_seen in (2, 4):
                    piece_index += 1
            if numbers_seen != 4:
                raise Failure
            break
        if c() == ":":
            pointer += 1
            if c() == EOF:
                raise Failure
        elif c() != EOF:
            raise Failure
        address[piece_index] = value
        piece_index += 1
    if compress is not None:
        swaps = piece_index - compress
        piece_index = 7
        while piece_index != 0 and swaps > 0:
            other = compress + swaps - 1
            address[piece_index], address[other] = address[other], address[piece_index]
            piece_index -= 1
            swaps -= 1
    elif piece_index != 8:
        raise Failure
    return address


def ipv6_serializer(address: list[int]) -> str:
    output = ""
    compress = compressed_piece_index(address)
    ignore0 = False
    for piece_index in range(8):
        if ignore0 and address[piece_index] == 0:
            continue
        ignore0 = False
        if compress == piece_index:
            output += "::" if piece_index == 0 else ":"
            ignore0 = True
            continue
        output += f"{address[piece_index]:x}"
        if piece_index != 7:
            output += ":"
    return output


def compressed_piece_index(address: list[int]) -> int | None:
    """Find the IPv6 address compressed piece index."""
    longest_index, longest_size = None, 1
    found_index, found_size = None, 0
    for piece_index in range(8):
        if address[piece_index] != 0:
            if found_size > longest_size:
                longest_index, longest_size = found_index, found_size
            found_index, found_size = None, 0
        else:
            if found_index is None:
                found_index = piece_index
            found_size += 1
    return found_index if found_size > longest_size else longest_index


# URL parsing


def is_single_dot(segment: str) -> bool:
    return segment.translate(LOWER) in (".", "%2e")


def is_double_dot(segment: str) -> bool:
    return segment.translate(LOWER) in ("..", ".%2e", "%2e.", "%2e%2e")


def prepare(text: str) -> str:
    """A scalar value string without blanks around it, and without tabs and newlines."""
    text = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    while text and (is_c0_control(text[0]) or text[0] == " "):
        text = text[1:]
    while text and (is_c0_control(text[-1]) or text[-1] == " "):
        text = text[:-1]
    return "".join(c for c in text if c not in ("\t", "\n", "\r"))


class Machine:
    """The basic URL parser: a method for every state, run once for every code point."""

    def __init__(self, text: str, base: Record | None) -> None:
        self.url = Record()
        self.base = base
        self.input = prepare(text)
        self.state = self.scheme_start_state
        self.buffer = ""
        self.at_sign_seen = False
        self.inside_brackets = False
        self.password_token_seen = False
        self.pointer = 0

    def run(self) -> Record:
        while True:
            self.state()
            if self.pointer >= 0 and self.c == EOF:
                return self.url
            self.pointer += 1

    @property
    def c(self) -> str:
        assert self.pointer >= 0
        return self.input[self.pointer] if self.pointer < len(self.input) else EOF

    @property
    def remaining(self) -> str:
        assert self.c != EOF
        return self.input[self.pointer + 1 :]

    @property
    def at_special_backslash(self) -> bool:
        return self.url.is_special and self.c == "\\"

    def scheme_start_state(self) -> None:
        if self.c in tuple(ascii_letters):
            self.buffer += self.c.translate(LOWER)
            self.state = self.scheme_state
        else:
            self.state = self.no_scheme_state
            self.pointer -= 1

    def scheme_state(self) -> None:
        url, base = self.url, self.base
        if self.c in tuple(ascii_letters + digits + "+-."):
            self.buffer += self.c.translate(LOWER)
        elif self.c == ":":
            url.scheme = self.buffer
            self.buffer = ""
            if url.scheme == "file":
                raise NotImplementedError("file:")
            if url.is_special and base is not None and base.scheme == url.scheme:
                self.state = self.special_relative_or_authority_state
            elif url.is_special:
                self.state = self.special_authority_slashes_state
            elif self.remaining.startswith("/"):
                self.state = self.path_or_authority_state
                self.pointer += 1
            else:
                url.path = ""
                self.state = self.opaque_path_state
        else:
            self.buffer = ""
            self.state = self.no_scheme_state
            # Start over: the machine adds one.
            self.pointer = -1

    def no_scheme_state(self) -> None:
        url, base = self.url, self.base
        if base is None or (base.has_opaque_path and self.c != "#"):
            raise Failure
        if base.has_opaque_path and self.c == "#":
            url.scheme = base.scheme
            url.path = base.path
            url.query = base.query
            url.fragment = ""
            self.state = self.fragment_state
        elif base.scheme != "file":
            self.state = self.relative_state
            self.pointer -= 1
        else:
            raise NotImplementedError("file:")

    def special_relative_or_authority_state(self) -> None:
        if self.c == "/" and self.remaining.startswith("/"):
            self.state = self.special_authority_ignore_slashes_state
            self.pointer += 1
        else:
            self.state = self.relative_state
            self.pointer -= 1

    def path_or_authority_state(self) -> None:
        if self.c == "/":
            self.state = self.authority_state
        else:
            self.state = self.path_state
            self.pointer -= 1

    def relative_state(self) -> None:
        url, base = self.url, self.base
        assert base is not None
        assert base.scheme != "file"
        url.scheme = base.scheme
        if self.c == "/" or self.at_special_backslash:
            self.state = self.relative_slash_state
        else:
            self.take_authority_of_base()
            url.path = deepcopy(base.path)
            url.query = base.query
            if self.c == "?":
                url.query = ""
                self.state = self.query_state
            elif self.c == "#":
                url.fragment = ""
                self.state = self.fragment_state
            elif self.c != EOF:
                url.query = None
                url.shorten()
                self.state = self.path_state
                self.pointer -= 1

    def take_authority_of_base(self) -> None:
        url, base = self.url, self.base
        assert base is not None
        url.username = base.username
        url.password = base.password
        url.host = base.host
        url.port = base.port

    def relative_slash_state(self) -> None:
        if self.url.is_special and self.c in ("/", "\\"):
            self.state = self.special_authority_ignore_slashes_state
        elif self.c == "/":
            self.state = self.authority_state
        else:
            self.take_authority_of_base()
            self.state = self.path_state
            self.pointer -= 1

    def special_authority_slashes_state(self) -> None:
        self.state = self.special_authority_ignore_slashes_state
        if self.c == "/" and self.remaining.startswith("/"):
            self.pointer += 1
        else:
            self.pointer -= 1

    def special_authority_ignore_slashes_state(self) -> None:
        if self.c not in ("/", "\\"):
            self.state = self.authority_state
            self.pointer -= 1

    def authority_state(self) -> None:
        if self.c == "@":
            if self.at_sign_seen:
                self.buffer = "%40" + self.buffer
            self.at_sign_seen = True
            for code_point in self.buffer:
                self.take_userinfo(code_point)
            self.buffer = ""
        elif self.c in (EOF, "/", "?", "#") or self.at_special_backslash:
            if self.at_sign_seen and self.buffer == "":
                raise Failure
            self.pointer -= len(self.buffer) + 1
            self.buffer = ""
            self.state = self.host_state
        else:
            self.buffer += self.c

    def take_userinfo(self, code_point: str) -> None:
        if code_point == ":" and not self.password_token_seen:
            self.password_token_seen = True
            return
        encoded = percent_encode(code_point, in_userinfo_set)
        if self.password_token_seen:
            self.url.password += encoded
        else:
            self.url.username += encoded

    def host_state(self) -> None:
        if self.c == ":" and not self.inside_brackets:
            if self.buffer == "":
                raise Failure
            self.take_host()
            self.state = self.port_state
        elif self.c in (EOF, "/", "?", "#") or self.at_special_backslash:
            self.pointer -= 1
            if self.url.is_special and self.buffer == "":
                raise Failure
            self.take_host()
            self.state = self.path_start_state
        else:
            if self.c == "[":
                self.inside_brackets = True
            if self.c == "]":
                self.inside_brackets = False
            self.buffer += self.c

    def take_host(self) -> None:
        self.url.host = host_parser(self.buffer, is_opaque=not self.url.is_special)
        self.buffer = ""

    def port_state(self) -> None:
        if self.c in tuple(digits):
            self.buffer += self.c
        elif self.c in (EOF, "/", "?", "#") or self.at_special_backslash:
            if self.buffer != "":
                port = 0
                for digit in self.buffer:
                    port = port * 10 + int(digit)
                if port > 2**16 - 1:
                    raise Failure
                self.url.port = None if port == DEFAULT_PORTS.get(self.url.scheme) else port
                self.buffer = ""
            self.state = self.path_start_state
            self.pointer -= 1
        else:
            raise Failure

    def path_start_state(self) -> None:
        if self.url.is_special:
            self.state = self.path_state
            if self.c not in ("/", "\\"):
                self.pointer -= 1
        elif self.c == "?":
            self.url.query = ""
            self.state = self.query_state
        elif self.c == "#":
            self.url.fragment = ""
            self.state = self.fragment_state
        elif self.c != EOF:
            self.state = self.path_state
            if self.c != "/":
                self.pointer -= 1

    def path_state(self) -> None:
        url = self.url
        if self.c in (EOF, "/", "?", "#") or self.at_special_backslash:
            is_slash = self.c == "/" or self.at_special_backslash
            if is_double_dot(self.buffer):
                url.shorten()
                if not is_slash:
                    url.append("")
            elif is_single_dot(self.buffer):
                if not is_slash:
                    url.append("")
            else:
                url.append(self.buffer)
            self.buffer = ""
            if self.c == "?":
                url.query = ""
                self.state = self.query_state
            if self.c == "#":
                url.fragment = ""
                self.state = self.fragment_state
        else:
            self.buffer += percent_encode(self.c, in_path_set)

    def opaque_path_state(self) -> None:
        url = self.url
        assert isinstance(url.path, str)
        if self.c == "?":
            url.query = ""
            self.state = self.query_state
        elif self.c == "#":
            url.fragment = ""
            self.state = self.fragment_state
        elif self.c == " ":
            url.path += "%20" if self.remaining.startswith(("?", "#")) else " "
        elif self.c != EOF:
            url.path += percent_encode(self.c, in_c0_control_set)

    def query_state(self) -> None:
        url = self.url
        if self.c in (EOF, "#"):
            assert url.query is not None
            in_set = in_special_query_set if url.is_special else in_query_set
            url.query += percent_encode(self.buffer, in_set)
            self.buffer = ""
            if self.c == "#":
                url.fragment = ""
                self.state = self.fragment_state
        else:
            self.buffer += self.c

    def fragment_state(self) -> None:
        if self.c != EOF:
            assert self.url.fragment is not None
            self.url.fragment += percent_encode(self.c, in_fragment_set)


def parse(text: str, base: Record | None = None) -> Record | None:
    """Run the basic URL parser on a text; None is failure."""
    try:
        return Machine(text, base).run()
    except Failure:
        return None
