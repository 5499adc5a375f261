"""The rules for auth schemes hold for ours, and each of them fails for one that breaks it."""

import asyncio

import pytest

from httpcore_cookies import (
    AuthRequest,
    BasicAuth,
    BearerAuth,
    DigestAuth,
    Exclusive,
    FunctionAuth,
    TokenAuth,
)
from httpcore_cookies.testing import AuthRules
from httpcore_pool import run_sync

NAMES = [rule.__name__ for rule in AuthRules(lambda: BasicAuth("u", "p"))]


async def token():
    await asyncio.sleep(0)
    return "a-token"


OURS = {
    "basic": lambda: BasicAuth("user", "s3cret"),
    "digest": lambda: DigestAuth("user", "s3cret"),
    "bearer": lambda: BearerAuth("s3cret"),
    "token of a function": lambda: TokenAuth(lambda: "s3cret"),
    "token of an async function": lambda: TokenAuth(token),
    "function": lambda: FunctionAuth(lambda request: None),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", OURS)
def test_our_schemes_keep_every_rule(scheme, name):
    asyncio.run(getattr(AuthRules(OURS[scheme], secrets=["s3cret"]), name)())


class OwnRequest:
    def flow(self, request):
        def renew():
            answer = yield AuthRequest("POST", "https://www.example.org/token", content=b"x")
            return answer.content

        content = yield Exclusive(self, renew())
        yield (("X-Token", str(len(content))),)


def test_a_scheme_with_requests_of_its_own_keeps_every_rule():
    for rule in AuthRules(OwnRequest):
        run_sync(rule())


def scheme(flow, **more):
    return type("Broken", (), {"flow": flow, **more})


def never_ends(self, request):
    while True:
        yield (("X-Token", "t"),)


def returns_a_list(self, request):
    return [("X-Token", "t")]


def yields_text(self, request):
    yield "Basic dTpw"


def yields_no_pair(self, request):
    yield (("X-Token",),)


def yields_a_line_end(self, request):
    yield (("X-Token", "t\r\nX-More: 1"),)


def asks_twice(self, request):
    yield ()
    yield (("X-Token", "t"),)


def goes_on_until_accepted(self, request):
    while (yield (("X-Token", "t"),)).status_code == 401:
        pass


def changes_the_request(self, request):
    request.headers["X-Token"] = "t"
    yield ()


def holds_on(self, request):
    try:
        yield (("X-Token", "t"),)
    finally:
        yield ()


class OneFlow:
    def __init__(self):
        self._flow = self._steps()

    def flow(self, request):
        return self._flow

    def _steps(self):
        yield (("X-Token", "t"),)


BROKEN = [
    ("has_a_flow", object),
    ("has_a_flow", scheme(returns_a_list)),
    ("yields_steps_only", scheme(yields_text)),
    ("yields_steps_only", scheme(yields_no_pair)),
    ("yields_steps_only", scheme(yields_a_line_end)),
    ("ends_where_it_is_accepted", scheme(asks_twice)),
    ("ends_where_it_is_accepted", scheme(never_ends)),
    ("ends_where_it_is_refused", scheme(goes_on_until_accepted)),
    ("serves_requests_side_by_side", OneFlow),
    ("may_be_given_up", scheme(holds_on)),
    ("leaves_the_facts_as_they_were", scheme(changes_the_request)),
    ("shows_no_secrets", scheme(asks_twice, __repr__=lambda self: "Broken('s3cret')")),
]


@pytest.mark.parametrize(("name", "broken"), BROKEN)
def test_a_scheme_that_breaks_a_rule_fails_it(name, broken):
    with pytest.raises(AssertionError) as raised:
        run_sync(getattr(AuthRules(broken, secrets=["s3cret"]), name)())
    assert "s3cret" not in str(raised.value)


def test_every_rule_was_seen_to_fail():
    assert set(NAMES) == {name for name, _ in BROKEN}
    assert len(NAMES) == len(AuthRules(OwnRequest))
