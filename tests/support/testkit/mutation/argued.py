"""The changes that no test can or need notice, with the reason: `tests/mutation/argued.toml`.

They are named by what they change and not by a line's number, which would move.
"""

import linecache
import tomllib
from pathlib import Path


def source_path(module):
    """A module's file, as `argued.toml` names it."""
    return module.__name__.replace(".", "/") + ".py"


def line_of(module, change):
    """The line that a change begins in."""
    return linecache.getline(module.__file__, change.line).strip()


class Argued:
    """What is argued. Without a `change` an entry stands for all in its line."""

    def __init__(self, entries):
        self.entries = entries

    def of(self, path, change, line):
        """The indexes of the entries that argue a change."""
        return {
            index
            for index, entry in enumerate(self.entries)
            if (entry["module"], entry["scope"], entry["line"]) == (path, change.scope, line)
            and entry.get("change", _says(change)) == _says(change)
        }

    def unused(self, paths, used):
        """The entries of some modules that argued nothing."""
        return [
            f"{entry['module']} {entry['scope']}: {entry['line']} {entry.get('change', '')}"
            for index, entry in enumerate(self.entries)
            if entry["module"] in paths and index not in used
        ]

    def entry(self, path, change, line):
        """A change as an entry, of which only the reason is missing."""
        fields = {"module": path, "scope": change.scope, "line": line, "change": _says(change)}
        lines = "".join(f"{key} = {_quoted(value)}\n" for key, value in fields.items())
        return f'\n[[argued]]\n{lines}why = ""'


def _says(change):
    return f"{change.before} -> {change.after}"


def _quoted(text):
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else f"'''{text}'''"


def argued_of(root):
    """Read the arguments of the tree at `root`."""
    path = Path(root, "tests", "mutation", "argued.toml")
    return Argued(tomllib.loads(path.read_text("utf-8")).get("argued", []))
