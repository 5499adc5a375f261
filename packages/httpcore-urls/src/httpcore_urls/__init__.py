"""URLs as browsers read them: parsing, normalising, joining, IDNA.

This module decides only which names are public. Rules live in the private modules beside it, each
of which says what it decides; nothing in this package does I/O.
"""

from typing import TYPE_CHECKING, Any

from ._errors import InvalidURL
from ._origin import Origin
from ._query import QueryParams, QueryParamsInput, QueryParamValue
from ._url import URL

if TYPE_CHECKING:
    from ._template import TemplateValue, expand_template

__all__ = [
    "URL",
    "InvalidURL",
    "Origin",
    "QueryParamValue",
    "QueryParams",
    "QueryParamsInput",
    "TemplateValue",
    "__version__",
    "expand_template",
]

__version__ = "0.1.0"

# Few programs expand templates.
_LAZY = {"TemplateValue": "_template", "expand_template": "_template"}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
