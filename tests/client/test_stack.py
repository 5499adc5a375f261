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
    RedirectAdapter,
    Request,
    ScriptedBackend,
)
from httpcore_client._stack import build_stack
from httpcore_pool import run_sync


@pytest.fixture
def stack(fake):
    bottom = fake((302, [("Location", "/2"), ("Set-Cookie", "a=1; Path=/")]))
    return build_stack(
        bottom,
        ScriptedBackend(),
        cookies=CookieJar(),
        environ={},
        proxies=True,
        max_redirects=3,
    )


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


def test_proxies_of_the_environment_can_be_left_out(fake, exchange):
    for proxies, expected in ((True, "http://p.test/"), (False, "None")):
        stack = build_stack(
            fake(),
            ScriptedBackend(),
            cookies=CookieJar(),
            environ={"http_proxy": "http://p.test"},
            proxies=proxies,
            max_redirects=0,
        )
        exchange(stack[0], Request("GET", "http://a.test/"))
        proxy = stack[-1].requests[0].options.proxy
        assert expected == str(getattr(proxy, "url", None))


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
