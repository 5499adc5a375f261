"""The reference has a place for each public name, and for nothing else."""

import re
from collections import Counter
from importlib import import_module

from testkit.api_snapshot import MODULES, PACKAGES
from testkit.pages import DOCS

PAGES = sorted((DOCS / "reference").glob("*.md"))
TEXTS = {page.stem: page.read_text("utf-8") for page in PAGES}
DOCUMENTED = [name for text in TEXTS.values() for name in re.findall(r"^::: (\S+)$", text, re.M)]
RE_EXPORTS = {
    name
    for name in import_module("httpcore_client").__all__
    if any(name in import_module(package).__all__ for package in PACKAGES[:-1])
}


def test_every_public_name_has_one_place():
    public = [
        f"{module}.{name}"
        for module in MODULES
        for name in import_module(module).__all__
        if module != "httpcore_client" or name not in RE_EXPORTS
    ]
    assert Counter(public) == Counter(DOCUMENTED)


def test_names_of_the_parts_are_listed_with_the_client_and_lead_to_the_parts():
    listed = dict(re.findall(r"\[`(\w+)`\]\[(\w+)\.\w+\]", TEXTS["client"]))
    assert listed.keys() == RE_EXPORTS
    assert [] == [name for name, owner in listed.items() if f"{owner}.{name}" not in DOCUMENTED]
