"""The part of a page that a program writes: what stands between `<!-- name -->` and `<!-- /name -->`."""

import re


class Block:
    """A block of a page.

    Args:
        page: the path of the page.
        name: the name in its marks.
    """

    def __init__(self, page, name):
        self._page = page
        self._pattern = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)

    def read(self):
        """Return the text of the block."""
        return self._pattern.search(self._page.read_text("utf-8"))[0]

    def write(self, text):
        """Put a text in its place."""
        page = self._page.read_text("utf-8")
        self._page.write_text(self._pattern.sub(lambda _: text, page), "utf-8")
