"""The base of this package's values."""

from httpcore_pool import Timeout
from httpcore_pool._value import Value
from testkit.values import ValueContract


class TestValue(ValueContract):
    Value = Value
    pickled = Timeout(1, 2)
