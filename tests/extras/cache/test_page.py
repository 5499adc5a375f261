"""What docs/guides/cache.md shows runs, and prints what it says."""

from testkit.pages import run_page


def test_the_page_prints_what_it_says(shop):
    for _ in range(2):
        shop.say(b"one", "Cache-Control: max-age=60")
    run_page("guides/cache.md", url=shop.url)
    assert shop.answers == []
