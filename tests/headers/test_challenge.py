import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Challenge, parse_challenges

DATA = Path(__file__).parents[1] / "conformance" / "data" / "own" / "digest-auth.json"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("Basic", [Challenge("basic")]),
        ('Basic realm="x"', [Challenge("basic", {"realm": "x"})]),
        (
            'BASIC REALM = "x" , charset="UTF-8"',
            [Challenge("basic", {"realm": "x", "charset": "UTF-8"})],
        ),
        (
            'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
            [
                Challenge("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
                Challenge("basic", {"realm": "simple"}),
            ],
        ),
        ("Negotiate, Basic realm=a", [Challenge("negotiate"), Challenge("basic", {"realm": "a"})]),
        ("Negotiate abc==, NTLM", [Challenge("negotiate", {}, "abc=="), Challenge("ntlm")]),
        ("Negotiate a/b+c~", [Challenge("negotiate", {}, "a/b+c~")]),
        (
            "Digest nonce=abc==, realm=a/b",
            [Challenge("digest", {"nonce": "abc==", "realm": "a/b"})],
        ),
        ('Basic realm="a, Digest realm=b"', [Challenge("basic", {"realm": "a, Digest realm=b"})]),
        ('Basic realm="a", realm="b"', [Challenge("basic", {"realm": "a"})]),
        # broken parts are skipped
        ('realm="nobody", Basic', [Challenge("basic")]),
        ("@@, =, Basic", [Challenge("basic")]),
        ('Basic realm="never closed', [Challenge("basic")]),
        ("Digest realm=a b, nonce=n", [Challenge("digest", {"nonce": "n"})]),
        (
            'Digest nonce=n, opaque="x"y, qop=auth',
            [Challenge("digest", {"nonce": "n", "qop": "auth"})],
        ),
        ('Basic realm="a", ?? realm="x", nonce=1', [Challenge("basic", {"realm": "a"})]),
    ],
)
def test_a_value_falls_apart_into_challenges(value: str, expected: list[Challenge]) -> None:
    assert expected == parse_challenges(value)


BASIC = Challenge("basic", {"realm": "x"})
DIGEST = Challenge("digest", {"realm": "r", "nonce": "n"})
NEGOTIATE = Challenge("negotiate")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # several schemes in one field, in any order
        ('Negotiate, Basic realm="x"', [NEGOTIATE, BASIC]),
        ('Basic realm="x", Negotiate', [BASIC, NEGOTIATE]),
        ("Negotiate, NTLM, Basic realm=x", [NEGOTIATE, Challenge("ntlm"), BASIC]),
        ('Basic realm="x",Digest realm="r",nonce="n"', [BASIC, DIGEST]),
        ('Digest realm="r",nonce="n",Basic realm="x"', [DIGEST, BASIC]),
        ("Digest nonce=n, realm=r, Digest nonce=n, realm=r", [DIGEST, DIGEST]),
        # a token68 beside others
        ("Negotiate YWJj, Basic realm=x", [Challenge("negotiate", {}, "YWJj"), BASIC]),
        ("Negotiate YW==,Basic realm=x", [Challenge("negotiate", {}, "YW=="), BASIC]),
        ("Basic realm=x, NTLM TlRM=", [BASIC, Challenge("ntlm", {}, "TlRM=")]),
        ("Negotiate =, NTLM", [Challenge("ntlm")]),  # a parameter without a value
        ("Negotiate a b", [NEGOTIATE]),
        # RFC 9110 11.6.1: parameters or a token68, not both
        ("Negotiate YWJj, realm=x", [Challenge("negotiate", {}, "YWJj")]),
        # empty elements (RFC 9110 5.6.1)
        (',, Basic realm="x" ,, , Negotiate,', [BASIC, NEGOTIATE]),
        ('Digest realm="r",, ,nonce="n"', [DIGEST]),
        ("Basic , realm=x", [BASIC]),  # the list of parameters begins with an empty one
        # whitespace: SP and HTAB, and around "=" too (RFC 9110 5.6.3, 11.2)
        ('\tBasic\t \trealm\t=\t"x"\t,\tNegotiate\t', [BASIC, NEGOTIATE]),
        ('Digest\trealm="r"\t,\tnonce="n"', [DIGEST]),
        ('Digest realm = "r",nonce= n', [DIGEST]),
        # missing commas: what can't be told apart is not guessed at, what follows is read again
        ('Basic realm="x" Negotiate, NTLM', [Challenge("basic"), Challenge("ntlm")]),
        ('Basic realm="x" charset="UTF-8"', [Challenge("basic")]),
        ("Negotiate Basic realm=x", [NEGOTIATE]),
        # no scheme at all
        ('"Basic" realm=x, Negotiate', [NEGOTIATE]),
        ("Ba/sic realm=x, Negotiate", [NEGOTIATE]),
        ("Basic\nrealm=x, Negotiate", [NEGOTIATE]),
        ("B\u212asic, Negotiate", [NEGOTIATE]),
    ],
)
def test_spacing_and_order_of_challenges(value: str, expected: list[Challenge]) -> None:
    assert expected == parse_challenges(value)


@pytest.mark.parametrize(
    "value",
    [
        'Digest realm="r", qop=auth,auth-int, nonce="n"',
        'Digest realm="r", qop=auth, auth-int, nonce="n"',
        'Digest realm="r",qop = auth\t,,\tauth-int,nonce="n"',
        'Digest realm="r", nonce="n", qop=auth,auth-int',
        'Digest qop=auth,auth-int, realm="r", nonce="n"',
        "digest\tQOP=auth,auth-int,nonce=n,realm=r",
        'Digest realm="r", qop="auth,auth-int", nonce="n"',
    ],
)
@pytest.mark.parametrize("after", ["", ', Basic realm="x"', ", Negotiate", ", NTLM YWJj"])
def test_a_qop_list_without_quotes_is_one_value(value: str, after: str) -> None:
    # RFC 7616 3.3 has it in quotes; not every server does
    digest = Challenge("digest", {"realm": "r", "nonce": "n", "qop": "auth,auth-int"})
    assert [digest, *parse_challenges(after)] == parse_challenges(value + after)


@pytest.mark.parametrize(
    ("value", "qop"),
    [
        ("Digest qop=auth", "auth"),
        ("Digest qop=auth-int,auth", "auth-int,auth"),
        ("Digest qop=AUTH,Auth-Int", "AUTH,Auth-Int"),
        ("Digest qop=auth,auth,auth-int", "auth,auth,auth-int"),
        ("Digest qop=auth-conf,auth-int,auth", "auth-conf,auth-int,auth"),
        ("Digest qop=auth,auth-int, qop=auth,auth", "auth,auth-int"),  # the first of a name
        ('Digest qop="auth", qop=x,auth-int', "auth"),
    ],
)
def test_the_values_of_a_qop_list_keep_their_spelling(value: str, qop: str) -> None:
    assert [Challenge("digest", {"qop": qop})] == parse_challenges(value)


@pytest.mark.parametrize(
    ("value", "schemes"),
    [
        # known schemes straight after qop stay challenges
        ("Digest nonce=n, qop=auth, Negotiate", ["digest", "negotiate"]),
        ("Digest nonce=n, qop=auth, NTLM, Basic realm=x", ["digest", "ntlm", "basic"]),
        ("Digest nonce=n, qop=auth,auth-int, Bearer", ["digest", "bearer"]),
        ("Digest nonce=n, qop=auth, auth-int x=y", ["digest", "auth-int"]),
        ("Digest nonce=n, qop=auth, auth-int YWJj", ["digest", "auth-int"]),
        # and so does whatever is called like that anywhere else
        ("auth-int, Basic realm=x", ["auth-int", "basic"]),
        ("Digest qop=auth, nonce=n, auth-int", ["digest", "auth-int"]),
        ('Digest nonce=n, qop="auth", auth-int', ["digest", "auth-int"]),
        ("Basic realm=auth, auth", ["basic", "auth"]),
        ("Digest xqop=auth, auth-int", ["digest", "auth-int"]),
        ("Digest nonce=n, qop=a/b, auth-int", ["digest", "auth-int"]),
        ("Digest nonce=n, qop=auth, auth-conf", ["digest", "auth-conf"]),
    ],
)
def test_only_a_list_of_qop_goes_on_after_its_comma(value: str, schemes: list[str]) -> None:
    assert schemes == [challenge.scheme for challenge in parse_challenges(value)]


def test_a_qop_list_ends_with_its_field() -> None:
    challenges = parse_challenges(["Digest qop=auth", "auth-int"])
    assert [Challenge("digest", {"qop": "auth"}), Challenge("auth-int")] == challenges


CASES: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_hostile_challenges_of_digest_are_read(case: dict[str, Any]) -> None:
    challenges = parse_challenges(case["challenge"])
    assert {"digest"} == {challenge.scheme for challenge in challenges}
    assert (2 if case["id"].startswith("two-") else 1) == len(challenges)
    assert all(challenge.realm and challenge.parameters["nonce"] for challenge in challenges)


def test_several_values_are_read_in_order() -> None:
    challenges = parse_challenges(["Digest realm=a", "nonce=b, Basic realm=c"])
    assert [(c.scheme, c.realm) for c in challenges] == [("digest", "a"), ("basic", "c")]
    assert None is Challenge("x").realm
    assert len({Challenge("x"), Challenge("x")}) == 1


@pytest.mark.parametrize(
    "unit",
    ["a,", "a=", 'a="', "=", "Basic ", "\\", "a ", "\t", "auth,", "qop=auth,", "x qop=a,auth,"],
)
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    for before in ("", "Digest x=", "Digest qop="):
        parse_challenges(before + unit * 25_000)
    assert time.process_time() - started < 2  # ten times what is needed; by the square, minutes


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.sampled_from('Aab=,"\\ \té/'), max_size=24))
def test_no_text_raises_and_schemes_are_tokens(text: str) -> None:
    for challenge in parse_challenges(text):
        assert challenge.scheme
        assert "" not in challenge.parameters


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here."""
    return {"own/digest-auth.json": {"graded": CASES}}
