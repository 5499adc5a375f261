"""What is limited; and that states by key are bounded in number."""

import pickle

import pytest

from httpcore_client import Request
from httpcore_client.limits import ConcurrencyLimitAdapter
from httpcore_client.limits._keys import Keyed


def test_of_very_many_those_are_forgotten_that_were_not_asked_for_longest():
    states = Keyed(list)
    states[0].append("kept")
    states[1].append("forgotten")
    for key in range(2, 10_000):
        assert [] == states[key]
    assert ["kept"] == states[0]
    assert 10_000 == len(states)
    assert [] == states["one more"]
    assert 9_001 == len(states)
    assert ["kept"] == states[0]
    assert [] == states[1]


def test_what_somebody_holds_on_to_is_not_forgotten():
    states = Keyed(list, bool)
    states["held"].append("on")
    for key in range(20_000):
        assert [] == states[key]
    assert ["on"] == states["held"]


async def key_in_time(request):
    return "k"


def key_of_many(request):
    return ["k"]


def key_of_method(request):
    return request.method


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (key_in_time, "key must not be async"),
        (key_of_many, "key must return what can be hashed, such as a str, not list"),
    ],
)
def test_what_makes_no_key_is_refused(key, message):
    with pytest.raises(TypeError, match=message):
        ConcurrencyLimitAdapter(1, key=key)._key(Request("GET", "http://a.test/"))


def test_keys_travel():
    adapter = pickle.loads(pickle.dumps(ConcurrencyLimitAdapter(1, key=key_of_method)))
    assert "GET" == adapter._key(Request("GET", "http://a.test/"))
