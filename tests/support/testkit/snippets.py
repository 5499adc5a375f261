"""What holds for every file of snippets in `examples/`."""

from __future__ import annotations

from pathlib import Path


def check_snippets(ours, helpers, test_file):
    """Each snippet is tested, and says what it was; there are twenty and more."""
    own = [
        member
        for member in vars(ours).values()
        if getattr(member, "__module__", None) == "<run_path>" and member not in helpers
    ]
    assert len(own) >= 20
    tested = Path(test_file).read_text("utf-8")
    assert [] == [each.__name__ for each in own if f"ours.{each.__name__}" not in tested]
    assert [] == [each.__name__ for each in own if not each.__doc__]
