"""The base of this package's values."""

from httpcore_cookies import Cookie
from httpcore_cookies._value import Value
from testkit.values import ValueContract


class TestValue(ValueContract):
    Value = Value
    pickled = Cookie("a", "1", same_site="lax")
