"""The public interface of each package, and of what is imported by itself: `hatch run snapshot` writes it,
a test compares it.

Whoever changes a public name or signature changes the snapshot with it, and so sees that the version has
something to say about it: the version stands in the first line. It is read from the source, so it is the
same on every version of Python.
"""

from __future__ import annotations

import importlib
import inspect
from functools import cache
from pathlib import Path

import griffe

PACKAGES = [
    "httpcore_urls",
    "httpcore_headers",
    "httpcore_cookies",
    "httpcore_pool",
    "httpcore_client",
]
# What is imported by itself. The bridge to httpx is that to httpx2 under another name.
_ADDITIONS = ("bulk", "cache", "downloads", "events", "limits", "retry", "testing", "websocket")
_BRIDGES = ("dask", "httpx2", "requests")
_TRACING = ("curl", "events", "har", "log", "opentelemetry", "waterfall")
MODULES = [
    *PACKAGES,
    "httpcore_urls.masking",
    "httpcore_cookies.testing",
    "httpcore_pool.testing",
    *(f"httpcore_client.{name}" for name in _ADDITIONS),
    *(f"httpcore_client.bridges.{name}" for name in _BRIDGES),
    *(f"httpcore_client.tracing.{name}" for name in _TRACING),
]
FOLDER = Path(__file__).parents[2] / "architecture" / "api"


def describe(name):
    """Return the lines that state the public interface of a module."""
    loaded = _loaded()[name]
    package = name.split(".")[0]
    module = importlib.import_module(name)
    lines = [f"{name} {importlib.import_module(package).__version__}", ""]
    for each in sorted(module.__all__):
        lines += _entry(each, _target(loaded[each]), package, module)
    return "\n".join(lines) + "\n"


@cache
def _loaded():
    loader = griffe.GriffeLoader()
    for package in PACKAGES:
        loader.load(package)
    loader.resolve_aliases(implicit=True, external=False)
    return loader.modules_collection


def _target(item):
    return item.final_target if item.is_alias else item


def _entry(name, item, package, module):
    owner = item.path.split(".")[0]
    if owner != package:
        return [f"{name}: from {owner}"]
    if item.is_class:
        bases = ", ".join(str(base) for base in item.bases)
        lines = [f"class {name}({bases})"]
        members = {member: _target(value) for member, value in item.all_members.items()}
        kind = getattr(module, name)
        for member in sorted(members):
            if member == "__init__" and _is_of_fields(kind):
                lines.append(f"    def __init__({_fields(kind.__signature__, members)}) -> None")
            elif not member.startswith("_") or member == "__init__":
                lines.append("    " + _member(member, members[member]))
        return lines
    return [_member(name, item)]


def _member(name, item):
    if item.is_function:
        prefix = "".join(
            f"{label} "
            for label in ("async", "classmethod", "staticmethod")
            if label in item.labels
        )
        return f"{prefix}def {name}({_parameters(item)}) -> {item.returns}"
    kinds = [label for label in ("property", "instance-attribute") if label in item.labels]
    shown = f"{name}: {item.annotation}"
    if shown.endswith("TypeAlias"):
        shown += f" = {item.value}"
    return f"{shown} ({kinds[0]})" if kinds else shown


def _parameters(function):
    marks = {"variadic positional": "*", "variadic keyword": "**"}
    parts = []
    kind = None
    for parameter in function.parameters:
        if kind == "positional-only" and parameter.kind.value != kind:
            parts.append("/")
        if parameter.kind.value == "keyword-only" and kind not in (
            "keyword-only",
            "variadic positional",
        ):
            parts.append("*")
        kind = parameter.kind.value
        text = marks.get(kind, "") + parameter.name
        if parameter.annotation is not None:
            text += f": {parameter.annotation}"
        if parameter.default is not None and kind not in marks:
            text += f" = {parameter.default}"
        parts.append(text)
    return ", ".join(parts)


def _is_of_fields(kind):
    """Whether a class has a constructor made of its fields, which the source does not write down."""
    if not hasattr(kind, "__signature__"):
        return False
    parameters = inspect.signature(kind.__init__).parameters.values()
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters)


def _fields(signature, members):
    parts = ["self"]
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        field = members[parameter.name]
        default = "" if parameter.default is inspect.Parameter.empty else f" = {field.value}"
        parts.append(f"{parameter.name}: {field.annotation}{default}")
    return ", ".join(parts)


def main():
    """Write all snapshots."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for module in MODULES:
        (FOLDER / f"{module}.txt").write_text(describe(module))


if __name__ == "__main__":
    main()
