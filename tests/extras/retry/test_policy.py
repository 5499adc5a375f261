"""Which requests are worth another try, and after how long."""

import pickle

import pytest

import httpcore_client as httpcore
from httpcore_client import Request
from httpcore_client.retry import RetryPolicy
from httpcore_client.retry._decision import wait_before_retry

POLICY = RetryPolicy()
URL = "http://a.test/"
GET, POST = Request("GET", URL), Request("POST", URL, b"x")
KEYED = Request("POST", URL, b"x", {"Idempotency-Key": '"1"'})


def answered(error):
    error.answered = True
    return error


@pytest.mark.parametrize(
    ("error", "idempotent", "others"),
    [
        (httpcore.ConnectError("refused"), True, True),
        (httpcore.ConnectTimeout("slow", 5.0), True, True),
        (httpcore.ReadTimeout("silent", 5.0), True, False),
        (httpcore.ReadError("reset"), True, False),
        (httpcore.WriteError("reset"), True, False),
        (httpcore.WriteTimeout("deaf", 5.0), True, False),
        (httpcore.RemoteProtocolError("closed without a response"), True, False),
        (answered(httpcore.ReadError("in the middle of the head")), False, False),
        (answered(httpcore.RemoteProtocolError("junk")), False, False),
        (httpcore.ProxyError("busy", 503), True, True),
        (httpcore.ProxyError("host unreachable", reply_code=4), True, True),
        (httpcore.ProxyError("who are you?", 407), False, False),
        (httpcore.ProxyError("not allowed", reply_code=2), False, False),
        (httpcore.ProxyError("the environment's http_proxy can't be used"), False, False),
        (httpcore.PoolTimeout("busy", 5.0), False, False),
        (httpcore.TotalTimeout("too late", 5.0), False, False),
        (httpcore.AddressRefused("private"), False, False),
        (httpcore.CertificateError("expired"), False, False),
        (httpcore.LocalProtocolError("no"), False, False),
        (httpcore.HTTP11Required("no"), False, False),
        (httpcore.InvalidRequest("no"), False, False),
        (httpcore.ClosedError("closed"), False, False),
        (httpcore.DecodingError("bomb"), False, False),
        (ValueError("a bug"), False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_passing_errors_are_worth_another_try_where_nothing_can_happen_twice(
    error, idempotent, others
):
    assert idempotent == POLICY.retries_error(GET, error)
    assert idempotent == POLICY.retries_error(KEYED, error)
    assert others == POLICY.retries_error(POST, error)


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_passing_statuses_are_worth_another_try_of_repeatable_requests(status):
    assert POLICY.retries_status(GET, status)
    assert POLICY.retries_status(KEYED, status)
    assert not POLICY.retries_status(POST, status)


@pytest.mark.parametrize("status", [200, 304, 400, 404, 421, 425, 500, 501, 505])
def test_other_statuses_are_the_answer(status):
    assert not POLICY.retries_status(GET, status)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
def test_idempotent_methods_are_repeatable(method):
    assert POLICY.is_repeatable(Request(method, URL))


def test_methods_may_be_chosen_in_any_case():
    policy = RetryPolicy(methods=["post", "Purge"], idempotency_key=False)
    assert policy.is_repeatable(POST)
    assert policy.is_repeatable(Request("purge", URL))
    assert not policy.is_repeatable(GET)
    assert not RetryPolicy(idempotency_key=False).is_repeatable(KEYED)


def test_errors_may_be_chosen_but_lasting_ones_stay_so():
    policy = RetryPolicy(errors=[httpcore.HTTPError])
    assert policy.retries_error(GET, httpcore.PoolTimeout("busy"))
    assert policy.retries_error(POST, httpcore.PoolTimeout("busy"))
    assert not policy.retries_error(GET, httpcore.CertificateError("expired"))
    assert RetryPolicy(errors=[OSError]).retries_error(GET, OSError("of an adapter"))
    assert not RetryPolicy(errors=[OSError]).retries_error(POST, OSError("of an adapter"))


def test_waits_are_drawn_below_a_limit_that_doubles():
    policy = RetryPolicy(backoff_initial=0.5, backoff_max=3.0)
    assert [0.5, 1.0, 2.0, 3.0, 3.0] == [policy.backoff(n, lambda: 1.0) for n in range(1, 6)]
    assert [0.125, 0.25] == [policy.backoff(n, lambda: 0.25) for n in (1, 2)]
    assert 3.0 == policy.backoff(1_000_000, lambda: 1.0)
    assert 0.0 == RetryPolicy(backoff_initial=0).backoff(1_000_000, lambda: 1.0)
    assert 1.0 == RetryPolicy(backoff_initial=1, backoff_factor=1).backoff(9, lambda: 1.0)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"attempts": 0}, ValueError, "attempts=...) must be at least 1, not 0"),
        ({"attempts": 2.5}, TypeError, "attempts=...) must be a whole number, not float"),
        ({"attempt": 2}, TypeError, "has no argument 'attempt'; did you mean 'attempts'?"),
        ({"methods": "GET"}, TypeError, "methods=...) must be a collection of method names"),
        ({"statuses": 503}, TypeError, "statuses=...) must be a collection of statuses, not 503"),
        ({"statuses": [True]}, TypeError, "statuses=...) must be a collection of statuses"),
        ({"statuses": [302]}, ValueError, "must be errors, 400 to 599, not 302"),
        ({"errors": [ValueError("x")]}, TypeError, "must be a collection of classes of errors"),
        ({"errors": [int]}, TypeError, "errors=...) must be errors, not int"),
        (
            {"errors": [httpcore.CertificateError]},
            ValueError,
            "after CertificateError the next try would end in the same way",
        ),
        ({"idempotency_key": "x"}, TypeError, "idempotency_key=...) must be True or False"),
        ({"backoff_initial": -1}, ValueError, "backoff_initial=...) must be at least 0, not -1"),
        ({"backoff_factor": 0.5}, ValueError, "backoff_factor=...) must be at least 1, not 0.5"),
        ({"backoff_max": "1"}, TypeError, "backoff_max=...) must be a number, not str"),
        ({"max_retry_after": float("inf")}, ValueError, "must be a finite number, not inf"),
        ({"total": 0}, ValueError, "total=...) must be more than 0, not 0"),
    ],
)
def test_what_makes_no_policy_is_refused(fields, error, message):
    with pytest.raises(error) as caught:
        RetryPolicy(**fields)
    assert message in str(caught.value)


def test_fields_are_given_by_name():
    with pytest.raises(TypeError, match=r"write out what it is, as in RetryPolicy\(attempts=4\)"):
        RetryPolicy(4)


def test_a_policy_is_a_value():
    policy = RetryPolicy(attempts=4, methods=["get"])
    assert policy == pickle.loads(pickle.dumps(policy)) == RetryPolicy(attempts=4, methods={"GET"})
    assert 9 == policy.copy_with(attempts=9).attempts


def wait(policy=POLICY, request=GET, **facts):
    known = {"attempts": 1, "began": 0.0, "now": 0.0, "backoff": 0.25, "retry_after": None}
    return wait_before_retry(policy, request, **{**known, **facts})


def with_deadline(deadline):
    return GET.with_options(httpcore.Options(deadline=deadline))


def test_the_wait_is_what_was_drawn_beyond_what_the_server_asks_for():
    assert 0.25 == wait()
    assert 7.25 == wait(retry_after=7.0)
    assert 60.25 == wait(retry_after=60.0)
    assert 0.25 == wait(retry_after=0.0)


def test_a_server_that_asks_for_too_long_is_not_asked_earlier():
    assert (
        wait(retry_after=60.5)
        == "the server asks to wait 60.5 s, more than RetryPolicy(max_retry_after=60)"
    )


def test_there_are_so_many_tries():
    assert 0.25 == wait(attempts=2)
    assert wait(attempts=3) == "that is all of RetryPolicy(attempts=3)"


def test_no_try_begins_after_the_total():
    policy = RetryPolicy(total=10.0)
    assert 0.25 == wait(policy, began=5.0, now=14.7)
    message = "a wait of 0.25 s would go past RetryPolicy(total=10)"
    assert message == wait(policy, began=5.0, now=14.75)


def test_no_wait_goes_past_the_deadline():
    assert 0.25 == wait(request=with_deadline(10.26), now=10.0)
    message = "a wait of 0.25 s would go past the request's deadline"
    assert message == wait(request=with_deadline(10.25), now=10.0)


def test_a_body_that_was_begun_and_gives_its_bytes_once_is_not_sent_again():
    request = Request("PUT", URL, iter([b"x"]))
    assert 0.25 == wait(request=request)
    request.body.open()
    assert wait(request=request) == "its body, a list_iterator, can't be sent again"
    again = Request("PUT", URL, [b"x"])
    again.body.open()
    assert 0.25 == wait(request=again)
