"""What is argued names changes that could be made, and the groups name what there is."""

import ast
import importlib
import tomllib
from pathlib import Path

from testkit.mutation.argued import argued_of
from testkit.mutation.changes import changes

ROOT = Path(__file__).parents[2]


def test_each_argued_change_has_a_reason_and_is_one_of_its_module():
    wrong = []
    by_module = {}
    for entry in argued_of(ROOT).entries:
        by_module.setdefault(entry["module"], []).append(entry)
    for name, entries in by_module.items():
        package = name.split("/")[0].replace("_", "-")
        text = Path(ROOT, "packages", package, "src", name).read_text("utf-8")
        lines = text.splitlines()
        made = {
            (change.scope, lines[change.line - 1].strip(), says)
            for change in changes(ast.parse(text))
            for says in (None, f"{change.before} -> {change.after}")
        }
        for entry in entries:
            found = (entry["scope"], entry["line"], entry.get("change")) in made
            if not (found and entry["why"].strip()):
                wrong.append(entry)
    assert [] == wrong


def test_a_group_names_modules_and_tests_that_are_there():
    for group in tomllib.loads((Path(__file__).parent / "groups.toml").read_text()).values():
        for name in group["modules"]:
            importlib.import_module(name)
        assert [] == [
            test for test in group["tests"] if not (ROOT / test.partition("::")[0]).exists()
        ]
