"""Turns what was measured into tables. It informs: nothing here passes or fails."""

from __future__ import annotations

from statistics import median, quantiles

_FIRST = 24
_COLUMN = 16


def print_facts(facts: dict[str, str]) -> None:
    for name, value in facts.items():
        print(f"{name:<{_FIRST}}{value}")


def print_table(title: str, rows: dict[str, dict[str, float | None]], ours: str) -> None:
    """A row for each scenario, a column for each client; in brackets ours/peer."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    print(f"\n{title}")
    print(" " * _FIRST + "".join(f"{name:>{_COLUMN}}" for name in names))
    for label, row in rows.items():
        cells = (_cell(row, name, ours) for name in names)
        print(f"{label:<{_FIRST}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells))


def print_goals(judged: list[tuple[str, str, str, bool]]) -> None:
    """A row for each goal: at most this, what was measured, whether that is met."""
    if judged:
        print(f"\n{'Goal':<55}{'at most':>10}{'measured':>12}")
        for text, limit, measured, met in judged:
            print(f"{text:<55}{limit:>10}{measured:>12}  {'met' if met else 'NOT MET'}")


def _cell(row: dict[str, float | None], name: str, ours: str) -> str:
    if name not in row:
        return "-"
    value = row[name]
    if value is None:
        return "failed"
    shown = f"{value:.0f}" if value >= 100 else f"{value:.1f}"
    own = row.get(ours)
    return shown if name == ours or own is None else f"{shown} ({own / value:.2f})"


def medians(rounds: dict[str, list[dict]], key: str) -> dict[str, float | None]:
    """The median of a figure over the rounds of each client; None where it failed."""
    return {
        client: median(results[key] for results in done) if done else None
        for client, done in rounds.items()
    }


def spread(rounds: dict[str, list[dict]], key: str) -> list[float]:
    """For each client, how far the middle half of its rounds lies apart, as a share of the median."""
    found = []
    for done in rounds.values():
        values = [result[key] for result in done]
        if len(values) > 3:
            low, middle, high = quantiles(values, n=4)
            found.append((high - low) / middle)
    return found
