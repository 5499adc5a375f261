"""Nonces and their numbers: no number is sent twice with one nonce, however many requests there are."""

import gc
import sys
import threading
from hashlib import md5
from itertools import count

import pytest

from httpcore_cookies import AuthResponse
from httpcore_headers import Headers
from testkit.auth_flows import OK, challenge, drive, refusal, request_for, said, use

BASIC = 'Basic realm="r"'
THREADS, REQUESTS = 32, 100


def next_nonce(*values, status=200):
    return AuthResponse(status, Headers([("Authentication-Info", value) for value in values]))


# -- the next nonce --


@pytest.mark.parametrize(
    "values",
    [
        ['nextnonce="n2"'],
        ["nextnonce=n2"],
        ['qop=auth, rspauth="0f", cnonce="c", nc=00000001, NextNonce="n2"'],
        ["qop=auth", 'nextnonce="n2"'],
        ['nextnonce=""', 'nextnonce="n2"', 'nextnonce="n3"'],
        [' , nextnonce = "n2" , nextnonce="n3"'],
    ],
)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_the_next_nonce_is_used_and_counted_from_1(known, unasked, values, status):
    known(accepted=next_nonce(*values, status=status))
    assert [("n2", 1), ("n2", 2)] == [use(unasked()), use(unasked())]


@pytest.mark.parametrize("value", ["", 'nextnonce=""', 'rspauth="00"', "=", 'x="nextnonce=n2"'])
def test_without_a_next_nonce_counting_goes_on(known, unasked, value):
    known(accepted=next_nonce(value))
    assert ("n", 2) == use(unasked())


def test_a_next_nonce_that_is_the_one_in_use_is_counted_on(known, unasked):
    """Some servers say their nonce with each response; numbers must not come twice."""
    known(accepted=next_nonce('nextnonce="n"'))
    assert ("n", 2) == use(unasked())


def test_a_next_nonce_that_comes_with_several_responses_is_counted_once(known, auth, unasked):
    known()
    flows = [auth.flow(request_for()) for _ in range(3)]
    seen = {use(said(next(flow))) for flow in flows}
    for flow in flows:
        with pytest.raises(StopIteration):
            flow.send(next_nonce('nextnonce="n2"'))
        seen.add(use(unasked()))
    assert {("n", 2), ("n", 3), ("n", 4), ("n2", 1), ("n2", 2), ("n2", 3)} == seen


def test_nonces_of_the_past_take_no_memory(known, auth):
    known()

    def serve(first, last):
        for number in range(first, last):
            drive(auth.flow(request_for()), next_nonce(f'nextnonce="{number}"'))

    serve(0, 5_000)
    import tracemalloc  # here: PyPy has none

    tracemalloc.start()
    try:
        serve(5_000, 10_000)
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 5_000 * 50, f"{grown} octets more"


def test_a_next_nonce_is_for_those_whom_the_server_knows(auth, unasked):
    drive(auth.flow(request_for()), next_nonce('nextnonce="n2"'))
    assert {} == unasked()


def test_a_next_nonce_with_a_refusal_does_not_count(known, auth, unasked):
    known()
    refused = refusal(challenge())
    refused.headers["Authentication-Info"] = 'nextnonce="n2"'
    assert 1 == len(drive(auth.flow(request_for()), refused))
    assert {} == unasked()


def test_a_session_keeps_its_secret_when_the_nonce_is_renewed(known, unasked):
    """RFC 7616 3.4.2: A1 is computed once, of the first challenge's nonce."""
    known(challenge("n1", algorithm="MD5-sess"), accepted=next_nonce('nextnonce="n2"'))
    sent = unasked()

    def hashed(*parts):
        return md5(":".join(parts).encode()).hexdigest()

    a1 = hashed(hashed("user", "r", "s3cret"), "n1", sent["cnonce"])
    a2 = hashed("GET", "/")
    assert hashed(a1, "n2", "00000001", sent["cnonce"], "auth", a2) == sent["response"]


# -- one object, many requests at once --


def test_two_requests_that_get_the_same_nonce_share_its_numbers(auth):
    flows = [auth.flow(request_for()) for _ in range(3)]
    assert [(), (), ()] == [next(flow) for flow in flows]
    sent = [said(flow.send(refusal(challenge()))) for flow in flows]
    assert [("n", 1), ("n", 2), ("n", 3)] == [use(one) for one in sent]


def test_two_requests_that_get_nonces_of_their_own_count_each(auth):
    flows = [auth.flow(request_for()) for _ in range(2)]
    assert [(), ()] == [next(flow) for flow in flows]
    sent = [said(flow.send(refusal(challenge(str(n))))) for n, flow in enumerate(flows)]
    assert [("0", 1), ("1", 1)] == [use(one) for one in sent]


def test_a_late_refusal_forgets_only_what_it_refuses(auth, known, unasked):
    known()
    late = auth.flow(request_for())
    next(late)
    early = auth.flow(request_for())
    next(early)
    early.send(refusal(challenge("2")))
    with pytest.raises(StopIteration):
        early.send(OK)
    with pytest.raises(StopIteration):
        late.send(refusal(BASIC))
    assert ("2", 2) == use(unasked())


@pytest.mark.parametrize("at", ["start", "unasked", "challenged", "answered"])
def test_a_flow_that_is_closed_midway_leaves_everything_in_order(auth, known, unasked, at):
    if at != "challenged":
        known()
    flow = auth.flow(request_for())
    if at != "start":
        next(flow)
    if at in ("challenged", "answered"):
        flow.send(refusal(challenge("2")))
    flow.close()
    expected = {
        "start": ("n", 2),
        "unasked": ("n", 3),
        "challenged": ("2", 2),
        "answered": ("2", 2),
    }
    assert expected[at] == use(unasked())


def test_an_error_thrown_into_a_flow_passes(auth, known, unasked):
    known()
    flow = auth.flow(request_for())
    next(flow)
    with pytest.raises(ZeroDivisionError):
        flow.throw(ZeroDivisionError())
    assert ("n", 3) == use(unasked())


@pytest.fixture
def hasty_threads():
    """Have threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def in_threads(hasty_threads):
    """Run a function in many threads at once, return all that it gave."""

    def in_threads(function):
        found, begin = [], threading.Barrier(THREADS)

        def one():
            begin.wait(10)
            found.extend(function())

        threads = [threading.Thread(target=one) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return found

    return in_threads


def test_threads_never_use_a_number_twice(known, unasked, in_threads):
    known()
    seen = in_threads(lambda: [use(unasked()) for _ in range(REQUESTS)])
    assert [("n", number) for number in range(2, THREADS * REQUESTS + 2)] == sorted(seen)


def test_threads_that_renew_the_nonce_never_use_a_number_twice(known, auth, in_threads):
    known()
    served = count()

    def requests():
        for _ in range(REQUESTS):
            flow = auth.flow(request_for())
            yield use(said(next(flow)))
            with pytest.raises(StopIteration):  # the server changes its nonce now and then
                flow.send(next_nonce(f'nextnonce="{next(served) // 50}"'))

    seen = in_threads(requests)
    assert THREADS * REQUESTS == len(seen) == len(set(seen))


def test_threads_that_get_the_same_nonce_share_its_numbers(auth, in_threads):
    def requests():
        for number in range(20):
            flow = auth.flow(request_for(origin=f"https://{number}.test"))
            together.wait(10)
            assert () == next(flow)
            together.wait(10)  # nobody knows anything yet, all are challenged
            yield number, said(flow.send(refusal(challenge())))["nc"]

    together = threading.Barrier(THREADS)
    seen = in_threads(requests)
    assert 20 * THREADS == len(seen) == len(set(seen))
