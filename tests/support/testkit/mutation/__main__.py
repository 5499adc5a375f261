"""`hatch run mutants GROUP`: change the modules of a group, and print what no test noticed.

usage: python -m testkit.mutation GROUP [NAME]

GROUP is one of tests/mutation/groups.toml. With NAME only functions are changed whose full name has it, such
as "_redirects._method".
"""

import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from testkit.mutation.argued import argued_of, line_of, source_path
from testkit.mutation.run import Mutation

ROOT = Path(__file__).parents[4]
GROUPS = ROOT / "tests" / "mutation" / "groups.toml"
_OPTIONS = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist"]


def main(arguments):
    groups = tomllib.loads(GROUPS.read_text("utf-8"))
    if len(arguments) not in (1, 2) or arguments[0] not in groups:
        raise SystemExit(f"{__doc__.split('usage: ')[1]}\nThe groups are {', '.join(groups)}.")
    group = groups[arguments[0]]
    argued, used = argued_of(ROOT), set()
    left, excused = Counter(), Counter()

    def survived(module, change):
        path, line = source_path(module), line_of(module, change)
        found = argued.of(path, change, line)
        used.update(found)
        (excused if found else left)[module.__name__] += 1
        if not found:
            print(argued.entry(path, change, line), flush=True)

    mutation = Mutation(group["modules"], survived, *arguments[1:])
    tests = [str(ROOT / test) for test in group["tests"]]
    options = [*_OPTIONS, f"--rootdir={ROOT}", "-k", group.get("keyword", "")]
    if code := pytest.main([*options, *tests], [mutation]):
        raise SystemExit(int(code))
    for name, made in mutation.counts.items():
        noticed = made - left[name] - excused[name]
        print(
            f"{name}: {made} changes, {noticed} noticed, {excused[name]} argued,",
            left[name],
            "left",
        )
    paths = {source_path(module) for module in mutation.modules.values()}
    stale = [] if arguments[1:] else argued.unused(paths, used)
    for entry in stale:
        print("argued, but noticed by a test now:", entry)
    return bool(stale or left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
