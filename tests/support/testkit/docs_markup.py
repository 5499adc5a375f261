"""What the reference is made of: docstrings as Markdown, and the constructors of classes of values."""

import re

import griffe

_AT_A_PROMPT = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)
_ALONE = re.compile(r"^ *::$\n?", re.MULTILINE)
_AT_THE_END = re.compile(r"::$", re.MULTILINE)
_VALUES = {"Value", "Hashed"}  # the bases of classes of values


class Markup(griffe.Extension):
    """Rewrites what was loaded, before it is shown."""

    def on_object(self, *, obj, **_):
        """Make examples at a prompt blocks of code, and of `::` before a block a colon."""
        if obj.docstring:
            text = _AT_A_PROMPT.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
            obj.docstring.value = _AT_THE_END.sub(":", _ALONE.sub("", text))

    def on_function(self, *, func, **_):
        """Show what may be given: no parameter that takes nothing, and no private name for a default."""
        for parameter in list(func.parameters):
            if str(parameter.annotation) == "Never":
                del func.parameters[parameter.name]
            parameter.default = _what_it_is(parameter.default, func.module)

    def on_class(self, *, cls, **_):
        """Give a class of values the constructor that its fields make, which the source does not write."""
        if _VALUES.isdisjoint(map(_last_name, cls.bases)) or "__init__" in cls.members:
            return
        kind = griffe.ParameterKind.positional_or_keyword
        if str(cls.keywords.get("kw_only")) == "True":
            kind = griffe.ParameterKind.keyword_only
        fields = [
            griffe.Parameter(
                name,
                annotation=field.annotation,
                kind=kind,
                default=_what_it_is(field.value, cls.module),
            )
            for name, field in cls.attributes.items()
            if field.annotation is not None
            and not name.startswith("_")
            and "property" not in field.labels
        ]
        itself = griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)
        cls["__init__"] = griffe.Function("__init__", parameters=griffe.Parameters(itself, *fields))


def _what_it_is(default, module):
    """Return the value of a private constant of a module, and everything else as it is."""
    named = module.members.get(str(default)) if str(default).startswith("_") else None
    return named.value if named is not None and named.is_attribute else default


def _last_name(base):
    return str(base).rpartition(".")[2]
