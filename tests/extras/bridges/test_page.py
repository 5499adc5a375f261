"""The page about bridges does what it says."""

from testkit.pages import run_page


def test_the_blocks_of_the_page_run(origin):
    assert "HTTP/1.1 GET\nHTTP/1.1 GET\n" == run_page("guides/bridges.md", server=origin.plain)
