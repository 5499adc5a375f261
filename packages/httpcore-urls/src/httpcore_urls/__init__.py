"""URLs as browsers read them: parsing, normalising, joining, IDNA.

This module decides only which names are public. Rules live in the private modules beside it, each
of which says what it decides; nothing in this package does I/O.
"""

from ._errors import InvalidURL
from ._origin import Origin
from ._query import QueryParams, QueryParamsInput, QueryParamValue
from ._template import TemplateValue, expand_template
from ._url import URL

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
