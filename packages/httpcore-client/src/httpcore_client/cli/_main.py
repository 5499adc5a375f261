"""The command itself: what was given goes to an action, and what goes wrong becomes a line and a status."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    shell_complete,
)

from .._siblings import pool
from .._sync import SyncClient
from .._version import __version__
from . import _actions
from ._content import gather
from ._errors import INTERRUPTED, OTHER, USAGE, exit_status, explained
from ._help import ManualCommand
from ._options import GROUPS, Given, check, contrary, to_stdout
from ._output import Output, abandon, open_missing, say
from ._settings import load_cookies, save_cookies, settings
from ._words import METHODS, Words, read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..adapters import AddedAdapter
    from ._content import Asked

__all__ = ["run"]

_NAME = "httpcore"
_COMPLETE = "_HTTPCORE_COMPLETE"
_SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


def run(arguments: Sequence[str]) -> int:
    """Run the command with these words and return its exit status."""
    open_missing()
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.filterwarnings("ignore", "ssl=False")  # it was asked for
        warnings.showwarning = _show_warning
        try:
            status = _run(list(arguments))
            sys.stdout.flush()
        except click.ClickException as error:
            say(_of_click(error))
            return USAGE
        except (click.Abort, KeyboardInterrupt):  # at a prompt, or between two steps
            return INTERRUPTED
        except OSError as error:
            return _failed(error)
        return status


def _run(arguments: list[str]) -> int:
    command = _command()
    if completing := os.environ.get(_COMPLETE):
        return shell_complete(command, {}, _NAME, _COMPLETE, completing)
    try:
        with command.make_context(_NAME, arguments) as context:
            status: int = command.invoke(context)
    except click.exceptions.Exit as stop:  # of --help
        status = stop.exit_code
    return status


def _failed(error: OSError) -> int:
    """Say what can't be read or written, and return the status."""
    if error.filename is None:  # standard output
        abandon(sys.stdout)
    if isinstance(error, BrokenPipeError):  # `httpcore URL | head`
        return 0
    if isinstance(error, FileExistsError):
        say(f"{error.filename} is there already; -o FILE writes over it")
    else:
        say(str(error) if error.filename is None else f"{error.filename}: {error.strerror}")
    return OTHER


@cache
def _command() -> click.Command:
    words = click.Argument(["words"], nargs=-1, shell_complete=_methods)
    version = click.version_option(
        __version__, "--version", message="httpcore-client %(version)s", help="Show the version."
    )
    command = ManualCommand(
        _NAME,
        params=[words, *(option for _, options in GROUPS for option in options)],
        callback=_callback,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    return version(command)


def _methods(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    if ctx.params.get(param.name or ""):
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(name) for name in METHODS if name.startswith(incomplete)]


def _of_click(error: click.ClickException) -> str:
    text = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        from ._elsewhere import hint

        if (told := hint(error.option_name)) is not None:
            text = f"no option {error.option_name}: {told}"
    elif isinstance(error, click.BadOptionUsage) and (no := contrary(error.option_name)):
        text = f"{text}: write it without one, or {no}"
    return f"{text}; see {_NAME} --help"


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    say(f"warning: {message}")


def _callback(**values: Any) -> int:
    given = Given(**values)
    context = click.get_current_context()
    said = [
        name for name in values if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given.completion is not None:
        return _completion(given.completion)
    try:
        words = read_words(given.words)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if words.trace:
        given = given._replace(trace=True)
    given = to_stdout(given)
    check(given, frozenset(said))
    return _guarded(given, words)


def _completion(shell: str) -> int:
    print(_SHELLS[shell](_command(), {}, _NAME, _COMPLETE).source())
    return 0


def _guarded(given: Given, words: Words) -> int:
    """Perform, and turn what goes wrong into a line and a status."""
    try:
        return _perform(given, words)
    except pool.HTTPError as error:
        say(explained(error, words))
        return exit_status(error)
    except ImportError as error:
        if error.name is not None:  # of the command's own: `main` says what it needs
            raise
        say(str(error))
        return OTHER
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # behind the terminal's ^C
        if given.download or given.output is not None:
            say("interrupted; where a .part file was kept, --continue goes on")
        return INTERRUPTED


def _perform(given: Given, words: Words) -> int:
    with ExitStack() as stack:
        asked = gather(given, words.items, words.method, stack)
        try:
            made = settings(given)
            if given.cookies is not None:
                made["cookies"] = load_cookies(given.cookies)
            client = stack.enter_context(SyncClient(**made, adapters=_recorder(given, stack)))
            request = _build(client, words.url, asked)
        except (ValueError, OSError) as error:
            raise click.UsageError(str(error)) from error
        if given.cookies is not None:
            stack.callback(save_cookies, client.cookies, given.cookies)
        output = Output(pretty=given.pretty)
        if given.bench:
            return _actions.bench(made, request, given, output)
        if given.download or given.output is not None:
            if request.method != "GET" or request.body is not None:
                what = request.method if request.body is None else f"{request.method} with data"
                raise click.UsageError(f"A download is a GET; for {what} write the body by > FILE.")
            return _actions.download(client, words.url, asked.options, given, output)
        action = _actions.fetch
        if given.curl or given.offline:
            action = _actions.curl if given.curl else _actions.offline
        return action(client, request, given, output)


def _build(client: SyncClient, url: str, asked: Asked) -> pool.Request:
    request = client.build(asked.method, url, **asked.options)
    for name in asked.removed:
        client.headers.remove(name)
        request.headers.remove(name)
    return request


def _recorder(given: Given, stack: ExitStack) -> list[AddedAdapter]:
    """Return what writes the HAR, if one is wanted."""
    if given.har is None:
        return []
    from ..tracing.har import HarRecorder

    recorder = HarRecorder(secrets=given.secrets)
    stack.callback(recorder.save, given.har)
    return [recorder]
