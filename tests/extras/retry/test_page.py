"""What docs/guides/retries.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    run_page("guides/retries.md", url=origin.plain)
