"""How a client's `base_url` and the URL of a request become one. Sends nothing.

The rule is to append, not to resolve as a browser resolves a link: the base's path is kept whole, whether it
ends in a slash or not and whether what is asked for begins with one or not.
"""

from __future__ import annotations

import re

from .._siblings import URL, InvalidURL

__all__ = ["BaseURL"]

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://|https?:", re.IGNORECASE | re.ASCII)
_OTHER_HOST = re.compile(r"[/\\]{2}")
_ENDS = "".join(map(chr, range(0x21)))  # C0 controls and the space, which the ends of a URL lose


class BaseURL:
    """Where the URLs of a client begin.

    - An absolute URL is taken as it is.
    - Otherwise its path is appended to the base's path, with one slash in between; an empty one leaves the
      base's as it is.
    - Queries are joined: the base's own comes first.

    Raises:
        InvalidURL: the base is not absolute, or has a fragment.
        TypeError: it is neither text nor a URL.
    """

    __slots__ = ("_path", "_prefix", "url")

    def __init__(self, url: str | URL) -> None:
        if not isinstance(url, str | URL):
            raise TypeError(f"base_url must be a str or a URL, not {type(url).__name__}")
        self.url: URL = URL(url, allow_relative=True)
        if self.url.is_relative_url:
            raise InvalidURL(
                "base_url must be absolute, such as https://host/path", self.url.masked
            )
        if self.url.fragment:
            raise InvalidURL("base_url can't have a fragment", self.url.masked)
        self._path = self.url.path.rstrip("/") + "/"
        self._prefix = str(self.url.copy_with(path=self._path, query=None))

    def join(self, url: str | URL) -> URL:
        """Return the absolute URL for what a caller asks for.

        Raises:
            InvalidURL: it names another host without saying how to reach it (`//host/path`), leads out of
                the base's path by its dots, or is no URL.
            TypeError: it is neither text nor a URL.
        """
        if isinstance(url, URL):
            if url.is_absolute_url:
                return url
            url = str(url)
        elif not isinstance(url, str):
            return URL(url)  # which says what is wrong with it
        url = url.strip(_ENDS)
        if _ABSOLUTE.match(url):
            return URL(url)
        if _OTHER_HOST.match(url):
            raise InvalidURL(
                "with a base_url, a URL that begins with two slashes could mean a path or a host: write "
                "the scheme for a host, and one slash for a path",
                url,
            )
        if not url or url[0] in "?#":
            joined = URL(f"{self.url.copy_with(query=None)}{url}")
        else:
            joined = URL(self._prefix + (url[1:] if url[0] in "/\\" else url))
            if not joined.path.startswith(self._path):
                raise InvalidURL("it leads out of the path of base_url", joined.masked)
        if not self.url.query:
            return joined
        own = joined.query
        return joined.copy_with(query=f"{self.url.query}&{own}" if own else self.url.query)

    def __repr__(self) -> str:
        return f"<BaseURL {self.url.masked}>"
