"""What docs/guides/retries.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    assert [
        "200",
        "200",
        "<RetryAdapter attempts=3 <RetryBudget 20 of 20, 0.1 an answer>>",
        " not again: that is all of RetryPolicy(attempts=2)",
        "1",
    ] == run_page("guides/retries.md", url=origin.plain).splitlines()
