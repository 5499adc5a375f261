"""Draws the charts of docs/benchmarks.md and writes its tables, from what `compare.py --json` has written.

    hatch run bench:compare --json docs/assets/benchmarks/results.json
    hatch run bench:plot

No figure is typed in by hand. The charts are put beside the results, and the tables between the two marks
of the page; a test compares what is committed with what this makes of the committed results.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from charts import Bar, Chart, draw, has_figures, shown
from scenarios import GROUPS, Group

_DOCS = Path(__file__).parents[1] / "docs"
PAGE = _DOCS / "benchmarks.md"
FOLDER = _DOCS / "assets" / "benchmarks"
RESULTS = FOLDER / "results.json"
_PART = re.compile(r"(<!-- begin: benchmarks/plot\.py -->\n).*(<!-- end -->)", re.DOTALL)
# The file and the title of each chart: those of the groups, in their order, then that of the imports.
_TITLES = (
    ("small-threads", "Small requests, in threads"),
    ("small-loops", "Small requests, in event loops"),
    ("small-uvloop", "Small requests, in uvloop"),
    ("many", "A thousand tasks at once"),
    ("http2-threads", "HTTP/2, in threads"),
    ("http2-loops", "HTTP/2, in event loops"),
    ("http2-transfers", "HTTP/2, 100 MB, in event loops"),
    ("transfers-threads", "100 MB, in threads"),
    ("transfers-loops", "100 MB, in event loops"),
    ("connect-threads", "A new connection for each request, in threads"),
    ("connect-loops", "A new connection for each request, in event loops"),
    ("create-threads", "A client after the first, for threads"),
    ("create-loops", "A client after the first, for event loops"),
    ("bridges-requests", "requests over our pool"),
    ("bridges-httpx2", "httpx2 over our pool, in threads"),
    ("bridges-httpx2-loops", "httpx2 over our pool, in event loops"),
)
_IMPORT = ("import", "Importing")
# The first word of a column that is ours.
_OURS = {"SyncClient", "Client", "TrioClient", "httpcore_client", "bridged"}


def charts_of(results: dict) -> list[Chart]:
    """Return a chart for each group of which something was measured."""
    found = [
        _group(results, name, title, group)
        for (name, title), group in zip(_TITLES, GROUPS, strict=True)
    ]
    return [chart for chart in (*found, _imports(results)) if has_figures(chart)]


def page_part(results: dict, charts: list[Chart]) -> str:
    """Return the tables of the page."""
    lines = ["", "## The run", "", "| | |", "|---|---|"]
    lines += [f"| {what} | {said} |" for what, said in results["facts"].items()]
    lines += [f"| Failed | {what}: {why} |" for what, why in results["failures"].items()]
    lines += ["", "## Where ours takes more", "", *_losses(charts)]
    for chart in charts:
        lines += [
            "",
            f"## {chart.title}",
            "",
            f"![{chart.title}: {chart.unit}]({_path(chart)})",
            "",
        ]
        lines += _table(chart)
    lines += ["", "## Goals", "", "| goal | at most | measured | |", "|---|---|---|---|"]
    for goal in results["goals"]:
        met = "met" if goal["met"] else "**not met**"
        lines.append(f"| {goal['goal']} | {goal['at most']} | {goal['measured']} | {met} |")
    return "\n".join([*lines, "", ""])


def with_part(page: str, part: str) -> str:
    """Return the page with another part between its marks."""
    if not _PART.search(page):
        raise ValueError(
            f"{PAGE.name} has no marks to write between: <!-- begin: ... --> and <!-- end -->"
        )
    return _PART.sub(lambda marks: marks[1] + part + marks[2], page)


def _group(results: dict, name: str, title: str, group: Group) -> Chart:
    rows, rounds = {}, []
    for scenario in group.rows:
        measured = {
            record["client"]: record["rounds"]
            for record in results["measurements"]
            if (record["group"], record.get("scenario")) == (group.name, scenario.label)
            and record["client"] in scenario.clients
        }
        if measured:
            rows[scenario.label] = [
                Bar(
                    client,
                    tuple(done["cpu_us"] / group.unit for done in each),
                    _kind(client, group.ours),
                )
                for client, each in measured.items()
            ]
            rounds += [done for each in measured.values() for done in each]
    versions = dict(pair for done in rounds for pair in done["versions"].items())
    return Chart(name, title, group.what.format("CPU"), rows, _caption(results, versions))


def _imports(results: dict) -> Chart:
    times = next((r["milliseconds"] for r in results["measurements"] if r["group"] == "import"), {})
    rows = {
        label: [
            Bar(module, tuple(ms), _kind(module, "httpcore_client")) for module, ms in row.items()
        ]
        for label, row in times.items()
    }
    return Chart(*_IMPORT, "milliseconds of CPU", rows, _caption(results, {}))


def _kind(client: str, ours: str) -> str:
    if client == ours:
        return "ours"
    return "kin" if client.split()[0] in _OURS else "peer"


def _caption(results: dict, versions: dict[str, str]) -> str:
    facts = results["facts"]
    of = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return (
        f"Bars: medians of {facts['Rounds'].partition(';')[0]} rounds; "
        "lines: from the lowest round to the highest. "
        f"{facts['Machine']}; {facts['Python']}; {facts['TLS']}; {facts['Date']}. {of or facts['Versions']}."
    )


def _path(chart: Chart) -> str:
    return f"assets/benchmarks/{chart.name}.svg"


def _compared(bars: list[Bar]) -> Iterator[tuple[Bar, Bar]]:
    """Ours and each peer, of those that didn't fail."""
    own = next((bar for bar in bars if bar.kind == "ours" and bar.rounds), None)
    if own is not None:
        yield from ((own, bar) for bar in bars if bar.kind == "peer" and bar.rounds)


def _losses(charts: list[Chart]) -> Iterator[str]:
    """A table of all that costs more with ours than with a peer."""
    yield "| what | peer | ours | theirs | ours / theirs | rounds overlap |"
    yield "|---|---|---|---|---|---|"
    for chart in charts:
        for label, bars in chart.rows.items():
            for own, peer in _compared(bars):
                if own.middle > peer.middle:
                    overlap = "yes" if own.low <= peer.high else "no"
                    figures = f"{shown(own.middle)} | {shown(peer.middle)} | {own.middle / peer.middle:.2f}"
                    yield f"| {chart.title}: {label} | {peer.client} | {figures} | {overlap} |"


def _table(chart: Chart) -> Iterator[str]:
    """The medians in one row for each scenario, and in brackets ours/peer."""
    clients = list(dict.fromkeys(bar.client for bars in chart.rows.values() for bar in bars))
    yield f"| {chart.unit} | {' | '.join(clients)} |"
    yield "|---" * (len(clients) + 1) + "|"
    for label, bars in chart.rows.items():
        ratios = {peer.client: own.middle / peer.middle for own, peer in _compared(bars)}
        cells = dict.fromkeys(clients, "")
        for bar in bars:
            cells[bar.client] = shown(bar.middle) if bar.rounds else "failed"
            if bar.client in ratios:
                cells[bar.client] += f" ({ratios[bar.client]:.2f})"
        yield f"| {label} | {' | '.join(cells.values())} |"


def main() -> None:
    results = json.loads(RESULTS.read_text("utf-8"))
    charts = charts_of(results)
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    for chart in charts:
        (FOLDER / f"{chart.name}.svg").write_text(draw(chart), "utf-8")
    part = page_part(results, charts)
    PAGE.write_text(with_part(PAGE.read_text("utf-8"), part), "utf-8")


if __name__ == "__main__":
    main()
