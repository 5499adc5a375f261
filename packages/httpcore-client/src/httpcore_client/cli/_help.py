"""`httpcore --help`, laid out like a page of a manual: the texts, and the command that writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._errors import STATUSES
from ._options import GROUPS
from ._output import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ManualCommand"]

_NARROW, _WIDE = 60, 100  # columns
_WIDEST = 40  # of what is explained
_USAGE = "[OPTION...] [METHOD] URL [ITEM...]"

_ABOUT = """\
Send an HTTP request and print the response. METHOD is GET, or POST where there is data; any word in capitals
is one. A URL without a scheme is https; localhost, 127.0.0.1 and :8000/path are http. When the output is no
terminal it is the response's body and nothing else."""

_ITEMS = (
    ("name=value", "a field of the JSON object, or of a form; user[name]=Ada and tags[]=a nest"),
    ("name:=json", "a field that is JSON: 3, true, null, [1, 2]"),
    ("name==value", "a parameter of the query"),
    ("Name:value", "a header; 'Name:' leaves one out, 'Name;' sends it without a value"),
    ("name@file", "a file of a form; name@file;type=image/png says what it is"),
    ("name=@file", "a field with the text of a file; name:=@file with its JSON"),
    ("Name:@file", "a header with the text of a file, which keeps it from others; name==@file"),
    ("@file", "the whole body; what is piped to POST, PUT and the like is that, too"),
    (r"\: \= \@ \[", "a separator, or a bracket, that belongs to a name"),
)

_EXAMPLES = (
    ("httpcore example.org", "GET https://example.org, redirects followed"),
    ("httpcore :8000/users name=Ada age:=36", "POST JSON to this machine"),
    ("httpcore PUT :8000/users/1 X-Token:abc < user.json", "a header; the body from a file"),
    ("httpcore :8000/upload title=Me photo@me.jpg", "a form with a file"),
    ("httpcore -D --continue example.org/big.iso", "download, or go on with it"),
    ("httpcore trace example.org", "where the time went"),
    ("httpcore --bench -n 1000 -c 20 :8000/", "a small benchmark"),
)

_ENVIRONMENT = (
    ("HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY", "proxies"),
    ("REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE", "whom to trust"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "the same"),
    ("NETRC", "credentials, if not ~/.netrc"),
    ("SSLKEYLOGFILE", "where to write the secrets of TLS"),
    ("NO_COLOR, TERM=dumb", "no colours"),
)


class ManualCommand(click.Command):
    """A command whose --help has sections."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what stands behind the command's name."""
        return [_USAGE]

    def get_help(self, ctx: click.Context) -> str:
        """Return the page, as wide as it may be read."""
        width = min(columns(), _WIDE)
        formatter = ctx.formatter_class(width=width - 2)
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page."""
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_ABOUT)
        _section(formatter, "Items", _ITEMS)
        shown = {option for _, options in GROUPS for option in options}
        rest = [
            each
            for each in self.get_params(ctx)
            if isinstance(each, click.Option) and each not in shown
        ]
        for title, options in (*GROUPS, ("Help", rest)):
            records = [option.get_help_record(ctx) for option in options]
            _section(formatter, title, [record for record in records if record])
        _section(formatter, "Examples", _EXAMPLES)
        _section(formatter, "Exit status", STATUSES)
        _section(formatter, "Environment", _ENVIRONMENT)


def _section(formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
    with formatter.section(title):
        # On a narrow terminal what explains a row stands below it.
        formatter.write_dl(rows, col_max=_WIDEST if formatter.width >= _NARROW else 0)
