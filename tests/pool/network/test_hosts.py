"""`HostMap`: what may be written as `Network(hosts=...)`, and what it means."""

import pickle

import pytest

from httpcore_pool import Network


def hosts(given):
    return Network(hosts=given).hosts


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("a.test", "a.test"),
        ("A.Test", "a.test"),
        ("a.test.", "a.test"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("BÜCHER.test", "xn--bcher-kva.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("0xC0.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("localhost", "localhost"),
        ("under_score.test", "under_score.test"),
    ],
)
def test_a_key_is_a_host_as_in_a_url(key, host):
    found = hosts({key: "127.0.0.1"})
    assert (("127.0.0.1", None),) == found.find(host, 80) == found.find(host, 443)
    assert {host: ("127.0.0.1",)} == found


def test_a_trailing_dot_in_the_url_means_the_same_host():
    assert hosts({"a.test": "127.0.0.1"}).find("a.test.", 80)
    assert hosts({"a.test.": "127.0.0.1"}).find("a.test", 80)


def test_another_host_has_none():
    found = hosts({"a.test": "127.0.0.1"})
    assert [None, None] == [found.find(host, 80) for host in ("b.test", "www.a.test")]
    assert None is hosts(None).find("a.test", 80)
    assert (0, 1) == (len(hosts({})), len(found))


@pytest.mark.parametrize(
    ("key", "host"), [("a.test:8080", "a.test"), ("[2001:db8::1]:8080", "2001:db8::1")]
)
def test_a_key_with_a_port_is_for_that_alone_and_goes_before_one_without(key, host):
    found = hosts({key: "127.0.0.1"})
    assert ((("127.0.0.1", None),), None) == (found.find(host, 8080), found.find(host, 80))
    both = hosts({key: "127.0.0.1", host: "127.0.0.2"})
    assert "127.0.0.1" == both.find(host, 8080)[0][0]
    assert "127.0.0.2" == both.find(host, 80)[0][0]


def test_addresses_are_several_in_order_each_with_a_port_of_its_own_or_none():
    found = hosts({"a.test": ["127.0.0.1:81", "::1", "[::1]:82", "192.0.2.1"]})
    expected = (("127.0.0.1", 81), ("::1", None), ("::1", 82), ("192.0.2.1", None))
    assert expected == found.find("a.test", 80)
    assert "{'a.test': ('127.0.0.1:81', '::1', '[::1]:82', '192.0.2.1')}" == repr(found)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("a.test", TypeError, "must be a mapping of names to addresses, not str"),
        ([("a.test", "127.0.0.1")], TypeError, "must be a mapping of names to addresses, not list"),
        ({"a.test": []}, ValueError, "'a.test' has no address"),
        ({"a.test": ""}, ValueError, "'' is no IP address"),
        ({"a.test": None}, TypeError, "'a.test' must have addresses as text, not None"),
        ({"a.test": b"127.0.0.1"}, TypeError, "'a.test' must have addresses as text"),
        (
            {"a.test": [80]},
            TypeError,
            "addresses are text such as '127.0.0.1' or '127.0.0.1:80', not 80",
        ),
        ({"a.test": "b.test"}, ValueError, "'b.test' is no IP address"),
        ({"a.test": "127.1"}, ValueError, "'127.1' is no IP address"),
        ({"a.test": "127.0.0.1:0"}, ValueError, "has no valid port"),
        ({"a.test": "127.0.0.1:65536"}, ValueError, "has no valid port"),
        ({"a.test": "127.0.0.1:"}, ValueError, "is no IP address"),
        ({"a.test": "::1:80x"}, ValueError, "is no IP address"),
        ({b"a.test": "127.0.0.1"}, TypeError, "names are text, not b'a.test'"),
        ({"": "127.0.0.1"}, ValueError, "'' is no host name"),
        ({":80": "127.0.0.1"}, ValueError, "':80' is no host name"),
        ({"a b": "127.0.0.1"}, ValueError, "'a b' is no host name"),
        ({"http://a.test": "127.0.0.1"}, ValueError, "the host alone, without a scheme"),
        ({"a.test/": "127.0.0.1"}, ValueError, "is no host name"),
        ({"a.test?b": "127.0.0.1"}, ValueError, "is no host name"),
        ({"a.test#b": "127.0.0.1"}, ValueError, "is no host name"),
        ({"user@a.test": "127.0.0.1"}, ValueError, "is no host name"),
        ({"a.test:99999": "127.0.0.1"}, ValueError, "has no valid port"),
        ({"[::1": "127.0.0.1"}, ValueError, "is no host name"),
        ({"*": "127.0.0.1"}, ValueError, "wildcards are not supported"),
        ({"*.a.test": "127.0.0.1"}, ValueError, "wildcards are not supported"),
        ({"*.a.test:80": "127.0.0.1"}, ValueError, "wildcards are not supported"),
    ],
)
def test_a_wrong_entry_is_refused_where_it_is_given(given, error, says):
    with pytest.raises(error, match=r"Network\(hosts=...\)") as caught:
        Network(hosts=given)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://u:s3cret@a.test", "http//u:s3cret@a.test", "s3cret@a.test", "http:u:s3cret@a:x"]
)
def test_of_a_url_that_was_meant_for_something_else_no_secret_is_shown(url):
    for given in ({url: "127.0.0.1"}, {"a.test": url}, {"a.test": ["127.0.0.1", url]}):
        with pytest.raises(ValueError, match=r"Network\(hosts=...\): '") as caught:
            Network(hosts=given)
        assert "s3cret" not in str(caught.value)


def test_it_is_a_value():
    one = hosts({"a.test": "127.0.0.1", "b.test:80": ["::1"]})
    same = hosts({"B.test:80": ["::1"], "a.test": ["127.0.0.1"]})
    other = hosts({"a.test": "127.0.0.2"})
    assert (True, True) == (one == same, hash(one) == hash(same))
    assert one != other
    again = pickle.loads(pickle.dumps(one))
    assert (one, hash(one)) == (again, hash(again))
    assert one["b.test:80"] == ("::1",)


def test_a_copy_of_a_network_has_the_same_map():
    network = Network(hosts={"a.test": "127.0.0.1"})
    assert network.hosts is network.copy_with(first_family="ipv6").hosts


def test_a_later_change_of_what_was_given_changes_nothing():
    given = {"a.test": ["127.0.0.1"]}
    found = hosts(given)
    given["a.test"].append("::1")
    given["b.test"] = "::1"
    assert {"a.test": ("127.0.0.1",)} == found
