"""`python -m httpcore_client` is the command `httpcore`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
