"""What two snapshots of an interface say about callers: which of them can't be served any more.

Pure: it compares the texts that `api_snapshot` writes. A line that is gone or says something else is a
break, but for what serves every caller as before: a further parameter that has a default, a parameter that
takes more types, a result that has fewer.
"""

from __future__ import annotations

import ast


def broken_lines(old, new):
    """Return a sentence for each entry of the old snapshot that the new one does not keep."""
    entries = _entries(new)
    found = []
    for place, line in _entries(old).items():
        now = entries.get(place)
        if now is None:
            found.append(f"{' of '.join(reversed(place))} was removed: {line}")
        elif not _serves(line, now):
            found.append(f"{' of '.join(reversed(place))} was changed: {line} -> {now}")
    return found


def _entries(snapshot):
    """Return {(class, name) or (name,): the line}, without the head of the file."""
    entries, owner = {}, ()
    for line in snapshot.splitlines()[1:]:
        if not line:
            continue
        text = line.strip()
        if not line.startswith(" "):
            owner = ()
        place = (*owner, _name(text))
        entries[place] = text
        if text.startswith("class "):
            owner = place
    return entries


def _name(text):
    before = text.partition("(")[0] if "def " in text or text.startswith("class ") else text
    return before.partition(":")[0].split()[-1]


def _serves(old, new):
    if old == new:
        return True
    if "def " not in old or "def " not in new:
        return False
    (labels, before), (labels_now, now) = _function(old), _function(new)
    return labels == labels_now and _result_serves(before, now) and _arguments_serve(before, now)


def _function(line):
    labels, _, rest = line.partition("def ")
    return labels.split(), ast.parse(f"def {rest}: ...").body[0]


def _types(node):
    """Return the members of a union as it is written."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _types(node.left) | _types(node.right)
    return {None if node is None else ast.unparse(node)}


def _result_serves(old, new):
    return _types(new.returns) <= _types(old.returns)


def _arguments_serve(old, new):
    before, now = _parameters(old.args), _parameters(new.args)
    by_place = [each for each in before if each[1] != "keyword"]
    if [each[:2] for each in by_place] != [each[:2] for each in now[: len(by_place)]]:
        return False
    of_now = {each[:2]: each for each in now}
    kept = [(each, of_now.pop(each[:2], None)) for each in before]
    added = of_now.values()
    return all(also is not None and _parameter_serves(each, also) for each, also in kept) and all(
        default is not None or kind.startswith("any") for _, kind, _, default in added
    )


def _parameters(arguments):
    """Return (name, kind, types, default as text) of each, those by position first and in order."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    kinds = ["place"] * len(arguments.posonlyargs) + ["both"] * len(arguments.args)
    found = [*zip(positional, kinds, defaults, strict=True)]
    found += [(arguments.vararg, "any place", None)] if arguments.vararg else []
    found += [
        (each, "keyword", default)
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    found += [(arguments.kwarg, "any keyword", None)] if arguments.kwarg else []
    return [
        (each.arg, kind, _types(each.annotation), default and ast.unparse(default))
        for each, kind, default in found
    ]


def _parameter_serves(old, new):
    """A default may come to be, but not become another or go; more types may be taken."""
    return old[2] <= new[2] and old[3] in (None, new[3])
