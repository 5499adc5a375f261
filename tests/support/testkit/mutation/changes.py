"""Which changes are made: one at a time, each to one node of a module's tree.

Left alone is what decides nothing: annotations, docstrings, decorators, the words of a repr, what an error
says (a `raise`, or a call of what only raises, is left out as a whole).
"""

import ast
import copy
from contextlib import contextmanager
from dataclasses import dataclass

from testkit.mutation.patterns import pattern_changes

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEFT_ALONE = {"annotation", "returns", "decorator_list", "bases", "format_spec"}
_NAMING = ("__all__", "TypeAlias", "TypeVar", "ParamSpec")
_LONGEST_SHOWN = 100
_MOST_ELEMENTS = 40  # a longer table is data

_COMPARISONS = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}  # fmt: skip
_PAIRS = [
    *(("lstrip", "rstrip"), ("partition", "rpartition"), ("startswith", "endswith")),
    *(("find", "rfind"), ("removeprefix", "removesuffix"), ("min", "max"), ("any", "all")),
]
_NAMES = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_NAMES |= {"fullmatch": "match", "match": "search", "popleft": "pop"}
_CLEANERS = {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "copy"}


@dataclass(frozen=True)
class Change:
    """One change: where it is, and what stood and stands there."""

    scope: str  # "Class.method", or "" at module level
    line: int
    before: str
    after: str


def changes(tree):
    """Yield each change, with the tree changed until the next one is asked for."""
    refusing = {f.name for f in ast.walk(tree) if _refuses(f)}
    for scope, parent, field, index, node in _places(tree, "", refusing):
        for new in _alternatives(node, parent, field):
            before, after = _shown(node, new)
            ast.fix_missing_locations(ast.copy_location(new, node))
            with _replaced(parent, field, index, new):
                yield Change(scope, node.lineno, before, after)


def _refuses(node):
    """Whether it is a function that only raises."""
    return isinstance(node, _FUNCTIONS) and ast.unparse(node.returns or ast.Pass()) == "NoReturn"


def _raises(node, refusing):
    calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return isinstance(node, ast.Raise) or (calls and ast.unparse(node.value.func) in refusing)


def _shown(*nodes):
    """Show what stood and stands there; of long texts, what is about their first difference."""
    texts = [" ".join(ast.unparse(node).split()) for node in nodes]
    same = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    begin = max(0, same - 30)
    if max(map(len, texts)) <= _LONGEST_SHOWN:
        return texts
    return [("..." if begin else "") + text[begin : same + 30] + "..." for text in texts]


@contextmanager
def _replaced(parent, field, index, new):
    holder, key = (vars(parent), field) if index is None else (getattr(parent, field), index)
    old, holder[key] = holder[key], new
    try:
        yield
    finally:
        holder[key] = old


def _places(node, scope, refusing):
    """Walk over all nodes that may change, outer ones first: their scope, and where they hang."""
    for field, value in ast.iter_fields(node):
        if field in _LEFT_ALONE or (field == "args" and not isinstance(node, ast.Call)):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _decides_nothing(child, scope, node):
                continue
            if hasattr(child, "lineno") and not _words(child, scope):
                yield scope, node, field, index, child
            if not _raises(child, refusing):
                named = isinstance(child, (*_FUNCTIONS, ast.ClassDef))
                inner = f"{scope}.{child.name}".lstrip(".") if named else scope
                yield from _places(child, inner, refusing)


def _decides_nothing(node, scope, parent):
    if isinstance(parent, ast.Module | ast.ClassDef):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            return False
        # What stands in the body of a class is made once, before any change.
        constant = isinstance(parent, ast.Module) and isinstance(node, ast.Assign | ast.AnnAssign)
        return not constant or any(word in ast.unparse(node) for word in _NAMING)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(parent, ast.Call) and ast.unparse(parent.func) == "cast":
        return node is parent.args[0]
    return isinstance(node, ast.Assert | ast.Import | ast.ImportFrom)


def _words(node, scope):
    """Whether it is only what a repr says."""
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text and scope.endswith("__repr__")


def _alternatives(node, parent, field):
    """What may stand in a node's place."""
    if field == "test" and not isinstance(parent, ast.Assert):
        yield from map(ast.Constant, [False] if isinstance(parent, ast.While) else [True, False])
    if field == "ifs" or (field == "guard"):
        yield ast.Constant(value=True)
    if find := _BY_TYPE.get(type(node)):
        yield from find(node)


def _with(node, **fields):
    new = copy.copy(node)
    vars(new).update(fields)
    return new


def _each_left_out(values):
    return [values[:i] + values[i + 1 :] for i in range(len(values))]


def _compare(node):
    for i, operator in enumerate(node.ops):
        yield _with(node, ops=[*node.ops[:i], _COMPARISONS[type(operator)](), *node.ops[i + 1 :]])


def _bool_op(node):
    for values in _each_left_out(node.values):
        yield values[0] if len(values) == 1 else _with(node, values=values)


def _binary(node):
    if other := _OPERATORS.get(type(node.op)):
        yield _with(node, op=other())


def _constant(node):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(value=not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value=value + 1)
    elif isinstance(value, str | bytes):
        yield from (ast.Constant(value=new) for new in pattern_changes(value))
        yield ast.Constant(value=("x" if isinstance(value, str) else b"x") + value)


def _call(node):
    function = node.func
    if isinstance(function, ast.Attribute):
        if function.attr in _NAMES:
            yield _with(node, func=_with(function, attr=_NAMES[function.attr]))
        if function.attr in _CLEANERS and not node.args:
            yield function.value
        if function.attr == "compile" and len(node.args) > 1:
            yield _with(node, args=node.args[:1])
    elif isinstance(function, ast.Name) and function.id in _NAMES:
        yield _with(node, func=_with(function, id=_NAMES[function.id]))
    for keywords in _each_left_out(node.keywords):
        yield _with(node, keywords=keywords)


def _elements(node):
    constants = all(isinstance(element, ast.Constant) for element in node.elts)
    if constants and 1 < len(node.elts) <= _MOST_ELEMENTS:
        yield from (_with(node, elts=elements) for elements in _each_left_out(node.elts))


def _dict(node):
    if len(node.keys) <= _MOST_ELEMENTS:
        for keys, values in zip(
            _each_left_out(node.keys), _each_left_out(node.values), strict=True
        ):
            yield _with(node, keys=keys, values=values)


def _slice(node):
    yield from (_with(node, **{end: None}) for end in ("lower", "upper") if getattr(node, end))


def _handler(node):
    if isinstance(node.type, ast.Tuple):
        for names in _each_left_out(node.type.elts):
            yield _with(node, type=_with(node.type, elts=names))
    else:
        yield _with(node, type=ast.Tuple(elts=[], ctx=ast.Load()))


def _left_out(node):
    yield ast.Pass()


def _assign(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
        yield ast.Pass()


def _augmented(node):
    yield ast.Pass()
    yield from _binary(node)


def _return(node):
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(value=ast.Constant(value=None))


def _unary(node):
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


_BY_TYPE = {
    ast.Compare: _compare, ast.BoolOp: _bool_op, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.Constant: _constant, ast.Call: _call, ast.Slice: _slice, ast.ExceptHandler: _handler,
    ast.Tuple: _elements, ast.Set: _elements, ast.List: _elements, ast.Dict: _dict,
    ast.Expr: _left_out, ast.Raise: _left_out, ast.Delete: _left_out, ast.Break: _left_out,
    ast.Continue: lambda _: [ast.Break()], ast.Return: _return,
    ast.Assign: _assign, ast.AnnAssign: _assign, ast.AugAssign: _augmented,
}  # fmt: skip
