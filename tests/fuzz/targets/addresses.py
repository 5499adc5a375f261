"""What is dialled under `address_policy=`, however a host is written and whatever a name leads to.

- Nothing is dialled, and no proxy is told of anything, but what is of the public internet by a naive reading,
  with IPv4 inside of IPv6; `deny` counts for more than that, and `allow` for less than `deny`.
- Of several addresses those that may be dialled all are, in their order; where there is none, AddressRefused
  says so, in plain text.
- A host that the C library takes for an address is that one for a URL, too, or is no host.
"""

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from httpcore_client import URL, HTTPError, InvalidURL, SyncClient
from httpcore_pool import (
    AddressPolicy,
    AddressRefused,
    ConnectError,
    Network,
    ScriptedBackend,
)
from httpcore_pool.network._special import _IPV4, _IPV6

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("127.0.0.1", "169.254.169.254", "10.1.2.3", "8.8.8.8", "1.1.1.1", "168.63.129.16", "0x7f"),
    *("0177", "2130706433", "0x", "0", "00", "255", "256", "4294967295", "65535", ".", "。", "．", "１"),
    *("②", "٣", "[", "]", "[::]", "[::1]", "[::ffff:", "::", ":", "ffff", "64:ff9b::", "64:ff9b:1::"),
    *("2002:", "7f00:1", "2001:db8::", "2001:", "2606:4700::", "fe80::1", "fd00::", ":5efe:", "200:5efe:"),
    *("3fff::", "a9fe:a9fe", "%25", "%", "%2e", "%31", "%00", "localhost", "a.internal", "a.test", "b.test"),
    *("x", "@", "user@", "-", ":80", ":1", "\t", "\n", " ", "\\", "#", "?", "\xad", "\u200b", "E", "xn--"),
    *("ß", "_", "~", "ⓛocalhost"),
]  # fmt: skip
SEEDS = [
    bytes([proxy, policy]) + answer + spell(host, PIECES)
    for proxy in range(4)
    for policy, answer, host in (
        (0, b"\0", "127.0.0.1"),
        (0, b"\0", "[::ffff:127.0.0.1]"),
        (1, b"\0", "[64:ff9b::a9fe:a9fe]"),
        (2, b"\0", "0x7f.1"),
        (3, b"\0", "8.8.8.8:1"),
        (4, b"\0", "[2606:4700::]"),
        (0, b"\x02\0\x7f\0\0\x01\0\x08\x08\x08\x08", "a.test"),
        (3, b"\x02\x03\x7f\0\0\x01\x07\x08\x08\x08\x08", "a.internal"),
    )
]
_POLICIES = [
    *({}, {"allow": "10.0.0.0/8"}, {"deny": "8.8.8.0/24"}, {"trust_proxies": True}),
    {"allow": ["::1", "127.0.0.0/8", "fe80::/10"], "deny": "::ffff:127.0.0.0/104"},
    {"allow": "64:ff9b::/96", "deny": "169.254.0.0/16"},
    {"allow": ["0.0.0.0/0", "::/0"], "deny": ["10.0.0.0/8", "2606:4700::/32"]},
    {"deny": ["0.0.0.0/0", "::/0"]},
]
_PROXIES = [None, "http://p.test:3128", "socks5://p.test:1080", "socks5h://p.test:1080"]
# Beginnings of addresses, for those that a name leads to.
_BEGINNINGS = [
    *(b"\0" * 10 + b"\xff\xff", b"\0\x64\xff\x9b" + bytes(8), b"\x20\x02", bytes(12), bytes(15) + b"\1"),
    *(b"\x20\x01\x0d\xb8", b"\x26\x06\x47", b"\xfe\x80", b"\xfd", b"\x3f\xff"),
    *(b"\x26\x06\x47" + bytes(5) + end for end in (b"\0\0\x5e\xfe", b"\2\0\x5e\xfe")),
]  # fmt: skip
# The last outside, and the first inside, of what is not public.
_EDGES = [
    str(each)
    for network in map(ip_network, (*_IPV4, *_IPV6))
    for first, last in [(int(network[0]), int(network[-1]))]
    for number in (first - 1, first, last, last + 1)
    if 0 <= number < 2**network.max_prefixlen
    for each in [type(network[0])(number)]
]
_MOST_ADDRESSES = 4
_PROXY_HOST, _PROXY_ADDRESS = "p.test", "192.0.2.1"
_MAPPED, _NAT64 = bytes(10) + b"\xff\xff", b"\x00\x64\xff\x9b" + bytes(8)
# What releases of Python differ in, or take for global.
_NOT_PUBLIC = [
    *("168.63.129.16", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"),
]
_GLOBAL_UNICAST = "2000::/3"
_INTERNAL = (
    ".localhost",
    ".localdomain",
    ".localdomain6",
    ".local",
    ".internal",
    ".home.arpa",
    ".lan",
    ".svc",
)


def check(data):
    source = Source(data)
    proxy, given = source.pick(_PROXIES), source.pick(_POLICIES)
    answer = [_address(source) for _ in range(source.octet() % (_MOST_ADDRESSES + 1))]
    host = source.text(PIECES)
    try:
        url = URL(f"http://{host}/")
    except InvalidURL as error:
        plain_error(error)
        return
    _is_read_as_the_system_does(host, url)
    url = url.copy_with(username="", password="", path="/", query=None, fragment=None)
    world = _World(answer)
    network = Network(address_policy=AddressPolicy.public_only(**given))
    with SyncClient(network=network, proxy=proxy, backend=world, trust_env=False) as client:
        try:
            client.get(url)
        except HTTPError as error:
            plain_error(error)
            _Judge(given, proxy, url, answer).check(world, error)


def _address(source):
    """Give an address as text, with or without a zone."""
    how = source.octet()
    if how % 4 == 1:
        return source.pick(_EDGES)
    if how % 4 != 3:
        return str(IPv4Address(source.number(4)))
    begin = _BEGINNINGS[how // 4 % len(_BEGINNINGS)]
    octets = begin + source.octets(16 - len(begin))
    zone = "%lo" if how == 0xFF else ""
    return f"{IPv6Address(octets.ljust(16, bytes(1)))}{zone}"


def _is_read_as_the_system_does(host, url):
    for text in (host, url.host):
        bare = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
        if not bare.isascii() or "\0" in bare or bare == "*":  # which glibc takes for no name
            continue
        try:
            found = socket.getaddrinfo(
                bare, 0, flags=socket.AI_NUMERICHOST, proto=socket.IPPROTO_TCP
            )
        except (OSError, UnicodeError):
            continue
        assert _octets(found[0][4][0]) == _octets(url.host), (host, url.host, found)


class _World(ScriptedBackend):
    """A network in which nothing can be reached but a proxy, which hears what it is asked for.

    Attributes:
        tried: the addresses that were dialled, but for the proxy's.
        told: what the proxy was asked for, over each of its connections.
    """

    def __init__(self, answer):
        super().__init__()
        self._answer = answer
        self.tried, self.told = [], []

    async def resolve(self, host, timeout):
        if host == _PROXY_HOST:
            return [_PROXY_ADDRESS]
        if not self._answer:
            raise OSError("no such name")
        return self._answer

    async def connect_tcp(self, addresses, timeout, how=None):
        if addresses[0][0] != _PROXY_ADDRESS:
            self.tried += addresses
            raise ConnectError("nobody is there")
        self._scripts.append([self._greet, self._refuse, b""])
        return await super().connect_tcp(addresses, timeout)

    def _greet(self, stream):
        if stream.written[:1] == b"\x05":
            return b"\x05\x00"
        self.told.append(stream.written)
        return b""

    def _refuse(self, stream):
        self.told.append(stream.written[3:])
        return b"\x05\x04\x00\x01" + bytes(6)  # the host can't be reached: try another


class _Judge:
    """What may be tried, naively.

    Args:
        given: to `public_only`.
        proxy: its URL, or None.
        url: that is asked for.
        answer: the addresses of the host, if it is a name.
    """

    def __init__(self, given, proxy, url, answer):
        self._allow, self._deny = (_networks(given.get(name, ())) for name in ("allow", "deny"))
        self._url = url
        self._scheme = (proxy or "none:").partition(":")[0]
        name = _octets(url.host) is None
        if name and self._scheme in ("http", "socks5h"):
            self._let = (
                [url.host] if given.get("trust_proxies") and _is_public_name(url.host) else []
            )
            self._is_known = True
        else:
            found = answer if name else [url.host]
            self._let = [each for each in found if self._may(each)]
            self._is_known = bool(found)

    def check(self, world, error):
        refused = isinstance(error, AddressRefused)
        assert refused == (self._is_known and not self._let), (self._url, self._let, error)
        port = self._url.port
        if self._scheme == "none":
            assert [(each, port) for each in self._let] == world.tried
            return
        assert world.tried == []
        asked = world.told if self._is_known else []
        if self._scheme == "http":
            assert [b"GET " + str(self._url).encode()] * bool(self._let) == [
                each.partition(b" HTTP")[0] for each in asked
            ]
        else:
            assert [_in_socks(each, port) for each in self._let] == asked

    def _may(self, text):
        octets = _octets(text)
        ends = [octets, inner] if (inner := _inner(octets)) else [octets]
        if any(_is_in(end, network) for end in ends for network in self._deny):
            return False
        return any(_is_in(octets, each) for each in self._allow) or _is_public(octets)


def _octets(text):
    """Give the octets of an address, those of IPv4 if it is that inside of IPv6; None if it is none."""
    bare = text.partition("%")[0]
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            octets = socket.inet_pton(family, bare)
            return octets[12:] if octets.startswith(_MAPPED) else octets
    return None


def _inner(octets):
    """Give the IPv4 address that a gateway makes of an IPv6 one."""
    if len(octets) == 4:
        return None
    if octets.startswith(_NAT64) or octets[8:12] in (b"\0\0\x5e\xfe", b"\2\0\x5e\xfe"):
        return octets[12:]
    return octets[2:6] if octets.startswith(b"\x20\x02") else None


def _is_public(octets):
    """What Python takes for global, but for what differs in its releases, and for what is multicast."""
    address, inner = ip_address(octets), _inner(octets)
    if inner and not _is_public(inner):
        return False
    if octets.startswith(_NAT64):
        return True
    if len(octets) == 16 and not _is_in(octets, *_networks(_GLOBAL_UNICAST)):
        return False
    if any(_is_in(octets, network) for network in _networks(_NOT_PUBLIC)):
        return False
    return address.is_global and not address.is_multicast


def _is_public_name(host):
    name = f".{host.rstrip('.')}"
    return name.count(".") > 1 and not name.endswith(_INTERNAL)


def _networks(given):
    """Give networks as the octets and the number of bits that count."""
    found = []
    for each in [given] if isinstance(given, str) else given:
        text, _, bits = each.partition("/")
        full = ip_network(each)
        octets, size = _octets(text), int(bits or full.max_prefixlen)
        found.append((octets, size - 96 if full.version == 6 and len(octets) == 4 else size))
    return found


def _is_in(octets, network):
    begin, bits = network
    away = 8 * len(begin) - bits
    return (
        len(octets) == len(begin)
        and int.from_bytes(octets) >> away == int.from_bytes(begin) >> away
    )


def _in_socks(host, port):
    """RFC 1928 4: what a CONNECT asks for."""
    try:
        place = ip_address(host.partition("%")[0])
    except ValueError:
        said = b"\3" + bytes([len(host)]) + host.encode()
    else:
        said = (b"\1" if place.version == 4 else b"\4") + place.packed
    return b"\5\1\0" + said + port.to_bytes(2)
