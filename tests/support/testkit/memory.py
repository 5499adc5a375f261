"""What a piece of work adds to the peak of resident memory."""

import resource
import sys
from contextlib import contextmanager
from pathlib import Path

_FORGET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_PEAK_SO_FAR = "5"  # proc(5): what is written there to set the peak back to what is resident now


@contextmanager
def peak_below(limit_kib):
    """Assert that what is done meanwhile raises the peak by less."""
    before = fresh_peak_kib()
    yield
    assert peak_kib() - before < limit_kib


def fresh_peak_kib():
    """Forget the peak so far, where the system can; return what it is now."""
    if _FORGET.exists():  # Linux: else a peak of long ago would hide a lower one
        _FORGET.write_text(_PEAK_SO_FAR)
    return peak_kib()


def peak_kib():
    if _STATUS.exists():
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
