"""Which challenge is answered, and how often for one request."""

import pytest

from httpcore_cookies import DigestAuth, InvalidCredentials
from testkit.auth_flows import OK, challenge, drive, refusal, request_for, said, use

# -- which of several challenges --

PLAIN = 'Digest realm="r", nonce="n", qop="auth"'
SHA512, SHA256, MD5 = (
    f"{PLAIN}, algorithm={name}" for name in ("SHA-512-256", "SHA-256-sess", "MD5")
)
UNKNOWN = f"{PLAIN}, algorithm=SHA-999"
BASIC, OTHER = 'Basic realm="r", charset="UTF-8"', "Negotiate abc=="


@pytest.mark.parametrize(
    ("fields", "algorithm"),
    [
        ([f"{MD5}, {SHA256}, {SHA512}"], "SHA-512-256"),
        ([MD5, SHA256, SHA512], "SHA-512-256"),
        ([SHA256, SHA512, MD5], "SHA-512-256"),
        ([f"{OTHER}, {MD5}", f"{BASIC}, {SHA256}"], "SHA-256-sess"),
        ([BASIC, OTHER, UNKNOWN, MD5], "MD5"),
        ([f"{BASIC}, {OTHER}, {MD5}, {BASIC}"], "MD5"),
    ],
)
def test_the_strongest_is_answered_wherever_it_stands(answer, fields, algorithm):
    assert algorithm == answer(*fields)["algorithm"]


def test_of_equals_the_first_is_answered(answer):
    first, second = challenge("1", algorithm="SHA-256"), challenge("2", algorithm="SHA-256-sess")
    assert "1" == answer(first, second)["nonce"]
    assert "2" == answer(f"{second}, {first}")["nonce"]


@pytest.mark.parametrize(
    ("accepted", "algorithm"),
    [
        (["MD5", "SHA-256"], "MD5"),
        (["SHA-256", "MD5"], "SHA-256-sess"),
        (("SHA-512-256",), "SHA-512-256"),
        (iter(["SHA-256"]), "SHA-256-sess"),
    ],
    ids=["weak-first", "strong-first", "one", "iterator"],
)
def test_a_policy_says_what_is_accepted_and_preferred(accepted, algorithm):
    flow = DigestAuth("user", "pw", algorithms=accepted).flow(request_for())
    next(flow)
    assert algorithm == said(flow.send(refusal(MD5, SHA512, SHA256)))["algorithm"]


@pytest.mark.parametrize("offered", [PLAIN, MD5, f"{PLAIN}, algorithm=md5-SESS"])
def test_what_the_policy_refuses_is_left_to_the_caller(offered):
    auth = DigestAuth("user", "pw", algorithms=["SHA-512-256", "SHA-256"])
    assert [()] == drive(auth.flow(request_for()), refusal(offered))


def test_basic_is_never_fallen_back_to(auth):
    assert [()] == drive(auth.flow(request_for()), refusal(BASIC))


# -- who may be a user --


@pytest.mark.parametrize("text", ["a\x00", "\n", "a\x7f", "\ud800"])
def test_a_user_or_password_that_can_not_be_sent_is_refused(text):
    for part, pair in (("username", (text, "s3cret")), ("password", ("user", f"s3cret{text}"))):
        with pytest.raises(InvalidCredentials, match=f"^the {part} holds") as caught:
            DigestAuth(*pair)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_what_is_no_text_is_a_type_error(value):
    for pair in ((value, "p"), ("u", value)):
        with pytest.raises(TypeError, match="must be str"):
            DigestAuth(*pair)


@pytest.mark.parametrize(
    ("algorithms", "error", "words"),
    [
        ("MD5", TypeError, r"several names, not one str: \('MD5',\)"),
        (5, TypeError, "several names, not int"),
        (["md5"], ValueError, "unknown algorithm 'md5'; known are SHA-512-256, SHA-256, MD5"),
        (["SHA-256", "SHA-256-sess"], ValueError, "unknown algorithm 'SHA-256-sess'"),
        ([None], ValueError, "unknown algorithm None"),
        ([], ValueError, "empty; known are SHA-512-256"),
    ],
)
def test_a_policy_of_unknown_names_is_refused(algorithms, error, words):
    with pytest.raises(error, match=words):
        DigestAuth("user", "pw", algorithms=algorithms)


def test_a_user_may_hold_a_colon_and_a_password_may_be_empty():
    flow = DigestAuth("a:b", "").flow(request_for())
    next(flow)
    assert "a:b" == said(flow.send(refusal(challenge())))["username"]


# -- one request --


def test_nothing_is_sent_before_a_challenge_and_the_first_is_answered(known):
    nothing, answered = known()
    assert ((), ("n", 1)) == (nothing, use(said(answered)))


@pytest.mark.parametrize("status", [200, 204, 302, 304, 400, 403, 404, 407, 500, 503])
def test_what_is_no_401_ends_the_flow(auth, status):
    """Challenges are not for other statuses: who follows a 403 would loop on a forbidden page."""
    other = refusal(challenge("2"), status=status)
    assert 1 == len(drive(auth.flow(request_for()), other))
    assert 2 == len(drive(auth.flow(request_for()), refusal(challenge("1")), other))


@pytest.mark.parametrize("second", ["n", "n2"])
@pytest.mark.parametrize("stale", [None, "false", "FALSE", "", "no", "truely"])
def test_a_second_challenge_means_a_wrong_password(auth, unasked, second, stale):
    again = challenge(second, **({} if stale is None else {"stale": stale}))
    steps = drive(auth.flow(request_for()), refusal(challenge()), refusal(again))
    assert 2 == len(steps)
    assert {} == unasked(), "what was refused is sent again unasked"


@pytest.mark.parametrize("stale", ["true", "TRUE", "True"])
def test_a_stale_nonce_is_replaced_and_counted_from_1(auth, unasked, stale):
    steps = drive(
        auth.flow(request_for()), refusal(challenge("1")), refusal(challenge("2", stale=stale)), OK
    )
    assert [("1", 1), ("2", 1)] == [use(said(step)) for step in steps[1:]]
    assert ("2", 2) == use(unasked())


def test_no_more_than_3_answers_are_given_however_often_a_nonce_is_stale(auth, unasked):
    refusals = [refusal(challenge(str(n), stale="true")) for n in range(4)]
    steps = drive(auth.flow(request_for()), *refusals)
    assert [("0", 1), ("1", 1), ("2", 1)] == [use(said(step)) for step in steps[1:]]
    assert {} == unasked()


def test_the_same_nonce_is_not_answered_again_even_if_called_stale(auth):
    same = refusal(challenge(stale="true"))
    assert 2 == len(drive(auth.flow(request_for()), same, same))


@pytest.mark.parametrize("last", [BASIC, "", UNKNOWN])
def test_a_second_refusal_without_a_challenge_ends_the_flow_too(auth, unasked, last):
    assert 2 == len(drive(auth.flow(request_for()), refusal(challenge()), refusal(last)))
    assert {} == unasked()


@pytest.mark.parametrize("name", ["realm", "nonce", "opaque", "domain", "x-more"])
def test_a_challenge_that_is_too_long_to_be_repeated_is_left_to_the_caller(name, answer):
    """An answer holds most of it, and so does memory, for each nonce and origin."""

    def answered(octets):
        said = {"realm": "", "nonce": "n", name: "x"}
        said[name] = "x" * (octets - sum(map(len, said.values())) + len(said[name]))
        return answer("Digest " + ", ".join(f'{key}="{value}"' for key, value in said.items()))

    assert [True, False] == [answered(octets) is not None for octets in (4096, 4097)]
