"""The errors of the cookie jar.

Decides how a caller's mistake is reported. What a server sends raises nothing: a bad cookie of a
server is ignored (RFC 6265bis, section 5.6), so no error for one may live here.
"""

__all__ = ["CookieConflict", "InvalidCookie"]


class InvalidCookie(ValueError):
    """A cookie that the caller may not set: its name, value, domain or path would break the field.

    The message says which part is wrong and where; it never holds the value.
    """


class CookieConflict(LookupError):
    """Several cookies have the name, so it alone doesn't say which one is meant.

    The message lists where they belong; it never holds their values.
    """
