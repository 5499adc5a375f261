"""The one error of this package, and how a wrong type is reported.

Decides how a bad header field is reported. No rule about what is bad may live here: that is the
business of `_grammar`, and the parsers of what a server sent raise nothing at all.
"""

__all__ = ["InvalidHeader"]

_SHOWN_CHARS = 48  # enough to recognise a field name, short enough for one line of a log


class InvalidHeader(ValueError):
    """A header field that may not be sent: its name or its value breaks RFC 9110, section 5.

    The message names the field (escaped and cut) and says which octet is wrong and where. It never
    holds the value, so that it is safe to log. `name` is the field's name as it stands in the
    message.
    """

    name: str

    def __init__(self, message: str, *, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def check_text(name: str, value: object) -> None:
    """Raise a TypeError for an argument, which it names, that is no text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be str, not {type(value).__name__}")


def shown(name: str | bytes) -> str:
    """Escape a field name and cut it, so that it can't forge a line of a log or flood it."""
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    escaped = ascii(text[: _SHOWN_CHARS + 1])[1:-1]
    return f"'{escaped}'" if len(escaped) <= _SHOWN_CHARS else f"'{escaped[:_SHOWN_CHARS]}...'"
