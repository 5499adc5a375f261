"""What an answer must be: its request's, whole, and to the right method after the right redirects."""

from __future__ import annotations

from testkit.soak.plan import digest


def judged(plan, response, content, *, whole=True):
    """Compare an answer, or its beginning, with what it must be; return the outcome and what was found."""
    status, hop = response.status_code, int(response.headers.get("x-hop", -1))
    method = plan.method_at(hop)
    expected = b"" if method == "HEAD" else plan.answer(status)
    wrong = []
    if response.headers.get("x-id") != str(plan.number):
        wrong.append(f"x-id {response.headers.get('x-id')}")
    if status not in (200, 413, 503) or len(response.history) != hop:
        wrong.append(f"status {status} at hop {hop} after {len(response.history)}")
    if status == 200 and hop != plan.hops:
        wrong.append(f"the answer of hop {hop}")
    if content != (expected if whole else expected[: len(content)]):
        wrong.append(f"{len(content)} octets of {len(expected)}: {content[:40]!r}")
    if status == 200 and plan.uploads_at(hop) and plan.upload:
        wrong += _differing(response.headers, "x-upload", plan.content)
    if status == 200 and plan.coding == "trailers" and whole and method != "HEAD":
        wrong += _differing(response.trailers, "x-sum", expected)
    outcome = "wrong" if wrong else "answered" if whole else "left"
    protocol = str(response.protocol)
    found = {"status": status, "hop": hop, "octets": len(content), "protocol": protocol}
    return outcome, {**found, "text": "; ".join(wrong)} if wrong else found


def _differing(fields, name, octets):
    found = fields.get(name)
    return [] if digest(octets) == found else [f"{name} {found}"]
