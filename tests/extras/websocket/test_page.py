"""The page about WebSockets does what it says."""

from testkit.pages import run_page

SAID = """\
hello
{'id': 7}
chat HTTP/1.1
one
two
4001 you asked
403 b'no entry'
"""


def test_the_blocks_of_the_page_run(echo):
    assert SAID == run_page("guides/websockets.md", server=echo.plain)
