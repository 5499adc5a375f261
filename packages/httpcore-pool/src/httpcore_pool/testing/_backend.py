"""What a `Backend` must do, and the streams that it connects.

The other end of connections is in `backends/_far_end`, for nothing here may do I/O. Not shown here, since it
takes more than one task or process: that a cancelled call leaves nothing behind, and what a fork does.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .._errors import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)
from ..backends.base import Backend
from ._rules import Rules, demand, fail, fails_with

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ..backends._far_end import FarEnd
    from ..backends.base import NetworkStream

__all__ = ["BackendRules"]

_SOON_SECONDS = 0.05  # a limit that is meant to be reached
_MUCH = b"much" * (4 * 1024 * 1024)  # more than systems keep for a peer that reads nothing


class BackendRules(Rules):
    """What a `Backend` must do, and the streams that it connects.

    Connections are made to this machine only.

    Args:
        make: returns a new backend.
        patience: how many seconds are waited for what should come at once.
    """

    def __init__(self, make: Callable[[], Backend], *, patience: float = 5.0) -> None:
        self._make = make
        self._patience = patience

    async def is_a_backend_with_a_name(self) -> None:
        """It is made from the class and has a name, which is shown in texts."""
        backend: object = self._make()
        if not isinstance(backend, Backend):
            fail(f"{backend!r} must be a subclass of httpcore_pool.Backend")
        name: object = getattr(backend, "name", None)
        demand(isinstance(name, str) and name, f"a backend must have a name, not {name!r}")

    async def connects_to_the_first_address_that_answers(self) -> None:
        """An address that refuses is no reason to give up."""
        from ..backends._far_end import listening, refusing

        with refusing() as deaf, listening(self._patience) as there:
            stream = await self._make().connect_tcp([deaf, there.address], self._patience)
            demand(
                stream.peer == "{}:{}".format(*there.address),
                f"peer must be the address that answered, {there.address}, not {stream.peer!r}",
            )
            await stream.close()

    async def says_what_was_tried_where_all_addresses_refuse(self) -> None:
        """A `ConnectError`, with an attempt for each address."""
        from ..backends._far_end import refusing

        with refusing() as deaf, refusing() as mute:
            error = await fails_with(
                ConnectError,
                "connect_tcp to addresses that refuse",
                self._make().connect_tcp([deaf, mute], self._patience),
            )
        attempts = error.attempts if isinstance(error, ConnectError) else ()
        demand(
            len(attempts) == 2,
            f"a ConnectError must have an attempt for each of two addresses, not {attempts!r}",
        )

    async def tells_both_addresses(self) -> None:
        """`peer` is `host:port`; `local` is what the peer sees, or nothing."""
        async with self._connected() as (stream, end):
            demand(
                stream.local in ("", end.sees),
                f"local must be {end.sees!r}, as the peer sees it, or '', not {stream.local!r}",
            )

    async def writes_all_in_order(self) -> None:
        """What is written arrives whole, and not again."""
        async with self._connected() as (stream, end):
            await stream.write(b"first", self._patience)
            await stream.write(b"", self._patience)
            await stream.write(b" second", None)
            came = end.receive(12)
            demand(came == b"first second", f"the peer must get what was written, not {came!r}")

    async def reads_no_more_than_it_was_asked_for(self) -> None:
        """`read` returns at least one byte and at most `max_bytes`; the rest comes later."""
        async with self._connected() as (stream, end):
            end.send(b"abcdef")
            came = b""
            while len(came) < 6:
                piece = await stream.read(4, self._patience)
                demand(0 < len(piece) <= 4, f"read(4) must return 1 to 4 bytes, not {piece!r}")
                came += piece
            demand(came == b"abcdef", f"read must return what the peer sent, not {came!r}")

    async def reads_the_end_again_and_again(self) -> None:
        """At the end of the stream comes b"", each time."""
        async with self._connected() as (stream, end):
            end.send(b"last")
            end.close()
            came = [await stream.read(100, self._patience) for _ in range(3)]
            demand(
                came == [b"last", b"", b""], f"read must return the rest, b'' and b'', not {came}"
            )

    async def waits_for_bytes_no_longer_than_told(self) -> None:
        """A `ReadTimeout`, after which the connection still works and nothing is lost."""
        async with self._connected() as (stream, end):
            await fails_with(
                ReadTimeout, "read from a silent peer", stream.read(100, _SOON_SECONDS)
            )
            end.send(b"late")
            came = await stream.read(100, self._patience)
            demand(came == b"late", f"after a ReadTimeout read must go on, not return {came!r}")

    async def waits_to_write_no_longer_than_told(self) -> None:
        """A `WriteTimeout` where the peer takes nothing."""
        async with self._connected() as (stream, _):
            await fails_with(
                WriteTimeout,
                "write to a peer that reads nothing",
                stream.write(_MUCH, _SOON_SECONDS),
            )

    async def does_not_wait_where_no_time_is_left(self) -> None:
        """A limit of zero or less is over at once, and nothing is sent."""
        for seconds in (0.0, -1.0):
            await self._takes_no_time(seconds)

    async def closes_again_and_again(self) -> None:
        """`close` never raises, the peer sees the end, and what follows is an error of the tree."""
        async with self._connected() as (stream, end):
            await stream.close()
            await stream.close()
            demand(end.ended(), "after close the peer must see the end of the stream")
            await fails_with(ReadError, "read after close", stream.read(1, _SOON_SECONDS))
            await fails_with(WriteError, "write after close", stream.write(b"x", _SOON_SECONDS))

    async def forgets_without_waiting(self) -> None:
        """After `forget` the descriptor is let go of, and `close` has nothing to do."""
        async with self._connected() as (stream, end):
            stream.forget()
            stream.forget()
            await stream.close()
            demand(end.ended(), "forget must let go of the descriptor, and it is the only one")

    async def knows_whether_a_read_would_return_at_once(self) -> None:
        """`is_readable` is false while nothing came, and true with bytes and at the end."""
        async with self._connected() as (stream, end):
            demand(not stream.is_readable(), "is_readable must be false while nothing came")
            end.send(b"ab")
            await stream.read(1, self._patience)
            demand(stream.is_readable(), "is_readable must be true while bytes are left")
            await stream.read(1, self._patience)
            demand(not stream.is_readable(), "is_readable must be false when all was read")
            end.close()
            await stream.read(1, self._patience)
            demand(stream.is_readable(), "is_readable must be true at the end of the stream")

    async def reads_what_is_there_without_waiting(self) -> None:
        """`read_available` returns None where nothing is, and b"" at the end."""
        async with self._connected() as (stream, end):
            came = await stream.read_available(100)
            demand(
                came is None, f"read_available must return None while nothing came, not {came!r}"
            )
            end.send(b"ab")
            await stream.read(1, self._patience)
            came = await stream.read_available(100)
            demand(came == b"b", f"read_available must return what is left, b'b', not {came!r}")
            end.close()
            await stream.read(1, self._patience)
            came = await stream.read_available(100)
            demand(came == b"", f"read_available must return b'' at the end, not {came!r}")

    async def says_how_much_it_wrote(self) -> None:
        """`write_some` returns how many bytes were taken: all of a few."""
        async with self._connected() as (stream, end):
            taken = await stream.write_some(b"some", self._patience)
            demand(
                taken == 4, f"write_some must return how many bytes were taken, 4, not {taken!r}"
            )
            came = end.receive(4)
            demand(came == b"some", f"the peer must get what was written, not {came!r}")

    async def takes_over_a_connected_socket(self) -> None:
        """`wrap_socket` makes a stream of it; closing the stream closes it."""
        from ..backends._far_end import pair

        with pair(self._patience) as (sock, end):
            stream = await self._make().wrap_socket(sock)
            await stream.write(b"there", self._patience)
            came = end.receive(5)
            demand(came == b"there", f"the peer must get what was written, not {came!r}")
            end.send(b"back")
            came = await stream.read(100, self._patience)
            demand(came == b"back", f"read must return what the peer sent, not {came!r}")
            await stream.close()
            demand(end.ended(), "closing the stream must close its socket")

    async def resolves_names_of_this_machine(self) -> None:
        """`resolve` returns addresses as text, and an OSError or UnicodeError for what is no name."""
        backend = self._make()
        found = [*await backend.resolve("localhost", self._patience)]
        demand(
            {"127.0.0.1", "::1"} & {*found},
            f"localhost must have an address of this machine, not {found!r}",
        )
        no_name = "x" * 64  # longer than a label may be: no server is asked
        await fails_with(
            (OSError, UnicodeError),
            "resolve of what is no host name",
            backend.resolve(no_name, self._patience),
        )

    async def calls_functions_of_both_kinds(self) -> None:
        """`call_within` and `to_thread` return what a function returns, and raise what it raises."""
        backend = self._make()
        for what, value in (
            ("call_within", await backend.call_within(self._patience, _twice, 2)),
            ("call_within of an async function", await backend.call_within(None, _later_twice, 2)),
            ("to_thread", await backend.to_thread(_twice, 2)),
        ):
            demand(value == 4, f"{what} must return what the function returns, 4, not {value!r}")
        refuse = "call_within of a function that raises LookupError"
        await fails_with(LookupError, refuse, backend.call_within(None, _refuse))
        refuse = "to_thread of a function that raises LookupError"
        await fails_with(LookupError, refuse, backend.to_thread(_refuse))

    async def waits_for_a_function_no_longer_than_told(self) -> None:
        """`call_within` raises TimeoutError; what runs in a thread is left to itself."""
        from ..backends._far_end import Silence

        silence, backend = Silence(self._patience), self._make()
        try:
            await fails_with(
                TimeoutError,
                "call_within of a function that blocks",
                backend.call_within(_SOON_SECONDS, silence.wait),
            )
        finally:
            silence.release()

    async def has_events(self) -> None:
        """`set` may come before `wait`, which says whether it came in time."""
        event = self._make().event()
        waited = await event.wait(_SOON_SECONDS)
        demand(
            waited is False, f"wait must return False where nobody set the event, not {waited!r}"
        )
        event.set()
        event.set()
        for _ in range(2):
            waited = await event.wait(self._patience)
            demand(
                waited is True, f"wait must return True for an event that was set, not {waited!r}"
            )

    async def has_locks_and_shields(self) -> None:
        """Both are blocks; a lock can be entered again, and either lets errors through."""
        backend = self._make()
        lock = backend.lock()
        for what, block in (
            ("lock", lock),
            ("lock", lock),
            ("shield", backend.shield()),
            ("shield", backend.shield()),
        ):
            passed = False
            try:
                with block:
                    _refuse()
            except LookupError:
                passed = True
            demand(passed, f"a {what} must let errors through")

    async def has_a_clock_that_goes_on(self) -> None:
        """`now` is in seconds and never goes back; waiting takes its time on it."""
        backend = self._make()
        before = backend.now()
        await backend.event().wait(_SOON_SECONDS)
        passed = backend.now() - before
        demand(
            _SOON_SECONDS * 0.8 <= passed <= self._patience,
            f"now must go on by {_SOON_SECONDS} seconds while so long is waited, not by {passed!r}",
        )

    async def _takes_no_time(self, seconds: float) -> None:
        """Check all that has a limit of so many seconds."""
        from ..backends._far_end import Silence, listening

        backend, late = self._make(), f"within {seconds:g} seconds"
        with listening(self._patience) as there:
            await fails_with(
                ConnectTimeout,
                f"connect_tcp {late}",
                backend.connect_tcp([there.address], seconds),
            )
        async with self._connected() as (stream, end):
            await fails_with(ReadTimeout, f"read {late}", stream.read(1, seconds))
            await fails_with(WriteTimeout, f"write {late}", stream.write(b"x", seconds))
            await fails_with(WriteTimeout, f"write_some {late}", stream.write_some(b"x", seconds))
            await stream.write(b"y", self._patience)
            came = end.receive(1)
            demand(came == b"y", f"a write that has no time must send nothing, not {came!r}")
        waited = await backend.event().wait(seconds)
        demand(waited is False, f"wait {late} must return False, not {waited!r}")
        silence = Silence(self._patience)
        try:
            await fails_with(
                TimeoutError, f"call_within {late}", backend.call_within(seconds, silence.wait)
            )
        finally:
            silence.release()

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[tuple[NetworkStream, FarEnd], None]:
        from ..backends._far_end import listening

        with listening(self._patience) as there:
            stream = await self._make().connect_tcp([there.address], self._patience)
            try:
                yield stream, there.accept()
            finally:
                await stream.close()


def _twice(number: int) -> int:
    return 2 * number


async def _later_twice(number: int) -> int:
    return 2 * number


def _refuse() -> None:
    raise LookupError("refused")
