"""The soak, for some seconds, and that it finds what is wrong: what lets all pass would prove nothing."""

import re

import pytest

from testkit.soak import watch
from testkit.soak.__main__ import main
from testkit.soak.ledger import Ledger
from testkit.soak.plan import Plan

SEED = 20261129


def test_every_request_of_a_short_soak_is_accounted_for(capsys):
    options = ["--requests", "420", "--rate", "150", "--restart", "3", "--workers", "8"]
    ended = main([*options, "--seed", str(SEED), "--sample", "0.5"])
    said = capsys.readouterr().out
    assert 0 == ended, said
    assert 3 == len(re.findall(r"^ +(asyncio|trio|threads) +\d.* 140$", said, re.MULTILINE)), said


def test_planted_faults_are_found(capsys):
    options = ["--requests", "200", "--rate", "0", "--restart", "100", "--worlds", "threads"]
    ended = main([*options, "--seed", str(SEED), "--plant"])
    said = capsys.readouterr().out
    assert 1 == ended, said
    sizes = re.findall(r"(\d+) octets of (\d+): b'(\d+) ", said)
    differences = {int(found) - int(expected) for found, expected, _ in sizes}
    assert {-1, 0, 1} <= differences, said  # lost, foreign and doubled
    assert re.search(r"(ReadError|RemoteProtocolError) without a cause", said), said
    assert "the server got what is wrong: cookie" in said, said


# The ledger.

NUMBER = next(
    n for n in range(1, 100) if Plan(SEED, n).method == "POST" and not Plan(SEED, n).retries
)


@pytest.fixture
def ledger():
    return Ledger(SEED)


def outcome(what, **more):
    return {"number": NUMBER, "start": 1.0, "end": 2.0, "outcome": what, **more}


ANSWER = outcome("answered", status=200, hop=Plan(SEED, NUMBER).hops)
ERROR = outcome("failed", error="ReadError", text="it broke")


def judged(ledger, line):
    ledger.outcome("trio", line)
    ledger.judge(3.0)
    return [fault.partition("): ")[2].partition("\n")[0] or fault for fault in ledger.faults]


def took(ledger, hop=0):
    ledger.note(f"1.1 {NUMBER} {hop} 1 took POST")


def test_an_answer_by_nobody_is_a_fault(ledger):
    assert ["an answer, but nobody took the request"] == judged(ledger, ANSWER)


def test_an_answer_to_a_request_that_was_taken_is_none(ledger):
    took(ledger, hop=ANSWER["hop"])
    assert [] == judged(ledger, ANSWER)


def test_a_post_that_is_taken_twice_is_a_fault(ledger):
    took(ledger)
    took(ledger)
    assert [f"request {NUMBER}: POST was taken twice at hop 0"] == ledger.faults


def test_a_post_that_was_refused_may_be_taken_again(ledger):
    took(ledger)
    ledger.note(f"1.1 {NUMBER} 0 1 refused")
    took(ledger)
    assert [] == ledger.faults


def test_an_error_needs_a_cause(ledger):
    took(ledger)
    assert "without a cause" in judged(ledger, ERROR)[0]


def test_what_the_server_did_is_a_cause(ledger):
    took(ledger)
    ledger.note(f"1.2 {NUMBER} 0 1 did reset")
    assert [] == judged(ledger, ERROR)


@pytest.mark.parametrize(("end", "faults"), [(0.9, 1), (1.5, 0)], ids=["before", "meanwhile"])
def test_a_kill_is_a_cause_for_those_who_lived_then(ledger, end, faults):
    ledger.broke("server", 0.5, end)
    assert faults == len(judged(ledger, ERROR))


def test_a_status_needs_a_cause(ledger):
    took(ledger, hop=ANSWER["hop"])
    assert ["413 without a cause"] == judged(ledger, {**ANSWER, "status": 413})


def test_a_wrong_answer_is_a_fault(ledger):
    took(ledger)
    assert "1 octets of 2" in judged(ledger, outcome("wrong", text="1 octets of 2"))[0]


def test_a_request_that_ends_twice_is_a_fault(ledger):
    took(ledger, hop=ANSWER["hop"])
    judged(ledger, ANSWER)
    assert f"request {NUMBER} ended twice" in judged(ledger, ANSWER)


# What grows.


@pytest.mark.parametrize(("each", "faults"), [(0.01, 0), (1, 1)], ids=["flat", "growing"])
def test_memory_must_stay_flat(each, faults):
    samples = [{"at": at * 5, "rss_mib": 40 + at * each, "blocks": 100_000} for at in range(60)]
    assert faults == len(watch.complaints(samples))
