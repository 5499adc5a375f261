"""Every input that is kept, and every seed, goes through its target: what was found once stays mended."""

import hypothesis  # noqa: F401 - trio has it warn where it is imported first within a test
import pytest

from . import corpus
from .__main__ import TARGETS, load


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_wrong_with_what_is_kept(target):
    module = load(target)
    inputs = [*corpus.read(target), *module.SEEDS]
    assert len(inputs) > len(module.SEEDS), "hatch run fuzz:minimise writes corpus/"
    for data in inputs:
        try:
            module.check(data)
        except Exception as error:
            error.add_note(f"hatch run fuzz:replay {target} {data.hex()}")
            raise


def test_all_that_is_kept_has_a_target():
    assert sorted(path.stem for path in corpus.CORPUS.glob("*.txt")) == TARGETS


def test_the_corpus_stays_small():
    assert sum(path.stat().st_size for path in corpus.CORPUS.glob("*.txt")) < 300_000
