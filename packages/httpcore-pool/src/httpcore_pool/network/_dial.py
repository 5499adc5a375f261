"""From a host and a port to a stream, as a `Network` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import ConnectError, ConnectTimeout, HTTPError
from .._named import TIMER_SECONDS
from ._hosts import written
from ._resolver import read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._config import Budget
    from .._connection_info import Dial
    from ..backends.base import Backend, NetworkStream
    from ._network import Connect, Network

__all__ = ["addresses_of", "connect"]


async def connect(
    network: Network, backend: Backend, host: str, port: int, budget: Budget, dial: Dial
) -> NetworkStream:
    """Return a stream to a host and port.

    Raises:
        ConnectError, AddressRefused, ConnectTimeout: there is none.
    """
    unix, function = network.unix_socket, network.connect
    found: list[tuple[str, int]] = []
    if unix is None and function is None:
        found = await addresses_of(network, backend, host, port, budget, dial)
    stream: NetworkStream | None = None
    try:
        address = written(host, port) if unix is None else _written_unix(unix)
        with dial.phase("connect", address=address) as known:
            if unix is not None:
                stream = await _connect_unix(unix, backend, budget)
            elif function is not None:
                stream = await _connect_by(function, backend, host, port, budget)
            else:
                stream = await _connect_tcp(network, backend, host, port, found, budget)
            known["peer"] = stream.peer
    except BaseException:
        if stream is not None:  # then it was a watcher that has failed
            with backend.shield():
                await stream.close()
        raise
    return stream


async def addresses_of(
    network: Network, backend: Backend, host: str, port: int, budget: Budget, dial: Dial
) -> list[tuple[str, int]]:
    """Return the addresses of a host that may be dialled, with their ports, the preferred one first.

    Raises:
        ConnectError: it has none.
        AddressRefused: the policy lets none be dialled.
        ConnectTimeout: nobody could tell in time.
    """
    fixed = network.hosts.find(host, port) if network.hosts else None
    if fixed is not None:
        found = [(address, own or port) for address, own in fixed]
    elif _is_address(host):
        found = [(host, port)]
    else:
        with dial.phase("dns", host=host) as known:
            answer = await _look_up(network, backend, host, budget)
            known["addresses"] = tuple(answer)
        found = [(address, port) for address in answer]
    policy = network.address_policy
    if policy is None:
        return found
    from ._policy import judge

    return judge(policy, found, host)


def _is_address(host: str) -> bool:
    """Whether the host of a URL is an IP address: no name's last label is a number."""
    return ":" in host or host.rpartition(".")[2].isdigit()


async def _look_up(network: Network, backend: Backend, host: str, budget: Budget) -> Sequence[str]:
    timeout = budget.cut(None)
    try:
        # A resolver of the caller's may forget the limit.
        answer: object = await backend.call_within(
            timeout, network.resolver.resolve, host, backend, timeout
        )
    except HTTPError:
        raise
    except UnicodeError as error:
        raise ConnectError(f"can't resolve {host!r}: not a host name") from error
    except (OSError, LookupError) as error:
        raise _failed(f"can't resolve {host!r}", error, timeout, budget) from error
    found = read_answer(network.resolver, answer)
    if not found:
        raise ConnectError(f"can't resolve {host!r}: the name has no address")
    return found


async def _connect_tcp(
    network: Network,
    backend: Backend,
    host: str,
    port: int,
    found: list[tuple[str, int]],
    budget: Budget,
) -> NetworkStream:
    try:
        return await backend.connect_tcp(found, budget.cut(None), network)
    except (ConnectError, ConnectTimeout) as error:
        network.resolver.failed(host)
        raise _about(error, written(host, port)) from error.__cause__
    except OSError as error:  # reset at once, say
        raise ConnectError(f"can't connect to {written(host, port)}: {_why(error)}") from error


async def _connect_unix(path: str, backend: Backend, budget: Budget) -> NetworkStream:
    there = _written_unix(path)
    try:
        return await backend.connect_unix(path, budget.cut(None))
    except (ConnectError, ConnectTimeout) as error:
        raise _about(error, there) from error.__cause__
    except OSError as error:  # no descriptor is left, not even for the import of a module
        raise ConnectError(f"can't connect to {there}: {_why(error)}") from error


def _written_unix(path: str) -> str:
    return f"unix:{path}".replace("\0", "@", 1)


async def _connect_by(
    function: Connect, backend: Backend, host: str, port: int, budget: Budget
) -> NetworkStream:
    timeout = budget.cut(None)
    by = f"can't connect to {written(host, port)} by {getattr(function, '__qualname__', repr(function))}"
    try:
        from ..backends._made import make_stream  # here, as few have such a function

        return await make_stream(backend, timeout, function, host, port, timeout)
    except HTTPError:
        raise
    except OSError as error:
        raise _failed(by, error, timeout, budget) from error


def _failed(
    what: str, error: OSError | LookupError, timeout: float | None, budget: Budget
) -> ConnectError | ConnectTimeout:
    """Return the error for what has failed; a function of the caller's may have had a limit of its own."""
    left = budget.cut(None)
    if isinstance(error, TimeoutError) and left is not None and left <= TIMER_SECONDS:
        return ConnectTimeout(what, timeout)
    return ConnectError(f"{what}: {_why(error)}")


def _about(error: ConnectError | ConnectTimeout, there: str) -> ConnectError | ConnectTimeout:
    """Say where it was that could not be reached: a backend knows addresses only."""
    if not error.attempts:
        return error
    tried = error.attempts[0].address
    if tried != there and tried not in error.message:  # which has them where there are several
        there = f"{there} at {tried}"
    told: ConnectError | ConnectTimeout
    if isinstance(error, ConnectTimeout):
        told = ConnectTimeout(f"can't connect to {there}", error.limit)
    else:
        told = ConnectError(f"can't connect to {there}: {error.message}")
    told.attempts = error.attempts
    return told


def _why(error: OSError | LookupError) -> str:
    if isinstance(error, (KeyError, IndexError)):  # whose own words say little
        return f"{type(error).__name__}: {error}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
