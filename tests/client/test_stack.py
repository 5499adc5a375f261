"""The stack as a whole."""

import gc
import weakref

import pytest

import httpcore_client
from httpcore_client import (
    AuthAdapter,
    AuthRequest,
    ClientOptions,
    ClosedError,
    CookieAdapter,
    CookieJar,
    EnvironmentAdapter,
    Layer,
    RedirectAdapter,
    Request,
    ScriptedBackend,
    TrustEnv,
)
from httpcore_client._stack import build_stack
from httpcore_pool import run_sync
from testkit.adapters import Passing


@pytest.fixture
def stack(fake):
    bottom = fake((302, [("Location", "/2"), ("Set-Cookie", "a=1; Path=/")]))
    levels, _ = build_stack(
        bottom,
        ScriptedBackend(),
        cookies=CookieJar(),
        environ={},
        trust_env=TrustEnv(),
    )
    return levels


def test_the_levels_stand_in_the_documented_order(stack, fake):
    expected = [RedirectAdapter, EnvironmentAdapter, CookieAdapter, AuthAdapter, fake]
    assert expected == [type(level) for level in stack]


def test_each_level_sends_through_the_next(stack):
    assert stack[1:] == [level.inner for level in stack[:-1]]


def test_any_level_can_be_used_alone(stack, exchange):
    assert 302 == exchange(stack[1], Request("GET", "http://a.test/1")).status_code
    assert 200 == exchange(stack[2], Request("GET", "http://a.test/1")).status_code
    sent = [request.headers.get("Cookie") for request in stack[-1].requests]
    assert [None, "a=1"] == sent


class Own(Layer):
    """An adapter of a caller's own."""


def names(client):
    return [type(level).__name__ for level in client._client._stack]


def test_a_level_can_be_wrapped_replaced_and_left_out(fake, client_over):
    usual = ["RedirectAdapter", "EnvironmentAdapter", "CookieAdapter", "AuthAdapter", "Fake"]
    assert usual == names(client_over(fake()))
    assert [*usual[:3], "Own", *usual[3:]] == names(
        client_over(fake(), adapters={AuthAdapter: Own})
    )
    assert [*usual[:2], "Own", *usual[3:]] == names(
        client_over(fake(), adapters={CookieAdapter: lambda level: Own(level.inner)})
    )
    assert usual[1:] == names(
        client_over(fake(), adapters={RedirectAdapter: lambda level: level.inner})
    )
    assert ["Own", "Own", *usual] == names(
        client_over(fake(), adapters={RedirectAdapter: lambda level: Own(Own(level))})
    )
    assert ["RedirectAdapter", "EnvironmentAdapter", "Passing", "AuthAdapter", "Fake"] == names(
        client_over(fake(), adapters={CookieAdapter: Passing})
    )


def test_an_adapter_of_the_callers_own_takes_part(fake, client_over):
    class Marking(Layer):
        async def send(self, request):
            request.headers["X-Marked"] = "yes"
            return await super().send(request)

    client = client_over(bottom := fake(), adapters={AuthAdapter: Marking})
    assert 200 == client.get("http://a.test/").status_code
    assert "yes" == bottom.requests[0].headers["X-Marked"]
    assert " > <Marking> > <AuthAdapter> > " in repr(client)


@pytest.mark.parametrize("wrap", [Own, Passing])
def test_cookies_can_be_assigned_to_a_client_whose_cookie_level_is_wrapped(fake, client_over, wrap):
    client = client_over(bottom := fake(), adapters={CookieAdapter: wrap})
    client.cookies = {"a": "1"}
    client.get("http://a.test/")
    assert "a=1" == bottom.requests[0].headers["Cookie"]


@pytest.mark.parametrize(
    ("adapters", "message"),
    [
        ([Own], "Own is no adapter; those to add are such as RetryAdapter"),
        ([Own(None)], "<Own> is no AddedAdapter; any other goes into a mapping"),
        (Own, "adapters must be a list of adapters to add, or a mapping by the class of a"),
        ({Own: Own}, "is no level of the stack, which are RedirectAdapter, Env"),
        ({"AuthAdapter": Own}, "adapters: 'AuthAdapter' is no level of the stack"),
        (
            {AuthAdapter: lambda _: None},
            r"adapters\[AuthAdapter\] must give an Adapter, not NoneType",
        ),
    ],
)
def test_what_is_no_change_of_the_stack_is_refused(adapters, message):
    with pytest.raises(TypeError, match=message):
        httpcore_client.SyncClient(adapters=adapters, backend=ScriptedBackend())


def test_a_stack_that_is_dropped_is_gone_at_once():
    """It is no circle, which would keep connections until somebody collects it."""
    gc.disable()
    try:
        client = httpcore_client.SyncClient(trust_env=False, backend=ScriptedBackend())
        levels = [weakref.ref(level) for level in client._client._stack]
        client.close()
        del client
        assert [None] * 5 == [level() for level in levels]
    finally:
        gc.enable()


def test_a_request_on_the_way_of_a_stack_that_is_gone_is_refused(stack, exchange):
    class Own:
        def flow(self, request):
            yield AuthRequest("GET", "http://token.test/")

    auth_level = stack[3]
    del stack[:]
    request = Request("GET", "http://a.test/", options=ClientOptions(auth=Own()))
    with pytest.raises(ClosedError, match="the client of this request is gone"):
        exchange(auth_level, request)


def test_closing_the_top_closes_the_bottom(stack):
    run_sync(stack[0].close())
    assert 1 == stack[-1].closed


def test_names_that_few_need_are_found_when_they_are_asked_for():
    for name in ("AsyncioBackend", "HTTP2Connection", "ScriptedBackend", "SyncBackend", "Netrc"):
        httpcore_client.__dict__.pop(name, None)
        first = getattr(httpcore_client, name)
        assert name == first.__name__
        assert first is getattr(httpcore_client, name)
        assert name in dir(httpcore_client)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError) as caught:
        _ = httpcore_client.no_such_name
    assert "module 'httpcore_client' has no attribute 'no_such_name'" == str(caught.value)
    with pytest.raises(AttributeError, match="'httpcore_client._siblings' has no attribute"):
        _ = httpcore_client._siblings.no_such_name
