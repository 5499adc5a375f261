"""NO_PROXY: which hosts a text excepts from the proxy.

- Nothing is raised. The order of entries, blanks and commas make no difference.
- `matches` goes by the canonical host alone: the same host, written otherwise, gets the same answer.
- What matches is excepted by one entry alone, too; a name only by an entry that ends its name, at a dot.
- An entry that has no host, address or network of its own excepts nothing.
"""

import ipaddress

from httpcore_client.policy._no_proxy import NoProxy
from httpcore_urls import URL

from ..shapes import spell, text

PIECES = [
    *(",", ", ", " ", ".", "*", "*.", ":", "/", "[", "]", "%", "@", "\\", "#", "?", "\x00", "\n"),
    *("\ud800", "\u3002", "example.org", "EXAMPLE.org", "www.example.org", "org"),
    *("evilexample.org", "localhost", "127.0.0.1", "127.0.0.0/8", "::1", "[::1]", "[::1]:80"),
    *("fd00::/8", "::ffff:127.0.0.1", "::ffff:0:0/96", "0x7f.1", "2130706433", "10.1", ":80"),
    *(":443", ":080", ":99999", "fe80::1%eth0", "/0", "/33", "bücher.example", "ß"),
    *("xn--bcher-kva.example", "１", "e", "x" * 64, "192.0.2.1", "0.0.0.0/0", "::/0"),
]  # fmt: skip
SEEDS = [
    spell(each, PIECES)
    for each in (
        "example.org, 127.0.0.0/8,[::1]:80",
        "*.example.org .org:443 ::ffff:127.0.0.1",
        "*",
        "fd00::/8,2130706433,bücher.example",
    )
]
_LONGEST = 600  # characters: each entry is tried with each URL
# Each with the same host, written otherwise.
_URLS = [
    ("http://www.example.org/", "http://WWW.Example.org:80/x"),
    ("https://example.org/", "https://example.org./"),
    ("http://evilexample.org/", "http://user:pw@EVILEXAMPLE.org/"),
    ("http://127.0.0.1/", "http://0x7f.1/"),
    ("http://[::1]/", "http://[0:0::1]/"),
    ("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ("https://192.0.2.1:8443/", "https://3221225985:8443/"),
    ("http://xn--bcher-kva.example/", "http://bücher.example/"),
    ("http://localhost:8080/", "http://LOCALHOST:8080"),
]


def check(data):
    said = text(data, PIECES)[:_LONGEST]
    rule = NoProxy(said)
    entries = said.replace(",", " ").split()
    assert set(rule.ignored) <= set(entries)
    backwards = NoProxy(",".join(reversed(entries)))
    single = {entry: NoProxy(entry) for entry in entries}
    for first, second in _URLS:
        url, same = URL(first), URL(second)
        found = rule.matches(url)
        assert found == rule.matches(same), (said, first, second)
        assert found == backwards.matches(url)
        alone = [entry for entry, own in single.items() if own.matches(url)]
        assert found == bool(alone)
        for entry in alone:
            assert entry not in rule.ignored
            assert entry == "*" or _names(entry, url), (entry, first)


def _names(entry, url):
    """Whether an entry could mean this host: it ends its name, or has an address."""
    host = url.host.rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        name = entry.removeprefix("*").removeprefix(".").partition(":")[0].rstrip(".")
        if any(octet in name for octet in "/@#?\\[]*"):
            return False
        name = URL(f"http://{name}/").host
        return host == name or host.endswith(f".{name}")
    return any(octet.isdigit() or octet == ":" for octet in entry)
