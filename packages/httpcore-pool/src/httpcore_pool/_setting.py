"""`Setting`: the base of values that callers make, who may know their fields by other names."""

from __future__ import annotations

from ._siblings import Value

__all__ = ["Setting"]


class Setting(Value):
    """A value that says what its fields are called here."""

    @classmethod
    def _hint(cls, name: str) -> str:
        from ._elsewhere import field_hint  # here: who makes no mistakes has no use for it

        return field_hint(cls.__name__, name) or super()._hint(name)
