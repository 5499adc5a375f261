"""Each attack of `hatch run attacks`, small: it ends as it should, and costs about what its octets explain.

The command measures them large, in processes of their own.
"""

import re
from pathlib import Path

import pytest

from testkit.spend import ANSWER, MiB, bodies, http1, http2, meet, others
from testkit.spend import Hostile as Server

PAGE = Path(__file__).parents[2] / "docs/explanation/attacks.md"
ROOMS = [
    *(http1.HEADS, http1.FRAMING, http1.AGAIN, bodies.TEXTS, http2.ATTACKS, others.ATTACKS),
    [
        attack for attack in bodies.BOMBS if "bomb_bytes" not in attack.bound
    ],  # which takes gigabytes
]
# What ends by a time limit is shown by the tests of those; what ends by many octets, by the command.
UNTIL = (
    "Timeout",
    "1 second",
    "max_bytes",
    "16 MiB",
    "64 MiB",
    "max_event_bytes",
    "max_message",
    "6 MB",
)
SECONDS_A_MIB = 8  # a fragment of one octet is the dearest: half of this


@pytest.mark.parametrize("attacks", ROOMS, ids=lambda room: room[0].name)
@pytest.mark.filterwarnings("ignore:.*not verified")
def test_each_attack_ends_and_costs_no_more_than_its_octets_explain(attacks):
    wrong = {}
    for attack in attacks:
        if any(word in attack.bound for word in UNTIL):
            continue
        size = MiB // 8 if attack.outcome == ANSWER else MiB // 2
        with Server(attack, size) as server:
            cpu, outcome = meet(attack, server.url)
        if outcome != attack.outcome or cpu > 1 + SECONDS_A_MIB * sum(server.sent) / MiB:
            wrong[attack.name] = outcome, cpu
    assert {} == wrong


def test_the_page_has_each_attack():
    told = set(re.findall(r"^\| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    named = {attack.name for room in [*ROOMS, bodies.BOMBS] for attack in room}
    assert set() == named - told


def test_no_two_attacks_of_a_room_have_one_name_and_bound():
    for room in [*ROOMS[:-1], bodies.BOMBS]:
        assert len(room) == len({(attack.name, attack.bound) for attack in room})
