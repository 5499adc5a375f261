"""Conformance: what an `Adapter`, a `Backend` and a `Resolver` must do, as rules to run on one of your own.

Each of the classes here is made over an implementation and is a series of rules: coroutine functions without
arguments, whose names state the rule. One that does not hold raises an `AssertionError` which says what
came instead; what the implementation itself raises comes through. No test framework is needed::

    for rule in ResolverRules(Lab, AsyncioBackend(), known="printer.lab", unknown="nowhere.lab"):
        await rule()

Rules run in the world of the backend: with `await` there, or by `run_sync(rule())` in threads. They keep no
state, so that any of them can run alone. Nothing else imports this module.
"""

from __future__ import annotations

from ._adapter import AdapterRules, LayerRules
from ._backend import BackendRules
from ._resolver import ResolverRules
from ._rules import Rules

__all__ = ["AdapterRules", "BackendRules", "LayerRules", "ResolverRules", "Rules"]
