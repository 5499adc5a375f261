r"""Keys of JSON fields that say where a value goes: `user[name]=Ada`, `tags[]=a`.

Pure. `a[b]` is a key of an object in `a`, `a[]` one more value of a list; a bracket that belongs to a name is
written `\[`, which keeps the brackets behind it in the name, too.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, TypeAlias

from ._items import ItemError

__all__ = ["put"]

_Place: TypeAlias = dict[str, Any] | list[Any]

_PATH = re.compile(r"(?P<root>[^\[\]]+)(?P<rest>(?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


def put(target: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where its name says.

    Raises:
        ItemError: the name makes no sense, or its place is taken.
    """
    if "\\[" in name:
        steps = [name.replace("\\[", "[")]
    else:
        path = _PATH.fullmatch(name)
        if path is None:
            raise ItemError(
                f"{name!r} is no key: write name, name[key] or name[], and '\\[' for a bracket"
            )
        steps = [path["root"], *_STEP.findall(path["rest"])]
    place: _Place = target
    for step, following in pairwise(steps):
        place = _enter(place, step, following, name)
    _set(place, steps[-1], value, name)


def _enter(place: _Place, step: str, following: str, name: str) -> _Place:
    """Return the object or list that a step leads to; it is made if it is not there."""
    inside: _Place = [] if following == "" else {}
    if isinstance(place, list) or step not in place:
        _set(place, step, inside, name)
        return inside
    there: _Place = place[step]
    if type(there) is not type(inside):
        raise ItemError(f"{name!r} can't be set: its place holds something else already")
    return there


def _set(place: _Place, step: str, value: Any, name: str) -> None:
    if isinstance(place, list):
        place.append(value)
    elif step in place:
        raise ItemError(f"{name!r} is set twice; several values are a list: write {name}[]=value")
    else:
        place[step] = value
