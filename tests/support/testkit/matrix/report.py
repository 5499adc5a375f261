"""The matrix as a table: what holds, what is absent and why, what is a fault; written into a page, too."""

from __future__ import annotations

import datetime
import importlib.metadata
import re
import subprocess
from pathlib import Path

from testkit.matrix.absent import absence, proxy_absence
from testkit.matrix.endings import ENDINGS
from testkit.matrix.proxy_rows import PROXY_ROWS
from testkit.matrix.rows import ROWS
from testkit.servers import PROXIES, SERVERS

PAGE = Path(__file__).parents[3] / "interop" / "README.md"
FAULT, UNKNOWN = "FAULT", "?"
_VERSION = re.compile(r"\d+(?:\.\d+)+")

# By name, the Debian package or the distribution of Python that has the version.
PACKAGES = {
    "apache": "apache2-bin",
    "nghttpd": "nghttp2-server",
    "node": "nodejs",
    "forwarding-apache": "apache2-bin",
    "tinyproxy": "tinyproxy-bin",
    "dante": "dante-server",
}

# By title, the names of the columns, each with the names of what is told apart in its cells.
COLUMNS = {
    "Servers": {kind.name: kind.wires for kind in SERVERS},
    "Proxies": {kind.name: kind.schemes for kind in PROXIES},
}


class Table:
    """One table.

    Args:
        columns: see `COLUMNS`.
        rows: names.
        absence: of a column, a variant and a row; see `testkit.matrix.absent`.
        found: of a triple of row, column and variant, whether it held; None where nobody asked.
    """

    def __init__(self, columns, rows, absence, found):
        self._columns, self._rows, self._absence = columns, rows, absence
        self._found = found
        self._notes = {}  # numbers, by reason

    def _note(self, why):
        return self._notes.setdefault(why, len(self._notes) + 1)

    def _cell(self, row, column, variants):
        texts = {}
        for variant in variants:
            absent = self._absence(column, variant, row)
            text = {True: "ok", False: FAULT, None: UNKNOWN}[self._found((row, column, variant))]
            if text == "ok" and absent is not None:
                text = f"{'n/a' if absent.is_certain else 'at times'} [{self._note(absent.why)}]"
            texts.setdefault(text, []).append(variant)
        if len(texts) == 1:
            return next(iter(texts))
        return "; ".join(f"{' '.join(names)} {text}" for text, names in texts.items())

    def text(self):
        """As Markdown."""
        names = list(self._columns)
        lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
        variants = [" ".join(self._columns[name]) for name in names]
        lines.append(f"| over | {' | '.join(variants)} |")
        for row in self._rows:
            cells = [self._cell(row, name, self._columns[name]) for name in names]
            lines.append(f"| {row} | {' | '.join(cells)} |")
        notes = [f"{number}. {why}" for why, number in self._notes.items()]
        return "\n".join([*lines, "", *notes])


def table(title, found=lambda cell: True):
    """The table of servers, or that of proxies: as it is to be, or as it was found."""
    kinds = {kind.name: kind for kind in [*SERVERS, *PROXIES]}
    rows, find = [*ROWS, *ENDINGS], absence
    if title == "Proxies":
        rows, find = list(PROXY_ROWS), proxy_absence
    return Table(COLUMNS[title], rows, lambda name, *cell: find(kinds[name], *cell), found)


def version(name):
    """The version of a server or a proxy that is installed."""
    package = PACKAGES.get(name, name)
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        asked = ["dpkg-query", "-W", "-f", "${Version}", package]
        found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        return _VERSION.search(found)[0]


def versions(names):
    today = datetime.date.today().isoformat()
    return f"Of {today}: " + ", ".join(f"{name} {version(name)}" for name in names) + "."


def section(title):
    """What the page has of a table: between its heading and the next one."""
    return re.search(rf"## {title}\n\n(.*?)(?=\n## |\Z)", PAGE.read_text(), re.DOTALL)


def written(title):
    """The table as the page has it, without the versions."""
    return section(title)[1].partition("\n\nOf ")[0].strip()


def write(title, text, names):
    """Put a table into the page, with the versions of those whom it is about."""
    page, found = PAGE.read_text(), section(title)
    body = f"{text}\n\n{versions(names)}\n"
    PAGE.write_text(page[: found.start(1)] + body + page[found.end(1) :])
