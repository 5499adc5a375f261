"""`AddressPolicy`: to which addresses we connect at all.

It judges what names have turned out to lead to, and what is judged is what is dialled: a name whose answer
changes between the two (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Hashable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Literal, TypeAlias, cast

from .._errors import AddressRefused
from .._siblings import Value
from ._special import leads_to, why_not_public, why_not_public_name

__all__ = ["AddressPolicy", "AddressPolicyTypes", "IPAddress", "judge", "judge_behind_proxy"]

IPAddress: TypeAlias = IPv4Address | IPv6Address
_Network: TypeAlias = IPv4Network | IPv6Network
_Place: TypeAlias = tuple[str, int]


class AddressPolicy(ABC):
    """Judges each address before it is dialled. Subclasses are hashable: they tell connections apart.

    A proxy's own address is not judged, nor is a Unix socket: the caller names them, not the URL. One
    that lets web ports alone be dialled, and those of the public internet::

        class WebOnly(AddressPolicy):
            public = AddressPolicy.public_only()

            def judge(self, address, host, port):
                if port not in (80, 443):
                    return "no port of the Web"
                return self.public.judge(address, host, port)

    Where `address_policy=` is asked for, a function that does what `judge` does will do, too. Names that
    a proxy would look up are refused then.

    What `judge` raises ends the request, and so does any verdict but a reason or None.
    """

    @abstractmethod
    def judge(self, address: IPAddress, host: str, port: int) -> str | None:
        """Return why an address is refused, or None to let it be dialled.

        The reason is shown after a colon.

        Args:
            address: where the connection would go to. An IPv4 address that was written as IPv6 is given
                as IPv4, a link-local one without its zone.
            host: the host of the URL, which is that address or a name for it.
            port: the port.
        """
        ...

    def judge_name(self, host: str, port: int) -> str | None:
        """Return why a name is refused that a proxy will look up, or None to leave it to the proxy."""
        return (
            "the proxy would look it up, so that its address can't be judged here (a socks5:// proxy "
            "is given the address; AddressPolicy.public_only(trust_proxies=True) leaves names to it)"
        )

    @staticmethod
    def public_only(
        *,
        allow: str | Iterable[str] = (),
        deny: str | Iterable[str] = (),
        trust_proxies: bool = False,
    ) -> AddressPolicy:
        """Return a policy that lets only addresses of the public internet be dialled.

        A NAT64 prefix of a network's own (RFC 6052 2.2) looks like any public address: where there is
        one, it belongs in `deny`.

        Args:
            allow: networks or addresses that may be dialled all the same, such as "10.1.0.0/16".
            deny: others that may not. They come before `allow`.
            trust_proxies: whether names may be given to a proxy that looks them up itself; otherwise
                that is refused, since nothing here sees where they lead.

        Raises:
            TypeError, ValueError: a network can't be read, or `trust_proxies` is no bool.
        """
        return PublicOnly(_networks("allow", allow), _networks("deny", deny), trust_proxies)

    @classmethod
    def of(cls, value: AddressPolicyTypes) -> AddressPolicy | None:
        """Read what callers may write as `address_policy=`.

        Raises:
            TypeError: the value is something else.
        """
        if value is None:
            return None
        if value == "public":
            return cls.public_only()
        policy: object = value
        if isinstance(policy, Hashable):
            if isinstance(policy, AddressPolicy):
                return policy
            if callable(policy) and not isinstance(policy, type):
                return FunctionPolicy(policy)
        raise TypeError(
            f'address_policy must be "public", an AddressPolicy, a function or None, not {value!r}'
        )


AddressPolicyTypes: TypeAlias = (
    AddressPolicy | Literal["public"] | Callable[[IPAddress, str, int], str | None] | None
)


class PublicOnly(Value, AddressPolicy):
    """See `AddressPolicy.public_only`."""

    allow: tuple[_Network, ...] = ()
    deny: tuple[_Network, ...] = ()
    trust_proxies: bool = False

    def _check(self) -> None:
        trust: object = self.trust_proxies
        if not isinstance(trust, bool):
            raise TypeError(f"trust_proxies must be True or False, not {type(trust).__name__}")

    def judge(self, address: IPAddress, host: str, port: int) -> str | None:
        leads = leads_to(address)
        ends = (address,) if leads is None else (address, leads[1])
        if any(end in network for end in ends for network in self.deny):
            return "denied"
        if any(address in network for network in self.allow):
            return None
        return why_not_public(address)

    def judge_name(self, host: str, port: int) -> str | None:
        why = why_not_public_name(host)
        return why if why is not None or self.trust_proxies else super().judge_name(host, port)

    def __repr__(self) -> str:
        said = [
            f"{name}={[str(network) for network in networks]}"
            for name, networks in (("allow", self.allow), ("deny", self.deny))
            if networks
        ]
        said += ["trust_proxies=True"] if self.trust_proxies else []
        return f"AddressPolicy.public_only({', '.join(said)})"


class FunctionPolicy(Value, AddressPolicy):
    """A function that does what `AddressPolicy.judge` does."""

    function: Callable[[IPAddress, str, int], str | None]

    def judge(self, address: IPAddress, host: str, port: int) -> str | None:
        return self.function(address, host, port)

    def __repr__(self) -> str:
        return getattr(self.function, "__qualname__", repr(self.function))


def judge(policy: AddressPolicy, places: Sequence[_Place], host: str) -> list[_Place]:
    """Return those of the addresses, with their ports, that may be dialled.

    The reasons of our own policy are halves of sentences, those of a caller's may be anything.

    Raises:
        AddressRefused: none may.
        TypeError: the policy gives no verdict.
    """
    let: list[_Place] = []
    refused: list[str] = []
    for text, port in places:
        why = _why(policy, text, host, port)
        if why is None:
            let.append((text, port))
        else:
            refused.append(why)
    if not let:
        why = "; ".join(refused)
        if isinstance(policy, PublicOnly):
            why += " (see AddressPolicy.public_only(allow=..., deny=...))"
        raise _refused(host, why)
    return let


def judge_behind_proxy(policy: AddressPolicy, host: str, port: int) -> None:
    """Judge what can be known of a host that a proxy connects to.

    Raises:
        AddressRefused: it may not be asked for.
        TypeError: the policy gives no verdict.
    """
    if _read(host) is not None:
        judge(policy, [(host, port)], host)
    elif (why := _verdict(policy, policy.judge_name(host, port))) is not None:
        raise _refused(host, why)


def _refused(host: str, why: str) -> AddressRefused:
    return AddressRefused(f"the address policy does not let us connect to {host!r}: {why}")


def _why(policy: AddressPolicy, text: str, host: str, port: int) -> str | None:
    """Say of an address why it may not be dialled, and of which; None if it may."""
    address = _read(text)
    if address is None:
        return f"{text} is no IP address"
    why = _verdict(policy, policy.judge(address, host, port))
    if why is None:
        return None
    if isinstance(policy, PublicOnly):
        return f"it is {why}" if text == host else f"{text} is {why}"
    return why if text == host else f"{text}: {why}"


def _verdict(policy: AddressPolicy, why: object) -> str | None:
    """Refuse a verdict that could be taken for its opposite: True, say, for 'yes, it may'."""
    if why is None or (isinstance(why, str) and why):
        return why
    if isinstance(why, Coroutine):
        why.close()
    raise TypeError(f"{policy!r} must say why it refuses, or None, not {why!r}")


def _read(text: str) -> IPAddress | None:
    """Read an address as what it is: IPv4 though it is written as IPv6, and without a zone."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _networks(name: str, given: Any) -> tuple[_Network, ...]:
    if isinstance(given, (str, IPv4Network, IPv6Network)):
        given = (given,)
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise TypeError(
            f"{name} must be networks, such as '10.0.0.0/8', not {type(given).__name__}"
        )
    try:
        return tuple(_unmapped(ip_network(each)) for each in cast("Iterable[str]", given))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _unmapped(network: _Network) -> _Network:
    """Return a network of IPv4 addresses that are written as IPv6 as what it is."""
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network
