"""What docs/guides/cache.md shows runs, and prints what it says."""

import re

from testkit.pages import DOCS, run_page


def test_the_page_prints_what_it_says(shop):
    for _ in range(2):
        shop.say(b"one", "Cache-Control: max-age=60")
    said = re.findall(
        r"^\s*print\(.*\)  # (.*)$", (DOCS / "guides/cache.md").read_text("utf-8"), re.M
    )
    assert said == run_page("guides/cache.md", url=shop.url).splitlines()
    assert shop.answers == []
