"""Everything this package takes from its siblings: who copies the package edits this file alone."""

from httpcore_headers import Headers, Value

__all__ = ["Headers", "Value"]
