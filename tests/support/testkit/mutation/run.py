"""Runs the tests that reach a change, in a fork of a process that has collected them."""

import ast
import gc
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from testkit.mutation.changes import changes
from testkit.mutation.swap import caches, codes_of, functions_of, put, put_constants

_MEMORY = 4 << 30
_MANY = 1 << 30


class Mutation:
    """A plugin of pytest that, in place of the tests, runs them for each change of some modules.

    Attributes:
        counts: by module, how many were made.
    """

    def __init__(self, names, survived, only=""):
        self.modules = {m.__file__: m for m in map(importlib.import_module, names)}
        self.counts = {}
        self._survived = survived  # told of each change that no test notices: module, change
        self._only = only
        self._failed = False
        self._noticing = []  # the numbers of tests that noticed a change, the last first

    def pytest_runtest_logreport(self, report):
        self._failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            raise session.Interrupted("tests could not be collected")
        session.config._tmp_path_factory.getbasetemp()  # once, not in each fork
        self._functions = functions_of(self.modules)
        self._caches = caches()
        for cache in self._caches:
            cache.cache_clear()
        gc.freeze()  # or each fork copies it
        self._reach = self._forked(lambda: self._recorded(session.items))[1]
        for name in self._reach["failing"]:
            print("left out, as it fails in a fork without a change:", name)
        for path, module in self.modules.items():
            self._try(path, module, session.items)
        return True

    def _try(self, path, module, items):
        tree = ast.parse(Path(path).read_text("utf-8"))
        count = 0
        for change in changes(tree):
            if self._only not in f"{module.__name__}.{change.scope}":
                continue
            count += 1
            code = compile(tree, path, "exec")
            reached = self._reached(path, change, items)
            if change.scope:
                apply = lambda: put(code, self._functions[path])  # noqa: B023, E731 - used at once
            else:
                apply = lambda: put_constants(module, tree, change.line)  # noqa: B023, E731
            if not reached or not self._noticed(apply, reached, items):
                self._survived(module, change)
        self.counts[module.__name__] = count

    def _reached(self, path, change, items):
        """The tests that reach a change: those that noticed one lately, then the fastest."""
        tests = self._reach["tests"].get(path, {})
        if change.scope:
            found = {i for scope, n in tests.items() if _within(change.scope, scope) for i in n}
        else:
            found = {i for numbers in tests.values() for i in numbers}
        late = {number: place for place, number in enumerate(self._noticing)}
        seconds = self._reach["seconds"]
        return sorted(found, key=lambda i: (late.get(i, _MANY), seconds[items[i].nodeid]))

    def _recorded(self, items):
        """Run all tests once: which scopes does each reach, how long does it take, which fail?"""
        scopes = {}
        for path in self.modules:
            code = compile(Path(path).read_text("utf-8"), path, "exec")
            scopes |= {(path, c.co_firstlineno, c.co_name): scope for scope, c in codes_of(code)}
        hits = set()

        def profile(frame, event, _):
            code = frame.f_code
            if event == "call" and code.co_filename in self.modules:
                hits.add((code.co_filename, code.co_firstlineno, code.co_name))

        tests, seconds, failing = {}, {}, []
        for number, item in enumerate(items):
            for cache in self._caches:
                cache.cache_clear()
            hits.clear()
            threading.setprofile(profile)
            sys.setprofile(profile)
            begun = time.process_time()
            try:
                failed = self._fails(items[number : number + 2])
            finally:
                sys.setprofile(None)
                threading.setprofile(None)
            seconds[item.nodeid] = time.process_time() - begun
            if failed:
                failing.append(item.nodeid)
                continue
            for hit in hits & scopes.keys():
                tests.setdefault(hit[0], {}).setdefault(scopes[hit], set()).add(number)
        tests = {path: {k: sorted(v) for k, v in found.items()} for path, found in tests.items()}
        return {"tests": tests, "seconds": seconds, "failing": failing}

    def _fails(self, pair):
        """Run the first of two tests; what the second shares with it is kept."""
        self._failed = False
        item, following = pair[0], pair[1] if len(pair) > 1 else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._failed

    def _noticed(self, apply, numbers, items):
        """Whether a test fails with a change, or never ends."""
        seconds = sum(self._reach["seconds"][items[number].nodeid] for number in numbers)

        def child():
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            signal.setitimer(signal.ITIMER_PROF, 2 + 4 * seconds)  # each of them ends the process
            signal.setitimer(signal.ITIMER_REAL, 60 + 60 * seconds)
            apply()
            following = [*numbers[1:], None]
            pairs = (
                [items[i] for i in pair if i is not None]
                for pair in zip(numbers, following, strict=True)
            )
            return next(
                (i for i, pair in zip(numbers, pairs, strict=True) if self._fails(pair)), None
            )

        status, number = self._forked(child)
        if number is not None:
            self._noticing = [number, *(other for other in self._noticing if other != number)]
        return status != 0 or number is not None

    def _forked(self, question):
        """Have a fork answer, so that this process stays as it is: how it ended, and the answer."""
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            try:
                silent = os.open(os.devnull, os.O_WRONLY)
                os.dup2(silent, 1)
                os.dup2(silent, 2)
                with open(writing, "w") as pipe:
                    json.dump(question(), pipe)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writing)
        with open(reading) as pipe:
            answer = pipe.read()
        return os.waitpid(pid, 0)[1], json.loads(answer) if answer else None


def _within(scope, outer):
    return scope == outer or scope.startswith(outer + ".")
