"""The tool that changes our rules and asks whether a test notices: testkit.mutation."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import textwrap

import pytest

from testkit.mutation.changes import changes
from testkit.mutation.patterns import pattern_changes
from testkit.mutation.swap import functions_of, put, put_constants


def all_changes(source):
    tree = ast.parse(textwrap.dedent(source))
    before = ast.dump(tree)
    found = [(change.scope, f"{change.before} -> {change.after}") for change in changes(tree)]
    assert before == ast.dump(tree)
    return found


def of_statement(text):
    return [said for _, said in all_changes(f"def f():\n    {text}")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return a < b", ["return a < b -> return None", "a < b -> a <= b"]),
        ("return a and b", ["return a and b -> return None", "a and b -> b", "a and b -> a"]),
        ("x = not a", ["not a -> a"]),
        ("x = a + 1", ["a + 1 -> a - 1", "1 -> 2"]),
        ("x = a[1:]", ["1: -> :", "1 -> 2"]),
        ("x = a if b else c", ["b -> True", "b -> False"]),
        ("x = [a for a in b if c]", ["c -> True"]),
        ("x = a.lower()", ["a.lower() -> a"]),
        ("x = a.find(b)", ["a.find(b) -> a.rfind(b)"]),
        ("f(a=b)", ["f(a=b) -> pass", "f(a=b) -> f()"]),
        ("self.x = a", ["self.x = a -> pass"]),
        ("x = {'a', 'b'}", ["{'a', 'b'} -> {'b'}", "{'a', 'b'} -> {'a'}", "'a' -> 'xa'"]),
    ],
)
def test_what_a_statement_is_changed_to(statement, expected):
    assert expected == of_statement(statement)[: len(expected)]


@pytest.mark.parametrize(
    "statement",
    ["raise ValueError(f'{a + 1} is wrong')", "refuse('a', 1 < 2)"],
)
def test_an_error_is_left_out_as_a_whole_and_its_words_stay(statement):
    found = all_changes(
        f"def refuse(a) -> NoReturn:\n    raise ValueError(a)\ndef f():\n    {statement}"
    )
    assert [("f", f"{statement} -> pass")] == found[1:]


def test_what_decides_nothing_stays():
    source = """
        import re
        __all__ = ["f"]
        T = TypeVar("T")
        @decorated("x")
        def f(a: "x" = 1) -> "y":
            "Doc."
        class C:
            x = 1
    """
    assert [] == all_changes(source)


def test_a_change_knows_the_function_it_is_in():
    source = """
        A = 1
        class C:
            def f(self):
                def g():
                    return a
                g()
    """
    assert ["", "C.f.g", "C.f"] == [scope for scope, _ in all_changes(source)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"[a-c_]+", ["[_]+", "[\\x60-\\x63_]+", "[\\x61-\\x64_]+", "[a-c]+", "[a-c_]", "[a-c_]*"]),
        (r"^(?:ab|c)\Z", ["(?:ab|c)\\Z", "^(?:ab)\\Z", "^(?:ab|c)"]),
        (r"[0]{1,3}", ["[0]", "[0]{2,3}", "[0]{1,4}"]),
        (r"(?:x)(?![0-9])", ["(?:x)"]),
        ("no pattern?", []),
    ],
)
def test_what_a_pattern_is_changed_to(pattern, expected):
    assert expected == list(pattern_changes(pattern))
    assert [text.encode() for text in expected] == list(pattern_changes(pattern.encode()))
    assert all(re.compile(text) for text in expected)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Import a module of this source, as one of ours."""

    def imported(source):
        path = tmp_path / "rule.py"
        path.write_text(textwrap.dedent(source))
        spec = importlib.util.spec_from_file_location("httpcore_of_a_test", path)
        found = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "httpcore_of_a_test", found)
        spec.loader.exec_module(found)
        return found

    return imported


def changed(module, says):
    """Put the change that says so in place."""
    with open(module.__file__) as file:
        tree = ast.parse(file.read())
    for change in changes(tree):
        if says == f"{change.before} -> {change.after}":
            if change.scope:
                functions = functions_of([module.__file__])[module.__file__]
                put(compile(tree, module.__file__, "exec"), functions)
            else:
                put_constants(module, tree, change.line)
            return
    raise AssertionError(f"no change says {says}")


def test_a_function_is_changed_wherever_it_is_held(module):
    rule = module("""
        from functools import cache
        @cache
        def f(a):
            return a < 1
        class C:
            @property
            def two(self):
                return 2
    """)
    held, one = rule.f, rule.C()
    changed(rule, "a < 1 -> a <= 1")
    assert held(1) is True
    changed(rule, "2 -> 3")
    assert 3 == one.two


def test_a_constant_is_changed_with_those_that_are_made_of_it(module):
    rule = module("""
        MOST = 1
        TWICE = 2 * MOST
        OTHER = object()
        def f():
            return MOST, TWICE
    """)
    other = rule.OTHER
    changed(rule, "1 -> 2")
    assert ((2, 4), True) == (rule.f(), other is rule.OTHER)


def test_what_no_test_notices_is_told(tmp_path):
    (tmp_path / "httpcore_rule.py").write_text("def f(a):\n    return a > 1\n")
    (tmp_path / "test_rule.py").write_text(
        "from httpcore_rule import f\n\ndef test_f():\n    assert f(3) is True\n    assert not f(0)\n"
    )
    (tmp_path / "run.py").write_text(
        "import pytest\n"
        "from testkit.mutation.run import Mutation\n"
        "told = lambda module, change: print('told:', change.before, '->', change.after)\n"
        "mutation = Mutation(['httpcore_rule'], told)\n"
        "code = pytest.main(['-s', '-p', 'no:cacheprovider', 'test_rule.py'], [mutation])\n"
        "print(int(code), mutation.counts)\n"
    )
    # Options for the tests around this one are none for those in it.
    environment = {name: text for name, text in os.environ.items() if name != "PYTEST_ADDOPTS"}
    options = {"env": environment, "capture_output": True, "text": True, "check": True}
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, **options)
    lines = done.stdout.splitlines()
    assert ["told: a > 1 -> a >= 1", "told: 1 -> 2"] == [x for x in lines if "told" in x]
    assert "0 {'httpcore_rule': 3}" == lines[-1]
