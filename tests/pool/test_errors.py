"""The tree of errors: its shape, its messages, its travels."""

import pickle
import re

import pytest

import httpcore_pool
from httpcore_pool import (
    ConnectTimeout,
    HTTP11Required,
    HTTPError,
    HTTPStatusError,
    InvalidRequest,
    Options,
    ProxyError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    RequestTimeout,
    Timeout,
    TooManyRedirects,
    TotalTimeout,
    UnsupportedScheme,
)
from httpcore_pool import _errors as errors
from httpcore_pool._named import named

SECRET = "http://user:hunter2@example.org/path"


def every_error():
    found = [HTTPError]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
    return found


def drawn_tree():
    """The pairs (class, parent) as the docstring draws them."""
    pairs, path = [], []
    for line in HTTPError.__doc__.splitlines():
        found = re.fullmatch(r"\s{4,8}([│├└─ ]*)([A-Z]\w+)(?: .*)?", line)
        if found is None or not (found[1] or found[2] == "HTTPError"):
            continue
        depth = len(found[1]) // 4
        path[depth:] = [found[2]]
        pairs.append((found[2], path[depth - 1] if depth else None))
    return pairs


def test_the_docstring_draws_the_tree_of_classes():
    real = [
        (kind.__name__, kind.__bases__[0].__name__ if kind is not HTTPError else None)
        for kind in every_error()
    ]
    assert sorted(real, key=str) == sorted(drawn_tree(), key=str)


def test_the_docstring_names_the_built_in_bases():
    drawn = dict(re.findall(r"(\w+) \(also (\w+)\)", HTTPError.__doc__))
    real = {
        kind.__name__: kind.__bases__[1].__name__
        for kind in every_error()
        if len(kind.__bases__) > 1
    }
    assert real == drawn


def test_each_error_is_public():
    assert {kind.__name__ for kind in every_error()} <= set(httpcore_pool.__all__)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_each_error_pickles_with_what_it_knows(kind):
    error = kind("it broke").about(Request("GET", SECRET))
    error.phase, error.elapsed = "read", 1.5
    copy = pickle.loads(pickle.dumps(error))
    assert (kind, str(error), error.__dict__) == (type(copy), str(copy), copy.__dict__)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_each_error_masks_the_password(kind):
    error = kind("it broke").about(Request("GET", SECRET))
    assert "hunter2" not in str(error) + repr(error) + repr(error.__dict__)
    assert str(error).startswith("GET http://user:")


def test_extra_attributes_survive_pickling():
    timeout = pickle.loads(pickle.dumps(ReadTimeout("slow", 3.0)))
    proxy = pickle.loads(pickle.dumps(ProxyError("no", 407)))
    status = pickle.loads(pickle.dumps(HTTPStatusError("no", 404)))
    assert (3.0, 407, 404) == (timeout.limit, proxy.status_code, status.status_code)


def test_responses_stay_behind_when_an_error_is_pickled():
    redirects = TooManyRedirects("in circles")
    redirects.history = (lambda: None,)
    status = HTTPStatusError("no", 500)
    status.response = lambda: None
    assert () == pickle.loads(pickle.dumps(redirects)).history
    assert pickle.loads(pickle.dumps(status)).response is None


def test_what_a_server_wants_over_http_1_was_not_processed():
    assert issubclass(HTTP11Required, RemoteProtocolError)
    assert (False, "read") == (HTTP11Required("no").sent, HTTP11Required("no").phase)


def test_without_a_request_the_text_is_the_message():
    assert "it broke" == str(HTTPError("it broke"))


def test_the_text_names_method_url_and_time():
    error = HTTPError("it broke").about(Request("GET", "http://example.org/"))
    error.elapsed = 0.123
    assert "GET http://example.org/: it broke, after 0.12 s" == str(error)


def test_about_keeps_the_first_request():
    error = HTTPError("it broke").about(Request("GET", "http://a.test/"))
    error.about(Request("PUT", "http://b.test/"))
    assert ("GET", "http://a.test/") == (error.method, error.url)


def test_errors_of_the_caller_are_value_errors_and_timeouts_are_timeout_errors():
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(UnsupportedScheme, InvalidRequest)
    assert issubclass(RequestTimeout, TimeoutError)


def begun(total=None, started=10.0):
    options = Options(timeout=Timeout(total=total)).begun(started, Timeout())
    return Request("GET", "http://example.org/", options=options)


def test_named_adds_the_request_and_the_time():
    error = named(RemoteProtocolError("odd"), begun(), 12.5)
    assert ("GET", "http://example.org/", 2.5) == (error.method, error.url, error.elapsed)


def test_named_knows_no_time_for_a_request_without_a_start():
    error = named(RemoteProtocolError("odd"), Request("GET", "http://example.org/"), 12.5)
    assert ("GET", None) == (error.method, error.elapsed)


def test_named_leaves_foreign_errors_and_named_ones_alone():
    foreign = KeyboardInterrupt()
    known = HTTPError("x").about(Request("PUT", "http://b.test/"))
    assert foreign is named(foreign, begun(), 1)
    assert known is named(known, begun(), 1)
    assert "PUT" == known.method


def test_a_total_timeout_says_which_step_of_connecting_was_not_done():
    slow = ConnectTimeout("TLS with 'a.test' was not finished within 5 s", 5.0)
    slow.step = "TLS with 'a.test' was not finished"
    error = named(slow, begun(total=3), 13.0)
    assert error.message.endswith("(phase: connect; TLS with 'a.test' was not finished)")


def test_a_timeout_at_the_deadline_becomes_a_total_timeout():
    slow = ReadTimeout("slow", 1.0)
    slow.answered = True
    error = named(slow, begun(total=3), 13.0)
    assert (TotalTimeout, 3, "read", True, True, 3.0) == (
        type(error),
        error.limit,
        error.phase,
        error.sent,
        error.answered,
        error.elapsed,
    )
    assert "3 s (phase: read)" in str(error)


def test_a_timeout_before_the_deadline_keeps_its_kind():
    assert ReadTimeout is type(named(ReadTimeout("slow", 1.0), begun(total=3), 12.9))


def test_a_deadline_without_a_total_keeps_the_kind():
    # A caller may set a deadline of their own; there is no total to name then.
    request = Request("GET", "http://a.test/", options=Options(deadline=1.0))
    bare = Request("GET", "http://a.test/", options=Options(deadline=1.0, timeout=Timeout()))
    for each in (request, bare):
        assert ReadTimeout is type(named(ReadTimeout("slow"), each, 2.0))


def test_what_is_no_timeout_keeps_its_kind_after_the_deadline():
    error = named(RemoteProtocolError("odd"), begun(total=3), 20)
    assert RemoteProtocolError is type(error)
