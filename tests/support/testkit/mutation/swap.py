"""Puts a changed module in the place of the one that is imported, in this process.

Functions get new code, wherever they are held; constants are made anew with those that depend on them, in
each module that imported them by their name. What was made of a constant elsewhere stays as it was.
"""

import ast
import functools
import gc
import sys
from types import CodeType, FunctionType


def functions_of(paths):
    """Find all functions whose code stands in these files, by file."""
    gc.unfreeze()  # what is frozen is not found
    found = {path: [] for path in paths}
    for value in gc.get_objects():
        if type(value) is FunctionType and value.__code__.co_filename in found:
            found[value.__code__.co_filename].append(value)
    return found


def caches():
    """Find what remembers answers of our functions."""
    kind = type(functools.cache(len))
    return [
        value
        for value in gc.get_objects()
        if type(value) is kind and str(value.__module__).startswith("httpcore_")
    ]


def codes_of(code, scope=None):
    """Yield all code in a module's code, with the scope that a change in it has."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            name = scope or inner.co_qualname.replace(".<locals>", "")
            yield name, inner
            in_function = inner.co_flags & 0x2  # CO_NEWLOCALS: not a class
            yield from codes_of(inner, name if in_function else scope)


def put(code, functions):
    """Give functions the code that now stands in the place of theirs."""
    new = {(inner.co_qualname, inner.co_firstlineno): inner for _, inner in codes_of(code)}
    for function in functions:
        old = function.__code__
        function.__code__ = new[old.co_qualname, old.co_firstlineno]


def put_constants(module, tree, line):
    """Make the constant at `line` anew, and those that depend on it."""
    scratch, changed = dict(vars(module)), set()
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if statement.lineno <= line <= statement.end_lineno or names & changed:
            exec(compile(ast.Module([statement], []), module.__file__, "exec"), scratch)
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            changed |= {target.id for target in targets if isinstance(target, ast.Name)}
    for name in changed:
        old = vars(module)[name]
        for other in [m for key, m in sys.modules.items() if key.startswith("httpcore_")]:
            if vars(other).get(name) is old:
                setattr(other, name, scratch[name])
