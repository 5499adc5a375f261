"""HPACK: the blocks that other encoders wrote mean to us what their stories say.

Where the data come from and how they are graded stands in ../data/hpack/README.md.
"""

import json
from pathlib import Path

import pytest
from hpack import Decoder as PeerDecoder

from httpcore_pool.hpack import Decoder, Encoder

DATA = Path(__file__).parents[1] / "data" / "hpack"
STORIES = {
    str(path.relative_to(DATA)): json.loads(path.read_text("utf-8"))["cases"]
    for path in sorted(DATA.glob("*/*.json"))
}


def fields_of(case):
    return [(n.encode(), v.encode()) for field in case["headers"] for n, v in field.items()]


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_read_as_it_was_written(story):
    decoder = Decoder()
    for case in STORIES[story]:
        if size := case.get("header_table_size"):
            decoder.max_allowed_table_size = size
        assert fields_of(case) == decoder.decode(bytes.fromhex(case["wire"]))


@pytest.mark.parametrize("reader", [Decoder, PeerDecoder])
@pytest.mark.parametrize("story", STORIES)
def test_a_story_that_we_write_is_read_as_it_was(story, reader):
    encoder, decoder = Encoder(), reader()
    for case in STORIES[story]:
        if size := case.get("header_table_size"):
            encoder.header_table_size = decoder.max_allowed_table_size = size
        block = encoder.encode(fields_of(case))
        assert fields_of(case) == decoder.decode(block, raw=True)


def played():
    """Say which cases are graded here: all blocks of all stories."""
    return {f"hpack/{story}": {"graded": cases} for story, cases in STORIES.items()}
