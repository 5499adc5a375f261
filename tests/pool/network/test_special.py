"""What is of the public internet: our tables beside those of `ipaddress`, and what hides in IPv6."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from httpcore_pool.network._special import leads_to, why_not_public, why_not_public_name

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "9.9.9.9", "93.184.215.14", "100.63.255.255", "100.128.0.0"),
    *("172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255"),
    *("198.20.0.0", "223.255.255.255", "168.63.129.15", "168.63.129.17", "11.0.0.0"),
    *("2606:4700::1111", "2001:4860:4860::8888", "2620:fe::fe", "2400:cb00::1", "2a00:1450::1"),
    *("2001:200::1", "2003::1", "2620:4f:8000::1"),
    "64:ff9b::8.8.8.8",  # NAT64 of a public address
    "2606:4700::5efe:808:808",  # ISATAP of one
]

REFUSED = {
    "0.0.0.0": "this network (RFC 791)",
    "0.1.2.3": "this network (RFC 791)",
    "10.0.0.1": "private (RFC 1918)",
    "100.100.100.200": "shared by carriers, and metadata of clouds (RFC 6598)",
    "127.0.0.1": "loopback (RFC 1122)",
    "127.255.255.254": "loopback (RFC 1122)",
    "168.63.129.16": "metadata of a cloud (Azure)",
    "169.254.169.254": "link-local, and metadata of clouds (RFC 3927)",
    "169.254.170.2": "link-local, and metadata of clouds (RFC 3927)",
    "172.16.0.1": "private (RFC 1918)",
    "172.31.255.255": "private (RFC 1918)",
    "192.0.0.192": "protocol assignments, and metadata of clouds (RFC 6890)",
    "192.0.2.1": "documentation (RFC 5737)",
    "192.88.99.1": "a relay of 6to4 (RFC 7526)",
    "192.168.1.1": "private (RFC 1918)",
    "198.19.255.255": "benchmarks (RFC 2544)",
    "198.51.100.1": "documentation (RFC 5737)",
    "203.0.113.1": "documentation (RFC 5737)",
    "224.0.0.1": "multicast (RFC 5771)",
    "255.255.255.255": "reserved, or broadcast (RFC 1112)",
    "::": "unspecified (RFC 4291)",
    "::1": "loopback (RFC 4291)",
    "::127.0.0.1": "not global unicast (RFC 4291)",  # the compatible form, RFC 4291 2.5.5.1
    "::ffff:8.8.8.8": "an IPv4 address written as IPv6 (RFC 4291)",  # whose reader has unwrapped it
    "::ffff:0:127.0.0.1": "not global unicast (RFC 4291)",  # translated, RFC 2765
    "64:ff9b::127.0.0.1": "NAT64 of 127.0.0.1, which is loopback (RFC 1122)",
    "64:ff9b::169.254.169.254": (
        "NAT64 of 169.254.169.254, which is link-local, and metadata of clouds (RFC 3927)"
    ),
    "64:ff9b:1::808:808": "a network's own NAT64 (RFC 8215)",
    "64:ff9b:0:0:0:1:808:808": "not global unicast (RFC 4291)",
    "100::1": "discarded (RFC 6666)",
    "100:0:0:1::1": "not global unicast (RFC 4291)",
    "2001::1": "protocol assignments, such as Teredo (RFC 2928)",
    "2001:0:4136:e378:8000:63bf:80ff:fffe": "protocol assignments, such as Teredo (RFC 2928)",
    "2001:db8::1": "documentation (RFC 3849)",
    "2002:808:808::1": "6to4, which nobody has to route any more (RFC 7526)",
    "2002:7f00:1::": "6to4 of 127.0.0.1, which is loopback (RFC 1122)",
    "2002:a9fe:a9fe::1": (
        "6to4 of 169.254.169.254, which is link-local, and metadata of clouds (RFC 3927)"
    ),
    "2606:4700::5efe:10.0.0.1": "ISATAP of 10.0.0.1, which is private (RFC 1918)",
    "2606:4700::200:5efe:192.168.0.1": "ISATAP of 192.168.0.1, which is private (RFC 1918)",
    "fd00::5efe:8.8.8.8": "private (RFC 4193)",
    "3fff::1": "documentation (RFC 9637)",
    "4000::1": "not global unicast (RFC 4291)",
    "5f00::1": "segment routing (RFC 9602)",
    "fc00::1": "private (RFC 4193)",
    "fd00:ec2::254": "private (RFC 4193)",
    "fd20:ce::254": "private (RFC 4193)",
    "fe80::1": "link-local (RFC 4291)",
    "fe80::a9fe:a9fe": "link-local (RFC 4291)",
    "fec0::1": "site-local (RFC 3879)",
    "ff02::1": "multicast (RFC 4291)",
}


@pytest.mark.parametrize("text", PUBLIC)
def test_an_ordinary_address_is_public(text):
    assert why_not_public(ip_address(text)) is None


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_a_special_address_is_not_and_says_why(text, why):
    assert why == why_not_public(ip_address(text))


def is_special(address):
    """Whether `ipaddress` has anything to say against an address."""
    return (
        not address.is_global
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )


# `ipaddress` calls all outside of what is handed out today reserved. What leads to a public IPv4 address
# is not refused for that, and 64:ff9b::/96 is of the global internet: RFC 6052 3.1.
NAT64 = ipaddress.ip_network("64:ff9b::/96")

ipv4 = st.integers(0, 2**32 - 1).map(IPv4Address)
ipv6 = st.one_of(
    st.integers(0, 2**128 - 1),
    st.integers(2**125, 2**126 - 1),  # global unicast
    st.integers(0x2001 << 112, 0x2003 << 112),
    st.integers(0, 2**64),
    st.integers(0xFC << 120, 2**128 - 1),
).map(IPv6Address)
# Where tables have their borders.
edges = st.sampled_from(
    [
        address
        for kind in (ipaddress._IPv4Constants, ipaddress._IPv6Constants)
        for networks in vars(kind).values()
        for network in (networks if isinstance(networks, list) else [networks])
        if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)
        for address in (network[0], network[-1])
    ]
)


@given(st.one_of(ipv4, ipv6, edges))
@example(IPv6Address("64:ff9b::808:808"))
def test_what_ipaddress_does_not_call_public_is_refused(address):
    if (is_special(address) or address.is_reserved) and address not in NAT64:
        assert why_not_public(address)


@given(ipv4)
def test_an_ipv4_address_that_ipaddress_calls_public_is_but_for_two_exceptions(address):
    if not is_special(address):
        excepted = ("192.88.99.0/24", "168.63.129.16")
        refused = any(address in ipaddress.ip_network(network) for network in excepted)
        assert refused == (why_not_public(address) is not None)


@given(ipv4)
def test_what_leads_to_an_address_is_public_only_if_that_is(address):
    number = int(address)
    for base in ("64:ff9b::", "2606:4700::5efe:0:0", "2606:4700::200:5efe:0:0"):
        outer = IPv6Address(int(IPv6Address(base)) | number)
        assert address == leads_to(outer)[1]
        assert (why_not_public(address) is None) == (why_not_public(outer) is None)
    outer = IPv6Address(0x2002 << 112 | number << 80)
    assert ("6to4", address) == leads_to(outer)
    assert why_not_public(outer)


@pytest.mark.parametrize("text", ["8.8.8.8", "::1", "2606:4700::1111", "::ffff:1.2.3.4"])
def test_most_addresses_lead_to_no_other(text):
    assert leads_to(ip_address(text)) is None


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("localhost", "loopback (RFC 6761)"),
        ("localhost.", "loopback (RFC 6761)"),
        ("a.b.localhost", "loopback (RFC 6761)"),
        ("printer.local", "link-local (RFC 6762)"),
        ("metadata.google.internal.", "private (reserved by ICANN)"),
        ("router.home.arpa", "private (RFC 8375)"),
        ("server", "a name without a dot, which means something inside of a network only"),
    ],
)
def test_a_name_of_the_inside_is_known_as_one(host, why):
    assert why == why_not_public_name(host)


@pytest.mark.parametrize(
    "host",
    [
        *("example.com", "example.com.", "notlocalhost.example", "xinternal.com"),
        *("host.notlocalhost", "host.notlocal", "host.xinternal", "myhome.arpa"),
    ],
)
def test_any_other_name_may_be_public(host):
    assert why_not_public_name(host) is None
