"""Where credentials are sent unasked once a challenge was answered: in its space, and nowhere else."""

import pytest

from httpcore_cookies import AuthRequest
from testkit.auth_flows import OK, challenge, drive, refusal, request_for, said, use

BASIC = 'Basic realm="r"'


# -- requests sent unasked --


def test_once_known_credentials_are_sent_at_once_each_with_the_next_number(known, unasked):
    known()
    assert [("n", number) for number in range(2, 12)] == [use(unasked()) for _ in range(10)]


def test_each_request_is_answered_for_itself(known, auth):
    known()
    first = said(next(auth.flow(request_for("/x?a=1", method="POST"))))
    second = said(next(auth.flow(request_for("/y"))))
    assert ("/x?a=1", "/y") == (first["uri"], second["uri"])
    assert first["response"] != second["response"]


@pytest.mark.parametrize("stale", [{}, {"stale": "true"}, {"stale": "false"}])
def test_a_server_that_forgot_its_nonces_is_answered_once_more(known, auth, unasked, stale):
    known()
    steps = drive(auth.flow(request_for()), refusal(challenge("2", **stale)), OK)
    assert [("n", 2), ("2", 1)] == [use(said(step)) for step in steps]
    assert ("2", 2) == use(unasked())


def test_a_password_that_became_wrong_is_sent_twice_then_no_more_unasked(known, auth, unasked):
    known()
    steps = drive(auth.flow(request_for()), refusal(challenge("2")), refusal(challenge("3")))
    assert 2 == len(steps)
    assert {} == unasked()


def test_what_was_sent_unasked_and_is_refused_with_its_own_nonce_is_not_repeated(
    known, auth, unasked
):
    known()
    assert 1 == len(drive(auth.flow(request_for()), refusal(challenge())))
    assert {} == unasked()


def test_a_refusal_without_a_challenge_forgets_what_was_known(known, auth, unasked):
    known()
    assert 1 == len(drive(auth.flow(request_for()), refusal(BASIC)))
    assert {} == unasked()


def test_a_space_that_wants_content_protected_is_entered_unasked_only_with_content_at_hand(
    known, unasked
):
    known('Digest realm="r", nonce="n", qop="auth-int"')
    assert {} == unasked(content=None)
    assert "auth-int" == unasked(content=b"x")["qop"]


def test_without_qop_nothing_is_counted(known, unasked):
    known('Digest realm="r", nonce="n"')
    first, second = unasked(), unasked()
    assert first == second
    assert "nc" not in first


# -- protection spaces --


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        ("/a/", ["/a/", "/a/b?c", "/a/b/c"], ["/", "/a", "/b/a/", "/A/"]),
        ("/a", ["/a", "/ab", "/a/b"], ["/", "/A"]),
        ("/a/ /b/", ["/a/x", "/b/x"], ["/c/", "/"]),
        ("  /a/   ", ["/a/x"], ["/c/"]),
        ("https://a.test/a/", ["/a/x"], ["/b/"]),
        ("https://a.test:443/a/", ["/a/x"], ["/b/"]),
        ("HTTPS://A.TEST:443/a/", ["/a/x"], ["/b/"]),
        ("https://a.test", ["/", "/x"], []),
        ("https://a.test?q", [], ["/", "/a"]),
        ("https://b.test/ http://a.test/", [], ["/", "/a/"]),
        ("https://b.test/b/ /a/", ["/a/x"], ["/b/x"]),
        ("https://a.test:8443/b/ http://a.test/b/ /a/", ["/a/x"], ["/b/x"]),
        ("https://user@a.test/b/ //a.test/b/ ftp://a.test/b/ a/ /a/", ["/a/x"], ["/b/x"]),
        ("https://a.test.evil.test/b/ https://a.testb/ /a/", ["/a/x"], ["/b/x"]),
        ("x:https://a.test/b/ https://a.test?/b/ https://a.test#/b/ /a/", ["/a/x"], ["/b/x"]),
        ("relative ?q #f", [], ["/", "/a/"]),
        ("", ["/", "/a"], []),
        (" ", ["/", "/a"], []),
    ],
)
def test_credentials_are_sent_unasked_where_the_domain_says(
    known, unasked, domain, inside, outside
):
    # RFC 7616 3.3: URIs of the space have one of the list as a prefix.
    known(challenge(domain=domain), target="/a/")
    assert [] == [target for target in inside if unasked(target) == {}]
    assert [] == [target for target in outside if unasked(target) != {}]


def test_an_origin_in_the_clear_has_port_80(known, unasked):
    origin = {"origin": "http://a.test"}
    known(challenge(domain="http://A.test:80/a/ http://a.test:443/b/"), "/a/", **origin)
    assert [] == [x for x in ("/a/x", "*") if not unasked(x, **origin)]
    assert {} == unasked("/b/x", **origin)


@pytest.mark.parametrize("target", ["*", "a.test:443"])
def test_targets_without_a_path_are_in_every_space(known, unasked, target):
    known(challenge(domain="/a/"), target="/a/")
    assert target == unasked(target)["uri"]


def test_without_a_domain_the_space_is_the_origin(known, unasked):
    known(target="/deep/below")
    assert ["/", "/x", "*"] == [unasked(target)["uri"] for target in ("/", "/x", "*")]


def test_what_lies_outside_is_answered_and_has_a_space_of_its_own(auth, known, unasked):
    known(challenge("1", "one", domain="/a/"), "/a/")
    steps = drive(auth.flow(request_for("/b/")), refusal(challenge("2", "two", domain="/b/")), OK)
    assert [(), ("2", 1)] == [steps[0], use(said(steps[1]))]
    assert [("one", ("1", 2)), ("two", ("2", 2)), ("one", ("1", 3))] == [
        (sent["realm"], use(sent)) for sent in map(unasked, ("/a/x", "/b/x", "/a/x"))
    ]


SPACES = [("all", {}), ("a", {"domain": "/a/"}), ("ab", {"domain": "/ /a/b"})]


@pytest.mark.parametrize("order", [1, -1], ids=["widest-first", "widest-last"])
def test_of_overlapping_spaces_that_of_the_longest_path_counts(known, unasked, order):
    for realm, domain in SPACES[::order]:
        known(challenge(realm, realm, **domain), "/a/b")
    assert ["a", "ab", "ab"] == [unasked(target)["realm"] for target in ("/a/", "/a/bc", "/c")]


def test_where_no_path_tells_spaces_apart_that_which_was_challenged_last_counts(known, unasked):
    for realm in ("1", "2"):
        known(challenge(realm, realm))
        known(challenge(realm, realm, domain=f"/{realm}/"), f"/{realm}/", origin="https://b.test")
    assert ["2", "2"] == [unasked()["realm"], unasked("*", origin="https://b.test")["realm"]]


def test_two_realms_with_the_same_nonce_are_two(auth, known):
    """A server's nonce may be the same everywhere: another realm is no refusal."""
    known(challenge(realm="one"), "/one")
    steps = drive(auth.flow(request_for("/two")), refusal(challenge(realm="two")), OK)
    assert ["one", "two"] == [said(step)["realm"] for step in steps]


def test_a_space_that_is_known_goes_on_counting_after_another_was_tried(auth, known):
    known(challenge("1", "one"), "/one")
    known(challenge("2", "two"), "/two")  # where the first was tried, with its second number
    steps = drive(auth.flow(request_for("/one")), refusal(challenge("1", "one")), OK)
    assert [("two", ("2", 2)), ("one", ("1", 3))] == [
        (sent["realm"], use(sent)) for sent in map(said, steps)
    ]


def test_a_new_challenge_of_a_realm_takes_the_place_of_its_last(known, unasked):
    known(challenge("1", domain="/a/"), "/a/")
    known(challenge("2", domain="/b/"), "/b/")
    assert {} == unasked("/a/")
    assert ("2", 2) == use(unasked("/b/"))


def test_a_wrong_password_in_one_realm_leaves_the_others_known(auth, known, unasked):
    known(challenge("1", "one", domain="/a/"), "/a/")
    answers = [refusal(challenge(str(n), "two", domain="/b/")) for n in (2, 3)]
    assert 2 == len(drive(auth.flow(request_for("/b/")), *answers))
    assert [("1", 2), {}] == [use(unasked("/a/")), unasked("/b/")]


# -- origins --


@pytest.mark.parametrize(
    "other",
    ["https://b.test", "http://a.test", "https://a.test:8443", "https://x.a.test", "https://test"],
)
def test_what_one_origin_taught_is_sent_to_no_other(known, unasked, other):
    known(challenge(domain=f"/ {other}/"))
    assert {} == unasked(origin=other)
    known(challenge("2"), origin=other)
    assert [("n", 2), ("2", 2)] == [use(unasked()), use(unasked(origin=other))]


def test_where_nobody_says_whose_a_request_is_nothing_is_remembered(auth):
    """Facts by hand, without an origin: all hosts would share what one of them taught."""
    first, other = (AuthRequest("GET", url) for url in ("https://a.test/", "https://evil.test/"))
    assert "user" == said(drive(auth.flow(first), refusal(challenge()))[-1])["username"]
    assert [(), ()] == [next(auth.flow(request)) for request in (first, other)]


def test_the_same_nonce_of_two_origins_is_counted_for_each(known, unasked):
    origins = ["https://a.test", "https://b.test"]
    for origin in origins:
        known(origin=origin)
    assert [("n", 2), ("n", 2)] == [use(unasked(origin=origin)) for origin in origins]


def test_only_so_many_origins_are_remembered_the_oldest_goes_first(known, unasked):
    for number in range(1005):
        known(origin=f"https://{number}.test")
    remembered = [n for n in range(1005) if unasked(origin=f"https://{n}.test")]
    assert list(range(5, 1005)) == remembered


def test_an_origin_whose_last_space_was_forgotten_takes_no_place_of_others(auth, known, unasked):
    for number in range(1000):
        known(origin=f"https://{number}.test")
    drive(auth.flow(request_for(origin="https://999.test")), refusal(BASIC))
    known(origin="https://1000.test")
    assert [True, False] == [bool(unasked(origin=f"https://{n}.test")) for n in (0, 999)]


def test_only_so_many_spaces_of_an_origin_are_remembered_the_oldest_goes_first(known, unasked):
    for number in range(20):
        known(challenge(realm=str(number), domain=f"/{number}/"), f"/{number}/")
    assert list(range(4, 20)) == [n for n in range(20) if unasked(f"/{n}/")]
