"""Hypothesis drives every target: octets, words of its grammar, and what is kept, mixed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import corpus
from .__main__ import TARGETS, load

_EXAMPLES = 40
_OCTETS = st.binary(min_size=1, max_size=4)
_WORDS = st.integers(0x80, 0xFD).map(lambda octet: bytes([octet]))


@pytest.mark.parametrize("target", TARGETS)
def test_its_properties_hold(target):
    module = load(target)
    kept = st.sampled_from([*module.SEEDS, *corpus.read(target)])
    begun = st.tuples(kept, st.integers(0, 400)).map(lambda cut: cut[0][: cut[1]])
    parts = st.lists(_WORDS | _OCTETS | _WORDS | begun, max_size=8)

    @settings(max_examples=_EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(parts.map(b"".join))
    def hold(data):
        module.check(data)

    hold()
