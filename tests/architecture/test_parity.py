"""The three sync twins say the same as their async ones."""

import inspect

import pytest

import httpcore_client
import httpcore_pool

TWINS = [
    (httpcore_client.Client, httpcore_client.SyncClient),
    (httpcore_pool.Response, httpcore_pool.SyncResponse),
    (httpcore_pool.ConnectionPool, httpcore_pool.SyncConnectionPool),
]
# `aclose` is for contextlib.aclosing, which has no use in threads.
ASYNC_ONLY = {"aclose"}


def public(cls):
    return {name for name in dir(cls) if not name.startswith("_")}


def parameters(function):
    """Names, kinds and defaults; what they are annotated with differs where a twin is meant."""
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in found if p.name != "self"]


@pytest.mark.parametrize(("async_class", "sync_class"), TWINS)
def test_twins_have_the_same_public_names(async_class, sync_class):
    assert public(sync_class) == public(async_class) - ASYNC_ONLY


@pytest.mark.parametrize(("async_class", "sync_class"), TWINS)
def test_twins_have_the_same_signatures(async_class, sync_class):
    for name in public(sync_class):
        member = inspect.getattr_static(sync_class, name)
        twin = inspect.getattr_static(async_class, name)
        assert type(member) is type(twin), name
        if inspect.isfunction(member):
            assert parameters(member) == parameters(twin), name


@pytest.mark.parametrize(("async_class", "sync_class"), TWINS[:1])
def test_twin_clients_are_made_with_the_same_arguments(async_class, sync_class):
    assert parameters(sync_class.__init__) == parameters(async_class.__init__)


def test_twin_pools_are_made_with_the_same_arguments():
    ours = parameters(httpcore_pool.SyncConnectionPool.__init__)
    theirs = parameters(httpcore_pool.ConnectionPool.__init__)
    assert [p[0] for p in ours] == [p[0] for p in theirs]
    assert ours[1:] == theirs[1:]  # the backend may be left out in threads


def test_no_method_of_a_twin_is_a_coroutine():
    for _, sync_class in TWINS:
        for name in public(sync_class):
            assert not inspect.iscoroutinefunction(getattr(sync_class, name)), name
