"""What docs/guides/websockets.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(echo):
    run_page("guides/websockets.md", server=echo.plain)
