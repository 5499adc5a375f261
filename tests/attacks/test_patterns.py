"""Each regular expression of the packages takes linear time on text that is made from itself to hurt it."""

import ast
import importlib
import re
import time
from functools import cache, partial
from itertools import product
from pathlib import Path
from re import _constants as kinds
from re import _parser as parser

import pytest

PACKAGES = [
    "httpcore_urls",
    "httpcore_headers",
    "httpcore_cookies",
    "httpcore_pool",
    "httpcore_client",
]
METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")

# What is put together from what a caller gives, with the tests that try it.
MADE_WHILE_RUNNING = {
    "httpcore_client/content/_parts.py": "tests/client/content/test_parts.py",
    "httpcore_client/testing/_patterns.py": "tests/extras/testing/test_patterns.py",
    "httpcore_cookies/cookies/_check.py": "tests/cookies/cookies/test_check.py",
    "httpcore_cookies/cookies/_suffixes.py": "tests/cookies/cookies/test_suffixes.py",
    "httpcore_urls/_percent.py": "tests/urls/test_limits.py",
}

# A string without an end would cost the square; these see only what `json` has taken.
ON_WHOLE_JSON = {
    "httpcore_cookies/cookies/_persist.py: _TOKEN",
    "httpcore_client/cli/_json.py: _TOKEN",
}

CANDIDATES = 'a0 \t"\\/%;,=:.-x\n'
CATEGORIES = {
    kinds.CATEGORY_DIGIT: r"\d",
    kinds.CATEGORY_NOT_DIGIT: r"\D",
    kinds.CATEGORY_SPACE: r"\s",
    kinds.CATEGORY_NOT_SPACE: r"\S",
    kinds.CATEGORY_WORD: r"\w",
    kinds.CATEGORY_NOT_WORD: r"\W",
}
MOST_ELEMENTS = 14

# Sizes and CPU seconds. What is exponential shows at the small ones, and is asked for no more; what takes the
# square is over the limit at the first large one, and then at the second, where linear is a fifth of it.
SMALL = [(size, 0.01) for size in range(8, 64, 4)]
LARGE = [(4_000, 0.002), (32_000, 0.1)]


def sources():
    """Path and text of each module that uses `re`."""
    for package in PACKAGES:
        root = Path(importlib.import_module(package).__file__).parent
        for path in sorted(root.rglob("*.py")):
            text = path.read_text("utf-8")
            if "import re\n" in text:
                yield f"{package}/{path.relative_to(root).as_posix()}", text


def called(node):
    """The name of a function of `re` that is called, or None."""
    function = node.func if isinstance(node, ast.Call) else None
    names = ("compile", *METHODS)
    if not isinstance(function, ast.Attribute) or function.attr not in names:
        return None
    return function.attr if "re" == ast.unparse(function.value) else None


def in_functions(tree):
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            for node in ast.walk(function):
                if called(node):
                    yield node


def inline():
    """Patterns that are written where they are used: file, pattern or None, the method."""
    for name, text in sources():
        for node in in_functions(ast.parse(text)):
            first = node.args[0]
            given = first.value if isinstance(first, ast.Constant) else None
            flags = re.NOFLAG
            for part in (*node.args[1:], *(keyword.value for keyword in node.keywords)):
                if re.match(r"re\.[A-Z]", ast.unparse(part)):
                    flags |= eval(ast.unparse(part), {"re": re})  # our own source
            yield name, given and re.compile(given, flags), called(node)


def named():
    """Patterns with a name: module and name, pattern, each method that is called."""
    texts = dict(sources())
    for path, text in texts.items():
        if not re.search(r"^( {4})?\S.*re\.compile", text, re.MULTILINE):
            continue
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        for name, pattern, method in patterns_of(module):
            users = [text] if name.startswith("_") else texts.values()
            calls = re.compile(rf"\b{name}(?:\[[^]]*\])?\.({'|'.join(METHODS)})\b")
            for each in {method} - {None} or set(calls.findall("".join(users))) or {"search"}:
                yield f"{path}: {name}", pattern, each


def patterns_of(module):
    """Name, pattern and, where only that is kept, a method."""
    for name, value in vars(module).items():
        if isinstance(value, dict):
            value = [*value.values()]
        for each in value if isinstance(value, (tuple, list)) else [value]:
            pattern = getattr(each, "__self__", each)
            if isinstance(pattern, re.Pattern):
                yield name, pattern, getattr(each, "__name__", None)


def elements(parsed):
    """A character or two for each class of a pattern, and each run of literals."""
    run = ""
    for kind, value in parsed:
        if kind is kinds.LITERAL:
            run += chr(value)
            yield chr(value)
            continue
        yield run
        run = ""
        if kind is kinds.IN:
            yield from members(value)
        elif kind is kinds.NOT_LITERAL:
            yield from members([(kinds.NEGATE, None), (kinds.LITERAL, value)])
        elif kind is kinds.ANY:
            yield from "a."
        for part in parts(value):
            yield from elements(part)
    yield run


def parts(value):
    """The patterns within an element."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from parts(each)


def members(items):
    """Some characters of a class."""
    if items[0][0] is kinds.NEGATE:
        return [c for c in CANDIDATES if not any(holds(item, c) for item in items[1:])][:2]
    firsts = {kinds.LITERAL: lambda value: value, kinds.RANGE: lambda value: value[0]}
    named = [chr(firsts[kind](value)) for kind, value in items if kind in firsts]
    return [*named[:3], *[c for c in CANDIDATES if any(holds(item, c) for item in items)][:2]]


def holds(item, character):
    kind, value = item
    if kind is kinds.RANGE:
        return value[0] <= ord(character) <= value[1]
    if kind is kinds.CATEGORY:
        return re.fullmatch(CATEGORIES[value], character) is not None
    return value == ord(character)


def hostile(pattern):
    """Functions of a size: texts that repeat what a pattern looks for, and end in what it does not."""
    text, is_bytes = pattern.pattern, isinstance(pattern.pattern, bytes)
    written = text.decode("latin-1") if is_bytes else text
    parsed = parser.parse(written, pattern.flags & re.VERBOSE)
    found = [*filter(None, dict.fromkeys(elements(parsed)))][:MOST_ELEMENTS]
    for pair in [*product(found), *product(found, found)]:
        unit = "".join(pair)
        for before, after in (("", "\0"), ("", ""), (found[0], "\n\0")):
            yield partial(repeated, before, unit, after, is_bytes)


def repeated(before, unit, after, is_bytes, size):
    text = before + unit * (size // len(unit)) + after
    return text.encode("latin-1") if is_bytes else text


def seconds(pattern, method, text):
    call = getattr(pattern, {"compile": "search"}.get(method, method))
    arguments = [b"" if isinstance(text, bytes) else "", text] if "sub" in method else [text]
    started = time.thread_time()
    result = call(*arguments)
    if method == "finditer":
        for _ in result:
            pass
    return time.thread_time() - started


def is_slow(pattern, method, make):
    def is_over(size, limit):
        text = make(size)
        return all(seconds(pattern, method, text) > limit for _ in range(3))

    return any(is_over(*each) for each in SMALL) or all(is_over(*each) for each in LARGE)


@cache
def all_patterns():
    """Places by pattern and method."""
    found = [*named(), *inline()]
    return {(pattern, method): place for place, pattern, method in found if pattern is not None}


def test_all_patterns_are_found():
    assert len(all_patterns()) > 100
    made = {name for name, pattern, _ in inline() if pattern is None}
    assert MADE_WHILE_RUNNING.keys() == made
    for test in MADE_WHILE_RUNNING.values():
        assert (Path(__file__).parents[2] / test).exists()


@pytest.mark.parametrize("package", PACKAGES)
def test_each_pattern_takes_linear_time(package):
    slow = {}
    for (pattern, method), place in all_patterns().items():
        if place.startswith(package) and place not in ON_WHOLE_JSON:
            made = next((make for make in hostile(pattern) if is_slow(pattern, method, make)), None)
            if made is not None:
                slow[place, method] = made(20)
    assert {} == slow
