"""Which test plays each file of `tests/conformance/data`, and what comes of it, as a table.

`python -m testkit.conformance_table` writes it where it is shown. A test module that plays such files has a
function `played`, which gives for each of them the collection that its tests go through ("graded"), the
cases among them that are answered otherwise ("otherwise": name -> why; that each of these is, and no other,
is what its tests assert), and what nobody can grade ("left out": why -> cases). No number is written down.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import hypothesis  # noqa: F401 - which players import; it can't be imported first while tests run

from testkit.block import Block

TESTS = Path(__file__).parents[2]
DATA = TESTS / "conformance" / "data"
BLOCK = Block(TESTS / "conformance" / "README.md", "files")

OCTETS = "on sockets, in three worlds, both lanes of HTTP/1.1 and three deliveries"
REQUESTS = "on sockets, in three worlds and both lanes of HTTP/1.1"
FRAMES = "on sockets, in three worlds and three deliveries"
WORLDS = "on sockets, in three worlds"
SCRIPTED = "over scripted connections, in three worlds"
SPLITS = "over scripted connections, cut at each place"
CLIENT = "through a whole client, over answers from a list"
PURE = "without I/O"
PLAYERS = {
    "urls/test_conformance.py": PURE,
    "urls/test_conformance_setters.py": PURE,
    "urls/test_template.py": PURE,
    "headers/test_challenge.py": PURE,
    "headers/test_media.py": PURE,
    "headers/test_structured_fields.py": PURE,
    "cookies/cookies/test_conformance.py": PURE,
    "cookies/cookies/test_suffixes.py": PURE,
    "cookies/auth/test_basic.py": PURE,
    "cookies/auth/test_digest_vectors.py": PURE,
    "cookies/auth/test_netrc.py": PURE,
    "pool/test_charset.py": PURE,
    "client/test_conformance.py": CLIENT,
    "conformance/http1/test_responses.py": OCTETS,
    "conformance/http1/test_curl.py": OCTETS,
    "conformance/http1/test_llhttp.py": OCTETS,
    "conformance/http1/test_hyper.py": OCTETS,
    "conformance/http1/test_fetch.py": OCTETS,
    "conformance/http1/test_content_coding.py": OCTETS,
    "conformance/http1/test_lanes.py": SPLITS,
    "conformance/http1/test_injection.py": REQUESTS,
    "conformance/http1/test_authority.py": SCRIPTED,
    "conformance/http2/test_frames.py": FRAMES,
    "conformance/http2/test_injection.py": SCRIPTED,
    "conformance/http2/test_splits.py": SPLITS,
    "conformance/http2/test_hpack.py": PURE,
    "extras/cache/test_conformance.py": WORLDS,
}

_LISTS = ("cases", "testcases", "tests")  # how files call the list in a group
_FEW = 4  # cases that are named one by one
_PLAIN = re.compile(r"[!-_a-~ ]{1,60}")  # a name that can be shown, and says more than a number


@dataclass
class Played:
    """What becomes of the cases of a file.

    Attributes:
        players: the test modules that play it.
        otherwise: the cases that are answered otherwise than expected, by name, with why.
    """

    players: list[str] = field(default_factory=list)
    otherwise: dict[str, str] = field(default_factory=dict)
    _graded: Counter[str] = field(default_factory=Counter)
    _left_out: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, player, facts):
        """Add what one module makes of the file: where several play a case, it counts once."""
        self.players.append(player)
        self.otherwise |= facts.get("otherwise", {})
        self._graded |= Counter(map(repr, facts["graded"]))
        for why, cases in facts.get("left out", {}).items():
            self._left_out[why] = Counter(map(repr, cases))

    @property
    def graded(self):
        """How many cases are graded."""
        return self._graded.total()

    @property
    def left_out(self):
        """How many cases are not, by the reason."""
        counted = {why: cases.total() for why, cases in self._left_out.items()}
        return {why: count for why, count in counted.items() if count}


@cache
def played():
    """Ask the players; return what is `Played` by file."""
    found = {}
    for player in PLAYERS:
        spec = importlib.util.spec_from_file_location("player", TESTS / player)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for file, facts in module.played().items():
            found.setdefault(file, Played()).add(player, facts)
    return dict(sorted(found.items()))


def files():
    """All files of data, as paths below their folder."""
    paths = (path for path in DATA.rglob("*") if path.is_file() and path.name != "README.md")
    return sorted(str(path.relative_to(DATA)) for path in paths)


def count(file):
    """How many cases a file has: a text between them is a heading, a line with // a comment."""
    text = (DATA / file).read_text("utf-8")
    if not file.endswith(".json"):
        return sum(bool(line.strip()) and not line.startswith("//") for line in text.splitlines())
    return sum(not isinstance(case, str) for case in _cases(json.loads(text)))


def _cases(data):
    """List what is in a list, in a group, or in groups."""
    if isinstance(data, dict):
        lists = [data[name] for name in _LISTS if name in data]
        return lists[0] if lists else [case for group in data.values() for case in _cases(group)]
    groups = (each for each in data if isinstance(each, dict) and "tests" in each)
    return [case for group in groups for case in _cases(group)] or data


def table():
    """Return the table, and what it counts."""
    lines = [
        "| file | cases | graded | as expected | otherwise | left out | played by |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = [_row(file, each) for file, each in played().items()]
    sums = [sum(numbers) for numbers in zip(*(numbers for _, numbers, _ in rows), strict=True)]
    for name, numbers, players in [*rows, ("all", sums, "")]:
        cells = [f"{number:,}" if number else "-" for number in numbers]
        lines.append(f"| {' | '.join([name, *cells, players])} |")
    lines += ["", "How they play:", ""]
    for how in dict.fromkeys(PLAYERS.values()):
        lines.append(f"- {how}: {', '.join(f'`{p}`' for p in PLAYERS if PLAYERS[p] == how)}")
    for title, reasons in (("Answered otherwise", _otherwise), ("Left out", _left_out)):
        lines += ["", f"{title}:", ""]
        for file, each in played().items():
            if found := list(reasons(each)):
                lines += [f"- `{file}`", *(f"    - {line}" for line in found)]
    return "\n".join(lines) + "\n"


def _row(file, each):
    left_out = sum(each.left_out.values())
    otherwise = len(each.otherwise)
    numbers = [count(file), each.graded, each.graded - otherwise, otherwise, left_out]
    return f"`{file}`", numbers, ", ".join(f"`{player}`" for player in each.players)


def _otherwise(each):
    """Name the cases with a reason if they are few, else count them."""
    for why in dict.fromkeys(each.otherwise.values()):
        names = [name for name, reason in each.otherwise.items() if reason == why]
        few = len(names) <= _FEW and all(map(_PLAIN.fullmatch, names))
        yield f"{', '.join(f'`{name}`' for name in names) if few else len(names)}: {why}"


def _left_out(each):
    return [f"{number}: {why}" for why, number in each.left_out.items()]


if __name__ == "__main__":
    BLOCK.write(table())
