"""The rule of the one automatic replay."""

import pytest

from httpcore_pool import (
    CertificateError,
    ClosedError,
    ConnectError,
    ConnectTimeout,
    LocalProtocolError,
    PoolTimeout,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    WriteError,
)
from httpcore_pool.pool._replay import Attempts, may_replay

HERE = "http://example.org/"


def error(kind, **facts):
    made = kind("it broke")
    made.__dict__.update(facts)
    return made


def request(method="GET", content=None, *, opened=False):
    made = Request(method, HERE, content)
    if opened:
        made.body.open()
    return made


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", [ReadError, WriteError, RemoteProtocolError])
def test_an_idempotent_request_on_a_reused_connection_without_an_answer_may_be_replayed(
    method, kind
):
    assert may_replay(request(method), error(kind), reused=True)


@pytest.mark.parametrize("method", ["POST", "PATCH", "QUERY", "get2"])
def test_other_methods_may_not(method):
    assert not may_replay(request(method), error(ReadError), reused=True)


def test_a_fresh_connection_or_the_start_of_an_answer_forbids_it():
    assert not may_replay(request(), error(ReadError), reused=False)
    assert not may_replay(request(), error(ReadError, answered=True), reused=True)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_server_can_not_have_processed_may_be_replayed(method):
    assert may_replay(request(method), error(RemoteProtocolError, sent=False), reused=False)
    assert may_replay(request(method), error(ClosedError), reused=False)


@pytest.mark.parametrize(
    "kind",
    [ReadTimeout, ConnectTimeout, PoolTimeout, ConnectError, CertificateError, LocalProtocolError],
)
def test_waiting_longer_or_dialling_again_or_our_own_fault_is_no_replay(kind):
    assert not may_replay(request(), error(kind), reused=True)


def test_foreign_errors_are_not_replayed():
    assert not may_replay(request(), KeyboardInterrupt(), reused=True)


@pytest.mark.parametrize("kind", [ReadError, ClosedError])
def test_a_body_that_can_not_be_read_again_forbids_it(kind):
    once = request("PUT", iter([b"a"]), opened=True)
    assert not may_replay(once, error(kind, sent=False), reused=True)


def test_a_body_that_was_not_begun_or_can_be_read_again_does_not():
    for each in (request("PUT", iter([b"a"])), request("PUT", b"a", opened=True)):
        assert may_replay(each, error(ReadError), reused=True)


SENT = error(ReadError)
REFUSED = error(RemoteProtocolError, sent=False)


@pytest.mark.parametrize(
    ("failure", "connected", "most"),
    [
        (SENT, False, 2),
        (SENT, True, 2),
        (REFUSED, True, 4),
        (REFUSED, False, 32),
        (ClosedError("closed"), False, 32),
        (ClosedError("full"), True, 4),
        (KeyError("a hook's"), True, 2),
    ],
    ids=["sent", "sent, alive", "refused", "left out", "closed", "closed to us", "foreign"],
)
def test_how_often_a_request_is_tried_depends_on_what_may_have_reached_the_server(
    failure, connected, most
):
    attempts = Attempts()
    left = [attempts.is_one_left(failure, connected=connected) for _ in range(most)]
    assert [True] * (most - 1) + [False] == left


def test_each_kind_of_failure_is_counted_by_itself():
    attempts = Attempts()
    for _ in range(3):
        assert attempts.is_one_left(REFUSED, connected=True)
        assert attempts.is_one_left(REFUSED, connected=False)
    assert attempts.is_one_left(SENT, connected=False)
    assert not attempts.is_one_left(REFUSED, connected=True)


@pytest.mark.parametrize(("first", "sent"), [(SENT, True), (REFUSED, False)])
def test_the_last_failure_says_what_any_attempt_may_have_done(first, sent):
    attempts, last = Attempts(), error(ReadError, sent=False)
    attempts.is_one_left(first, connected=False)
    attempts.sum_up(last)
    attempts.sum_up(foreign := KeyboardInterrupt())
    assert (sent, {}) == (last.sent, vars(foreign))
