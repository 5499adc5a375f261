"""The rules for backends hold for ours, and each of them fails for one that breaks it."""

import pytest

from httpcore_pool import (
    Backend,
    ConnectError,
    NetworkStream,
    ReadError,
    SyncBackend,
    run_sync,
)
from httpcore_pool.testing import BackendRules

NAMES = [rule.__name__ for rule in BackendRules(SyncBackend)]


@pytest.mark.parametrize("name", NAMES)
def test_our_backends_keep_every_rule(name, world, run):
    run(getattr(BackendRules(world), name))


class Passing(NetworkStream):
    """A stream over another one, for those that do one thing differently."""

    def __init__(self, inner):
        self._inner = inner
        self._closed = False

    async def read(self, max_bytes, timeout=None):
        return await self._inner.read(max_bytes, timeout)

    async def write(self, data, timeout=None):
        await self._inner.write(data, timeout)

    async def close(self):
        self._closed = True
        await self._inner.close()

    def forget(self):
        self._inner.forget()

    def is_readable(self):
        return self._inner.is_readable()

    @property
    def peer(self):
        return self._inner.peer


class Other(SyncBackend):
    stream = Passing

    async def connect_tcp(self, addresses, timeout, *how):
        return self.stream(await super().connect_tcp(addresses, timeout, *how))

    async def wrap_socket(self, sock):
        return self.stream(await super().wrap_socket(sock))


def streams(name, **methods):
    """A backend whose streams do one thing differently."""
    return type(name, (Other,), {"stream": type(name, (Passing,), methods)})


async def reads_too_much(self, max_bytes, timeout=None):
    return await self._inner.read(100, timeout)


async def reads_nothing_when_late(self, max_bytes, timeout=None):
    try:
        return await self._inner.read(max_bytes, timeout)
    except ReadError:
        raise
    except Exception:
        return b""


async def fails_at_the_end(self, max_bytes, timeout=None):
    data = await self._inner.read(max_bytes, timeout)
    if not data:
        raise ReadError("it ended")
    return data


async def writes_half(self, data, timeout=None):
    await self._inner.write(data[: len(data) // 2], timeout)


async def drops_what_does_not_fit(self, data, timeout=None):
    await self._inner.write(data[:100], timeout)


async def has_all_the_time(self, data, timeout=None):
    await self._inner.write(data)


async def does_not_close(self):
    self._closed = True


async def does_not_write_when_closed(self, data, timeout=None):
    if not self._closed:
        await self._inner.write(data, timeout)


async def answers_zero(self, data, timeout=None):
    await self.write(data, timeout)
    return 0


async def waits(self, max_bytes):
    return await self._inner.read(max_bytes, 0.01) if self.is_readable() else b""


class OneAddress(Other):
    async def connect_tcp(self, addresses, timeout, *how):
        return await super().connect_tcp(addresses[:1], timeout, *how)


class AnyTime(Other):
    async def connect_tcp(self, addresses, timeout, *how):
        return await super().connect_tcp(addresses, None, *how)


class NoAttempts(Other):
    async def connect_tcp(self, addresses, timeout, *how):
        try:
            return await super().connect_tcp(addresses, timeout, *how)
        except ConnectError:
            raise ConnectError("refused") from None


class NoNames(Other):
    async def resolve(self, host, timeout):
        return ["192.0.2.1"]


class AnyName(Other):
    async def resolve(self, host, timeout):
        return ["127.0.0.1"]


class CallsNothing(Other):
    async def call_within(self, timeout, function, *args):
        return None


class ThreadsOnly(Other):
    async def call_within(self, timeout, function, *args):
        return function(*args)


class NoErrors(Other):
    async def to_thread(self, function, *args, abandon_on_cancel=False):
        try:
            return function(*args)
        except LookupError:
            return None


class Event:
    def __init__(self):
        self._set = False

    def set(self):
        self._set = True

    async def wait(self, timeout=None):
        return self._set


class BusyEvents(Other):
    def event(self):
        return type("Always", (Event,), {"_set": True, "__init__": lambda self: None})()


class ForgetfulEvents(Other):
    def event(self):
        class Once(Event):
            async def wait(self, timeout=None):
                was, self._set = self._set, False
                return was

        return Once()


class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True


class SwallowingLocks(Other):
    def lock(self):
        return Swallowing()


class SwallowingShields(Other):
    def shield(self):
        return Swallowing()


class Stopped(Other):
    now = staticmethod(lambda: 0.0)


class Nameless(Other):
    name = None


class Waiting(Other):
    async def call_within(self, timeout, function, *args):
        return await super().call_within(0.2, function, *args)


NO_END = streams("NoEnd", read=fails_at_the_end)
BROKEN = [
    ("is_a_backend_with_a_name", Nameless),
    ("is_a_backend_with_a_name", object),
    ("connects_to_the_first_address_that_answers", OneAddress),
    ("says_what_was_tried_where_all_addresses_refuse", NoAttempts),
    ("tells_both_addresses", streams("Elsewhere", local=property(lambda self: "elsewhere:1"))),
    ("writes_all_in_order", streams("Half", write=writes_half)),
    ("reads_no_more_than_it_was_asked_for", streams("TooMuch", read=reads_too_much)),
    ("reads_the_end_again_and_again", NO_END),
    ("waits_for_bytes_no_longer_than_told", streams("Late", read=reads_nothing_when_late)),
    ("waits_to_write_no_longer_than_told", streams("Drops", write=drops_what_does_not_fit)),
    ("does_not_wait_where_no_time_is_left", AnyTime),
    ("does_not_wait_where_no_time_is_left", streams("Anyway", write=has_all_the_time)),
    ("closes_again_and_again", streams("Open", close=does_not_close)),
    ("closes_again_and_again", streams("Mute", write=does_not_write_when_closed)),
    ("forgets_without_waiting", streams("Keeps", forget=lambda self: None, close=does_not_close)),
    ("knows_whether_a_read_would_return_at_once", streams("Always", is_readable=lambda _: True)),
    ("knows_whether_a_read_would_return_at_once", streams("Never", is_readable=lambda _: False)),
    ("reads_what_is_there_without_waiting", streams("Waits", read_available=waits)),
    ("says_how_much_it_wrote", streams("Zero", write_some=answers_zero)),
    ("takes_over_a_connected_socket", streams("Unclosed", close=does_not_close)),
    ("resolves_names_of_this_machine", NoNames),
    ("resolves_names_of_this_machine", AnyName),
    ("calls_functions_of_both_kinds", CallsNothing),
    ("calls_functions_of_both_kinds", ThreadsOnly),
    ("calls_functions_of_both_kinds", NoErrors),
    ("waits_for_a_function_no_longer_than_told", CallsNothing),
    ("has_events", BusyEvents),
    ("has_events", ForgetfulEvents),
    ("has_locks_and_shields", SwallowingLocks),
    ("has_locks_and_shields", SwallowingShields),
    ("has_a_clock_that_goes_on", Stopped),
]


# Of these it is what they raise that fails the rule.
ERRORS = {OneAddress: ConnectError, NO_END: ReadError}


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # of those that do not close
@pytest.mark.filterwarnings("ignore:.*was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("name", "broken"), BROKEN)
def test_a_backend_that_breaks_a_rule_fails_it(name, broken):
    with pytest.raises(ERRORS.get(broken, AssertionError)):
        run_sync(getattr(BackendRules(broken, patience=0.2), name)())


def test_every_rule_was_seen_to_fail():
    assert set(NAMES) == {name for name, _ in BROKEN}


def test_a_stream_that_passes_all_on_keeps_every_rule():
    for rule in BackendRules(Other):
        run_sync(rule())
    assert issubclass(Other, Backend)
