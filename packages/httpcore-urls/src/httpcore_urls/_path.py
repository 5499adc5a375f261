"""Dot segments of a path.

Decides: which segments are dots, and what is left when they are resolved. Escaping may not live
here, nor may the joining of a base with a reference.
"""

# WHATWG URL 4.3, single-dot and double-dot URL path segments, in every mix of case.
_DOT = (".", "%2e", "%2E")
_ONE_DOT = frozenset(_DOT)
_TWO_DOTS = frozenset(first + second for first in _DOT for second in _DOT)
_DOTS = _ONE_DOT | _TWO_DOTS


def is_dot_segment(segment: str) -> bool:
    """Whether a segment means the same folder, or the one above."""
    return segment in _DOTS


def remove_dot_segments(path: str) -> str:
    """Resolve `.` and `..`, also as `%2e`, in a path from the root (WHATWG URL 4.4, path state)."""
    if "/." not in path and "/%2" not in path:
        return path
    kept: list[str] = []
    segment = ""
    for segment in path.split("/"):
        if segment not in _DOTS:
            kept.append(segment)
        elif segment in _TWO_DOTS and len(kept) > 1:  # the first is what stands before the root
            kept.pop()
    if segment in _DOTS:
        # What dots lead to is a folder.
        kept.append("")
    return "/".join(kept)
