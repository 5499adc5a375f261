"""Whether a package's version says what happened to its interface: `hatch run api`.

Each package is compared with its last release. A break wants a version whose breaking digit is higher: the
minor while 0.x, the major from 1.0 (docs/versions.md). Two witnesses are heard: griffe, which compares the
sources, and the reviewed snapshots, which hold names that are imported late and modules that stand alone.
That the snapshots are those of the tree is a test of its own (tests/architecture/test_exports.py).
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import griffe

from testkit.api_lines import broken_lines
from testkit.releases import (
    NAMES,
    ROOT,
    digits,
    released,
    source_of,
    tag_of,
    unpack,
    version_in,
)

SNAPSHOTS = Path("tests", "architecture", "api")
_COLOUR = re.compile(r"\x1b\[\d+m")


def says_break(old, new):
    """Whether a version tells those who had the old one that the interface may have broken."""
    before, now = digits(old), digits(new)
    return now[:1] > before[:1] if before[0] else now[:2] > before[:2]


def breaks_since(old, new, name):
    """Return a sentence for each break between two trees."""
    package = f"httpcore_{name}"
    found = {}  # by the place, in order: the witnesses often see the same
    for snapshot in sorted((old / SNAPSHOTS).glob(f"{package}*.txt")):
        if snapshot.stem != package and not snapshot.stem.startswith(f"{package}."):
            continue
        now = new / SNAPSHOTS / snapshot.name
        if not now.is_file():
            found[f"{snapshot.stem} has no snapshot any more"] = None
            continue
        lines = broken_lines(snapshot.read_text("utf-8"), now.read_text("utf-8"))
        found |= dict.fromkeys(f"{snapshot.stem}: {line}" for line in lines)
    before, after = _loaded(old, name), _loaded(new, name)
    for breakage in griffe.find_breaking_changes(before, after):
        found[_told(breakage)] = None
    found |= dict.fromkeys(new_duties(before, after))
    return list(found)


def _loaded(tree, name):
    loader = griffe.GriffeLoader(search_paths=[tree / source_of(name)], allow_inspection=False)
    package = loader.load(f"httpcore_{name}")
    loader.resolve_aliases(implicit=True, external=False)
    return package


def _told(breakage):
    """Return griffe's sentence, without its colours and the file."""
    text = _COLOUR.sub("", breakage.explain(griffe.ExplanationStyle.ONE_LINE))
    return re.sub(r"^\S*?\.py:\d+: ", f"{breakage.obj.module.path}: ", text)


def new_duties(old, new):
    """Return a sentence for each method that those who implement a public class must add."""
    before = {each.path: _duties(each) for each in _classes(old)}
    return [
        f"{each.path}.{method}: who implements {each.name} must add it"
        for each in _classes(new)
        if each.path in before
        for method in sorted(_duties(each) - before[each.path])
    ]


def _classes(package):
    found = [_target(package.members[name]) for name in package.exports]
    return [each for each in found if each is not None and each.is_class]


def _target(item):
    """Return what a name stands for; None for a sibling's, which has its own check."""
    try:
        return item.final_target if item.is_alias else item
    except griffe.AliasResolutionError:
        return None


def _duties(item):
    """Return the names of abstract methods; of a Protocol all are."""
    protocol = any(str(base).partition("[")[0] == "Protocol" for base in item.bases)
    return {
        name
        for name, member in item.members.items()
        if (protocol and member.is_function) or "abstractmethod" in _decorators(member)
    }


def _decorators(member):
    return {str(each.value).rpartition(".")[2] for each in getattr(member, "decorators", ())}


def check(root, name):
    """Compare a package with its last release.

    Returns:
        Whether the version says what happened, and what there is to say, as lines.
    """
    releases = released(root, name)
    if not releases:
        return True, [f"httpcore-{name}: never released, nothing to compare with"]
    last, now = releases[-1], version_in(root, name)
    with tempfile.TemporaryDirectory() as folder:
        unpack(root, tag_of(name, last), folder, source_of(name).as_posix(), SNAPSHOTS.as_posix())
        breaks = breaks_since(Path(folder), root, name)
    heading = f"httpcore-{name}: {last} -> {now}"
    if not breaks:
        return True, [f"{heading}: the interface holds"]
    lines = [f"{heading}: {len(breaks)} breaks", *(f"  {each}" for each in breaks)]
    if says_break(last, now):
        return True, lines
    digit = "major" if digits(last)[0] else "minor"
    return False, [
        *lines,
        f"  a break takes a higher {digit} version than {last} (docs/versions.md)",
    ]


def main(root=ROOT):
    """Check all packages; exit with 1 if a version does not say that an interface broke."""
    ended = [check(root, name) for name in NAMES]
    print("\n".join(line for _, lines in ended for line in lines))
    return 0 if all(fine for fine, _ in ended) else 1


if __name__ == "__main__":
    sys.exit(main())
