"""`RedirectAdapter` over an adapter that answers from a list."""

import pytest

from httpcore_client import (
    URL,
    BodyNotReplayable,
    ClientOptions,
    InvalidRedirect,
    ReadError,
    RedirectAdapter,
    RedirectError,
    Request,
    ResponseNotRead,
    TooManyRedirects,
)
from httpcore_pool import Options, run_sync


def get(url="http://a.test/0", **options):
    return Request("GET", url, **options)


def unfollowed(url="http://a.test/0"):
    return get(url, options=ClientOptions(allow_redirects=False))


def to(location, status=302, body=b""):
    return (status, [("Location", location)], body)


def paths(requests):
    return [request.url.path for request in requests]


def test_a_response_that_is_no_redirect_is_returned_open(fake, source):
    inner = fake((200, (), source(b"body")))
    response = run_sync(RedirectAdapter(inner).send(get()))
    assert response.is_closed is False
    assert () == response.history
    assert response.next_request is None
    assert b"body" == run_sync(response.read())


def test_redirects_are_followed_and_kept_without_the_last(fake, exchange):
    inner = fake(to("/1"), to("/2", 307), (200, (), b"there"))
    response = exchange(RedirectAdapter(inner), get())
    assert ["/0", "/1", "/2"] == paths(inner.requests)
    assert [302, 307] == [earlier.status_code for earlier in response.history]
    assert ["/0", "/1"] == [earlier.url.path for earlier in response.history]
    assert [0, 1] == [len(earlier.history) for earlier in response.history]
    assert b"there" == response.content
    assert "/2" == response.url.path
    assert all(earlier.is_closed for earlier in response.history)


@pytest.mark.parametrize("status", [300, 304, 305, 306, 310, 399, 200, 201])
def test_other_statuses_with_a_location_are_not_followed(fake, exchange, status):
    inner = fake(to("/1", status))
    assert status == exchange(RedirectAdapter(inner), get()).status_code
    assert ["/0"] == paths(inner.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_without_location_is_a_plain_response(fake, exchange, status):
    inner = fake((status,))
    response = exchange(RedirectAdapter(inner), get())
    assert response.is_redirect is False
    with pytest.raises(RedirectError, match=f"status {status} is not a redirect"):
        run_sync(response.next())


# -- limits --


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_as_many_hops_as_allowed_are_followed(fake, exchange, limit):
    inner = fake(*[to("/again")] * limit)
    response = exchange(RedirectAdapter(inner, max_redirects=limit), get())
    assert 200 == response.status_code
    assert limit == len(response.history)


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_one_more_raises_with_all_responses(fake, exchange, limit):
    inner = fake(*[to("/again")] * 50)
    with pytest.raises(TooManyRedirects) as caught:
        exchange(RedirectAdapter(inner, max_redirects=limit), get())
    assert limit + 1 == len(caught.value.history) == len(inner.requests)
    assert all(response.is_closed for response in caught.value.history)
    path = "/again" if limit else "/0"
    most = "1 redirect" if limit == 1 else f"{limit} redirects"
    assert f"GET http://a.test{path}: more than {most} (max_redirects)" == str(caught.value)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (-1, ValueError, "max_redirects must be 0 or more, not -1"),
        ("3", TypeError, "max_redirects must be an int, not str"),
        (True, TypeError, "max_redirects must be an int, not bool"),
        (None, TypeError, "max_redirects must be an int, not NoneType"),
    ],
)
def test_the_limit_is_a_whole_number(fake, value, error, message):
    with pytest.raises(error) as caught:
        RedirectAdapter(fake(), max_redirects=value)
    assert message == str(caught.value)


# -- what can't be followed --


def test_a_location_that_can_not_be_followed_raises_and_closes(fake, exchange):
    inner = fake(to("ftp://b.test/"))
    with pytest.raises(InvalidRedirect) as caught:
        exchange(RedirectAdapter(inner), get("http://user:s3cret@a.test/"))
    assert (
        "GET http://user:[secure]@a.test/: the redirect leads to 'ftp://b.test/'; "
        "only http and https are followed"
    ) == str(caught.value)
    assert inner.sources[0].closed is True


def test_a_one_shot_body_can_not_follow(fake, exchange):
    inner = fake(to("/1", 307))
    request = Request("POST", "http://a.test/", iter([b"once"]))
    with pytest.raises(BodyNotReplayable):
        exchange(RedirectAdapter(inner), request)
    assert [b"once"] == inner.bodies


def test_a_body_that_can_be_read_again_follows(fake, exchange):
    inner = fake(to("/1", 308), to("/2", 303))
    exchange(RedirectAdapter(inner), Request("POST", "http://a.test/", [b"a", b"gain"]))
    assert [b"again", b"again", b""] == inner.bodies
    assert ["POST", "POST", "GET"] == [request.method for request in inner.requests]


def test_an_error_on_the_way_passes(fake, exchange):
    error = ReadError("the connection broke")
    with pytest.raises(ReadError) as caught:
        exchange(RedirectAdapter(fake(to("/1"), error)), get())
    assert error is caught.value


def test_an_empty_location_is_followed_once(fake, exchange):
    assert 200 == exchange(RedirectAdapter(fake(to(""))), get()).status_code
    inner = fake(*[to("")] * 9)
    with pytest.raises(InvalidRedirect, match=r"^GET http://a\.test/0: the redirect has an empty"):
        exchange(RedirectAdapter(inner), get())
    assert 2 == len(inner.requests)
    assert all(source.closed for source in inner.sources)


def test_a_downgrade_is_followed_unless_that_is_refused(fake, exchange):
    adapter = RedirectAdapter(fake(to("http://a.test/1")))
    assert "http" == exchange(adapter, get("https://a.test/0")).url.scheme
    inner = fake(to("/1"), to("http://a.test/2"))
    adapter = RedirectAdapter(inner, allow_downgrade=False)
    with pytest.raises(InvalidRedirect, match=r"from https to 'http://a\.test/2' \(allow_"):
        exchange(adapter, get("https://a.test/0"))
    assert ["/0", "/1"] == paths(inner.requests)
    assert "<RedirectAdapter max_redirects=20 allow_downgrade=False>" == repr(adapter)


def test_a_downgrade_that_is_not_followed_is_returned_and_says_why_in_next(fake, exchange):
    adapter = RedirectAdapter(fake(to("http://a.test/1")), allow_downgrade=False)
    response = exchange(adapter, unfollowed("https://a.test/0"))
    assert response.next_request is None
    with pytest.raises(RedirectError, match="no next request: the redirect leads from https to"):
        run_sync(response.next())


# -- who is told --


def test_who_asks_is_told_of_each_response_before_it_is_followed(fake, source, exchange):
    told = []

    async def on_redirect(response):
        told.append((response.url.path, response.next_request.url.path, response.is_closed))
        assert len(told) - 1 == len(response.history)

    inner = fake(to("/1", body=source(b"body")), to("/2", body=source(b"body")))
    exchange(RedirectAdapter(inner, on_redirect=on_redirect), get())
    exchange(RedirectAdapter(fake(to("/1")), on_redirect=on_redirect), unfollowed())
    assert [("/0", "/1", True), ("/1", "/2", True)] == told


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_what_they_raise_ends_the_request_and_leaves_nothing_open(fake, source, exchange, error):
    async def on_redirect(response):
        raise error

    inner = fake(to("/1", body=source(b"body")))
    with pytest.raises(type(error)) as caught:
        exchange(RedirectAdapter(inner, on_redirect=on_redirect), get())
    assert error is caught.value
    assert (1, True) == (len(inner.requests), inner.sources[0].closed)


def test_nobody_is_told_of_one_that_is_over_the_limit(fake, exchange):
    told = []

    async def on_redirect(response):
        told.append(response.url.path)

    adapter = RedirectAdapter(fake(to("/1"), to("/2")), max_redirects=1, on_redirect=on_redirect)
    with pytest.raises(TooManyRedirects):
        exchange(adapter, get())
    assert ["/0"] == told


def test_a_response_that_was_followed_can_not_be_followed_by_hand(fake, exchange):
    response = exchange(RedirectAdapter(fake(to("/1"))), get())
    with pytest.raises(RedirectError, match="no next request: it was followed already"):
        run_sync(response.history[0].next())


# -- what is left behind --


def test_a_small_body_is_read_so_that_the_connection_is_kept(fake, source, exchange):
    body = source(b"a", b"b", b"c")
    exchange(RedirectAdapter(fake(to("/1", body=body))), get())
    assert (True, False) == (body.closed, body.cut)


def test_a_large_body_is_given_up(fake, source, exchange):
    body = source(*[b"x" * 16384] * 1000)
    exchange(RedirectAdapter(fake(to("/1", body=body))), get())
    assert (True, True) == (body.closed, body.cut)
    assert 4 == body.reads


@pytest.mark.parametrize(
    ("length", "reads"), [("65536", 2), ("65537", 0), ("9" * 500, 0), ("x", 2)]
)
def test_a_body_that_says_it_is_large_is_given_up_unread(fake, source, exchange, length, reads):
    body = source(b"start")
    fields = [("Location", "/1"), ("Content-Length", length)]
    exchange(RedirectAdapter(fake((302, fields, body))), get())
    assert body.closed is True
    assert reads == body.reads


def test_a_body_that_breaks_does_not_matter(fake, source, exchange):
    body = source(b"a", ReadError("the connection broke"))
    assert 200 == exchange(RedirectAdapter(fake(to("/1", body=body))), get()).status_code


def test_an_interrupt_while_a_body_is_left_behind_passes_and_closes(fake, source, exchange):
    body = source(b"a", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        exchange(RedirectAdapter(fake(to("/1", body=body))), get())
    assert body.closed is True


def test_a_body_left_behind_is_not_decoded(fake, exchange):
    answer = (302, [("Location", "/1"), ("Content-Encoding", "gzip")], b"no gzip")
    assert 200 == exchange(RedirectAdapter(fake(answer)), get()).status_code


# -- by hand --


def test_not_following_returns_the_redirect_and_what_it_asks_for(fake, source):
    inner = fake(to("/1", body=source(b"body")))
    response = run_sync(RedirectAdapter(inner).send(unfollowed()))
    assert response.is_redirect is True
    assert "/1" == response.next_request.url.path
    assert () == response.history
    assert response.is_closed is False
    assert b"body" == run_sync(response.read())
    assert ["/0"] == paths(inner.requests)


def test_each_next_takes_one_step_and_history_grows(fake):
    inner = fake(to("/1"), to("/2"), (200, (), b"there"))
    first = run_sync(RedirectAdapter(inner, max_redirects=0).send(unfollowed()))
    second = run_sync(first.next())
    assert first.is_closed is True
    assert ["/0"] == [earlier.url.path for earlier in second.history]
    third = run_sync(second.next())
    assert ["/0", "/1"] == [earlier.url.path for earlier in third.history]
    assert b"there" == run_sync(third.read())
    with pytest.raises(RedirectError) as caught:
        run_sync(third.next())
    assert "GET http://a.test/2: there is no next request: status 200 is not a redirect" == str(
        caught.value
    )


def test_not_following_a_location_that_could_not_be_says_why_only_in_next(fake, exchange):
    inner = fake(to("file:///etc/passwd"))
    response = exchange(RedirectAdapter(inner), unfollowed())
    assert response.is_redirect is True
    assert response.next_request is None
    with pytest.raises(RedirectError, match="no next request: the redirect leads to 'file:///etc"):
        run_sync(response.next())


# -- as an adapter --


def test_options_of_any_request_will_do(fake, exchange):
    inner = fake(to("//b.test/1"))
    exchange(RedirectAdapter(inner), get(options=Options(deadline=9.0)))
    assert URL("http://b.test/1") == inner.requests[1].url
    assert 9.0 == inner.requests[1].options.deadline


def test_it_closes_shows_and_gives_what_is_below(fake):
    inner = fake()
    adapter = RedirectAdapter(inner, max_redirects=7)
    assert "<RedirectAdapter max_redirects=7>" == repr(adapter)
    assert inner is adapter.inner

    async def scenario():
        async with adapter:
            pass
        await adapter.aclose()

    run_sync(scenario())
    assert 2 == inner.closed


def test_the_next_response_is_read_where_this_one_was(fake, source, client_over):
    bottom = fake((302, [("Location", "/2")], b"go"), (200, [], b"there"))
    client = client_over(bottom)
    response = client.get("http://a.test/1", allow_redirects=False).next()
    assert b"there" == response.content
    bottom.answers = [(302, [("Location", "/2")]), (200, [], b"there")]
    with (
        client.get("http://a.test/1", allow_redirects=False, stream=True) as first,
        first.next() as response,
        pytest.raises(ResponseNotRead),
    ):
        _ = response.content


def test_a_next_response_that_breaks_while_it_is_read_is_closed(fake, source, client_over):
    body = source(b"a", KeyError("mine"))
    bottom = fake((302, [("Location", "/2")]), (200, [], body))
    response = client_over(bottom).get("http://a.test/1", allow_redirects=False)
    with pytest.raises(KeyError):
        response.next()
    assert body.closed is True
