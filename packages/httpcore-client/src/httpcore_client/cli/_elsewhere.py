"""What options are called in curl, HTTPie and wget, for those who come from there.

It is read only when an option is not there. It decides no more than what they are told.
"""

from __future__ import annotations

__all__ = ["hint"]

_METHOD = "the method stands before the URL: httpcore PUT URL"
_HEADER = "headers are items: Name:value"
_DOWNLOAD = "that is --download"
_SILENT = "it is silent when piped; --quiet prints nothing"
_DATA = "that is --data"
_NO_VERIFY = "that is --no-verify"
_COOKIES = "that is --cookies FILE"

_HERE = {
    **dict.fromkeys(("-X", "--request", "--method"), _METHOD),
    **dict.fromkeys(("-I", "--head"), "write httpcore HEAD URL, or --headers"),
    "--url": "the URL is a word of its own: httpcore URL",
    # What is sent.
    **dict.fromkeys(("-H", "--header"), _HEADER),
    "--user-agent": "headers are items: User-Agent:name",
    **dict.fromkeys(("-e", "--referer"), "headers are items: Referer:URL"),
    **dict.fromkeys(("-r", "--range"), "headers are items: Range:bytes=0-99"),
    **dict.fromkeys(("-G", "--get"), "parameters of the query are items: name==value"),
    **dict.fromkeys(("--data-raw", "--data-binary", "--data-ascii", "--raw", "--post-data"), _DATA),
    "--data-urlencode": "fields of a form are items, with --form: name=value",
    **dict.fromkeys(("-F", "--form-string"), "fields of a form are items: name=value, name@file"),
    **dict.fromkeys(("-T", "--upload-file", "--post-file"), "a file as the body is an item: @file"),
    "--ignore-stdin": "leave it out: only POST and the like read it, where no item is data",
    "--compressed": "leave it out: that is asked for, and decoded, by itself",
    # Who sends it.
    **dict.fromkeys(("-u", "--user"), "credentials are --auth"),
    **dict.fromkeys(("--basic", "--digest"), "that is --auth-type digest, or basic"),
    "--oauth2-bearer": "that is --auth-type bearer --auth TOKEN",
    "--netrc": "a netrc is read unless --ignore-netrc",
    "--cookie": "the item Cookie:name=value sends one, --cookies FILE keeps them",
    **dict.fromkeys(("--cookie-jar", "--load-cookies", "--save-cookies", "--session"), _COOKIES),
    # Which way it goes.
    **dict.fromkeys(("-k", "--insecure", "--no-check-certificate"), _NO_VERIFY),
    **dict.fromkeys(("-L", "--location"), "redirects are followed unless --no-follow"),
    "--max-redirs": "that is --max-redirects",
    "-x": "that is --proxy",
    "--noproxy": "that is --proxy none",
    **dict.fromkeys(("--socks5", "--socks5-hostname"), "that is --proxy socks5://HOST:PORT"),
    **dict.fromkeys(("--http1.1", "--http1.0"), "--no-http2 leaves HTTP/1.1"),
    "--connect-to": "that is --resolve",
    "-E": "that is --cert",
    "--key": "that is --cert-key",
    "-m": "that is --max-time",
    "--retry": "it is sent once; the exit status is there to tell a loop",
    # What is printed.
    **dict.fromkeys(("-s", "-S", "--silent", "--show-error"), _SILENT),
    **dict.fromkeys(("-i", "--include"), "head and body are --print hb"),
    "--dump-header": "that is --headers",
    **dict.fromkeys(("-w", "--write-out"), "--trace and --har tell more of it, --verbose the head"),
    **dict.fromkeys(("--fail", "--fail-with-body"), "that is --check-status"),
    "--all": "that is --verbose",
    "--no-buffer": "leave it out: what comes is printed as it comes",
    # Where it is kept.
    **dict.fromkeys(("-O", "-J", "--remote-name", "--remote-header-name"), _DOWNLOAD),
    "--output-document": "that is --output",
    **dict.fromkeys(("-C", "--continue-at"), "that is --continue"),
    "-V": "that is --version",
}


def hint(option: str) -> str | None:
    """Return what to write in place of an option, if that is known."""
    return _HERE.get(option)
