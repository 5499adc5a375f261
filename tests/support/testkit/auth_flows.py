"""Authentication without a client: facts of requests and answers, and who drives a flow by hand."""

from __future__ import annotations

from httpcore_cookies import AuthRequest, AuthResponse, Exclusive
from httpcore_headers import Headers, parse_challenges

OK = AuthResponse(200)


def request_for(target="/", *, origin="https://a.test", method="GET", content=b"", headers=()):
    """Make the facts of a request to a target of an origin."""
    return AuthRequest(
        method=method,
        url=origin + target,
        headers=Headers(headers),
        content=content,
        target=target,
        host=origin.partition("://")[2].partition(":")[0],
        origin=origin,
    )


def challenge(nonce="n", realm="r", **others):
    """Make a Digest challenge."""
    more = "".join(f', {name}="{value}"' for name, value in others.items())
    return f'Digest realm="{realm}", nonce="{nonce}", qop="auth"{more}'


def refusal(*challenges, status=401):
    """Make a refusal with challenges, each in a field of its own."""
    return AuthResponse(status, Headers([("WWW-Authenticate", value) for value in challenges]))


def drive(flow, *answers, last=OK):
    """Do the steps of a flow as a client would; return them.

    Each step but an `Exclusive` is sent the next of the answers, and `last` when there are no more.
    The steps of an `Exclusive` are done in its place: here nobody else does any.
    """
    left, steps = [*answers], []

    def do(flow):
        came = None
        while True:
            try:
                step = flow.send(came)
            except StopIteration as stop:
                return stop.value
            steps.append(step)
            came = do(step.steps) if isinstance(step, Exclusive) else (left or [last]).pop(0)

    do(flow)
    assert [] == left, "the flow ended early"
    return steps


def said(step, field="Authorization"):
    """Read the Digest credentials of a step: their parameters unquoted; {} of a step without fields."""
    if step == ():
        return {}
    ((name, value),) = step
    (credentials,) = parse_challenges(value)
    assert (field, "digest") == (name, credentials.scheme)
    return credentials.parameters


def use(credentials):
    """Tell which use of a nonce credentials are."""
    return credentials["nonce"], int(credentials["nc"], 16)
