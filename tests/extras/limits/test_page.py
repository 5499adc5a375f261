"""What docs/guides/limits.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    run_page("guides/limits.md", url=origin.plain)
