"""What docs/guides/bridges.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    run_page("guides/bridges.md", server=origin.plain)
