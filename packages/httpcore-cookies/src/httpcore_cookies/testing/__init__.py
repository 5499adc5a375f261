"""Conformance: what an auth scheme must do, as rules to run on one of your own.

`AuthRules` is made over a scheme and is a series of rules: coroutine functions without arguments, whose names
state the rule. One that does not hold raises an `AssertionError` which says what came instead; what the
scheme itself raises comes through. No client and no test framework is needed::

    for rule in AuthRules(MyAuth):
        await rule()

Nothing else imports this module.
"""

from ._auth import AuthRules

__all__ = ["AuthRules"]
