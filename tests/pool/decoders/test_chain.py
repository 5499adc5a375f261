"""Which codings are undone, which are left, and which are asked for."""

import subprocess
import sys
from types import ModuleType

import pytest

import httpcore_pool
from httpcore_pool import DecodingError, decoders
from httpcore_pool.decoders import codings_left, make_decoder
from testkit.codings import CODERS, PLAIN, decode, packed


@pytest.mark.parametrize("codings", [[], [""], ["identity"], [" Identity\t", ""]])
def test_where_nothing_is_to_do_nothing_is_undone_or_left(codings):
    assert make_decoder(codings) is None
    assert () == codings_left(codings)


@pytest.mark.parametrize(
    ("codings", "left"),
    [
        (["utf-8"], ("utf-8",)),
        (["gzip", "Zork"], ("gzip", "zork")),
        (["br", "zork", "", "identity", "compress"], ("br", "zork", "compress")),
    ],
)
def test_an_unknown_coding_that_was_applied_last_leaves_all(codings, left):
    assert make_decoder(codings) is None
    assert left == codings_left(codings)


def test_the_codings_applied_after_an_unknown_one_are_undone():
    codings = ["deflate", " Zork ", "br", "GZIP"]
    assert ("deflate", "zork") == codings_left(codings)
    assert PLAIN == decode(codings, [packed(CODERS["br"](PLAIN))])


@pytest.mark.parametrize("codings", [["gzip"], ["x-gzip", "DEFLATE"], ["br", "zstd"]])
def test_known_codings_leave_nothing(codings):
    assert () == codings_left(codings)


@pytest.mark.parametrize("of", [make_decoder, codings_left])
@pytest.mark.parametrize("name", ["gzip", "zork"])
def test_more_than_five_codings_are_refused(of, name):
    of([name, "identity"] * 5)
    with pytest.raises(DecodingError, match="6 content codings in a row; at most 5"):
        of([name] * 6)


def test_what_is_accepted_is_what_can_be_undone():
    assert "gzip, deflate, br, zstd" == httpcore_pool.ACCEPT_ENCODING
    assert {*CODERS} == {*decoders.ACCEPT_ENCODING.split(", ")}


@pytest.mark.parametrize(
    ("absent", "coding", "accepted"),
    [
        (["brotli", "brotlicffi"], "br", "gzip, deflate, zstd"),
        (["compression.zstd", "backports.zstd"], "zstd", "gzip, deflate, br"),
    ],
)
def test_without_its_extra_a_coding_is_not_asked_for_and_passed_through(
    codec, absent, coding, accepted
):
    for name in absent:
        codec(name, None)
    assert accepted == decoders.ACCEPT_ENCODING
    assert make_decoder([coding]) is None
    assert ("gzip", coding) == codings_left(["gzip", coding])


def test_a_brotli_that_cannot_bound_its_output_is_as_good_as_none(codec):
    old = ModuleType("brotli")
    old.Decompressor = type("Decompressor", (), {})
    codec("brotli", old)
    assert make_decoder(["br"]) is not None  # brotlicffi's
    codec("brotlicffi", None)
    assert make_decoder(["br"]) is None
    assert "gzip, deflate, zstd" == decoders.ACCEPT_ENCODING


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="'httpcore_pool.decoders' has no attribute 'Nothing'"):
        _ = decoders.Nothing


def test_the_codecs_are_imported_when_they_are_asked_about():
    program = (
        "import sys, httpcore_pool.decoders as decoders\n"
        "def loaded(): return [m for m in ('brotli', 'backports.zstd') if m in sys.modules]\n"
        "decoders.make_decoder(['gzip']); print(loaded())\n"
        "decoders.make_decoder(['br']); print(loaded())\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert ["[]", "['brotli']"] == shown.stdout.splitlines()
