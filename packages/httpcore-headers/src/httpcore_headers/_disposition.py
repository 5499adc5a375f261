"""Content-Disposition (RFC 6266), and names of files that a peer chose.

Decides how the field is read, and what of a name may become a file's: a name that stays in its
folder and is no device, on any system. Where a file is written, whether it replaces another, and
what its content or extension can do, may not live here.
"""

import re
from dataclasses import dataclass, field

from ._errors import check_text
from ._grammar import is_token, strip_ows
from ._parameters import Parameter, first_of_each, read_parameters

__all__ = ["ContentDisposition", "parse_content_disposition", "safe_filename"]

_MAX_OCTETS = 255  # of one path component, in UTF-8: NAME_MAX of Linux; Windows has 255 characters
_MAX_EXTENSION = 16  # characters; longer, it is a part of a sentence
# Far more than can become 255 octets: normalising takes quadratic time in a run of accents.
_MAX_TO_NORMALISE = 4096

_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows, where ":" begins a stream or ends a drive
# Characters that show nothing though they are letters, marks or symbols: those with the property
# Default_Ignorable_Code_Point (Unicode 4.4, DerivedCoreProperties.txt), and the empty Braille cell.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
# Devices of Windows, in any folder and with any extension. Its superscript digits are digits.
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\xb9\xb2\xb3]) *+(?:\.|\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ContentDisposition:
    """How a response wants to be handled: `type`, in lower case, and its parameters.

    `type` is "inline", "attachment", or one that RFC 6266 (section 4.2) says to take as
    "attachment". `parameters` maps lower-case names to values as they were sent: `filename` among
    them may be a path, so use the property of that name.
    """

    type: str
    parameters: dict[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def filename(self) -> str | None:
        """The name for a file, made safe by `safe_filename`, or None (RFC 6266, section 4.3).

        Its extension is the sender's choice, and may be one that the system runs.
        """
        name = self.parameters.get("filename")
        return None if name is None else safe_filename(name)


def parse_content_disposition(value: str) -> ContentDisposition | None:
    """Read the value of a Content-Disposition field.

    Takes a `str`; returns a ContentDisposition, or None if it names no type. Parameters are read
    as by `parse_parameters`: `filename*` counts before `filename`, the first of a name only. A
    plain filename that is UTF-8 read as ISO-8859-1, as values of Headers are, is taken as UTF-8,
    as browsers do. Percent-encoding in it, the encoded words of mail (RFC 2047), and its
    continuations (`filename*0`, RFC 2231) are not decoded: HTTP has none of them, and browsers
    differ. Raises nothing, in linear time. RFC 6266, section 4.

    >>> found = parse_content_disposition('Attachment; filename="../../etc/passwd"')
    >>> found.type, found.filename
    ('attachment', 'passwd')
    """
    check_text("value", value)
    main, _, rest = value.partition(";")
    main = strip_ows(main)
    if not is_token(main):
        return None
    return ContentDisposition(main.lower(), first_of_each(map(_mended, read_parameters(rest))))


def _mended(parameter: Parameter) -> Parameter:
    name, value, extended = parameter
    if name == "filename" and value is not None and not extended:
        try:
            return Parameter(name, value.encode("latin-1").decode("utf-8"), extended)
        except UnicodeError:  # it is what it says it is
            pass
    return parameter


def safe_filename(name: str) -> str | None:
    r"""Make a text from a peer safe as the name of a file, on any system.

    Takes a `str`; returns one path component of at most 255 octets in UTF-8, or None if nothing is
    left. In this order:

    - only what follows the last "/" or "\" stays;
    - whitespace of any kind becomes a blank; characters that show nothing are removed: controls,
      formats (those of bidirectional text and joiners too), surrogates, private ones, those that
      this Python's Unicode does not know, and fillers;
    - blanks and dots at both ends go, so that no file is hidden, and Windows finds its name again;
    - what is left is normalised to NFC;
    - each of `<>:"|?*` becomes "_", since ":" leads to streams and drives on Windows;
    - a name that is too long is cut before its extension, if that has at most 16 characters;
    - devices of Windows, such as "NUL" and "com1.txt", get a "_" in front.

    A safe name stays as it is. It can be that of another file, or begin with "-", and its extension
    may be one that the system runs: those are the caller's to decide. Raises nothing, in linear
    time. RFC 6266, section 4.3.

    >>> safe_filename("C:\\temp\\..\\résumé?.pdf"), safe_filename("nul.txt")
    ('résumé_.pdf', '_nul.txt')
    >>> safe_filename(".bashrc"), safe_filename("a.txt:stream"), safe_filename("folder/..")
    ('bashrc', 'a.txt_stream', None)
    """
    check_text("name", name)
    text = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    text = _visible(text).strip(" .")
    if not text.isascii():
        text = _normalised(text)
    text = _cut(_FORBIDDEN.sub("_", text))
    if _DEVICE.match(text):  # after the cut: it may have made "CON.txt" of "CON  (...)  x.txt"
        text = _cut(f"_{text}")
    return text or None


def _visible(text: str) -> str:
    if not text.isprintable():
        text = "".join(
            [char if char.isprintable() else " " if char.isspace() else "" for char in text]
        )
    return text if text.isascii() else _INVISIBLE.sub("", text)


def _normalised(text: str) -> str:
    import unicodedata  # here: most names are ASCII, and it is large

    return unicodedata.normalize("NFC", _cut(text, _MAX_TO_NORMALISE))


def _cut(text: str, limit: int = _MAX_OCTETS) -> str:
    octets = text.encode("utf-8")
    if len(octets) <= limit:
        return text
    _, dot, extension = text.rpartition(".")
    kept = dot + extension if len(extension) <= _MAX_EXTENSION else ""
    stem = octets[: limit - len(kept.encode("utf-8"))].decode("utf-8", "ignore")
    return stem.rstrip(" .") + kept
