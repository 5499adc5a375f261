"""What is said in the end."""

from __future__ import annotations

_OUTCOMES = ("answered", "left", "failed", "cut off", "wrong")
_COURSES = ("rss_mib", "blocks", "descriptors", "threads", "tasks", "open")
_MOST_TOLD = 50  # faults


def summary(soak):
    """Return the lines that say how a run went."""
    ledger = soak.ledger
    yield f"seed {soak.seed}, {soak.seconds:.0f} seconds, {ledger.octets / 1e6:.0f} MB of bodies"
    yield "".join(f"{name:>12}" for name in ("", *_OUTCOMES, "all"))
    for world, counts in ledger.outcomes.items():
        cells = [*(counts[name] for name in _OUTCOMES), counts.total()]
        yield f"{world:>12}" + "".join(f"{cell:12}" for cell in cells)
    yield f"failed with: {_counted(ledger.errors)}"
    yield f"explained by their time alone: {_counted(ledger.meanwhile)}"
    yield f"the server did: {_counted(ledger.causes)}"
    yield f"killed: {_counted(soak.kills)}; the proxy broke off {soak.dropped} times"
    yield "from the beginning to the end (without clients):"
    for world, samples in soak.samples.items():
        yield f"{world:>12}  " + "; ".join(_courses(samples, soak.ended.get(world, {})))
    yield f"{len(ledger.faults)} faults"
    yield from ledger.faults[:_MOST_TOLD]


def _counted(counts):
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _courses(samples, ended):
    """Say how counts were at first, in the middle, at last, and when all was closed."""
    for name in _COURSES if samples else ():
        values = [sample[name] for sample in samples]
        course = [values[0], values[len(values) // 2], values[-1]]
        course += [ended[name]] if name in ended else []
        yield f"{name} " + " > ".join(f"{value:g}" for value in course)
