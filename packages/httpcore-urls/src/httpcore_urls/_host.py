"""Hosts: from the text in the authority to the one ASCII form that is dialled, and back for people.

Decides: what a host may hold, IDNA (UTS 46, non-transitional), lengths. The spelling of literal
addresses is in `_ip`; ports and user names may not live here.
"""

import re
import unicodedata

from . import _percent, _punycode
from ._errors import RefusedError
from ._ip import ends_in_number, parse_ipv4, parse_ipv6

# RFC 1035 2.3.4; the root's dot is not counted.
_MAX_LABEL_OCTETS = 63
MAX_NAME_OCTETS = 253
# A character of a name can take twelve characters: four octets, each as %XX.
_MAX_RAW_CHARACTERS = MAX_NAME_OCTETS * 12

# WHATWG URL 3.1, forbidden host code points, and forbidden domain code points, which add the rest
# of the controls and `%`. Both as what is allowed among ASCII.
_FORBIDDEN_HOST = re.compile(r"[\x00-\x1f\x7f #/:<>?@\[\\\]^|]")
_FORBIDDEN_DOMAIN = re.compile(r"[\x00-\x1f\x7f #/:<>?@\[\\\]^|%]")


# Unicode 17, DerivedBidiClass: where characters of the classes R, AL and AN stand or may be put.
# Most names have none, and to ask for the class of each character is slow.
_MAY_RUN_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def parse_host(text: str, *, special: bool) -> str:
    """Give the canonical host, an IPv6 address without its brackets (WHATWG URL 3.5)."""
    if text.startswith("["):
        if not text.endswith("]"):
            raise RefusedError(
                "the bracket of an IPv6 address is not closed, or is followed by more"
            )
        return parse_ipv6(text[1:-1])
    if not special:
        if _FORBIDDEN_HOST.search(text):
            raise RefusedError("the host holds a character that no host may hold")
        return _percent.C0_CONTROL.encode(text)
    # Before anything that costs more than linear time.
    if len(text) > _MAX_RAW_CHARACTERS:
        raise RefusedError("the host is longer than 253 octets")
    if "%" in text:
        try:
            text = _percent.decode_octets(text).decode()
        except UnicodeDecodeError:
            raise RefusedError("the host's percent-encoding is no UTF-8") from None
    name = domain_to_ascii(text)
    if ends_in_number(name):
        return parse_ipv4(name)
    _check_lengths(name)
    return name


def domain_to_ascii(text: str) -> str:
    """Map a name to ASCII (WHATWG URL 3.3), refusing A-labels that decode to nothing sensible.

    The standard lets an all-ASCII name through unseen. A label that claims to be IDNA and isn't
    would show one thing and resolve as another, so it is checked here all the same.
    """
    if len(text) > MAX_NAME_OCTETS + 1:
        raise RefusedError("the host is longer than 253 octets")
    # Label by label, as the mapping is slow and leaves ASCII as it is but for its case.
    name = ".".join(
        [label.lower() if label.isascii() else _remap(label) for label in text.split(".")]
    )
    if not name.isascii() or "xn--" in name:
        name = _encode_labels(name)
    if not name:
        raise RefusedError("the host is missing")
    if _FORBIDDEN_DOMAIN.search(name):
        raise RefusedError("the host holds a character that no host may hold")
    return name


def domain_to_unicode(name: str) -> str:
    """Give every A-label of a canonical host its Unicode form, for people (RFC 5891 4)."""
    if "xn--" not in name:
        return name
    return ".".join([_shown_label(label) for label in name.split(".")])


def _shown_label(label: str) -> str:
    # The hosts of other schemes were never checked: what is no A-label, or shows as nothing, stays
    # as it is.
    if label.startswith("xn--"):
        try:
            decoded = _decode_label(label)
        except RefusedError:
            return label
        return decoded if decoded.isprintable() else label
    return label


def _check_lengths(name: str) -> None:
    name = name.removesuffix(".")
    if len(name) > MAX_NAME_OCTETS:
        raise RefusedError("the host is longer than 253 octets")
    for label in name.split("."):
        if not label:
            raise RefusedError("a label of the host is empty")
        if len(label) > _MAX_LABEL_OCTETS:
            raise RefusedError("a label of the host is longer than 63 octets")


def _remap(text: str) -> str:
    """Map and compose (UTS 46 4, steps 1 and 2)."""
    # Imported here: most processes never meet a name that needs its tables.
    import idna

    try:
        return idna.uts46_remap(text, std3_rules=False)
    except UnicodeError:
        raise RefusedError("the host holds a character that IDNA does not allow") from None


def _encode_labels(name: str) -> str:
    """Check the labels in Unicode and write those beyond ASCII in Punycode (UTS 46 4, 4.2)."""
    encoded: list[str] = []
    shown: list[str] = []
    for label in name.split("."):
        decoded = _decode_label(label) if label.startswith("xn--") else label
        if decoded is not label:
            if _remap(decoded) != decoded or "." in decoded or decoded.startswith("xn--"):
                raise RefusedError("a label of the host is not in the form that IDNA demands")
            _check_label(decoded)
            encoded.append(label)
        elif label.isascii():
            encoded.append(label)
        else:
            _check_label(label)
            encoded.append("xn--" + _punycode.encode(label))
        shown.append(decoded)
    _check_bidi(shown)
    return ".".join(encoded)


def _decode_label(label: str) -> str:
    """Decode an A-label, which must be what encoding the result gives (UTS 46 4, step 4)."""
    decoded = _punycode.decode(label[4:])
    if decoded.isascii() or _punycode.encode(decoded) != label[4:]:
        raise RefusedError("a label of the host begins with xn-- but is not valid Punycode")
    return decoded


def _check_label(label: str) -> None:
    """Check a U-label (UTS 46 4.1, with CheckHyphens false and CheckJoiners true)."""
    import idna

    if len(label) > _MAX_LABEL_OCTETS:
        raise RefusedError("a label of the host is longer than 63 octets")
    if unicodedata.category(label[0]).startswith("M"):
        raise RefusedError("a label of the host begins with a combining mark")
    for position, character in enumerate(label):
        if character in "\u200c\u200d":
            try:
                joined = idna.valid_contextj(label, position)
            except ValueError:
                joined = False
            if not joined:
                raise RefusedError("a label of the host holds a joiner where none may stand")


def _check_bidi(labels: list[str]) -> None:
    """Check direction if any label runs from right to left (UTS 46 4.1 CheckBidi, RFC 5893 2)."""
    if not any(
        unicodedata.bidirectional(character) in ("R", "AL", "AN")
        for character in _MAY_RUN_LEFT.findall("".join(labels))
    ):
        return
    import idna

    for label in filter(None, labels):
        try:
            idna.check_bidi(label, check_ltr=True)
        except UnicodeError:
            raise RefusedError("a label of the host mixes writing directions as none may") from None
