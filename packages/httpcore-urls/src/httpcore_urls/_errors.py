"""What a refused URL looks like to the caller, and how little of it an error may show.

Decides: the one public error, and the escaping of the text it carries, which `masking` masks and
cuts. Which URLs are refused is not decided here.

    ValueError
        InvalidURL      public: names the reason and the URL
        RefusedError    private: a reason without the URL, on its way to becoming an InvalidURL
"""


class RefusedError(ValueError):
    """A rule refused its part of a URL; the reason never quotes it, as it may hold a secret."""


class InvalidURL(ValueError):
    """The text is not a URL this library will use, or not one that fits the operation.

    Args:
        reason: what is wrong, without the URL. `str`.
        url: the text at fault. `str`, shown as by `masking.masked_unparsed`, and escaped; the full
            text is not kept.

    Nothing was changed when it is raised: all values of this package are immutable. It pickles.
    """

    reason: str
    """What is wrong, without the URL."""
    url: str
    """The URL at fault: secrets masked, cut."""

    def __init__(self, reason: str, url: str = "") -> None:
        # Imported here: it is for refused URLs only.
        from .masking import masked_unparsed

        self.reason = reason
        self.url = masked_unparsed(url)
        # repr() escapes line ends, other controls, direction overrides and lone surrogates.
        super().__init__(f"{reason}: {self.url!r}")

    def __reduce__(self) -> tuple[type["InvalidURL"], tuple[str, str]]:
        return (type(self), (self.reason, self.url))
