"""The options of the command, in the groups in which --help shows them, and what was given of them."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import click

__all__ = ["GROUPS", "Given", "check", "contrary", "to_stdout"]


class Given(NamedTuple):
    """What was given; the names are those of the options."""

    words: tuple[str, ...]
    form: str
    data: str | None
    auth: str | None
    auth_type: str
    cookies: str | None
    proxy: str | None
    http2: bool
    prior_knowledge: bool
    verify: bool
    cacert: str | None
    cert: str | None
    cert_key: str | None
    timeout: float | None
    connect_timeout: float | None
    max_time: float | None
    resolve: tuple[str, ...]
    unix_socket: str | None
    ignore_netrc: bool
    ignore_env: bool
    follow: bool
    max_redirects: int
    parts: str | None
    pretty: bool | None
    secrets: bool
    quiet: bool
    check_status: bool
    download: bool
    output: str | None
    resume: bool
    har: str | None
    trace: bool
    curl: bool
    offline: bool
    bench: bool
    requests: int
    concurrency: int
    completion: str | None


def _option(*names: str, help: str, **more: Any) -> click.Option:  # noqa: A002
    return click.Option(names, help=help, **more)


def _flag(*names: str, help: str, **more: Any) -> click.Option:  # noqa: A002
    return click.Option(names, help=help, is_flag=True, **more)


def _parts(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    unknown = "".join(letter for letter in value or "" if letter not in "HBhb")
    if unknown:
        raise click.BadParameter(
            f"{unknown!r} is none of H and B (of the request), h and b (of the response)",
            param=param,
        )
    return value


def _seconds(_: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 <= value < inf:
        raise click.BadParameter(f"{value:g} is no time; 0 is for no limit", param=param)
    return value


def _place(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what can't be written when it is too late: the request has been sent then."""
    if value is not None and not (folder := Path(value).parent).is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}", param=param)
    return value


def _limit(name: str, help: str) -> click.Option:  # noqa: A002
    return _option(name, type=float, metavar="SECONDS", callback=_seconds, help=help)


_FILE = click.Path(dir_okay=False)
_READABLE = click.Path(exists=True, dir_okay=False)
_COUNT = click.IntRange(min=1)

_BODY = [
    _flag(
        "-j",
        "--json",
        "form",
        flag_value="json",
        default=True,
        help="Data items are a JSON object. The default.",
    ),
    _flag("-f", "--form", "form", flag_value="form", help="Data items are fields of a form."),
    _flag(
        "--multipart",
        "form",
        flag_value="multipart",
        help="A form as multipart/form-data, as it is with files among the items.",
    ),
    _option("-d", "--data", metavar="TEXT|@FILE", help="The body as it is; @- is standard input."),
]
_WHO = [
    _option(
        "-a",
        "--auth",
        metavar="USER[:PASSWORD]",
        help="Credentials; a password that is missing is asked for. A token for bearer.",
    ),
    _option(
        "-A",
        "--auth-type",
        type=click.Choice(["basic", "digest", "bearer"]),
        default="basic",
        help="How they are sent. [basic]",
    ),
    _flag("--ignore-netrc", help="Take no credentials from a netrc."),
    _option(
        "--cookies",
        type=_FILE,
        callback=_place,
        metavar="FILE",
        help="Send the cookies of FILE and keep new ones there: JSON, or a cookies.txt.",
    ),
]
_CONNECTION = [
    _option("--proxy", metavar="URL", help="Go through this proxy; 'none' for no proxy."),
    _flag("--http2/--no-http2", default=True, help="HTTP/2 where the server offers it. [yes]"),
    _flag("--http2-prior-knowledge", "prior_knowledge", help="HTTP/2 alone, over http:// as well."),
    _flag("--verify/--no-verify", default=True, help="Verify certificates. [yes]"),
    _option("--cacert", type=_READABLE, metavar="FILE", help="Trust the authorities in FILE only."),
    _option("--cert", type=_READABLE, metavar="FILE", help="Our own certificate, in PEM."),
    _option("--cert-key", type=_READABLE, metavar="FILE", help="Its key, if that is elsewhere."),
    _limit("--timeout", help="Limit for each phase; 0 for none. [30]"),
    _limit("--connect-timeout", help="Limit to connect; 0 for none. [5]"),
    _limit("--max-time", help="Limit for all of it. [none]"),
    _option(
        "--resolve",
        multiple=True,
        metavar="HOST[:PORT]:ADDRESS",
        help="Connect to ADDRESS for HOST. May be repeated.",
    ),
    _option("--unix-socket", metavar="PATH", help="Connect to a Unix socket, whatever the host."),
    _flag("--ignore-env", help="Heed no proxies, certificates and netrc of the environment."),
    _flag("--follow/--no-follow", default=True, help="Follow redirects. [yes]"),
    _option(
        "--max-redirects",
        metavar="N",
        type=click.IntRange(min=0),
        default=20,
        help="How many. [20]",
    ),
]
_OUTPUT = [
    _flag("--headers", "parts", flag_value="h", help="Print the response's head only."),
    _flag("-b", "--body", "parts", flag_value="b", help="Print the response's body only."),
    _flag(
        "-v",
        "--verbose",
        "parts",
        flag_value="HBhb",
        help="Print all: requests, redirects, response. Secrets that are sent are masked.",
    ),
    _option(
        "-p",
        "--print",
        "parts",
        callback=_parts,
        metavar="LETTERS",
        help="What to print: H, B for head and body of the request, h, b of the response.",
    ),
    _flag(
        "--pretty/--no-pretty",
        default=None,
        help="Colour and indent, or not. [yes on a terminal]",
    ),
    _flag("--show-secrets", "secrets", help="Mask nothing."),
    _flag("-q", "--quiet", help="Print nothing but errors."),
    _flag("--check-status", help="Exit with 3, 4 or 5 for a status of 3xx, 4xx or 5xx."),
]
_FILES = [
    _flag("-D", "--download", help="Save the body under the name that the server gives."),
    _option(
        "-o", "--output", type=_FILE, metavar="FILE", help="Save the body as FILE; - prints it."
    ),
    _flag("--continue", "resume", help="Go on with a download that was broken off."),
]
_SEEING = [
    _flag("--trace", help="Draw how long each phase took: 'httpcore trace URL' does, too."),
    _option(
        "--har",
        type=_FILE,
        callback=_place,
        metavar="FILE",
        help="Write what went over the wire as HAR.",
    ),
    _flag("--curl", help="Print the curl command for the request, and send nothing."),
    _flag("--offline", help="Print the request, and send nothing."),
]
_BENCH = [
    _flag("--bench", help="Send the request many times; print rate, latencies, errors."),
    _option(
        "-n", "--requests", metavar="N", type=_COUNT, default=200, help="How many times. [200]"
    ),
    _option(
        "-c", "--concurrency", metavar="N", type=_COUNT, default=10, help="How many at once. [10]"
    ),
]
_OTHER = [
    _option(
        "--completion",
        type=click.Choice(["bash", "zsh", "fish"]),
        help="Print the completion script for a shell.",
    ),
]

GROUPS = (
    ("Body", _BODY),
    ("Credentials and cookies", _WHO),
    ("Connection", _CONNECTION),
    ("Output", _OUTPUT),
    ("Downloads", _FILES),
    ("Seeing", _SEEING),
    ("Benchmark", _BENCH),
    ("Other", _OTHER),
)

# What one of them has to be given for another to make sense, and what can't go together.
_NEEDS = (
    ("cert_key", "--cert-key", ("cert",), "--cert"),
    ("resume", "--continue", ("download", "output"), "--download or -o FILE"),
    ("requests", "--requests", ("bench",), "--bench"),
    ("concurrency", "--concurrency", ("bench",), "--bench"),
)
_ALONE = ("download", "curl", "offline", "bench")


def contrary(name: str | None) -> str | None:
    """Return the option that says no to one, such as --no-verify, if it has one."""
    for _, options in GROUPS:
        for option in options:
            if name in option.opts and option.secondary_opts:
                return option.secondary_opts[0]
    return None


def to_stdout(given: Given) -> Given:
    """Read `-o -`: print the body, as --body does.

    Raises:
        click.UsageError: it is to be a file, too.
    """
    if given.output != "-":
        return given
    if given.download or given.resume:
        other = "--download" if given.download else "--continue"
        raise click.UsageError(f"{other} and --output - exclude each other.")
    return given._replace(output=None, parts=given.parts or "b")


def check(given: Given, said: frozenset[str]) -> None:
    """Refuse options that make no sense together.

    Args:
        given: the values.
        said: the names of those that the user wrote.

    Raises:
        click.UsageError: there are such.
    """
    for name, option, needed, named in _NEEDS:
        if name in said and not said.intersection(needed):
            raise click.UsageError(f"{option} goes with {named}.")
    ways = [f"--{name}" for name in _ALONE if getattr(given, name)]
    if given.output is not None and not given.download:
        ways.insert(0, "--output")
    for name in ("trace", "har"):
        if getattr(given, name) and ways[-1:] not in ([], ["--download"], ["--output"]):
            ways.append(f"--{name}")
    if len(ways) > 1:
        raise click.UsageError(f"{ways[0]} and {ways[1]} exclude each other.")
