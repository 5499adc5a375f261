"""What comes of the cache-tests, as a table: `python -m testkit.cache_table` writes it where it is shown.

What is required and not met must be among the `DEVIATIONS`, each of which says why.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from httpcore_client.cache import CacheAdapter
from testkit.block import Block
from testkit.cache_cases import CaseClock, Failed, Origin, play, suites
from testkit.worlds import WORLDS

README = Path(__file__).parents[2] / "conformance" / "README.md"
BLOCK = Block(README, "cache-tests")

FRAMING = "the client refuses a transfer coding that it does not know, from a cache or not"
SET_COOKIE = "Set-Cookie is not stored: an old one would set the jar back, and a file would hold it"
COOKIE = (
    "a response is for requests with the same credentials, cookies among them, unless it is public"
)
REVALIDATED = (
    "must-revalidate makes a response to credentials not public: servers use it otherwise, too"
)
BACKGROUND = "stale-while-revalidate needs a task in the background, and there are none"
PARTS = "requests with Range are passed on, and 206 is not stored"
HEADS = "a HEAD can show that a stored response is outdated, but changes nothing in it"
DATES = "a date must be written as RFC 9110 5.6.7 says, case included; else the response is stale"

# What is required, with why we don't do it. Of all others it is asserted that they are met.
DEVIATIONS = {
    "headers-store-Transfer-Encoding": FRAMING,
    "headers-store-Set-Cookie": SET_COOKIE,
    "stale-while-revalidate-window": BACKGROUND
    + "; nothing stale is served, within the window or after",
    "partial-use-headers": PARTS,
    "partial-use-stored-headers": PARTS,
}
# What would be optimal, with why we don't do it.
NOT_OPTIMAL = {
    "freshness-expires-wrong-case-month": DATES,
    "freshness-expires-wrong-case-tz": DATES,
    "freshness-expires-wrong-case-weekday": DATES,
    "stale-while-revalidate": BACKGROUND,
    "method-POST": "responses to POST are not stored",
    "status-200-must-understand": "must-understand is not heeded: no-store beside it is",
    "vary-normalise-lang-case": "fields are compared by their members, whatever their grammar",
    "vary-normalise-lang-order": "fields are compared by their members, whatever their grammar",
    "vary-normalise-lang-select": "fields are compared by their members, whatever their grammar",
    "conditional-lm-fresh-no-lm": "a 304 is given where the response is known not to be newer",
    "other-authorization-must-revalidate": REVALIDATED,
    "other-set-cookie": COOKIE,
    "other-cookie": COOKIE,
    **dict.fromkeys(
        [
            *("partial-store-partial-reuse-partial", "partial-store-complete-reuse-partial"),
            "partial-store-complete-reuse-partial-no-last",
            "partial-store-complete-reuse-partial-suffix",
            "partial-store-partial-reuse-partial-byterange",
            "partial-store-partial-reuse-partial-absent",
            "partial-store-partial-reuse-partial-suffix",
            "partial-store-partial-complete",
        ],
        PARTS,
    ),
}
# Of the questions ("check") that we answer with no, those that are a choice; the others are about
# fields that are malformed, or about what RFC 9111 has dropped.
_QUESTIONS = {
    "head-200-retain": HEADS,
    "head-200-freshness-update": HEADS,
    "stale-close": "only with stale-if-error is a stale response given in place of an error",
    "stale-503": "only with stale-if-error is a stale response given in place of an error",
    "304-etag-update-response-Content-Type": "fields about the stored content stay as they are",
}


def left_out(case, *, shared):
    """Say why a case is not for this client, or nothing."""
    if case.get("cdn_only"):
        return "about CDN-Cache-Control, for caches that act for an origin"
    if any("cache" in request for request in case["requests"]):
        return "about the cache modes of a browser's fetch()"
    if shared and case.get("browser_only"):
        return "about private caches, as a shared one"
    if not shared and "shared" in case["name"].lower():
        return "about shared caches, as a private one"
    return ""


@cache
def run(world, *, shared, storage=None):
    """Play all cases that apply; return by id what failed, or None."""
    clock = CaseClock()
    adapter = CacheAdapter(storage, shared=shared, clock=clock)
    results = {}
    with Origin() as origin:
        origin.clock = clock

        async def scenario():
            for suite in suites():
                for case in suite["tests"]:
                    if not left_out(case, shared=shared):
                        results[case["id"]] = await outcome(case)

        async def outcome(case):
            async with world.client(adapters=[adapter], trust_env=False) as client:
                try:
                    await play(case, client, origin)
                except Failed as failed:
                    return str(failed)
            return None

        world.run(scenario)
    return results


def unmet(results, kind):
    """The ids of the cases of a kind that are not met."""
    kinds = {case["id"]: case.get("kind", "required") for s in suites() for case in s["tests"]}
    return {id_ for id_, failed in results.items() if failed and kinds[id_] == kind}


def table():
    """Return the table, from a run of both kinds of cache."""
    private = run(WORLDS[2], shared=False)
    shared = run(WORLDS[2], shared=True)
    lines = [
        "| suite | cases | private: required, optimal, questions | shared: required, optimal, questions |",
        "|---|---|---|---|",
    ]
    everything = {"name": "all", "tests": [case for suite in suites() for case in suite["tests"]]}
    for suite in [*suites(), everything]:
        cells = [_cell(suite, results) for results in (private, shared)]
        lines.append(f"| {suite['name']} | {len(suite['tests'])} | {cells[0]} | {cells[1]} |")
    reasons = {}
    for case in everything["tests"]:
        for mode in (False, True):
            if why := left_out(case, shared=mode):
                reasons.setdefault(why, set()).add(case["id"])
    lines += ["", "Left out:", ""]
    lines += [f"- {len(ids)} {why}" for why, ids in reasons.items()]
    for title, known in (
        ("Required, and not met", DEVIATIONS),
        ("Optimal, and not met", NOT_OPTIMAL),
        ("Questions that are answered with no by choice", _QUESTIONS),
    ):
        lines += ["", f"{title}:", ""]
        for why in dict.fromkeys(known.values()):
            ids = ", ".join(f"`{id_}`" for id_ in known if known[id_] == why)
            lines.append(f"- {ids}: {why}")
    return "\n".join(lines) + "\n"


def _cell(suite, results):
    """How many of each kind are met, of those that apply."""
    parts = []
    for kind in ("required", "optimal", "check"):
        own = [c["id"] for c in suite["tests"] if c.get("kind", "required") == kind]
        played = [id_ for id_ in own if id_ in results]
        met = sum(results[id_] is None for id_ in played)
        parts.append(f"{met} of {len(played)}" if played else "-")
    return ", ".join(parts)


if __name__ == "__main__":
    BLOCK.write(table())
