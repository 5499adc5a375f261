"""The command `httpcore` (extra `cli`): requests from a terminal and from scripts.

What its words mean stands in `_words` and `_items`, its options in `_options`, what others call those in
`_elsewhere`, what is printed in `_printer`, its exit statuses in `_errors`. Only this module may be imported
without click.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_NEEDED = ("click", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; `httpcore --help` lists those.

    Args:
        arguments: the words after the command's name; None for those of the process.
    """
    try:
        from ._main import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _NEEDED:
            raise
        print(
            f"httpcore: the command needs {missing}: pip install 'httpcore-client[cli]'",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:  # in an import; `run` meets all others
        return 130
