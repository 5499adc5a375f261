"""Numbers of seconds in field values (delta-seconds, RFC 9111, section 1.2.2).

Decides which text is such a number, and how large one may get. What is waited for, or kept, that
long may not live here.
"""

__all__ = ["MAX_SECONDS", "parse_seconds"]

# RFC 9111 1.2.2: what is too large to be kept counts as 2^31. That is 68 years: more than anybody
# waits, and less than what makes sleep() overflow.
MAX_SECONDS = 2**31
_MAX_DIGITS = len(str(MAX_SECONDS))


def parse_seconds(text: str) -> int | None:
    """Read ASCII digits and nothing else, at most `MAX_SECONDS`; None if it is no such number."""
    if not text.isascii() or not text.isdigit():
        return None
    digits = text.lstrip("0")
    # int() has a limit of its own, past which it raises: long numbers never reach it.
    return MAX_SECONDS if len(digits) > _MAX_DIGITS else min(int(digits or "0"), MAX_SECONDS)
