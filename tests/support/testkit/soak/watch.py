"""What a process holds, and whether it stays the same: samples, and a verdict over them."""

from __future__ import annotations

import ctypes
import gc
import os
import statistics
import sys
import threading
from pathlib import Path

from testkit.sockets import descriptors

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
_WARM = 1 / 4  # of the samples: caches fill, the allocator finds its size
_SHORTEST_SECONDS = 60  # from which a slope says anything
_MOST_GROWN_MIB = 6
_MOST_GROWN_BLOCKS = 0.02  # of all that Python has allocated


def sample():
    """Count what this process holds, once all that is free was given back."""
    gc.collect()
    if _trim is not None:
        _trim(0)
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MIB
    return {
        "rss_mib": round(resident, 2),
        "blocks": sys.getallocatedblocks(),
        "descriptors": descriptors(),
        "threads": threading.active_count(),
    }


def grown(samples, name):
    """By how much a count has grown after warming up, by the line that fits it best."""
    warm = samples[int(len(samples) * _WARM) :]
    times = [each["at"] for each in warm]
    if len(warm) < 2 or times[-1] - times[0] < _SHORTEST_SECONDS:
        return 0.0
    slope = statistics.linear_regression(times, [each[name] for each in warm]).slope
    return slope * (times[-1] - times[0])


def complaints(samples):
    """Say what has grown that should not have."""
    found = []
    if (mib := grown(samples, "rss_mib")) > _MOST_GROWN_MIB:
        found.append(f"memory grew by {mib:.1f} MiB")
    many = statistics.mean(each["blocks"] for each in samples) * _MOST_GROWN_BLOCKS
    if (more := grown(samples, "blocks")) > many:
        found.append(f"Python holds {more:.0f} more blocks of memory")
    return found
