"""The errors of the cookie jar.

Decides how a caller's mistake is reported, a wrong type too, and damage of a saved jar. What a
server sends raises nothing: a bad cookie of a server is ignored (RFC 6265bis, section 5.6), so no
error for one may live here.
"""

__all__ = ["CookieConflict", "CookieFileError", "InvalidCookie"]


class InvalidCookie(ValueError):
    """A cookie that the caller may not set: its name, value, domain or path would break the field.

    The message says which part is wrong and where; it never holds the value.
    """


class CookieConflict(LookupError):
    """Several cookies have the name, so it alone doesn't say which one is meant.

    The message lists where they belong; it never holds their values.
    """


class CookieFileError(ValueError):
    """Saved cookies that can't be read: damage, another format, or a newer version of ours.

    The message names the file, if there is one, the line and what is wrong with it; it never
    holds a value. `line` counts from 1.
    """

    line: int

    def __init__(self, message: str, line: int = 1, path: str = "") -> None:
        super().__init__(message, line, path)
        self.line = line

    def __str__(self) -> str:
        message, line, path = self.args
        return f"{path or 'saved cookies'}, line {line}: {message}"


def check_text(name: str, value: object) -> None:
    """Raise a TypeError for an argument, which it names, that is no text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be str, not {type(value).__name__}")
