"""`import httpcore` gives the names of `httpcore_client`, unless another project's package is there.

The index has another project's package of this name, which much software needs. A package folder wins
over this module within one folder; over several path entries this module steps aside by itself. So
theirs always wins where it is installed, and nobody's program breaks. Libraries and type checkers import
`httpcore_client`.
"""

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

_here = os.path.realpath(os.path.dirname(__file__))  # noqa: PTH120 - os.path starts quicker
_elsewhere = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != _here]
# In a package, as vendored code is, nobody else's has this name.
_spec = None if __package__ else PathFinder.find_spec(__name__, _elsewhere)
if _spec is not None and _spec.loader is not None and _spec.submodule_search_locations is not None:
    _module = module_from_spec(_spec)
    sys.modules[__name__] = _module
    _spec.loader.exec_module(_module)
else:
    import httpcore_client as _client

    __all__ = _client.__all__  # pyright: ignore[reportUnsupportedDunderAll]
    __version__ = _client.__version__

    def __getattr__(name: str) -> object:
        value: object = getattr(_client, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*(name for name in globals() if name[:2] == "__"), *__all__})
