"""The page about versions lists the modules whose interface is written down, and no others."""

import re

from testkit.api_snapshot import MODULES
from testkit.pages import DOCS

# The bridge to httpx is that to httpx2 under another name, and has no snapshot of its own.
TWINS = {"httpcore_client.bridges.httpx"}


def test_the_table_has_the_modules_of_the_snapshots():
    rows = re.findall(
        r"^\| `(httpcore-\w+)` \| (.*) \|$", (DOCS / "versions.md").read_text("utf-8"), re.M
    )
    found = set()
    for distribution, cell in rows:
        package = distribution.replace("-", "_")
        found |= {package + name.removeprefix(package) for name in re.findall(r"`([^`]+)`", cell)}
    assert set(MODULES) == found - TWINS
