import asyncio
import functools

import pytest

from httpcore_cookies import Auth, AuthError, AuthRequest, FunctionAuth
from httpcore_headers import Headers
from testkit.auth_flows import drive, refusal, request_for


def sign(request):
    request.headers["X-Signature"] = f"{request.method} {request.target} {request.content!r}"


def test_a_function_signs_what_it_is_told_of_the_request():
    flow = FunctionAuth(sign).flow(request_for("/x?y", method="PUT", content=b"z"))
    assert [(("X-Signature", "PUT /x?y b'z'"),)] == drive(flow, refusal("Custom"))


def test_the_request_may_be_returned_or_left_as_it_is():
    def returned(request):
        sign(request)
        return request

    def another(request):
        return request.copy_with(headers=Headers({**request.headers, "X-Signature": "GET / b''"}))

    given = request_for(headers={"X-Own": "1"})
    expected = [(("X-Signature", "GET / b''"),)]
    for function in (sign, returned, another):
        assert expected == drive(FunctionAuth(function).flow(given))
    assert [()] == drive(FunctionAuth(lambda request: None).flow(given))


def test_the_callers_headers_stay_as_they_are():
    given = request_for(headers={"X-Own": "1"})
    drive(FunctionAuth(sign).flow(given))
    assert Headers({"X-Own": "1"}) == given.headers


def test_only_fields_count():
    def turn(request):
        sign(request)
        return request.copy_with(method="DELETE", url="https://evil.test/", content=b"x")

    assert [(("X-Signature", "GET / b''"),)] == drive(FunctionAuth(turn).flow(request_for()))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (lambda headers: headers.set("X-Own", "2"), [("X-Own", "2")]),
        (lambda headers: headers.set("x-own", "2"), [("x-own", "2")]),
        (lambda headers: headers.set("X-Own", "1"), []),
        (lambda headers: headers.add("X-Own", "2"), [("X-Own", "1"), ("X-Own", "2")]),
        (lambda headers: headers.add("X-Own", "1"), [("X-Own", "1"), ("X-Own", "1")]),
        (lambda headers: headers.update({"X-A": "a", "X-B": "b"}), [("X-A", "a"), ("X-B", "b")]),
    ],
    ids=["replaced", "other-case", "the-same", "added", "doubled", "several"],
)
def test_a_name_that_was_changed_comes_with_all_its_fields(change, fields):
    """They replace all fields of the name: what is not among them is lost."""

    def function(request):
        change(request.headers)

    flow = FunctionAuth(function).flow(request_for(headers={"X-Own": "1", "X-Other": "3"}))
    assert [tuple(fields)] == drive(flow)


def test_an_async_function_is_awaited_by_who_drives_the_flow():
    async def function(request):
        await asyncio.sleep(0)
        sign(request)
        return request

    flow = FunctionAuth(function).flow(request_for())
    awaitable = next(flow)
    signed = asyncio.run(_value(awaitable))
    assert (("X-Signature", "GET / b''"),) == flow.send(signed)


async def _value(awaitable):
    return await awaitable


def test_what_an_awaitable_gives_counts_like_what_a_function_returns():
    class Pending:
        def __await__(self):
            yield

    flow = FunctionAuth(lambda request: Pending()).flow(request_for())
    assert isinstance(next(flow), Pending)
    assert () == flow.send(None)
    flow = FunctionAuth(lambda request: Pending()).flow(request_for())
    next(flow)
    with pytest.raises(AuthError, match="not int"):
        flow.send(1)


@pytest.mark.parametrize("value", ["s3cret", {"Authorization": "s3cret"}, False, Headers(), 0])
def test_other_values_are_an_error_that_names_the_type(value):
    with pytest.raises(AuthError, match=f"return the request or None, not {type(value).__name__}"):
        drive(FunctionAuth(lambda request: value).flow(request_for()))


@pytest.mark.parametrize("value", [None, ("user", "password"), "name", request_for()])
def test_what_can_not_be_called_is_refused(value):
    with pytest.raises(TypeError, match=f"must be callable, not {type(value).__name__}"):
        FunctionAuth(value)


def test_what_a_function_raises_passes():
    with pytest.raises(ZeroDivisionError):
        drive(FunctionAuth(lambda request: 1 / 0).flow(request_for()))


class Signer:
    def __init__(self, secret):
        self.secret = secret

    def __call__(self, request):
        sign(request)

    def __repr__(self):
        return f"Signer({self.secret})"


def test_repr_names_the_function_and_nothing_that_it_holds():
    assert "FunctionAuth(sign)" == repr(FunctionAuth(sign))
    assert "FunctionAuth(Signer)" == repr(FunctionAuth(Signer("s3cret")))
    assert "FunctionAuth(partial)" == repr(FunctionAuth(functools.partial(sign, "s3cret")))
    assert isinstance(FunctionAuth(sign), Auth)
    assert not isinstance(sign, Auth)


def test_each_request_is_signed_anew():
    given = []
    auth = FunctionAuth(given.append)
    assert [[()], [()]] == [drive(auth.flow(request_for(target))) for target in ("/1", "/2")]
    assert ["/1", "/2"] == [request.target for request in given]
    assert {AuthRequest} == {type(request) for request in given}
