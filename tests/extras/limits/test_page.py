"""What docs/guides/limits.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(origin):
    assert [
        "200",
        "[200, 200, 200]",
        *("refused", "refused", "2 requests in a row failed, the last with: ConnectError"),
        "200",
    ] == run_page("guides/limits.md", url=origin.plain).splitlines()
