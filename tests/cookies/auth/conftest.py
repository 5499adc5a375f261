"""What the tests of Digest share: one object, and what is known to it."""

import pytest

from httpcore_cookies import DigestAuth
from testkit.auth_flows import OK, challenge, drive, refusal, request_for, said


@pytest.fixture
def answer():
    """Have a new DigestAuth answer: the parameters of its credentials, or None if it gives up."""

    def answer(*challenges, user="user", password="pw", cnonce="c0", **request):
        flow = DigestAuth(user, password, cnonce=lambda: cnonce).flow(request_for(**request))
        assert () == next(flow)
        try:
            return said(flow.send(refusal(*challenges)))
        except StopIteration:
            return None

    return answer


@pytest.fixture
def auth():
    """One object for all requests of a test."""
    return DigestAuth("user", "s3cret")


@pytest.fixture
def known(auth):
    """Have a challenge answered and the answer accepted: from now on its space is known."""

    def known(text=None, target="/", accepted=OK, origin="https://a.test"):
        flow = auth.flow(request_for(target, origin=origin))
        return drive(flow, refusal(text or challenge()), accepted)

    return known


@pytest.fixture
def unasked(auth):
    """Tell what is sent with a request before it is challenged."""

    def unasked(target="/", **request):
        return said(next(auth.flow(request_for(target, **request))))

    return unasked
