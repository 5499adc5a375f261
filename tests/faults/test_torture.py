"""A sample of what `hatch run torture` plays in full: faults at octets, writes and awaits of nine ways."""

import pytest

import httpcore_client as httpcore
from testkit.torture import __main__ as command
from testkit.torture.cases import WAYS, Case
from testkit.torture.network import Fault, Network
from testkit.torture.play import Cell, Play, far_ends, judge
from testkit.torture.run import Run

EVERY = 300  # of 419,000 combinations


@pytest.fixture(scope="module")
def ends(authority):
    with far_ends(authority) as shared:
        yield shared


@pytest.mark.parametrize("way", WAYS)
def test_each_of_a_sample_of_faults_keeps_all_promises(world, authority, ends, way):
    run = Run(Cell(world, way, authority.bundle, *ends), way, EVERY).go()
    assert [] == run.failures
    assert run.count > 10, "combinations"


def test_a_fault_strikes_where_it_should(world, authority, ends):
    cell, sizes = Cell(world, "h1-plain", authority.bundle, *ends), {}

    async def play():
        for kind in ("none", "fin"):
            case = Case("h1-plain", "get", kind, "answer", 1)
            sizes[kind] = (await cell.play(case))["answer"]

    world.run(play)
    assert (1, True) == (sizes["fin"], sizes["none"] > 40)


# What is no promise kept.


def judged(case, *, answers=(), errors=(), asked=()):
    play, network = Play(None, None, "", None), Network(None, None, Fault())
    play.asked = [b"a00000000", b"a00000002"]
    play.answers, play.errors, network.asked = list(answers), list(errors), list(asked)
    way, *_ = case.split("/")
    judge(Case.parse(case), WAYS[way], play, network)


def unsent(word):
    error = httpcore.ConnectError("no way")
    error.url = f"http://127.0.0.1/id/{word}"
    return error


BROKEN_PROMISES = {
    "nothing came of it": ("h1-plain/get/none@+0", {}),
    "a short answer": ("h1-tls/get/fin@answer+9", {"answers": [(b"a", b"a0", b"a00")]}),
    "another's answer": (
        "h1-plain/get/junk@answer+9",
        {"answers": [(b"a00000000", b"a00000002", b"a00000000")]},
    ),
    "an error without a fault": ("h1-plain/get/none@+0", {"errors": [httpcore.ReadError("?")]}),
    "an error of another kind": ("h1-plain/get/fin@answer+0", {"errors": [OSError("?")]}),
    "a POST that was sent twice": (
        "h1-plain/post/fin@answer+0",
        {"errors": [httpcore.ReadError("?")], "asked": [("POST", b"a00000000")] * 2},
    ),
    "an error that denies that it was sent": (
        "h1-plain/get/fin@answer+0",
        {"errors": [unsent("a00000000")], "asked": [("GET", b"a00000000")]},
    ),
    "an error that tells a secret": (
        "h1-plain/get/fin@answer+0",
        {"errors": [httpcore.ReadError("hunter2 broke")]},
    ),
}


@pytest.mark.parametrize("what", BROKEN_PROMISES)
def test_a_promise_that_is_broken_is_found(what):
    case, found = BROKEN_PROMISES[what]
    with pytest.raises(AssertionError):
        judged(case, **found)


# The command.


def test_the_command_plays_one_case_in_all_worlds(capsys):
    assert 0 == command.main(["--case", "h1-plain/get/fin@answer+17"])
    said = capsys.readouterr().out
    assert "3 combinations, 0 failed" in said
    assert "nothing went wrong" not in said


@pytest.mark.parametrize("place", ["answer", "write", "await"])
def test_the_command_says_where_a_case_comes_to_no_fault(capsys, place):
    kind = "cancel" if place == "await" else "rst"
    assert 0 == command.main(["--world", "threads", "--case", f"h1-plain/get/{kind}@{place}+999"])
    assert "nothing went wrong: there are fewer octets" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--case", "h1-plain/get"], "is no case, such as 'h1-tls/get/fin@answer+17'"),
        (["--case", "h1-plain/two_at_once/fin@answer+1"], "is no case"),
        (["--case", "h1-plain/get/fin@answer+x"], "is no case"),
        (["--way", "h3"], "no way begins with 'h3': there are h1-plain"),
        (["--every", "0"], "--every must be 1 or more"),
    ],
)
def test_the_command_says_what_it_does_not_know(capsys, arguments, said):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert said in capsys.readouterr().err
