"""Whether a call takes time in proportion to its text."""

import time
from contextlib import suppress

from httpcore_pool import HTTPError


def seconds(call, *args):
    """The CPU time of a call, whatever it raises of ours."""
    started = time.thread_time()
    with suppress(HTTPError, ValueError):
        call(*args)
    return time.thread_time() - started


def assert_linear(call, unit, count):
    """Eight times the text may take twelve times as long: the square of it would be sixty-four."""
    few = min(seconds(call, unit * count) for _ in range(3))
    assert seconds(call, unit * count * 8) < 12 * few + 0.05, ascii(unit)
